"""What meets the promise and what does not (P3), a delivery that fails (P4), what a reply must hold (P5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from notifications import outbox
from notifications.models import Notification
from notifications.results import Result
from notifications.sms_text import segments
from requests_desk.people.models import User
from requests_desk.tickets.models import Delivery, Reply, Ticket
from requests_desk.tickets.services import assignment, closing, reminders, replies, reply_checks
from sla.models import Breach, Milestone
from tests.sla.vietnam import local
from tests.support.cast import (
    MORNING,
    PROMISE,
    Desk,
    a_reply,
    answered_by_call,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
    outbox_row,
)

KINDS = ("answer", "interim", "refusal", "transfer")
DUE = MORNING + PROMISE


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def first(ticket: Ticket) -> Milestone:
    return Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply")


def promised(ticket: Ticket) -> list[Milestone]:
    return list(Milestone.objects.filter(clock__ticket_clock__ticket=ticket, name="promised").order_by("number"))


def mailed(
    ticket: Ticket, by: User, *, at: object, accepted: bool = True, kind: str = "answer", **more: object
) -> Reply:
    reply = replies.send(ticket, a_reply(kind), by=by, at=at)
    mail_is(Result.accepted(), outbox_row(reply.key), at=at)
    reply.refresh_from_db()
    return reply


def breaches(ticket: Ticket) -> list[tuple[object, str]]:
    rows = Breach.objects.filter(milestone__clock__ticket_clock__ticket=ticket, voided_at__isnull=True)
    return [(row.due_at, row.cause) for row in rows.order_by("due_at", "pk")]


# --- P3 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channel", ["call", "letter", "in_person"])
def test_it_is_met_by_a_reply_spoken_posted_or_handed_over_at_that_moment(desk, ticket, kind, channel):
    """P3."""
    draft = a_reply(kind, channel, happened_at=later(hours=1))

    replies.send(ticket, draft, by=desk.leader, at=later(hours=1, minutes=10))

    assert first(ticket).met_at == later(hours=1)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_met_by_mail_once_the_next_server_took_it(desk, ticket, kind):
    """P3."""
    reply = replies.send(ticket, a_reply(kind), by=desk.leader, at=later(hours=1))
    assert first(ticket).is_open

    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=2))

    assert first(ticket).met_at == later(hours=2)


@pytest.mark.parametrize(
    "result", [Result.temporary("smtp_450"), Result.uncertain("dropped_in_data"), Result.permanent("smtp_550")]
)
def test_it_is_not_met_by_mail_that_was_not_accepted(desk, ticket, result):
    """P3."""
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))

    mail_is(result, outbox_row(reply.key), at=later(hours=2))

    assert first(ticket).is_open


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", ["no_answer", "wrong_number"])
def test_it_is_never_met_by_a_call_nobody_took(desk, ticket, kind, outcome):
    """P3: and such a call needs nothing but its outcome."""
    replies.send(ticket, replies.Draft(kind, "call", call_outcome=outcome), by=desk.alice, at=later(hours=1))

    assert first(ticket).is_open
    assert Delivery.objects.get().reason == outcome


def test_it_is_never_met_by_assignment_note_or_state(desk, ticket):
    """P3: nor by an ending without reply."""
    assignment.assign(ticket, unit=desk.office, officer=None, by=desk.bob, at=later(hours=1))
    assignment.note(ticket, "Đã trả lời rồi.", by=desk.alice, at=later(hours=1))
    Ticket.objects.update(state="replied")
    closing.close(ticket, "withdrawn", note="Thôi không cần nữa.", by=desk.alice, at=later(hours=2))

    assert first(ticket).met_at is None


def test_it_is_met_late_when_the_reply_arrives_late_however_early_it_was_written(desk, ticket):
    """P3, P6."""
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=DUE - timedelta(minutes=5))

    mail_is(Result.accepted(), outbox_row(reply.key), at=DUE + timedelta(minutes=5))

    assert breaches(ticket) == [(DUE, "no_reply")]


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize(("lag", "breached"), [(10, False), (20, True)])
def test_it_takes_a_call_logged_soon_after_as_made_in_time_and_no_later_word(desk, ticket, lag, breached, swept):
    """P3: a quarter of an hour to write it down, whether or not the timer was quicker."""
    happened = DUE - timedelta(minutes=1)
    if swept:
        reminders.sweep(at=DUE + timedelta(seconds=5))

    draft = a_reply("answer", "call", happened_at=happened)
    replies.send(ticket, draft, by=desk.bob, at=happened + timedelta(minutes=lag))

    assert breaches(ticket) == [(DUE, "no_reply")] * breached
    assert first(ticket).met_at == happened


@pytest.mark.parametrize(
    ("who", "happened", "problem"),
    [
        ("alice", timedelta(minutes=15), None),
        ("alice", timedelta(minutes=16), "happened_at"),
        ("bob", timedelta(hours=3), None),
        ("bob", timedelta(hours=11), "happened_at"),
        ("bob", timedelta(seconds=-1), "happened_at"),
    ],
)
def test_it_dates_a_call_after_receipt_and_soon_before_it_is_logged(desk, ticket, who, happened, problem):
    """P3: later only by a head of unit, before the request or in the future by nobody."""
    draft = a_reply("answer", "call", happened_at=later(hours=10) - happened)

    if problem:
        with pytest.raises(reply_checks.Refused) as error:
            replies.send(ticket, draft, by=getattr(desk, who), at=later(hours=10))
        assert list(error.value.fields) == [problem]
    else:
        replies.send(ticket, draft, by=getattr(desk, who), at=later(hours=10))


def test_it_refuses_mail_where_none_can_be_sent(desk, ticket, settings):
    """N8: with what to do."""
    settings.DESK_DEMO = False

    assert "channel" in refused(desk, ticket)


def test_it_refuses_mail_to_who_has_no_usable_address(desk, ticket):
    ticket.requester.email = "test@@mail"
    ticket.requester.save(update_fields=["email"])

    assert "channel" in refused(desk, ticket)


def test_it_calls_a_breach_not_reachable_after_three_calls_two_office_hours_apart(desk, ticket):
    """P3: before it was due."""
    for hours in (1, 3.5, 25.5):  # 09:00 and 11:30 on the 23rd; 09:30 on the 24th, a holiday, does not count
        missed_call(ticket, desk.alice, later(hours=hours))
    missed_call(ticket, desk.alice, local("23/11/2026 16:00"))

    reminders.sweep(at=DUE + timedelta(days=1))

    assert breaches(ticket) == [(DUE, "not_reachable")]


@pytest.mark.parametrize(
    "calls",
    [
        ["23/11/2026 09:00", "23/11/2026 10:30", "23/11/2026 16:00"],
        ["23/11/2026 09:00", "23/11/2026 16:00"],
        ["23/11/2026 09:00", "23/11/2026 16:00", "25/11/2026 09:30"],
    ],
)
def test_it_calls_a_breach_not_reachable_for_nothing_less(desk, ticket, calls):
    """P3: too close together, too few, or only after it was due."""
    for moment in calls:
        missed_call(ticket, desk.alice, local(moment))

    reminders.sweep(at=DUE + timedelta(days=1))

    assert breaches(ticket) == [(DUE, "no_reply")]


def missed_call(ticket: Ticket, by: User, at: object) -> Reply:
    return replies.send(ticket, replies.Draft("answer", "call", call_outcome="no_answer"), by=by, at=at)


# --- P4 ----------------------------------------------------------------------------------------------------------


def test_it_opens_again_at_its_original_due_time_when_the_only_delivery_fails(desk, ticket):
    """P4."""
    reply = mailed(ticket, desk.alice, at=later(hours=1))

    mail_bounces(outbox_row(reply.key), at=later(hours=20))

    ticket.refresh_from_db()
    reply.refresh_from_db()
    assert (first(ticket).is_open, first(ticket).due_at, ticket.next_due_at) == (True, DUE, DUE)
    assert (ticket.state, reply.reached_at) == ("assigned", None)
    assert breaches(ticket) == []


def test_it_is_a_breach_dated_when_it_was_due_when_that_has_passed(desk, ticket):
    """P4."""
    reply = mailed(ticket, desk.alice, at=later(hours=1))

    mail_bounces(outbox_row(reply.key), at=DUE + timedelta(hours=6))

    assert breaches(ticket) == [(DUE, "sent_not_delivered")]
    assert Breach.objects.get().recorded_at == DUE + timedelta(hours=6)


def test_it_tells_leadership_of_a_breach_that_a_bounce_uncovered(desk, ticket):
    """P4, N1."""
    reply = mailed(ticket, desk.alice, at=later(hours=1))
    mail_bounces(outbox_row(reply.key), at=DUE + timedelta(hours=6))

    reminders.sweep(at=DUE + timedelta(hours=6))

    told = Notification.objects.filter(cause="alert:breach").values_list("recipient", "channel")
    assert set(told) == {(f"user:{desk.leader.pk}", "email"), (f"user:{desk.leader.pk}", "sms")}


def test_it_stays_met_by_another_reply_that_still_stands(desk, ticket):
    """P4: at that one's own moment."""
    reply = mailed(ticket, desk.alice, at=later(hours=1))
    answered_by_call(ticket, by=desk.alice, at=later(hours=5))

    mail_bounces(outbox_row(reply.key), at=DUE + timedelta(hours=6))

    ticket.refresh_from_db()
    assert (first(ticket).met_at, ticket.state) == (later(hours=5), "replied")
    assert breaches(ticket) == []


def test_it_is_a_breach_when_what_still_stands_came_too_late(desk, ticket):
    """P4."""
    reply = mailed(ticket, desk.alice, at=later(hours=1))
    answered_by_call(ticket, by=desk.alice, at=DUE + timedelta(hours=1))

    mail_bounces(outbox_row(reply.key), at=DUE + timedelta(hours=6))

    assert breaches(ticket) == [(DUE, "sent_not_delivered")]
    assert first(ticket).met_at == DUE + timedelta(hours=1)


def test_it_loses_what_a_bounced_interim_had_promised(desk, ticket):
    """P4, P5."""
    reply = mailed(ticket, desk.alice, at=later(hours=1), kind="interim")

    mail_bounces(outbox_row(reply.key), at=later(hours=20))

    ticket.refresh_from_db()
    assert [milestone.end_reason for milestone in promised(ticket)] == ["voided"]
    assert (ticket.next_due_at, ticket.state) == (DUE, "assigned")


def test_it_goes_back_to_the_promise_that_still_stands(desk, ticket):
    """P4: the answer that met a promise bounces."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))
    reply = mailed(ticket, desk.alice, at=later(hours=30))

    mail_bounces(outbox_row(reply.key), at=later(hours=40))

    ticket.refresh_from_db()
    assert first(ticket).met_at == later(hours=1)
    assert (ticket.next_due_at, ticket.state) == (later(days=4), "interim_sent")


def test_it_keeps_a_second_promise_when_the_first_interim_bounces(desk, ticket):
    """P4."""
    reply = mailed(ticket, desk.alice, at=later(hours=1), kind="interim")
    second = a_reply("interim", "call", promised_at=later(days=5))
    answered_by_call(ticket, by=desk.alice, at=later(hours=30), draft=second)

    mail_bounces(outbox_row(reply.key), at=later(hours=40))

    ticket.refresh_from_db()
    assert (first(ticket).met_at, ticket.next_due_at) == (later(hours=30), later(days=5))


def test_it_owes_what_an_interim_promised_after_an_answer_that_never_arrived(desk, ticket):
    """P4: while the answer counted, the later interim promised nothing; now it does."""
    reply = mailed(ticket, desk.alice, at=later(hours=1))
    answered_by_call(ticket, by=desk.alice, at=later(hours=5), draft=a_reply("interim", "call"))
    assert promised(ticket) == []

    mail_bounces(outbox_row(reply.key), at=later(hours=40))

    ticket.refresh_from_db()
    assert (first(ticket).met_at, ticket.next_due_at) == (later(hours=5), later(days=4))


@pytest.mark.parametrize("gone", [False, True])
def test_it_tells_the_author_at_once_or_who_holds_the_ticket_now(desk, ticket, gone):
    """P4, N3."""
    reply = mailed(ticket, desk.bob, at=later(hours=1))
    User.objects.filter(pk=desk.bob.pk).update(is_active=not gone)

    mail_bounces(outbox_row(reply.key), at=later(hours=20))

    told = Notification.objects.get(cause="not_delivered")
    assert told.recipient == f"user:{desk.alice.pk if gone else desk.bob.pk}"
    assert told.created_at == later(hours=20)


def test_it_tells_the_author_in_their_own_language(desk, ticket):
    """P4."""
    User.objects.filter(pk=desk.alice.pk).update(language="en")
    reply = mailed(ticket, User.objects.get(pk=desk.alice.pk), at=later(hours=1))

    mail_bounces(outbox_row(reply.key), at=later(hours=20))

    assert "1 day 4 hours left" in Notification.objects.get(cause="not_delivered").text


def test_it_tells_the_author_of_a_mail_refused_outright(desk, ticket):
    """P4."""
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))

    mail_is(Result.permanent("smtp_550"), outbox_row(reply.key), at=later(hours=1))

    assert Notification.objects.filter(cause="not_delivered").count() == 1
    assert [event.kind for event in ticket.events.order_by("seq")][-1] == "reply_not_reached"


def test_it_brings_a_closed_ticket_back_when_its_answer_did_not_arrive(desk, ticket):
    """P4, P15."""
    reply = mailed(ticket, desk.alice, at=later(hours=1))
    closing.close(ticket, "answered", by=desk.alice, at=later(hours=2))

    mail_bounces(outbox_row(reply.key), at=later(hours=20))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.ending, ticket.closed_at, ticket.next_due_at) == ("assigned", "", None, DUE)
    facts = ticket.events.get(kind="reply_voided").facts
    assert facts["state"] == ["closed", "assigned"]


def test_it_brings_a_closed_ticket_back_when_only_half_its_ending_stands(desk, ticket):
    """P4, P15: partly answered needs its refusal too."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=1))
    reply = mailed(ticket, desk.leader, at=later(hours=2), kind="refusal")
    closing.close(ticket, "partly_answered", by=desk.alice, at=later(hours=3))

    mail_bounces(outbox_row(reply.key), at=later(hours=20))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.ending) == ("replied", "")


def test_it_stays_closed_when_its_ending_still_has_its_reply(desk, ticket):
    """P4."""
    reply = mailed(ticket, desk.alice, at=later(hours=1), kind="interim")
    answered_by_call(ticket, by=desk.alice, at=later(hours=2))
    closing.close(ticket, "answered", by=desk.alice, at=later(hours=3))

    mail_bounces(outbox_row(reply.key), at=later(hours=20))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.ending, ticket.next_due_at) == ("closed", "answered", None)


@pytest.mark.parametrize(
    ("closed", "bounced", "expected"),
    [(30, 40, []), (30, 60, []), (50, 60, [(DUE, "sent_not_delivered")])],
)
def test_it_stays_withdrawn_though_an_interim_bounces(desk, ticket, closed, bounced, expected):
    """P4, P15: what was already due when it was withdrawn is a breach, what was not is none."""
    reply = mailed(ticket, desk.alice, at=later(hours=1), kind="interim")
    closing.close(ticket, "withdrawn", note="Thôi.", by=desk.alice, at=later(hours=closed))

    mail_bounces(outbox_row(reply.key), at=later(hours=bounced))
    reminders.sweep(at=later(days=9))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.next_due_at) == ("closed", None)
    assert breaches(ticket) == expected


def test_it_changes_nothing_when_told_the_same_twice(desk, ticket):
    """N7."""
    reply = mailed(ticket, desk.alice, at=later(hours=1))
    mail_bounces(outbox_row(reply.key), at=later(hours=20))
    before = (ticket.events.count(), Notification.objects.count())

    row = outbox_row(reply.key)
    replies.settle([outcome_of(row)], at=later(hours=21))

    assert (ticket.events.count(), Notification.objects.count()) == before


def outcome_of(row: Notification) -> object:
    Notification.objects.filter(pk=row.pk).update(settled_at=None)
    return outbox.unsettled(limit=1)[0]


# --- P5 ----------------------------------------------------------------------------------------------------------


def refused(desk: Desk, ticket: Ticket, *, by: User | None = None, at: object = None, **changes: object) -> list[str]:
    changes = {"kind": "answer", "channel": "email", **changes}
    with pytest.raises(reply_checks.Refused) as error:
        replies.send(ticket, a_reply(**changes), by=by or desk.alice, at=at or later(hours=1))
    assert not Reply.objects.filter(kind=changes["kind"], created_at=at or later(hours=1)).exists()
    return list(error.value.fields)


@pytest.mark.parametrize(
    ("kind", "channel", "missing"),
    [
        ("answer", "email", "text"),
        ("answer", "letter", "text"),
        ("answer", "letter", "document_number"),
        ("answer", "in_person", "text"),
        ("answer", "call", "call_outcome"),
        ("answer", "call", "spoke_to"),
        ("answer", "call", "said"),
        ("interim", "email", "reason"),
        ("interim", "email", "done"),
        ("interim", "email", "contact"),
        ("interim", "call", "promised_at"),
        ("interim", "email", "promised_at"),
        ("refusal", "email", "ground"),
        ("transfer", "email", "ground"),
        ("transfer", "letter", "receiving_body"),
    ],
)
def test_it_needs_what_its_kind_and_its_way_ask_for(desk, ticket, kind, channel, missing):
    """P5, P3."""
    empty = None if missing == "promised_at" else ""

    assert refused(desk, ticket, kind=kind, channel=channel, **{missing: empty}) == [missing]


@pytest.mark.parametrize("missing", ["text", "done", "contact"])
def test_it_takes_spaces_for_nothing(desk, ticket, missing):
    """P5."""
    assert refused(desk, ticket, kind="interim", **{missing: " \n "}) == [missing]


@pytest.mark.parametrize("outcome", ["no_answer", "wrong_number"])
@pytest.mark.parametrize("channel", ["email", "letter", "in_person"])
def test_it_is_not_excused_by_a_call_that_was_no_call(desk, ticket, channel, outcome):
    """P5: an interim reply by mail owes its promise, whatever else the form carried."""
    bare = {"reason": "", "done": "", "contact": "", "promised_at": None, "call_outcome": outcome}

    missing = refused(desk, ticket, kind="interim", channel=channel, **bare)

    assert set(missing) == {"reason", "done", "contact", "promised_at"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "praise"}, "kind"),
        ({"channel": "sms"}, "channel"),
        ({"channel": ""}, "channel"),
        ({"reason": "lazy"}, "reason"),
        ({"text": "a\x00"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": "a" * 200_000}, "text"),
        ({"contact": "c" * 201}, "contact"),
        ({"ground": "g" * 301}, "ground"),
        ({"receiving_body": "r" * 201}, "receiving_body"),
        ({"document_number": "d" * 65}, "document_number"),
    ],
)
def test_it_says_which_field_of_a_reply_cannot_be_kept(desk, ticket, changes, field):
    draft = a_reply()
    values = {name: getattr(draft, name) for name in draft.__slots__} | changes

    with pytest.raises(reply_checks.Refused) as error:
        replies.send(ticket, replies.Draft(**values), by=desk.alice, at=later(hours=1))

    assert list(error.value.fields) == [field]


@pytest.mark.parametrize(
    ("promised_at", "is_allowed"),
    [
        ("23/11/2026 09:00", False),
        ("23/11/2026 08:59", False),
        ("23/11/2026 09:01", True),
        # Sent on the 23rd; the 24th is off, so the tenth working day after it is Tuesday the 8th, until closing.
        ("08/12/2026 17:00", True),
        ("08/12/2026 17:01", False),
        ("09/12/2026 08:00", False),
    ],
)
def test_it_promises_neither_the_past_nor_beyond_ten_working_days(desk, ticket, promised_at, is_allowed):
    """P5."""
    moment = local(promised_at)

    if is_allowed:
        replies.send(ticket, a_reply("interim", promised_at=moment), by=desk.alice, at=later(hours=1))
    else:
        assert refused(desk, ticket, kind="interim", promised_at=moment) == ["promised_at"]


def test_it_leaves_the_third_interim_to_the_leadership(desk, ticket):
    """P5."""
    for number in (1, 2):
        draft = a_reply("interim", "call", promised_at=later(days=1 + number))
        answered_by_call(ticket, by=desk.alice, at=later(hours=number), draft=draft)

    assert refused(desk, ticket, kind="interim", at=later(hours=3)) == ["kind"]
    assert refused(desk, ticket, kind="interim", by=desk.bob, at=later(hours=3)) == ["kind"]
    replies.send(ticket, a_reply("interim"), by=desk.leader, at=later(hours=3))


def test_it_counts_interims_on_their_way_and_not_those_that_failed(desk, ticket):
    """P5: three mailed in a row are three; unanswered calls are none."""
    missed = replies.Draft("interim", "call", call_outcome="no_answer")
    replies.send(ticket, missed, by=desk.alice, at=later(minutes=30))
    lost = replies.send(ticket, a_reply("interim"), by=desk.alice, at=later(minutes=40))
    mail_is(Result.permanent("smtp_550"), outbox_row(lost.key), at=later(minutes=45))
    for _number in range(2):
        replies.send(ticket, a_reply("interim"), by=desk.alice, at=later(hours=1))

    assert refused(desk, ticket, kind="interim", at=later(hours=2)) == ["kind"]


def test_it_opens_the_promised_milestone_once_an_interim_arrived_and_not_before(desk, ticket):
    """P5."""
    reply = replies.send(ticket, a_reply("interim"), by=desk.alice, at=later(hours=1))
    assert promised(ticket) == []

    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=2))

    ticket.refresh_from_db()
    (milestone,) = promised(ticket)
    assert (milestone.due_at, milestone.opened_by) == (later(days=4), reply.key)
    assert (ticket.state, ticket.next_due_at) == ("interim_sent", later(days=4))


def test_it_keeps_the_breach_of_a_late_interim_and_opens_the_next_all_the_same(desk, ticket):
    """P5."""
    late = a_reply("interim", "call")

    answered_by_call(ticket, by=desk.alice, at=DUE + timedelta(hours=1), draft=late)

    assert breaches(ticket) == [(DUE, "no_reply")]
    assert [milestone.due_at for milestone in promised(ticket)] == [later(days=4)]


def test_it_breaks_a_promise_that_an_interim_made(desk, ticket):
    """P5: with a breach of its own."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))

    reminders.sweep(at=later(days=4))

    assert breaches(ticket) == [(later(days=4), "no_reply")]


def test_it_meets_one_promise_by_the_next(desk, ticket):
    """P5."""
    for number in (1, 2):
        draft = a_reply("interim", "call", promised_at=later(days=2 + number))
        answered_by_call(ticket, by=desk.alice, at=later(hours=number), draft=draft)

    one, two = promised(ticket)
    assert (one.met_at, two.met_at, two.due_at) == (later(hours=2), None, later(days=4))


def test_it_owes_nothing_more_once_answered(desk, ticket):
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))
    answered_by_call(ticket, by=desk.alice, at=later(hours=2))
    answered_by_call(ticket, by=desk.alice, at=later(hours=3), draft=a_reply("interim", "call"))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.next_due_at, len(promised(ticket))) == ("replied", None, 1)


def test_it_means_closing_by_a_picked_day(desk, ticket):
    """P5: and the end of a day on which the office does not open."""
    friday, saturday = local("27/11/2026 17:00"), local("28/11/2026 00:00")

    assert reply_checks.closing_of(ticket, friday.date()) == friday
    assert reply_checks.closing_of(ticket, saturday.date()) == local("29/11/2026 00:00")


def by_sms(kind: str = "interim") -> replies.Draft:
    return replace(a_reply(kind), channel="sms")


def sms_is(result: Result, *, at: datetime) -> Notification:
    """Let the one waiting SMS meet its end, as the sender does."""
    (row,) = outbox.claim("sms", at=at, limit=10, lease_seconds=120, owner="test")
    assert outbox.begin_attempt(row, at=at, lease_seconds=120)
    if outcome := outbox.record(row, result, at=at):
        replies.settle([outcome], at=at)
    return Notification.objects.get(pk=row.pk)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_sms_tells_of_an_interim_reply_and_meets_the_promise_once_delivered(desk, language):
    """P3, N10: it holds no word of the reply, which stands on the status page."""
    ticket = log_ticket(desk, officer=desk.alice, language=language)
    type(desk.agency).objects.update(hotline="02613000000", short_name="So CT Phu So")
    reply = replies.send(Ticket.objects.get(), by_sms(), by=desk.alice, at=later(hours=1))

    sent = sms_is(Result.accepted("SM1"), at=later(hours=1))
    before = first(ticket).met_at
    sms_arrives(sent, at=later(hours=2))

    assert (before, first(ticket).met_at) == (None, later(hours=2))
    assert [milestone.due_at for milestone in promised(ticket)] == [reply.promised_at]
    assert ticket.code in sent.text and reply.text not in sent.text
    assert segments(sent.text) == 1


def sms_arrives(sent: Notification, *, at: datetime) -> None:
    outcome = outbox.callback(sent.provider_id, "delivered", at=at)
    assert outcome
    replies.settle([outcome], at=at)


def test_an_sms_that_did_not_arrive_meets_nothing_and_tells_its_author(desk, ticket):
    """P4."""
    replies.send(ticket, by_sms(), by=desk.alice, at=later(hours=1))

    sms_is(Result.permanent("30003"), at=later(hours=1))

    assert first(ticket).met_at is None
    assert Notification.objects.filter(cause="not_delivered").exists()


@pytest.mark.parametrize("kind", ["answer", "refusal", "transfer"])
def test_no_other_reply_goes_by_sms(desk, ticket, kind):
    """P3."""
    with pytest.raises(reply_checks.Refused) as error:
        replies.send(ticket, by_sms(kind), by=desk.leader, at=later(hours=1))

    assert list(error.value.fields) == ["channel"]


@pytest.mark.parametrize("lacks", ["mobile", "provider", "month"])
def test_an_interim_reply_goes_by_no_sms_that_cannot_go(desk, ticket, monkeypatch, lacks):
    """N8."""
    if lacks == "mobile":
        ticket.requester.phones.all().delete()
    elif lacks == "provider":
        monkeypatch.setattr(reply_checks.channels, "availability", lambda _channel: "unavailable")
    else:
        type(desk.agency).objects.update(sms_monthly_cap=1)
        replies.send(Ticket.objects.get(), by_sms(), by=desk.alice, at=later(hours=1))

    with pytest.raises(reply_checks.Refused) as error:
        replies.send(Ticket.objects.get(), by_sms(), by=desk.alice, at=later(hours=2))

    assert list(error.value.fields) == ["channel"]
