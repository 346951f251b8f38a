"""Everyday notices: who finds what under the bell, who gets it by mail, and what a quiet night gathers (N4, P13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import Absence, Agency, Duty, Role, Unit, User
from requests_desk.tickets.models import Notice, Ticket
from requests_desk.tickets.queries import notices as queries
from requests_desk.tickets.services import (
    approval,
    asking,
    assignment,
    cycles,
    intake,
    notices,
    reminders,
    replies,
    sealing,
    sorting,
)
from requests_desk.tickets.services.cycles import Words
from requests_desk.tickets.services.sealing import Hidden
from requests_desk.tickets.services.sorting import Sorted
from requests_desk.tickets.words import NoticeKind
from sla.policies import DEFAULT_POLICY
from tests.support import cast
from tests.support.cast import (
    MORNING,
    Desk,
    a_person,
    a_reply,
    a_request,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
    outbox_row,
)

NIGHT = later(hours=15)  # 23:00 on the office's wall
DAWN = later(hours=22)  # 06:00


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """Give alice a request, and forget that she was told so."""
    ticket = log_ticket(desk, officer=desk.alice)
    forget()
    return ticket


def forget() -> None:
    Notice.objects.all().delete()
    Notification.objects.all().delete()


def told() -> list[tuple[str, str]]:
    """Return who finds what under the bell, in the order it was written."""
    return list(Notice.objects.order_by("pk").values_list("person__username", "kind"))


def mailed() -> list[str]:
    """Return whom mails of notices go to."""
    return sorted(row.destination.partition("@")[0] for row in Notification.objects.filter(cause="notice"))


def submitted(desk: Desk, ticket: Ticket):
    reply = replies.send(ticket, a_reply("refusal"), by=desk.alice, at=later(hours=1))
    ticket.refresh_from_db()
    return reply


def away(who: User, deputy: User | None = None) -> None:
    Absence.objects.create(user=who, deputy=deputy, from_at=later(days=-1), to_at=later(days=9))


# --- each event, and who is told ----------------------------------------------------------------------------------


def to_alice(desk: Desk, ticket: Ticket) -> None:
    assignment.assign(ticket, unit=desk.unit, officer=None, by=desk.alice, at=MORNING)
    forget()
    assignment.assign(ticket, unit=desk.unit, officer=desk.alice, by=desk.bob, at=MORNING)


def to_the_unit(desk: Desk, ticket: Ticket) -> None:
    elsewhere = Unit.objects.create(agency=desk.agency, code="KT", name="Phòng Kế toán")
    a_person("hoa", desk.agency, Role.UNIT_HEAD, elsewhere)
    Ticket.objects.filter(pk=ticket.pk).update(officer=None)
    assignment.assign(ticket, unit=elsewhere, officer=None, by=desk.lan, at=MORNING)


def handed_back(desk: Desk, ticket: Ticket) -> None:
    assignment.assign(ticket, unit=desk.unit, officer=None, by=desk.alice, at=MORNING)


def message(desk: Desk, ticket: Ticket) -> None:
    cycles.message_received(ticket, Words("Tôi gửi thêm giấy tờ."), by=desk.lan, at=later(hours=1))


def asks_again(desk: Desk, ticket: Ticket) -> None:
    replies.send(ticket, a_reply("answer", "call"), by=desk.alice, at=later(hours=1))
    cycles.reopen(ticket, "Chưa đúng nội dung.", by=None, at=later(hours=2))


def submit(desk: Desk, ticket: Ticket) -> None:
    submitted(desk, ticket)


def approve(desk: Desk, ticket: Ticket) -> None:
    reply = submitted(desk, ticket)
    forget()
    approval.approve(reply, by=desk.leader, at=later(hours=2))


def give_back(desk: Desk, ticket: Ticket) -> None:
    reply = submitted(desk, ticket)
    forget()
    approval.give_back(reply, reason="Thiếu căn cứ.", by=desk.leader, at=later(hours=2))


@pytest.mark.parametrize(
    ("act", "who", "kind"),
    [
        (to_alice, "alice", "assigned"),
        (to_the_unit, "hoa", "unit_assigned"),
        (handed_back, "bob", "handed_back"),
        (message, "alice", "message"),
        (asks_again, "alice", "reopened"),
        (submit, "leader", "submitted"),
        (approve, "alice", "approved"),
        (give_back, "alice", "returned"),
    ],
)
def test_it_tells_who_must_know(desk, ticket, act: Callable[[Desk, Ticket], None], who, kind):
    act(desk, ticket)

    assert told() == [(who, kind)]
    assert mailed() == [who]


@pytest.mark.parametrize("way", ["refused", "bounced"])
def test_it_tells_the_author_that_a_reply_did_not_arrive_and_mails_it_at_once(desk, ticket, way):
    """P4: its own mail waits for no morning."""
    reply = replies.send(ticket, a_reply("answer"), by=desk.alice, at=NIGHT)
    row = outbox_row(reply.key)
    if way == "bounced":
        mail_is(Result.accepted(), row, at=NIGHT)
        mail_bounces(row, at=NIGHT)
    else:
        mail_is(Result.permanent("smtp_550"), row, at=NIGHT)

    assert told() == [("alice", "not_delivered")]
    mail = Notification.objects.get(cause="not_delivered")
    assert (mail.destination, mail.next_attempt_at) == ("alice@so.example", NIGHT)


def test_it_says_what_happened_to_which_request_and_no_more(desk, ticket):
    """N10."""
    message(desk, ticket)

    mail = Notification.objects.get(cause="notice")
    assert mail.title == f"[{ticket.code}] Người yêu cầu gửi thêm thông tin hoặc tệp"
    assert ticket.code in mail.text and "/desk/notices/" in mail.text
    assert "giấy tờ" not in mail.text + mail.html and "Vạn Phát Sơn" not in mail.text + mail.html


def test_it_speaks_the_reader_s_language(desk, ticket):
    User.objects.filter(pk=desk.alice.pk).update(language="en")
    message(desk, Ticket.objects.get(pk=ticket.pk))

    assert Notification.objects.get(cause="notice").title == f"[{ticket.code}] New message or file from the requester"


def test_it_tells_nobody_what_they_did_themselves(desk, ticket):
    cycles.message_received(ticket, Words("Gọi lại."), by=desk.alice, at=later(hours=1))

    assert (told(), mailed()) == ([], [])


def test_it_does_not_look_for_somebody_else_where_the_head_gave_it_to_the_unit(desk, ticket):
    assignment.assign(ticket, unit=desk.unit, officer=None, by=desk.bob, at=MORNING)

    assert told() == []


def test_it_is_silent_where_nothing_changed_hands(desk, ticket):
    assignment.assign(ticket, unit=desk.unit, officer=desk.alice, by=desk.bob, at=MORNING)

    assert told() == []


def test_it_is_silent_about_automatic_mail(desk, ticket):
    cycles.message_received(ticket, Words("Tôi vắng mặt.", is_automatic=True), by=None, at=later(hours=1))

    assert told() == []


def test_it_tells_the_head_and_else_the_front_desk_while_nobody_handles_it(desk):
    ticket = log_ticket(desk)
    message(desk, ticket)
    desk.bob.memberships.all().delete()
    cycles.message_received(ticket, Words("Thêm nữa."), by=None, at=later(hours=1))

    assert told() == [("bob", "message"), ("lan", "message")]


def test_it_tells_of_one_event_once(desk, ticket):
    message(desk, ticket)
    ticket.refresh_from_db()
    (notice,) = Notice.objects.all()

    assert notice.key == f"message:{ticket.pk}:{ticket.ledger_seq}:user:{desk.alice.pk}"
    assert Notification.objects.get(cause="notice").key == f"notice:{notice.key}:email"


# --- a sealed report, by any door (P13) -----------------------------------------------------------------------------


def asked_online(desk: Desk) -> None:
    asking.send(
        desk.agency,
        a_request(kind="harassment", channel="qna"),
        nonce="n",
        issued_date=MORNING.date(),
        signs=(),
        files=(),
        at=MORNING,
    )


def sorted_as_one(desk: Desk) -> None:
    sorting.sort(log_ticket(desk), Sorted(kind="denunciation"), by=desk.lan, at=MORNING)


def sealed_by_hand(desk: Desk) -> None:
    sealing.seal(log_ticket(desk), units=[desk.unit], by=desk.lan, at=MORNING)


@pytest.mark.parametrize("door", [asked_online, sorted_as_one, sealed_by_hand])
def test_it_tells_the_leadership_of_a_sealed_report_at_once(desk, door: Callable[[Desk], None]):
    door(desk)

    assert (told(), mailed()) == ([("leader", "report")], ["leader"])
    mail = Notification.objects.get(cause="notice")
    assert Ticket.objects.get().text not in mail.title + mail.text + mail.html


def test_it_tells_no_leader_whom_a_report_is_about(desk):
    hidden = Hidden(people=[desk.leader])
    intake.log(desk.agency, a_request(kind="harassment"), by=None, at=MORNING, hidden=hidden)

    assert told() == [("ivan", "report")]


def test_it_tells_of_a_report_once_however_often_it_is_sorted_or_sealed(desk):
    ticket = log_ticket(desk, kind="harassment", unit=None)
    sorting.sort(ticket, Sorted(kind="denunciation"), by=desk.leader, at=MORNING)
    sealing.seal(ticket, people=[desk.alice], by=desk.ivan, at=MORNING)

    assert told() == [("leader", "report")]


# --- N3, P13 ------------------------------------------------------------------------------------------------------


def test_it_mails_the_deputy_and_leaves_a_note_for_who_is_away(desk, ticket):
    away(desk.alice, desk.lan)
    cycles.message_received(ticket, Words("Thêm."), by=None, at=later(hours=1))

    assert sorted(told()) == [("alice", "message"), ("lan", "message")]
    assert mailed() == ["lan"]
    assert "vì thay Alice" in Notification.objects.get(cause="notice").text


def test_it_goes_to_the_next_where_nobody_stands_in(desk, ticket):
    away(desk.alice)
    cycles.message_received(ticket, Words("Thêm."), by=None, at=later(hours=1))

    assert told() == [("bob", "message")]


def test_it_tells_nobody_who_is_excluded(desk):
    """P13: alice is reported on, bob's unit with her; the leader alone reads such a report."""
    ticket = log_ticket(desk, kind="harassment", unit=None)
    forget()
    ticket.exclusions.create(user=desk.alice)
    ticket.exclusions.create(unit=desk.unit)
    Ticket.objects.filter(pk=ticket.pk).update(officer=desk.alice, unit=desk.unit)
    cycles.message_received(ticket, Words("Thêm."), by=None, at=later(hours=1))

    assert (told(), mailed()) == ([], [])


def test_it_hides_from_the_bell_what_was_sealed_since(desk, ticket):
    """P13 holds when it is read, not only when it is written."""
    message(desk, ticket)
    assert queries.unread(desk.alice) == 1

    Ticket.objects.filter(pk=ticket.pk).update(sealed=True)
    ticket.exclusions.create(user=desk.alice)

    assert queries.unread(desk.alice) == 0
    assert queries.page(desk.alice) == ([], None)


# --- by mail, and N4 ----------------------------------------------------------------------------------------------


def test_it_mails_nobody_who_does_not_want_it(desk, ticket):
    User.objects.filter(pk=desk.alice.pk).update(mails_notices=False)
    message(desk, Ticket.objects.get(pk=ticket.pk))

    assert (told(), mailed()) == ([("alice", "message")], [])


def test_it_mails_nobody_whose_address_refuses(desk, ticket):
    User.objects.filter(pk=desk.alice.pk).update(email_failed_at=MORNING)
    message(desk, Ticket.objects.get(pk=ticket.pk))

    assert (told(), mailed()) == ([("alice", "message")], [])


def at_night(desk: Desk, ticket: Ticket, *, times: int = 2) -> None:
    for number in range(times):
        cycles.message_received(ticket, Words(f"Thêm {number}."), by=None, at=NIGHT + timedelta(minutes=number))


def test_it_gathers_a_night_into_one_mail_at_dawn(desk, ticket):
    other = log_ticket(desk, officer=desk.alice)
    forget()
    at_night(desk, ticket)
    at_night(desk, other, times=1)
    assert (len(told()), mailed()) == (3, [])

    reminders.sweep(at=DAWN - timedelta(seconds=1))
    assert mailed() == []
    reminders.sweep(at=DAWN)
    reminders.sweep(at=DAWN)

    (mail,) = Notification.objects.filter(cause="notice")
    assert mail.title.startswith("[Thông báo] 3 việc mới")
    assert mail.text.count(ticket.code + ":") == 2 and mail.text.count(other.code + ":") == 1


def test_it_mails_at_dawn_nothing_that_was_read_or_sealed_meanwhile(desk, ticket):
    at_night(desk, ticket, times=1)
    read = log_ticket(desk, officer=desk.alice, at=NIGHT)
    notices.read(desk.alice, ticket=read, at=NIGHT)
    Ticket.objects.filter(pk=ticket.pk).update(sealed=True)
    ticket.exclusions.create(user=desk.alice)
    Notification.objects.all().delete()

    reminders.sweep(at=DAWN)

    assert mailed() == []
    assert not notices.due(at=DAWN).exists()


def test_it_mails_once_of_many_that_were_given_in_one_act(desk):
    tickets = [log_ticket(desk) for _number in range(7)]
    forget()
    assignment.assign_many(tickets, unit=desk.unit, officer=desk.alice, reason="Nghỉ phép.", by=desk.bob, at=MORNING)
    assert (len(told()), mailed()) == (7, [])

    reminders.sweep(at=later(seconds=15))

    (mail,) = Notification.objects.filter(cause="notice")
    assert all(ticket.code in mail.text for ticket in tickets)


def test_it_holds_nothing_for_who_is_on_duty(desk, ticket):
    """N1."""
    Duty.objects.create(agency=desk.agency, user=desk.alice, from_at=MORNING, to_at=later(days=1))
    at_night(desk, ticket, times=1)

    assert mailed() == ["alice"]


def test_it_goes_on_with_the_next_where_one_mail_cannot_be_written(desk, ticket, monkeypatch):
    at_night(desk, ticket, times=1)
    replies.send(ticket, a_reply("refusal"), by=desk.alice, at=NIGHT)
    whole = notices._mail_gathered

    def broken(pk: int, *, at):
        if pk == desk.alice.pk:
            raise ValueError(pk)
        whole(pk, at=at)

    monkeypatch.setattr(notices, "_mail_gathered", broken)
    reminders.sweep(at=DAWN)

    assert mailed() == ["leader"]


# --- what is read -------------------------------------------------------------------------------------------------


def test_it_counts_as_read_what_somebody_looked_at(desk, ticket):
    message(desk, ticket)
    cycles.message_received(log_ticket(desk, officer=desk.alice), Words("Khác."), by=None, at=later(hours=1))

    assert notices.read(desk.alice, ticket=ticket, at=later(hours=2)) == 1
    assert queries.unread(desk.alice) == 2  # assigned, and a message
    assert notices.read(desk.alice, at=later(hours=2)) == 2
    assert queries.unread(desk.alice) == 0


def test_it_counts_in_one_query_and_no_further_than_a_hundred(desk, ticket, django_assert_num_queries):
    Notice.objects.bulk_create(
        Notice(ticket=ticket, person=desk.alice, kind=NoticeKind.MESSAGE, key=f"x:{number}", at=MORNING)
        for number in range(130)
    )
    assert queries.unread(desk.alice) == 100

    with django_assert_num_queries(1):
        queries.unread(desk.alice)


# --- alerts that name the desk among their channels ---------------------------------------------------------------


def test_it_rings_for_a_rung_that_names_the_desk(db, settings):
    settings.DESK_DEMO = True
    by_desk = {"to": "officer", "before": "24h", "by": ["in_app", "email"]}
    ladder = [by_desk, {"to": "leadership", "before": "0m", "by": ["email"]}]
    desk = cast.open_desk(policy={**DEFAULT_POLICY, "ladder": ladder})
    Agency.objects.update(quiet_from=time(0), quiet_to=time(0))
    log_ticket(desk, officer=desk.alice)
    forget()
    reminders.sweep(at=later(hours=24))

    assert told() == [("alice", "reminder")]
    rows = Notification.objects.filter(cause="alert:reminder").order_by("channel").values_list("channel", "state")
    assert list(rows) == [("email", "pending"), ("in_app", "delivered")]
