"""The numbered questions of a request at the desk: told apart while it is typed, mended, answered one by one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.desk.reply_forms import ReplyForm
from requests_desk.tickets.models import Item, Reply, Ticket
from requests_desk.tickets.services import items
from tests.desk.test_ticket import ANSWER
from tests.support.cast import Desk, log_ticket

THREE = "Đề nghị cung cấp:\n1. Quyết định phê duyệt.\n2. Diện tích còn trống.\n3. Đầu mối liên hệ."
FORM = {"channel": "hotline", "kind": "information", "text": THREE, "phone": "0950000001"}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, text=THREE, at=timezone.now(), officer=desk.alice)


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.alice)
    return client


def asks() -> list[str]:
    return list(Item.objects.order_by("number").values_list("text", flat=True))


def shown(client: Client, text: str = THREE) -> dict[str, Any]:
    """Return what the part beside the text carries when the form is sent."""
    context = client.post("/desk/new/questions/", {"text": text}).context
    return {"items": list(context["asked"]), "items_of": context["asked_of"]}


# --- while it is typed --------------------------------------------------------------------------------------------


def test_it_shows_the_questions_of_the_text_being_typed(client: Client) -> None:
    page = client.post("/desk/new/questions/", {"text": THREE})

    assert page.text.count("<textarea") == 3
    assert "3 câu hỏi" in page.text


def test_it_shows_nothing_of_a_text_that_asks_one_thing(client: Client) -> None:
    assert client.post("/desk/new/questions/", {"text": "Hồ sơ gồm gì?"}).text.strip() == ""


def test_it_tells_the_questions_apart_without_a_script(client: Client) -> None:
    client.post("/desk/new/", FORM)

    assert asks() == ["Quyết định phê duyệt.", "Diện tích còn trống.", "Đầu mối liên hệ."]


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({"one": "1"}, []),
        ({"items": ["Quyết định?", "", "Diện tích và đầu mối?"]}, ["Quyết định?", "Diện tích và đầu mối?"]),
    ],
)
def test_it_takes_the_split_as_it_was_mended(client: Client, more: dict[str, Any], kept: list[str]) -> None:
    client.post("/desk/new/", FORM | shown(client) | more)

    assert asks() == kept


def test_it_tells_apart_anew_what_was_typed_since(client: Client) -> None:
    """A quick hand saves before the questions of the last line are shown."""
    client.post("/desk/new/", FORM | shown(client) | {"text": f"{THREE}\n4. Giá thuê."})

    assert len(asks()) == 4


def test_it_keeps_a_mended_split_in_a_form_that_comes_back(client: Client) -> None:
    page = client.post("/desk/new/", FORM | shown(client) | {"items": ["Một?", "Hai?"], "channel": ""})

    assert page.status_code == 422
    assert page.context["asked"] == ["Một?", "Hai?"]


# --- on its page --------------------------------------------------------------------------------------------------


def test_it_lists_each_question_with_what_became_of_it(client: Client, ticket: Ticket) -> None:
    client.post(f"{ticket.url}?reply=answer", ANSWER | {"items": ["1", "3"]})

    page = client.get(ticket.url)

    assert [item.result for item in page.context["questions"]] == ["answer", "", "answer"]
    assert page.text.count("Chưa giải quyết") == 1


def test_it_offers_a_box_for_each_question_that_an_interim_passes_over(client: Client, ticket: Ticket) -> None:
    form = client.get(ticket.url).context["reply_form"]
    interim = ReplyForm({"channel": "call", "items": ["1"]}, kind="interim", asked=items.current(ticket))

    assert form.initial["items"] == [1, 2, 3]
    assert interim.is_valid() and "items" not in interim.cleaned_data


def test_it_offers_no_boxes_where_one_thing_is_asked(client: Client, desk: Desk) -> None:
    page = client.get(log_ticket(desk, at=timezone.now(), officer=desk.alice).url)

    assert "items" not in page.context["reply_form"].fields


def test_it_checks_the_questions_that_are_still_open(client: Client, ticket: Ticket) -> None:
    client.post(f"{ticket.url}?reply=answer", ANSWER | {"items": ["2"]})

    assert client.get(ticket.url).context["reply_form"].initial["items"] == [1, 3]


def test_it_asks_which_questions_a_reply_settles(client: Client, ticket: Ticket) -> None:
    page = client.post(f"{ticket.url}?reply=answer", ANSWER)

    assert page.status_code == 422
    assert "items" in page.context["reply_form"].errors
    assert not Reply.objects.exists()


def test_it_mends_the_split_on_the_page(client: Client, ticket: Ticket) -> None:
    mended = {"action": "items", "question_1": "Quyết định?", "question_2": "", "question_3": "Đầu mối?"}

    assert client.post(ticket.url, mended).status_code == 302
    assert asks() == ["Quyết định?", "Đầu mối?"]


def test_it_offers_to_mend_until_a_final_reply_went(client: Client, ticket: Ticket) -> None:
    assert "act-items" in client.get(ticket.url).text

    client.post(f"{ticket.url}?reply=answer", ANSWER | {"items": ["1"]})

    assert "act-items" not in client.get(ticket.url).text


def test_it_says_on_the_receipt_how_many_questions_there_are(client: Client, ticket: Ticket) -> None:
    page = client.get(f"{ticket.url}saved/")

    assert len(page.context["questions"]) == 3
    assert f"{ticket.url}#questions" in page.text


def test_it_says_which_questions_the_deadline_runs_on_for(client: Client, ticket: Ticket) -> None:
    page = client.post(f"{ticket.url}?reply=answer", ANSWER | {"items": ["2"]}, follow=True)

    assert "câu hỏi 1, 3" in page.text
