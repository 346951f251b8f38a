"""When a reply leaves: at once, after some seconds in which it may be taken back, or as the office opens."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest

from notifications.models import Notification
from notifications.results import Result
from requests_desk.tickets.models import Notice, Reply, Ticket
from requests_desk.tickets.queries import audit, rebuilt
from requests_desk.tickets.services import (
    approval,
    attachments,
    closing,
    merging,
    refusing,
    releasing,
    reminders,
    replies,
    reply_checks,
)
from tests.support import files
from tests.support.cast import Desk, a_reply, later, log_ticket, mail_is, outbox_row

# Tuesday evening, the office closed; the promise of a request received on Monday at 08:00 ends on Wednesday at 08:00.
EVENING = later(hours=36)
OPENING = later(hours=47, minutes=30)


@pytest.fixture(autouse=True)
def ten_seconds(settings: Any) -> None:
    settings.UNDO_SECONDS = 10


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def send(ticket: Ticket, desk: Desk, *, at: datetime, kind: str = "answer", **how: Any) -> Reply:
    return replies.send(ticket, a_reply(kind), by=desk.alice, at=at, **{"may_undo": True, **how})


def mails() -> int:
    return Notification.objects.filter(cause="reply").count()


def kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in ticket.events.order_by("seq") if event.kind.startswith("reply_")]


def test_it_waits_ten_seconds_outside_the_outbox_and_then_goes(desk: Desk, ticket: Ticket) -> None:
    reply = send(ticket, desk, at=later(hours=1))
    early = releasing.let_go(at=later(hours=1, seconds=9))

    reminders.sweep(at=later(hours=1, seconds=10))
    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=1, seconds=12))

    assert (reply.state, early, mails()) == ("waiting", 0, 1)
    assert kinds(ticket) == ["reply_recorded", "reply_held", "reply_sent", "reply_reached"]
    assert Ticket.objects.get().state == "replied"
    assert not list(rebuilt.differing(on_progress=lambda _n: None))


def test_it_is_taken_back_with_its_words_and_sent_anew_as_the_same_reply(desk: Desk, ticket: Ticket) -> None:
    reply = send(ticket, desk, at=later(hours=1))

    approval.take_back(reply, by=desk.alice, at=later(hours=1, seconds=5))
    went = releasing.let_go(at=later(hours=2))
    again = approval.submit_again(reply, a_reply(text="Bốn giấy tờ."), by=desk.alice, at=later(hours=2))

    assert (went, again.pk, again.state, mails()) == (0, reply.pk, "sent", 1)
    assert Reply.objects.get().text == "Bốn giấy tờ."


def test_it_is_too_late_to_take_back_what_has_gone(desk: Desk, ticket: Ticket) -> None:
    reply = send(ticket, desk, at=later(hours=1))
    releasing.let_go(at=later(hours=1, seconds=10))

    with pytest.raises(refusing.NotNow):
        approval.take_back(reply, by=desk.alice, at=later(hours=1, seconds=11))


def test_the_same_form_sent_again_after_an_undo_goes_on_with_its_draft(desk: Desk, ticket: Ticket) -> None:
    seen = ticket.ledger_seq
    reply = send(ticket, desk, at=later(hours=1), seen_seq=seen)
    approval.take_back(reply, by=desk.alice, at=later(hours=1, seconds=5))

    again = send(ticket, desk, at=later(hours=1, seconds=8), seen_seq=seen)

    assert (again.pk, again.state, Reply.objects.count()) == (reply.pk, "waiting", 1)


@pytest.mark.parametrize(("left", "state"), [(71, "waiting"), (70, "waiting"), (69, "sent"), (-60, "sent")])
def test_it_is_never_held_past_due(desk: Desk, ticket: Ticket, left: float, state: str) -> None:
    reply = send(ticket, desk, at=later(hours=48, seconds=-left))

    assert reply.state == state


def test_it_goes_as_the_office_opens(desk: Desk, ticket: Ticket) -> None:
    reply = send(ticket, desk, at=EVENING, send_at="opening")

    reminders.sweep(at=later(hours=47, minutes=29))
    before = mails()
    reminders.sweep(at=OPENING)

    assert (reply.state, reply.goes_at, before, mails()) == ("waiting", OPENING, 0, 1)


def test_the_ladder_goes_on_while_it_waits(desk: Desk, ticket: Ticket) -> None:
    """P3: only its arrival meets the promise."""
    send(ticket, desk, at=EVENING, send_at="opening")

    reminders.sweep(at=later(hours=46))

    assert ticket.events.filter(kind="alert_told").exists()
    assert not ticket.events.filter(kind="milestone_met").exists()


def test_it_refuses_an_opening_after_the_due_time_and_says_that_time(desk: Desk) -> None:
    ticket = log_ticket(desk, at=later(hours=-2), officer=desk.alice)  # due at 06:00, before any office opens

    with pytest.raises(reply_checks.Refused) as refused:
        send(ticket, desk, at=EVENING, send_at="opening")

    (said,) = refused.value.fields["send_at"]
    assert "06:00 25/11/2026" in said and not Reply.objects.exists()


def test_it_promises_nothing_before_it_goes(desk: Desk, ticket: Ticket) -> None:
    soon = a_reply("interim", promised_at=later(hours=40))

    with pytest.raises(reply_checks.Refused) as refused:
        replies.send(ticket, soon, by=desk.alice, at=EVENING, send_at="opening")

    assert list(refused.value.fields) == ["promised_at"]


def test_it_goes_early_where_the_due_time_comes_nearer(desk: Desk, ticket: Ticket) -> None:
    send(ticket, desk, at=EVENING, send_at="opening")
    Ticket.objects.update(next_due_at=later(hours=37), queue_at=later(hours=37))

    reminders.sweep(at=later(hours=36, minutes=59, seconds=30))

    assert mails() == 1


def test_it_returns_to_its_author_where_it_cannot_go_any_more(desk: Desk, ticket: Ticket) -> None:
    send(ticket, desk, at=EVENING, send_at="opening")
    closing.close(ticket, "withdrawn", note="Tôi rút yêu cầu.", by=desk.alice, at=later(hours=37))

    reminders.sweep(at=OPENING)

    assert (Reply.objects.get().state, mails()) == ("returned", 0)
    assert Reply.objects.get().return_reason


def test_it_goes_with_the_request_that_another_took_in(desk: Desk, ticket: Ticket) -> None:
    """P8."""
    other = log_ticket(desk, at=later(hours=1), officer=desk.alice)
    send(other, desk, at=EVENING, send_at="opening")
    merging.merge(ticket, other, reason="Một việc", by=desk.bob, at=later(hours=37))

    reminders.sweep(at=OPENING)

    assert Notification.objects.get(cause="reply").subject == ticket.key


def test_it_waits_for_the_opening_once_it_is_signed(desk: Desk, ticket: Ticket) -> None:
    reply = send(ticket, desk, at=EVENING, kind="refusal", send_at="opening")
    assert reply.state == "submitted"

    approval.approve(reply, by=desk.leader, at=later(hours=38))
    reminders.sweep(at=OPENING)

    assert (Reply.objects.get().state, mails()) == ("sent", 1)
    assert kinds(ticket)[-3:] == ["reply_approved", "reply_held", "reply_sent"]


def test_a_third_interim_that_waits_counts(desk: Desk, ticket: Ticket) -> None:
    """P5."""
    for hours in (30, 31):
        send(ticket, desk, at=later(hours=hours), kind="interim", send_at="opening")

    with pytest.raises(reply_checks.Refused) as refused:
        send(ticket, desk, at=later(hours=32), kind="interim")

    assert list(refused.value.fields) == ["kind"]


def test_one_that_breaks_holds_up_no_other(desk: Desk, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = (
        send(one, desk, at=EVENING, send_at="opening") for one in (ticket, log_ticket(desk, officer=desk.alice))
    )
    carry = replies.carry

    def breaks(ticket: Ticket, reply: Reply, **how: Any) -> None:
        if reply.pk == bad.pk:
            raise ValueError
        carry(ticket, reply, **how)

    monkeypatch.setattr(replies, "carry", breaks)
    releasing.let_go(at=OPENING)

    assert set(Reply.objects.values_list("pk", "state")) == {(bad.pk, "waiting"), (good.pk, "sent")}
    assert audit.findings(at=later(hours=48))["reply_not_gone"] == 1


def signed(ticket: Ticket, desk: Desk, *, at: datetime, **how: Any) -> Reply:
    """Return a refusal of alice that the leader signed in the page."""
    reply = send(ticket, desk, at=later(hours=1), kind="refusal", **how)
    return approval.approve(reply, by=desk.leader, at=at, may_undo=True)


def told(desk: Desk) -> list[str]:
    return list(Notice.objects.filter(person=desk.alice).exclude(kind="assigned").values_list("kind", flat=True))


def test_what_was_signed_waits_ten_seconds_too_and_then_its_author_hears_of_it(desk: Desk, ticket: Ticket) -> None:
    reply = signed(ticket, desk, at=later(hours=2))
    before = (reply.state, mails(), told(desk))

    reminders.sweep(at=later(hours=2, seconds=10))

    assert before == ("waiting", 0, [])
    assert (Reply.objects.get().state, mails(), told(desk)) == ("sent", 1, ["approved"])


def test_its_signer_takes_it_back_onto_their_own_desk_without_the_signed_file(desk: Desk, ticket: Ticket) -> None:
    reply = send(ticket, desk, at=later(hours=1), kind="refusal")
    scan = attachments.keep(io.BytesIO(files.PDF), "ký.pdf", by=desk.leader, at=later(hours=2))
    approval.approve(reply, by=desk.leader, at=later(hours=2), files=[scan], may_undo=True)

    approval.take_back(reply, by=desk.leader, at=later(hours=2, seconds=5))
    went = releasing.let_go(at=later(hours=3))

    kept = Reply.objects.get()
    assert (kept.state, kept.signed_by, kept.goes_at, kept.files.count(), went) == ("submitted", None, None, 0, 0)
    assert (Ticket.objects.get().waiting_for, told(desk)) == ("leader", [])
    assert kinds(ticket)[-3:] == ["reply_held", "reply_taken_back", "reply_submitted"]
    assert not list(rebuilt.differing(on_progress=lambda _n: None))


def test_what_its_signer_takes_back_keeps_when_its_author_wanted_it_to_go(desk: Desk, ticket: Ticket) -> None:
    reply = send(ticket, desk, at=EVENING, kind="refusal", send_at="opening")
    approval.approve(reply, by=desk.leader, at=later(hours=37), may_undo=True)
    assert told(desk) == ["approved"]

    approval.take_back(reply, by=desk.leader, at=later(hours=38))

    kept = Reply.objects.get()
    assert (kept.state, kept.goes_at) == ("submitted", OPENING)


def test_what_its_author_takes_back_after_the_signature_is_a_draft(desk: Desk, ticket: Ticket) -> None:
    reply = signed(ticket, desk, at=later(hours=2))

    approval.take_back(reply, by=desk.alice, at=later(hours=2, seconds=5))

    assert Reply.objects.get().state == "draft"


def test_what_is_signed_by_a_program_goes_at_once(desk: Desk, ticket: Ticket) -> None:
    reply = send(ticket, desk, at=later(hours=1), kind="refusal")

    approval.approve(reply, by=desk.leader, at=later(hours=2))

    assert (Reply.objects.get().state, mails()) == ("sent", 1)
