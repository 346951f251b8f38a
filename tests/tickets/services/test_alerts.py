"""Who is told and who must say so (N2 to N5, N8): deputies, quiet hours, climbs, storms, and what did not arrive."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import Absence, Agency, Duty, Role, User
from requests_desk.tickets import alert_texts
from requests_desk.tickets.models import Alert, Digest, Ticket
from requests_desk.tickets.queries import ticket_page, ticket_reading
from requests_desk.tickets.services import batches, climbing, reminders
from requests_desk.tickets.services.alerts import MOST_SINGLE
from tests.support.cast import (
    MORNING,
    PROMISE,
    Desk,
    a_person,
    answered_by_call,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
)

DUE = MORNING + PROMISE
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tireless: Desk) -> Desk:
    """Work where no reminder moves and no hour is quiet, unless a test says otherwise."""
    Agency.objects.update(quiet_from=time(0), quiet_to=time(0))
    return tireless


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def told_at(at: datetime) -> list[str]:
    """Sweep, and return who was told by what, as `alice email`, in alphabetical order."""
    since = max(Notification.objects.values_list("pk", flat=True), default=0)
    reminders.sweep(at=at)
    names = {f"user:{user.pk}": user.username for user in User.objects.all()}
    rows = Notification.objects.filter(cause__startswith="alert:", pk__gt=since)
    return sorted(f"{names.get(row.recipient, row.recipient)} {row.channel}" for row in rows)


def mail_to(who: User) -> Notification:
    return Notification.objects.filter(recipient=f"user:{who.pk}", channel="email").latest("pk")


def away(who: User, deputy: User | None = None) -> None:
    Absence.objects.create(user=who, deputy=deputy, from_at=MORNING, to_at=later(days=9))


# --- N3: deputies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("absences", "people"),
    [
        ({"alice": "lan"}, ["lan email"]),
        ({"alice": "ivan", "ivan": "lan"}, ["lan email"]),  # the deputy is away too
        ({"alice": None}, ["bob email"]),
        ({"alice": "ivan", "ivan": "alice"}, ["bob email"]),  # a circle is nobody
        ({"alice": "bob", "bob": None}, ["chief email"]),
        ({"alice": "charlie"}, ["bob email"]),  # works elsewhere
    ],
)
def test_it_tells_who_stands_in_for_the_absent(desk, ticket, absences, people):
    for who, deputy in absences.items():
        away(getattr(desk, who), getattr(desk, deputy) if deputy else None)

    assert told_at(DUE - 24 * HOUR) == people


@pytest.mark.parametrize(("hours", "people"), [(-25, ["alice email"]), (9 * 24, ["alice email"])])
def test_it_counts_nobody_as_absent_before_or_after(desk, ticket, hours, people):
    Absence.objects.create(
        user=desk.alice, deputy=desk.lan, from_at=DUE + hours * HOUR, to_at=DUE + hours * HOUR + HOUR
    )

    assert told_at(DUE - 24 * HOUR) == people


def test_it_says_why_the_deputy_is_told(desk, ticket):
    away(desk.alice, desk.lan)
    reminders.sweep(at=DUE - 24 * HOUR)

    assert "vì thay Alice, người đang vắng mặt" in mail_to(desk.lan).text
    assert Alert.objects.get().because == "deputy"


def test_it_does_not_say_why_where_somebody_may_be_excluded(desk):
    """P13."""
    sealed = log_ticket(desk, kind="harassment")
    sealed.exclusions.create(user=desk.leader)
    an = a_person("an", desk.agency, Role.LEADER)
    reminders.sweep(at=DUE)

    assert "Ông/Bà nhận thư này" not in mail_to(an).text


# --- N1: the duty officer ----------------------------------------------------------------------------------------


def test_it_tells_the_duty_officer_of_what_was_past_when_logged(desk):
    Duty.objects.create(agency=desk.agency, user=desk.ivan, from_at=MORNING, to_at=later(hours=12))
    User.objects.filter(pk=desk.ivan.pk).update(phone="+84912345679")
    log_ticket(desk, received_at=later(days=-3), received_reason="Mất điện")

    assert told_at(MORNING) == ["ivan email", "ivan sms", "leader email", "leader sms"]


def test_it_waits_for_nobody_where_the_roster_is_empty(desk):
    log_ticket(desk, received_at=later(days=-3), received_reason="Mất điện")
    reminders.sweep(at=MORNING)

    assert told_at(MORNING + HOUR / 2) == []


# --- N4: quiet hours ---------------------------------------------------------------------------------------------


@pytest.fixture
def quiet(desk: Desk) -> Desk:
    """Let the nights be quiet: a first reply is due at 08:00, so 8 hours left are midnight."""
    Agency.objects.update(quiet_from=time(21), quiet_to=time(6))
    return desk


def test_it_holds_a_reminder_until_the_night_is_over_and_says_the_time_left_then(quiet, ticket):
    reminders.sweep(at=DUE - 8 * HOUR)

    mail = mail_to(quiet.alice)
    assert mail.next_attempt_at == DUE - 2 * HOUR
    assert "còn 2 giờ" in mail.text


def test_it_holds_nothing_for_who_is_on_duty(quiet, ticket):
    Duty.objects.create(agency=quiet.agency, user=quiet.alice, from_at=MORNING, to_at=later(days=9))
    reminders.sweep(at=DUE - 8 * HOUR)

    assert mail_to(quiet.alice).next_attempt_at == DUE - 8 * HOUR


def test_it_holds_no_reminder_that_would_come_after_the_deadline(quiet):
    log_ticket(quiet, officer=quiet.alice, at=later(hours=-5), received_at=later(hours=-5))
    reminders.sweep(at=DUE - 5 * HOUR - 2 * HOUR)

    assert mail_to(quiet.alice).next_attempt_at == DUE - 7 * HOUR


@pytest.mark.parametrize(("waits", "sms_at"), [(False, -5), (True, -2)])
def test_it_never_holds_the_mail_of_a_breach_and_its_sms_only_for_who_chose_so(quiet, waits, sms_at):
    User.objects.filter(pk=quiet.leader.pk).update(holds_night_sms=waits)
    log_ticket(quiet, at=later(hours=-5), received_at=later(hours=-5))
    reminders.sweep(at=DUE - 5 * HOUR)

    rows = dict(Notification.objects.filter(cause="alert:breach").values_list("channel", "next_attempt_at"))
    assert rows == {"email": DUE - 5 * HOUR, "sms": DUE + sms_at * HOUR}


# --- N2: acknowledge or climb ------------------------------------------------------------------------------------


def test_it_asks_for_action_from_eight_hours_on(desk, ticket):
    reminders.sweep(at=DUE - 24 * HOUR)
    reminders.sweep(at=DUE - 8 * HOUR)

    asked = Alert.objects.order_by("pk").values_list("rung", "needs_ack")
    assert list(asked) == [("officer-1440m", False), ("officer-480m", True), ("unit_head-480m", True)]
    assert "/ack/" in mail_to(desk.alice).text


def test_it_climbs_from_rung_to_rung_until_somebody_acts(desk, ticket):
    reminders.sweep(at=DUE - 8 * HOUR)

    assert told_at(DUE - 7 * HOUR - timedelta(seconds=1)) == []
    assert told_at(DUE - 7 * HOUR) == ["chief email"]
    assert "chưa được xác nhận" in mail_to(desk.chief).text
    assert told_at(DUE - 6 * HOUR) == ["leader email", "leader sms"]
    assert told_at(DUE - 5 * HOUR) == []
    assert ticket.events.filter(kind="alert_climbed").count() == 2


def test_it_stops_climbing_once_anyone_acknowledged(desk, ticket):
    reminders.sweep(at=DUE - 8 * HOUR)
    mine = Alert.objects.get(person=desk.alice, rung="officer-480m")

    assert climbing.acknowledge([mine], by=desk.alice, at=DUE - 7.5 * HOUR) == 2
    assert climbing.acknowledge([mine], by=desk.bob, at=DUE - 7.4 * HOUR) == 0
    assert told_at(DUE - 7 * HOUR) == []
    assert set(Alert.objects.values_list("acknowledged_by", flat=True)) == {desk.alice.pk}
    assert ticket.events.get(kind="alert_acknowledged").actor == desk.alice


def test_it_tells_the_breach_all_the_same_after_an_acknowledgement(desk, ticket):
    """N2: acknowledging stops the climb, not the clock."""
    reminders.sweep(at=DUE - 8 * HOUR)
    climbing.acknowledge(list(Alert.objects.all()), by=desk.alice, at=DUE - 7 * HOUR)

    assert told_at(DUE) == ["leader email", "leader sms"]


def test_it_stops_climbing_once_answered(desk, ticket):
    reminders.sweep(at=DUE - 8 * HOUR)
    answered_by_call(ticket, by=desk.alice, at=DUE - 7.5 * HOUR)

    assert told_at(DUE - 7 * HOUR) == []
    assert not Alert.objects.filter(climb_at__isnull=False).exists()


def test_it_skips_the_rungs_the_same_person_holds(desk, ticket):
    bob = desk.bob
    bob.memberships.create(agency=desk.agency, unit=desk.office, role=Role.CHIEF)
    desk.chief.memberships.all().delete()
    reminders.sweep(at=DUE - 8 * HOUR)

    assert told_at(DUE - 7 * HOUR) == ["leader email", "leader sms"]


def test_it_counts_the_hour_of_a_reminder_in_office_time_and_of_a_breach_on_the_wall(db, settings):
    settings.DESK_DEMO = True
    from tests.support.cast import open_desk

    desk = open_desk()
    log_ticket(desk, officer=desk.alice, at=later(hours=3, minutes=20))  # 11:20, ten minutes before lunch
    reminders.sweep(at=later(hours=8))  # Monday 16:00, all of the ladder for Wednesday 11:20

    told = Alert.objects.get(rung="chief-240m")
    assert told.climb_at == later(hours=9)


def test_it_climbs_past_an_alarm_that_rang_while_everybody_was_away(desk, ticket):
    """Who was told as a last resort cannot answer; who is back and does not answer is no reason to stop."""
    Agency.objects.filter(pk=desk.agency.pk).update(alarm_email="alarm@so.example")
    for who in (desk.alice, desk.bob, desk.chief, desk.leader):
        Absence.objects.create(user=who, from_at=MORNING, to_at=DUE - 12 * HOUR)
    assert told_at(DUE - 24 * HOUR) == [f"agency:{desk.agency.pk} email", "root email"]
    assert Alert.objects.filter(level="alarm", needs_ack=True).count() == 2
    reminders.sweep(at=DUE - 8 * HOUR)

    assert told_at(DUE - 7 * HOUR) == ["chief email"]


def test_it_tries_a_climb_again_until_there_is_somebody(desk, ticket, caplog):
    reminders.sweep(at=DUE - 8 * HOUR)
    User.objects.exclude(pk__in=[desk.alice.pk, desk.bob.pk]).update(is_active=False)
    assert told_at(DUE - 7 * HOUR) == []
    assert "nobody can be told" in caplog.text

    User.objects.update(is_active=True)
    assert told_at(DUE - 7 * HOUR + timedelta(minutes=4)) == []
    assert told_at(DUE - 7 * HOUR + timedelta(minutes=5)) == ["chief email"]


# --- N5: storms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "mails"), [(MOST_SINGLE, MOST_SINGLE), (MOST_SINGLE + 1, 1)])
def test_it_sends_one_digest_for_more_than_five(desk, count, mails):
    tickets = [log_ticket(desk) for _number in range(count)]
    reminders.sweep(at=DUE)

    rows = Notification.objects.filter(cause="alert:breach", recipient=f"user:{desk.leader.pk}")
    assert rows.filter(channel="email").count() == rows.filter(channel="sms").count() == mails
    text = "".join(row.text for row in rows.filter(channel="email"))
    assert all(ticket.code in text for ticket in tickets)
    assert text.count("phản hồi lần đầu: hạn") == (count if mails == 1 else 0)
    assert Alert.objects.filter(person=desk.leader, digest__isnull=mails != 1).count() == count


def test_it_keeps_one_digest_over_the_batches_of_a_sweep(desk, monkeypatch):
    tickets = [log_ticket(desk) for _number in range(15)]
    monkeypatch.setattr(batches, "LIMIT", 7)
    reminders.sweep(at=DUE)

    (mail,) = Notification.objects.filter(cause="alert:breach", channel="email")
    assert all(ticket.code in mail.text for ticket in tickets)
    assert Alert.objects.filter(digest=Digest.objects.get()).count() == 15


def test_it_starts_a_second_digest_where_the_first_is_on_its_way(desk, monkeypatch):
    for _number in range(14):
        log_ticket(desk)
    monkeypatch.setattr(batches, "LIMIT", 7)
    monkeypatch.setattr("notifications.outbox.rewrite", lambda _draft, at: False)
    reminders.sweep(at=DUE)

    assert Notification.objects.filter(cause="alert:breach", channel="email").count() == 2


@pytest.mark.parametrize("breach_first", [False, True])
def test_it_holds_no_digest_that_a_breach_is_in_whichever_batch_brought_it(quiet, monkeypatch, breach_first):
    """N4 before N5: reminders of the night wait, a breach added to their digest takes them along."""
    quiet.alice.memberships.create(agency=quiet.agency, role=Role.LEADER)
    night = DUE - 8 * HOUR
    late = {"officer": quiet.alice, "at": later(hours=-8), "received_at": later(hours=-8)}
    breached = [log_ticket(quiet, **late) for _number in range(8 if breach_first else 0)]
    for _number in range(8):
        log_ticket(quiet, officer=quiet.alice)
    breached += [log_ticket(quiet, **late) for _number in range(0 if breach_first else 8)]
    monkeypatch.setattr(batches, "LIMIT", 8)
    reminders.sweep(at=night)

    (mail,) = Notification.objects.filter(recipient=f"user:{quiet.alice.pk}", cause="alert:breach", channel="email")
    assert mail.next_attempt_at == night
    assert all(ticket.code in mail.text for ticket in breached)
    assert "còn 8 giờ" in mail.text


def test_it_holds_a_digest_of_reminders_alone_over_all_its_batches(quiet, monkeypatch):
    for _number in range(16):
        log_ticket(quiet, officer=quiet.alice)
    monkeypatch.setattr(batches, "LIMIT", 8)
    reminders.sweep(at=DUE - 8 * HOUR)

    assert mail_to(quiet.alice).next_attempt_at == DUE - 2 * HOUR
    assert "còn 2 giờ" in mail_to(quiet.alice).text


def test_it_shows_on_each_request_of_a_digest_how_the_digest_fared(desk):
    """N5: each alert counts as sent when its digest is; whose words it holds besides is not shown (P13)."""
    tickets = [log_ticket(desk) for _number in range(6)]
    reminders.sweep(at=DUE)
    mail = Notification.objects.get(cause="alert:breach", channel="email")
    mail_is(Result.accepted(), mail, at=DUE)

    for ticket in tickets:
        rows = ticket_page.notices(ticket_reading.read(ticket, desk.alice))
        shown = [row for row in rows if row["cause"] == "alert:breach"]
        assert [(row["channel"], row["state"], row["opens"], row["alert"].ticket) for row in shown] == [
            ("sms", "pending", False, ticket),
            ("email", "sent", False, ticket),
        ]


def test_it_shows_with_the_proof_of_an_alert_whose_it_was_and_who_acknowledged_it(desk, ticket):
    reminders.sweep(at=DUE - 8 * HOUR)
    climbing.acknowledge([Alert.objects.get(person=desk.alice)], by=desk.alice, at=DUE - 7.5 * HOUR)

    rows = ticket_page.notices(ticket_reading.read(ticket, desk.alice))
    shown = {row["destination"]: row["alert"] for row in rows if row["cause"] == "alert:reminder"}

    assert {to: alert.level for to, alert in shown.items()} == {
        "alice@so.example": "officer",
        "bob@so.example": "unit_head",
    }
    assert {alert.acknowledged_by for alert in shown.values()} == {desk.alice}


def test_it_acknowledges_all_of_a_digest_at_once(desk):
    for _number in range(6):
        log_ticket(desk)
    reminders.sweep(at=DUE)
    secret = alert_texts.token(Digest.objects.get())

    rows = list(alert_texts.row_of(secret).alerts.select_related("milestone"))
    climbing.acknowledge(rows, by=desk.leader, at=DUE + HOUR)

    assert not Alert.objects.filter(acknowledged_at__isnull=True).exists()


# --- N8: what did not arrive -------------------------------------------------------------------------------------


def test_it_tells_the_next_person_once_nothing_can_reach_the_first(desk, ticket):
    reminders.sweep(at=DUE - 24 * HOUR)
    mail_is(Result.permanent("smtp_550"), mail_to(desk.alice), at=DUE - 23 * HOUR)

    assert told_at(DUE - 23 * HOUR) == ["bob email"]
    assert "không đến nơi" in mail_to(desk.bob).text
    assert User.objects.get(pk=desk.alice.pk).email_failed_at == DUE - 23 * HOUR


def test_it_does_so_after_a_bounce_too(desk, ticket):
    reminders.sweep(at=DUE - 24 * HOUR)
    mail_is(Result.accepted(), mail_to(desk.alice), at=DUE - 24 * HOUR)
    mail_bounces(mail_to(desk.alice), at=DUE - 23 * HOUR)

    assert told_at(DUE - 23 * HOUR) == ["bob email"]


def test_it_climbs_no_more_for_who_proves_not_reached_after_somebody_acknowledged(desk):
    """N2: two dead addresses, found out one after the other; the head has it in hand by then."""
    mai = a_person("mai", desk.agency, Role.FRONT_DESK, desk.office)
    log_ticket(desk)
    reminders.sweep(at=DUE - 24 * HOUR)
    mail_is(Result.permanent("smtp_550"), mail_to(desk.lan), at=DUE - 23 * HOUR)
    assert told_at(DUE - 23 * HOUR) == ["bob email"]
    climbing.acknowledge(Alert.objects.filter(person=desk.bob, needs_ack=True), by=desk.bob, at=DUE - 22 * HOUR)
    mail_is(Result.permanent("smtp_550"), mail_to(mai), at=DUE - 21 * HOUR)

    assert told_at(DUE - 21 * HOUR) == []
    assert not Alert.objects.filter(climb_at__isnull=False).exists()


def test_it_goes_on_past_who_was_told_of_this_climb_before(desk):
    """N3, N8: bob's mail came back and an SMS could reach him by now; his second alert held up hoa's first."""
    mai = a_person("mai", desk.agency, Role.FRONT_DESK, desk.office)
    log_ticket(desk)
    User.objects.update(phone="")
    reminders.sweep(at=DUE - 24 * HOUR)
    for person in (desk.lan, desk.bob, desk.chief, desk.leader):
        mail_is(Result.permanent("smtp_550"), mail_to(person), at=DUE - 23 * HOUR)
        reminders.sweep(at=DUE - 23 * HOUR)
    User.objects.filter(pk=desk.bob.pk).update(phone="+84912345678")
    a_person("hoa", desk.agency, Role.UNIT_HEAD, desk.unit)
    mail_is(Result.permanent("smtp_550"), mail_to(mai), at=DUE - 22 * HOUR)

    assert told_at(DUE - 22 * HOUR) == ["hoa email"]


def test_it_counts_one_accepted_channel_as_reached(desk, ticket):
    reminders.sweep(at=DUE)
    mail_is(Result.permanent("smtp_550"), mail_to(desk.leader), at=DUE)

    assert told_at(DUE + HOUR / 2) == []


@pytest.mark.parametrize(("phone", "says_so"), [("", True), ("+84912345678", False)])
def test_it_says_which_wanted_way_is_missing(desk, ticket, phone, says_so):
    User.objects.filter(pk=desk.leader.pk).update(phone=phone)
    reminders.sweep(at=DUE)

    assert ("Không gửi được tin này qua:" in mail_to(desk.leader).text) is says_so


def test_it_tells_the_alarm_address_where_no_leader_can_be_reached(desk, ticket):
    User.objects.filter(pk=desk.leader.pk).update(phone="")
    Agency.objects.filter(pk=desk.agency.pk).update(alarm_email="alarm@so.example")
    reminders.sweep(at=DUE)
    mail_is(Result.permanent("smtp_550"), mail_to(desk.leader), at=DUE)

    assert told_at(DUE) == [f"agency:{desk.agency.pk} email", "root email"]


def test_it_does_not_use_an_address_again_that_refused(desk, ticket):
    User.objects.filter(pk=desk.alice.pk).update(email_failed_at=MORNING)

    assert told_at(DUE - 24 * HOUR) == ["bob email"]


def test_it_sends_mail_alone_once_the_month_s_sms_are_spent(desk):
    """N8: and warns the administrators once, at four fifths."""
    Agency.objects.filter(pk=desk.agency.pk).update(sms_monthly_cap=5)
    told = []
    for number in range(7):
        log_ticket(desk, at=later(hours=number))
        told.append(told_at(DUE + number * HOUR))

    assert told == [["leader email", "leader sms"]] * 5 + [["leader email"]] * 2
    (warning,) = Notification.objects.filter(cause="sms_cap")
    assert (warning.destination, warning.created_at) == (desk.root.email, DUE + 3 * HOUR)


def test_it_counts_the_sms_of_a_month_by_itself(desk):
    Agency.objects.filter(pk=desk.agency.pk).update(sms_monthly_cap=1)
    log_ticket(desk)
    reminders.sweep(at=DUE)
    log_ticket(desk, at=later(days=10))

    assert told_at(later(days=12)) == ["leader email", "leader sms"]
