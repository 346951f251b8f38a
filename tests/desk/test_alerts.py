"""Acknowledging an alert (N2): by the link without signing in, by the button at the desk, never by reading."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.people.models import Agency, User
from requests_desk.tickets import alert_texts
from requests_desk.tickets.models import Alert, Ticket
from requests_desk.tickets.queries import alerts as queries
from requests_desk.tickets.services import reminders, sealing
from tests.desk.settings_pages import signed_in
from tests.support.cast import MORNING, PROMISE, Desk, answered_by_call, log_ticket

DUE = MORNING + PROMISE


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    ticket = log_ticket(desk, officer=desk.alice)
    reminders.sweep(at=DUE)
    return ticket


@pytest.fixture
def alert(ticket: Ticket) -> Alert:
    return ticket.alerts.get()


def url(alert: Alert) -> str:
    return f"/ack/{alert_texts.token(alert)}/"


def is_heard(alert: Alert) -> bool:
    return Alert.objects.filter(pk=alert.pk, acknowledged_at__isnull=False).exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_it_changes_nothing_for_who_only_reads(client: Client, alert: Alert, method: str) -> None:
    """Mail scanners follow links."""
    assert getattr(client, method)(url(alert)).status_code == 200
    assert not is_heard(alert)


def test_it_names_the_ticket_by_code_alone(client: Client, ticket: Ticket, alert: Alert) -> None:
    """N10."""
    page = client.get(url(alert)).text

    assert ticket.code in page
    assert not any(secret in page for secret in ("Vạn Phát", "Trần Thị B", "rượu", "Leader", "0950000001"))


def test_it_acknowledges_by_the_button_and_says_so(client: Client, desk: Desk, alert: Alert) -> None:
    answer = client.post(url(alert), follow=True)

    assert is_heard(alert)
    assert Alert.objects.get(pk=alert.pk).acknowledged_by == desk.leader
    assert "Đã xác nhận" in answer.text


@pytest.mark.parametrize("spoil", [lambda t: t[:-1] + "x", lambda t: "a999999" + t[t.index(".") :], lambda _t: "a1"])
def test_it_opens_to_no_other_token(client: Client, alert: Alert, spoil) -> None:
    assert client.post(f"/ack/{spoil(alert_texts.token(alert))}/").status_code == 404
    assert not is_heard(alert)


def test_it_opens_no_more_to_whom_a_report_is_about_since(client: Client, desk: Desk, alert: Alert) -> None:
    """P13."""
    link = f"/ack/{alert_texts.token(alert)}/"
    assert client.get(link).status_code == 200

    sealing.seal(alert.ticket, units=[], people=[alert.person], by=desk.leader, at=timezone.now())

    assert client.get(link).status_code == client.post(link).status_code == 404
    assert Alert.objects.get(pk=alert.pk).acknowledged_at is None


def test_it_does_not_take_the_token_of_a_request_of_another_site(alert: Alert) -> None:
    stranger = Client(enforce_csrf_checks=True)

    assert stranger.post(url(alert)).status_code == 403


def test_it_offers_the_button_on_the_ticket_until_it_is_pressed(
    client: Client, desk: Desk, ticket: Ticket, alert: Alert
) -> None:
    client.force_login(desk.alice)
    assert "đang chờ xác nhận" in client.get(ticket.url).text

    answer = client.post("/desk/alerts/acknowledge/", {"alert": [alert.pk], "next": ticket.url})

    assert answer["Location"] == ticket.url
    assert is_heard(alert)
    assert "đang chờ xác nhận" not in client.get(ticket.url).text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_goes_back_to_no_other_site(client: Client, desk: Desk, alert: Alert, elsewhere: str) -> None:
    client.force_login(desk.leader)

    answer = client.post("/desk/alerts/acknowledge/", {"alert": [alert.pk], "next": elsewhere})

    assert answer["Location"] == "/desk/"


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("root", 404), ("bob", 302), ("leader", 302)])
def test_it_takes_the_word_of_who_may_act_on_the_ticket(
    client: Client, desk: Desk, alert: Alert, who: str, status: int
) -> None:
    client.force_login(getattr(desk, who))

    assert client.post("/desk/alerts/acknowledge/", {"alert": [alert.pk]}).status_code == status


def test_it_hides_the_alerts_of_a_sealed_request(client: Client, desk: Desk) -> None:
    """P13."""
    sealed = log_ticket(desk, kind="harassment", at=timezone.now() - timedelta(hours=60))
    reminders.sweep(at=timezone.now())
    client.force_login(desk.bob)

    answer = client.post("/desk/alerts/acknowledge/", {"alert": [sealed.alerts.get().pk]})

    assert answer.status_code == 404


# --- the red bar (N3): nobody who answers for it could be told ----------------------------------------------------


@pytest.fixture
def alarm(desk: Desk) -> Alert:
    """A breach that reached the alarm address and the administrator alone."""
    Agency.objects.update(alarm_email="alarm@so.example")
    User.objects.filter(pk=desk.leader.pk).update(email="", phone="")
    ticket = log_ticket(desk, officer=desk.alice)
    reminders.sweep(at=DUE)
    return ticket.alerts.get(person=None)


@pytest.mark.parametrize(
    ("who", "what"),
    [("bob", "phân công từng yêu cầu"), ("alice", "báo Chánh Văn phòng"), ("root", "/settings/presence/")],
)
def test_it_says_in_red_that_nobody_could_be_told_and_what_to_do(desk: Desk, alarm: Alert, who: str, what: str) -> None:
    page = signed_in(getattr(desk, who)).get("/desk/").text
    bar = page.partition("Không báo được hạn")[2].partition("</form>")[0]

    assert alarm.ticket.code in bar and what in bar


def test_it_says_so_to_nobody_who_may_not_see_the_request(desk: Desk, alarm: Alert) -> None:
    """P13, and strangers."""
    Ticket.objects.filter(pk=alarm.ticket_id).update(sealed=True)
    alarm.ticket.exclusions.create(unit=desk.unit)

    assert all("Không báo được hạn" not in signed_in(who).get("/desk/").text for who in (desk.bob, desk.charlie))


@pytest.mark.parametrize("mended", ["acknowledged", "answered"])
def test_it_takes_the_bar_away_once_somebody_acts(desk: Desk, alarm: Alert, mended: str) -> None:
    if mended == "acknowledged":
        signed_in(desk.bob).post("/desk/alerts/acknowledge/", {"alert": alarm.pk})
    else:
        answered_by_call(alarm.ticket, by=desk.alice, at=timezone.now())

    assert "Không báo được hạn" not in signed_in(desk.bob).get("/desk/").text


def test_it_shows_no_bar_where_somebody_was_told_since(desk: Desk, alarm: Alert) -> None:
    Alert.objects.create(
        ticket=alarm.ticket,
        milestone=alarm.milestone,
        due_at=alarm.due_at,
        rung="leadership-0m>leadership",
        level="leadership",
        is_breach=True,
        person=desk.leader,
        recipient=f"user:{desk.leader.pk}",
        told_at=DUE + timedelta(hours=1),
    )

    assert queries.alarms(desk.bob) == []


def test_it_says_in_red_that_nobody_at_all_can_be_reached(desk: Desk) -> None:
    """N3: not even an administrator; and no more once somebody was told."""
    now = timezone.now()
    ticket = log_ticket(desk, at=now - timedelta(hours=49), officer=desk.alice)
    User.objects.update(email="", phone="")
    reminders.sweep(at=now)

    page = signed_in(desk.alice).get("/desk/").text

    bar = page.partition("Không báo được cho bất kỳ ai")[2].partition("</div>")[0]
    assert ticket.code in bar
    assert "Không báo được cho bất kỳ ai" not in signed_in(desk.charlie).get("/desk/").text
    User.objects.filter(pk=desk.leader.pk).update(email="leader@so.example")
    reminders.sweep(at=now + reminders.NOBODY_THERE)
    assert "Không báo được cho bất kỳ ai" not in signed_in(desk.alice).get("/desk/").text
