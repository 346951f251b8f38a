"""Several numbered questions in one request: told apart at intake, settled one by one (P3, P4, P5, P7, P8, P15)."""

from __future__ import annotations

from typing import Any

import pytest

from requests_desk.tickets.models import Event, Item, Ticket
from requests_desk.tickets.services import incoming, intake, items, replies
from requests_desk.tickets.services.refusing import NotNow
from tests.support.cast import MORNING, Desk, a_reply, a_request, later, log_ticket

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
