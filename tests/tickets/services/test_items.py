"""Several numbered questions in one request: told apart at intake, settled one by one (P3, P4, P5, P7, P8, P15)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from notifications.models import Notification
from notifications.results import Result
from requests_desk.tickets.models import Event, Item, Reply, Ticket
from requests_desk.tickets.services import (
    approval,
    closing,
    cycles,
    incoming,
    intake,
    items,
    merging,
    replies,
    reply_checks,
)
from requests_desk.tickets.services.refusing import NotNow
from sla.models import Breach, Milestone
from tests.support.cast import (
    MORNING,
    PROMISE,
    Desk,
    a_reply,
    a_request,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
    outbox_row,
)

THREE = "Đề nghị cung cấp:\n1. Quyết định phê duyệt.\n2. Diện tích còn trống.\n3. Đầu mối liên hệ.\nTrân trọng."
ASKED = ["Quyết định phê duyệt.", "Diện tích còn trống.", "Đầu mối liên hệ."]


def asks(ticket: Ticket) -> list[str]:
    return list(ticket.items.filter(cycle=ticket.cycle).order_by("number").values_list("text", flat=True))


def refused(desk: Desk, **changes: Any) -> dict[str, list[str]]:
    with pytest.raises(incoming.Refused) as error:
        intake.log(desk.agency, a_request(**changes), by=desk.lan, at=MORNING)
    assert not Ticket.objects.exists()
    return error.value.fields


# --- told apart ---------------------------------------------------------------------------------------------------


def test_it_tells_numbered_questions_apart_at_intake(desk):
    ticket = log_ticket(desk, text=THREE)

    assert asks(ticket) == ASKED
    assert ticket.text == THREE


def test_it_keeps_one_question_as_the_request_itself(desk):
    assert not log_ticket(desk).items.exists()


@pytest.mark.parametrize(("given", "kept"), [((), []), ((" Giá đất? ", "Hạn?"), ["Giá đất?", "Hạn?"])])
def test_it_takes_the_split_of_a_person_over_its_own(desk, given, kept):
    assert asks(log_ticket(desk, text=THREE, items=given)) == kept


@pytest.mark.parametrize("given", [("Giá?", " "), ("x\x00",), ("Giá?",) * 51, ("x" * 50_001,)])
def test_it_refuses_questions_that_are_none(desk, given):
    assert set(refused(desk, text=THREE, items=given)) == {"items"}


def test_it_writes_the_split_into_the_history_without_a_word(desk):
    """P14."""
    ticket = log_ticket(desk, text=THREE)

    facts = Event.objects.get(ticket=ticket, kind="items_split").facts
    assert (facts["cycle"], facts["count"]) == (1, 3)
    assert [number for _pk, number, _digest in facts["items"]] == [1, 2, 3]
    assert "Quyết" not in str(facts)


def test_it_lets_an_officer_mend_the_split(desk):
    ticket = log_ticket(desk, text=THREE)

    items.change(ticket, ["Quyết định và diện tích?", "Đầu mối?"], by=desk.alice, at=later(minutes=5))

    assert asks(ticket) == ["Quyết định và diện tích?", "Đầu mối?"]
    assert Event.objects.get(ticket=ticket, kind="items_changed").facts["count"] == 2


def test_it_lets_an_officer_keep_it_as_one(desk):
    ticket = log_ticket(desk, text=THREE)

    items.change(ticket, [], by=desk.alice, at=later(minutes=5))

    assert asks(ticket) == []


def test_it_writes_nothing_when_nothing_was_mended(desk):
    ticket = log_ticket(desk, text=THREE)

    items.change(ticket, ASKED, by=desk.alice, at=later(minutes=5))

    assert not Event.objects.filter(ticket=ticket, kind="items_changed").exists()


def test_it_refuses_a_mended_split_with_an_empty_question(desk):
    ticket = log_ticket(desk, text=THREE)

    with pytest.raises(items.Refused):
        items.change(ticket, ["Giá?", ""], by=desk.alice, at=later(minutes=5))

    assert asks(ticket) == ASKED


def test_it_leaves_the_questions_alone_once_a_final_reply_went(desk):
    ticket = log_ticket(desk, text=THREE)
    replies.send(ticket, a_reply("answer", "email"), by=desk.alice, at=later(hours=1))

    with pytest.raises(NotNow):
        items.change(ticket, [], by=desk.alice, at=later(hours=2))

    assert Item.objects.count() == 3


# --- settled one by one -------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, text=THREE, officer=desk.alice)


def said(
    ticket: Ticket, desk: Desk, kind: str, *numbers: int, hours: float = 1, channel: str = "call", **more: Any
) -> Reply:
    draft = a_reply(kind, channel, **more | ({"items": numbers} if numbers else {}))
    return replies.send(ticket, draft, by=desk.leader, at=later(hours=hours))


def results(ticket: Ticket) -> list[str]:
    return list(ticket.items.filter(cycle=ticket.cycle).order_by("number").values_list("result", flat=True))


def first_reply(ticket: Ticket) -> Milestone:
    return Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply", number=1)


def test_it_settles_every_open_question_unless_told_otherwise(desk, ticket):
    reply = said(ticket, desk, "answer")

    assert reply.items == [1, 2, 3]
    assert results(ticket) == ["answer", "answer", "answer"]


def test_it_settles_the_questions_a_reply_names_when_it_arrives(desk, ticket):
    reply = said(ticket, desk, "answer", 3, 1, 3)

    assert reply.items == [1, 3]
    assert results(ticket) == ["answer", "", "answer"]
    item = ticket.items.get(number=3)
    assert (item.settled_by, item.settled_at) == (reply, later(hours=1))


def test_it_settles_nothing_before_the_reply_arrived(desk, ticket):
    """P3."""
    said(ticket, desk, "answer", channel="email")

    assert results(ticket) == ["", "", ""]


def test_it_leaves_out_what_a_reply_on_its_way_speaks_of(desk, ticket):
    said(ticket, desk, "answer", 1, 2, channel="email")

    assert said(ticket, desk, "refusal", hours=2).items == [3]


def test_it_settles_nothing_more_where_all_is_settled(desk, ticket):
    said(ticket, desk, "answer")

    assert said(ticket, desk, "answer", hours=2).items == []
    assert results(ticket) == ["answer", "answer", "answer"]


@pytest.mark.parametrize(
    ("kind", "given"), [("answer", (4,)), ("answer", (0, 1)), ("answer", ()), ("interim", (1,)), ("refusal", (2, 9))]
)
def test_it_refuses_a_reply_to_questions_that_are_not_there(desk, ticket, kind, given):
    with pytest.raises(reply_checks.Refused) as error:
        replies.send(ticket, a_reply(kind, "call", items=given), by=desk.leader, at=later(hours=1))

    assert set(error.value.fields) == {"items"}
    assert not ticket.replies.exists()


def test_it_refuses_numbers_where_one_thing_is_asked(desk):
    with pytest.raises(reply_checks.Refused):
        said(log_ticket(desk), desk, "answer", 1)


def test_it_takes_the_same_form_twice_as_one_reply(desk, ticket):
    sent = {"by": desk.alice, "seen_seq": ticket.ledger_seq}
    first = replies.send(ticket, a_reply("answer", "call"), at=later(hours=1), **sent)

    assert replies.send(ticket, a_reply("answer", "call"), at=later(hours=1, seconds=2), **sent) == first


def test_it_lets_the_last_reply_to_arrive_count(desk, ticket):
    said(ticket, desk, "refusal", 1)
    said(ticket, desk, "answer", 1, hours=2)

    assert results(ticket) == ["answer", "", ""]


def test_it_tells_each_settled_question_in_the_history(desk, ticket):
    """P14."""
    reply = said(ticket, desk, "refusal", 2)

    (facts,) = Event.objects.filter(ticket=ticket, kind="item_settled").values_list("facts", flat=True)
    assert (facts["number"], facts["result"], facts["reply"]) == (2, "refusal", reply.pk)


@pytest.mark.parametrize("fields", [{"result": "answer"}, {"settled_at": MORNING}, {"number": 0}, {"text": ""}])
def test_it_lets_the_database_refuse_a_question_that_contradicts_itself(ticket, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(ticket=ticket, number=1).update(**fields)


# --- the promise --------------------------------------------------------------------------------------------------


def test_it_does_not_keep_the_promise_by_part_of_an_answer(desk, ticket):
    """P3, P5: neither the answer nor a word on when the rest comes."""
    said(ticket, desk, "answer", 1, 2)

    assert first_reply(ticket).is_open
    ticket.refresh_from_db()
    assert (ticket.state, ticket.next_due_at) == ("assigned", MORNING + PROMISE)


def test_it_keeps_the_promise_by_the_reply_that_settles_the_last_question(desk, ticket):
    said(ticket, desk, "answer", 1, 2)
    last = said(ticket, desk, "transfer", hours=5)

    milestone = first_reply(ticket)
    assert (milestone.met_at, milestone.met_by) == (later(hours=5), last.key)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.next_due_at) == ("replied", None)


def test_it_keeps_the_promise_by_part_of_an_answer_and_an_interim_for_the_rest(desk, ticket):
    said(ticket, desk, "answer", 1, 2)
    interim = said(ticket, desk, "interim", hours=3)

    assert first_reply(ticket).met_at == later(hours=3)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.next_due_at) == ("interim_sent", interim.promised_at)


def test_it_owes_what_an_interim_promised_until_the_last_question_is_settled(desk, ticket):
    interim = said(ticket, desk, "interim")
    said(ticket, desk, "answer", 1, hours=5)
    ticket.refresh_from_db()
    assert ticket.next_due_at == interim.promised_at

    said(ticket, desk, "answer", hours=6)

    ticket.refresh_from_db()
    assert ticket.next_due_at is None


def test_it_misses_the_promise_where_the_last_question_is_settled_late(desk, ticket):
    """P6."""
    said(ticket, desk, "answer", 1, 2)
    said(ticket, desk, "answer", 3, hours=50)

    assert first_reply(ticket).met_at == later(hours=50)
    assert Breach.objects.get().due_at == MORNING + PROMISE


def test_it_dates_the_answer_by_the_part_that_arrived_last(desk, ticket):
    """P3: the relay's word on the first part comes after the second part was handed over."""
    said(ticket, desk, "answer", 1, 2, channel="email")
    said(ticket, desk, "answer", 3, hours=2)

    mail_is(Result.accepted(), Notification.objects.get(cause="reply"), at=later(hours=3))

    assert first_reply(ticket).met_at == later(hours=3)


# --- a delivery that came to nothing (P4) -------------------------------------------------------------------------


def mailed(ticket: Ticket, desk: Desk, kind: str, *numbers: int, hours: float) -> Notification:
    reply = said(ticket, desk, kind, *numbers, hours=hours, channel="email")
    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=hours))
    return outbox_row(reply.key)


def test_it_opens_a_question_again_whose_answer_came_back(desk, ticket):
    """P4: its own question alone, and the milestone at its original due time, whoever had met it."""
    row = mailed(ticket, desk, "answer", 1, hours=1)
    said(ticket, desk, "answer", hours=2)
    assert first_reply(ticket).met_at

    mail_bounces(row, at=later(hours=3))

    assert results(ticket) == ["", "answer", "answer"]
    ticket.refresh_from_db()
    assert (ticket.state, ticket.next_due_at) == ("assigned", MORNING + PROMISE)


def test_it_records_the_breach_of_a_part_that_came_back_too_late(desk, ticket):
    """P4."""
    row = mailed(ticket, desk, "answer", 1, hours=1)
    said(ticket, desk, "answer", hours=2)

    mail_bounces(row, at=later(hours=60))

    breach = Breach.objects.get()
    assert (breach.due_at, breach.cause) == (MORNING + PROMISE, "sent_not_delivered")


def test_it_keeps_what_another_reply_settles_too(desk, ticket):
    row = mailed(ticket, desk, "answer", 1, 2, 3, hours=1)
    said(ticket, desk, "answer", 1, 2, 3, hours=2)

    mail_bounces(row, at=later(hours=3))

    assert results(ticket) == ["answer"] * 3
    assert first_reply(ticket).met_at == later(hours=2)


def test_it_takes_a_closed_request_up_whose_question_is_open_again(desk, ticket):
    row = mailed(ticket, desk, "answer", 1, hours=1)
    said(ticket, desk, "answer", hours=2)
    closing.close(ticket, "answered", by=desk.alice, at=later(hours=3))

    mail_bounces(row, at=later(hours=4))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.ending, ticket.closed_at) == ("assigned", "", None)
    assert Event.objects.filter(ticket=ticket, kind="item_reopened").count() == 1


# --- endings (P15) ------------------------------------------------------------------------------------------------

ENDINGS = ("answered", "partly_answered", "refused", "transferred", "not_fulfilled")


@pytest.mark.parametrize(
    ("kinds", "endings"),
    [
        ([], set()),
        (["answer"], set()),
        (["answer", "refusal"], set()),
        (["answer", "answer", "answer"], {"answered", "not_fulfilled"}),
        (["answer", "refusal", "answer"], {"partly_answered", "not_fulfilled"}),
        (["answer", "transfer", "answer"], {"partly_answered", "not_fulfilled"}),
        (["refusal", "refusal", "refusal"], {"refused", "not_fulfilled"}),
        (["transfer", "transfer", "transfer"], {"transferred"}),
        (["refusal", "transfer", "transfer"], {"not_fulfilled"}),
    ],
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_it_ends_as_every_one_of_its_questions_was_settled(desk, ticket, kinds, endings, ending):
    for number, kind in enumerate(kinds, 1):
        said(ticket, desk, kind, number)

    if ending in endings:
        assert closing.close(ticket, ending, by=desk.alice, at=later(hours=9)).ending == ending
    else:
        with pytest.raises(closing.ReplyMissing):
            closing.close(ticket, ending, by=desk.alice, at=later(hours=9))


def test_it_says_which_question_lacks_what(desk, ticket):
    said(ticket, desk, "answer", 1)
    said(ticket, desk, "refusal", 2)

    with override("en"), pytest.raises(closing.ReplyMissing) as error:
        closing.close(ticket, "answered", by=desk.alice, at=later(hours=9))

    assert error.value.items == {2: ["answer"], 3: ["answer"]}
    assert "Question 3 is not settled by: Answer." in error.value.detail


def test_it_ends_a_withdrawn_request_whatever_is_open(desk, ticket):
    said(ticket, desk, "answer", 1)

    assert closing.close(ticket, "withdrawn", note="Thôi.", by=desk.alice, at=later(hours=9)).closed_at


# --- a further cycle (P7) -----------------------------------------------------------------------------------------


def test_it_keeps_a_message_while_a_question_is_open(desk, ticket):
    said(ticket, desk, "answer", 1)

    taken = cycles.message_received(ticket, cycles.Words("Còn câu 2 thì sao?"), by=None, at=later(hours=2))

    assert taken.opened == ""


def test_it_tells_the_questions_of_a_new_cycle_apart(desk, ticket):
    said(ticket, desk, "answer")

    words = cycles.Words("Chưa rõ:\n1. Giá nào?\n2. Ai ký?")
    taken = cycles.message_received(ticket, words, by=None, at=later(hours=2))

    assert taken.opened == "cycle"
    assert asks(taken.ticket) == ["Giá nào?", "Ai ký?"]
    assert list(ticket.items.filter(cycle=1).values_list("result", flat=True)) == ["answer"] * 3


def test_it_asks_one_thing_in_a_cycle_that_numbers_nothing(desk, ticket):
    said(ticket, desk, "answer")
    cycles.message_received(ticket, cycles.Words("Vẫn chưa rõ."), by=None, at=later(hours=2))

    said(ticket, desk, "refusal", hours=3)

    assert closing.close(ticket, "refused", by=desk.alice, at=later(hours=4)).ending == "refused"


# --- two made one (P8) --------------------------------------------------------------------------------------------


def merged(desk: Desk, survivor: Ticket, absorbed: Ticket, *, hours: float = 1) -> Ticket:
    return merging.merge(survivor, absorbed, reason="Trùng", by=desk.bob, at=later(hours=hours))


def test_it_numbers_the_questions_of_a_merged_request_after_its_own(desk, ticket):
    other = log_ticket(desk, text="Hỏi:\n1. Giá?\n2. Hạn?")

    merged(desk, ticket, other)

    assert asks(ticket) == [*ASKED, "Giá?", "Hạn?"]


@pytest.mark.parametrize("survives", [True, False])
def test_it_asks_the_one_thing_of_a_merged_request_too(desk, ticket, survives):
    other = log_ticket(desk)
    survivor, absorbed = (ticket, other) if survives else (other, ticket)

    merged(desk, survivor, absorbed)

    assert asks(survivor) == ([*ASKED, other.text] if survives else [other.text, *ASKED])


def test_it_keeps_what_each_of_two_merged_requests_was_told(desk, ticket):
    other = log_ticket(desk, text="Hỏi:\n1. Giá?\n2. Hạn?", officer=desk.alice)
    said(ticket, desk, "answer", 2)
    moved = said(other, desk, "refusal", 2)

    merged(desk, ticket, other, hours=2)

    assert results(ticket) == ["", "answer", "", "", "refusal"]
    moved.refresh_from_db()
    assert moved.items == [5]


def test_it_still_owes_what_a_merged_request_asks_beside_what_was_answered(desk):
    """P8: the survivor had its answer; the other's questions have none."""
    survivor = log_ticket(desk, officer=desk.alice)
    other = log_ticket(desk, text="Hỏi:\n1. Giá?\n2. Hạn?", officer=desk.alice)
    said(survivor, desk, "answer")

    merged(desk, survivor, other, hours=2)

    assert results(survivor) == ["answer", "", ""]
    survivor.refresh_from_db()
    assert (survivor.state, survivor.next_due_at) == ("assigned", MORNING + PROMISE)


def test_it_gives_an_unmerged_request_its_questions_back(desk, ticket):
    other = log_ticket(desk, text="Hỏi:\n1. Giá?\n2. Hạn?", officer=desk.alice)
    said(other, desk, "answer", 1)
    merged(desk, ticket, other, hours=2)
    said(ticket, desk, "answer", 1, 5, hours=3)

    merging.unmerge(other, by=desk.bob, at=later(hours=4))

    assert (asks(ticket), asks(other)) == (ASKED, ["Giá?", "Hạn?"])
    assert (results(ticket), results(other)) == (["answer", "", ""], ["answer", ""])
    assert ticket.replies.get().items == [1]


def test_it_leaves_the_questions_of_two_merged_requests_as_they_are_numbered(desk, ticket):
    merged(desk, ticket, log_ticket(desk))

    with pytest.raises(NotNow):
        items.change(ticket, [], by=desk.alice, at=later(hours=2))


# --- signed before it goes (P5) -----------------------------------------------------------------------------------


def test_it_settles_what_a_signed_reply_names_once_it_went(desk, ticket):
    draft = a_reply("refusal", "email", items=(2,))
    reply = replies.send(ticket, draft, by=desk.alice, at=later(hours=1))
    assert (reply.state, reply.items) == ("submitted", [2])

    approval.approve(reply, by=desk.leader, at=later(hours=2))
    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=3))

    assert results(ticket) == ["", "refusal", ""]


# --- what the requester reads -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "about", "others"),
    [
        ("vi", "câu hỏi 2: “Diện tích còn trống.”", "Các câu hỏi còn lại (1, 3)"),
        ("en", "question 2: “Diện tích còn trống.”", "The other questions (1, 3)"),
    ],
)
@pytest.mark.parametrize("kind", ["answer", "refusal", "transfer"])
def test_it_says_in_the_mail_which_questions_it_is_about(desk, language, about, others, kind):
    ticket = log_ticket(desk, text=THREE, officer=desk.alice, language=language)

    said(ticket, desk, kind, 2, channel="email")

    text = Notification.objects.get(cause="reply").text
    assert about in text
    assert others in text


def test_it_says_nothing_of_questions_where_a_mail_is_about_all(desk, ticket):
    said(ticket, desk, "answer", channel="email")

    assert "câu hỏi" not in Notification.objects.get(cause="reply").text
