"""Reply, close, assign and note through the API (P3, P5, P15)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from notifications.models import Notification
from requests_desk.tickets.models import Message, Reply, Ticket
from requests_desk.tickets.services import assignment
from tests.api.conftest import As
from tests.library.cast import a_document
from tests.support.cast import Desk, later, log_ticket

INTERIM = {
    "kind": "interim",
    "channel": "email",
    "text": "Chúng tôi đang lấy ý kiến.",
    "reason": "not_ready",
    "done": "Đã gửi phiếu lấy ý kiến.",
    "contact": "Alice, 0261 3 000 000",
}
ANSWER = {"kind": "answer", "channel": "email", "text": "Hồ sơ gồm ba giấy tờ."}
CALL = {"outcome": "reached", "spoke_to": "Chị B", "said": "Hồ sơ gồm ba giấy tờ."}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), officer=desk.alice)


def in_days(days: float) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


def test_it_sends_a_reply_by_mail_that_has_not_arrived_yet(desk: Desk, as_: As, ticket: Ticket) -> None:
    """P3."""
    response = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", ANSWER)

    told = response.json()
    assert response.status_code == 201
    assert (told["id"], told["kind"], told["channel"]) == (Reply.objects.get().pk, "answer", "email")
    assert told["reached_at"] is None
    assert [(d["destination"], d["state"]) for d in told["deliveries"]] == [("duan@vps.example", "waiting")]
    assert told["state"] == "assigned"


def test_it_lets_a_mail_go_as_the_office_opens(desk: Desk, as_: As) -> None:
    ticket = log_ticket(desk, officer=desk.alice)

    with time_machine.travel(later(hours=36), tick=False):
        answer = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", ANSWER | {"send_at": "opening"})

    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert Reply.objects.get().goes_at == later(hours=47, minutes=30)


def test_it_records_a_call_that_reached_them(desk: Desk, as_: As, ticket: Ticket) -> None:
    body = {"kind": "answer", "channel": "call", "call": CALL | {"at": timezone.now().isoformat()}}

    told = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", body).json()

    reply = Reply.objects.get()
    assert (reply.call_outcome, reply.spoke_to, reply.said) == ("reached", "Chị B", "Hồ sơ gồm ba giấy tờ.")
    assert datetime.fromisoformat(told["reached_at"]) == reply.happened_at == datetime.fromisoformat(body["call"]["at"])
    assert (told["state"], told["next_due_at"], told["deliveries"][0]["state"]) == ("replied", None, "reached")


def test_it_records_a_call_nobody_took(desk: Desk, as_: As, ticket: Ticket) -> None:
    body = {"kind": "answer", "channel": "call", "call": {"outcome": "no_answer"}}

    told = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", body).json()

    assert (told["reached_at"], told["deliveries"][0]["state"], told["deliveries"][0]["reason"]) == (
        None,
        "failed",
        "no_answer",
    )


def test_it_takes_a_day_for_its_closing(desk: Desk, as_: As, ticket: Ticket) -> None:
    """P5."""
    day = timezone.localdate() + timedelta(days=3)

    told = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", INTERIM | {"promised_at": day.isoformat()}).json()

    promised = datetime.fromisoformat(told["promised_at"])
    assert promised.date() in (day, day + timedelta(days=1))
    assert (promised.hour, promised.minute) in ((17, 0), (17, 30), (16, 30), (0, 0))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (INTERIM, "promised_at"),
        (INTERIM | {"promised_at": "2026-13-01"}, "promised_at"),
        (INTERIM | {"promised_at": "1999-01-01"}, "promised_at"),
        (INTERIM | {"promised_at": "2026-12-01T10:00:00"}, "promised_at"),
        (INTERIM | {"promised_at": in_days(60)}, "promised_at"),
        (INTERIM | {"promised_at": in_days(2), "reason": ""}, "reason"),
        (INTERIM | {"promised_at": in_days(2), "reason": "tired"}, "reason"),
        (ANSWER | {"kind": "riddle"}, "kind"),
        (ANSWER | {"channel": "fax"}, "channel"),
        (ANSWER | {"text": ""}, "text"),
        (ANSWER | {"promise": "soon"}, "promise"),
        (ANSWER | {"seen_seq": -1}, "seen_seq"),
        (ANSWER | {"happened_at": in_days(1), "channel": "in_person"}, "happened_at"),
        ({"kind": "answer", "channel": "call", "call": {}}, "call.outcome"),
        ({"kind": "answer", "channel": "call", "call": {"outcome": "sang"}}, "call.outcome"),
        ({"kind": "answer", "channel": "call", "call": CALL | {"said": ""}}, "call.said"),
        ({"kind": "answer", "channel": "letter", "text": "Kính gửi"}, "document_number"),
        ({"kind": "refusal", "channel": "email", "text": "Không"}, "ground"),
        ({"kind": "transfer", "channel": "email", "text": "Chuyển", "ground": "Luật"}, "receiving_body"),
    ],
)
def test_it_names_what_a_reply_lacks(desk: Desk, as_: As, ticket: Ticket, body: dict[str, Any], field: str) -> None:
    response = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", body)

    assert (response.status_code, list(response.json()["fields"])) == (400, [field])
    assert Reply.objects.count() == 0


def test_it_says_when_a_colleague_was_faster(desk: Desk, as_: As, ticket: Ticket) -> None:
    assignment.assign(ticket, unit=desk.unit, officer=desk.alice, by=desk.bob, at=timezone.now())

    response = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", ANSWER | {"seen_seq": ticket.ledger_seq})

    assert (response.status_code, response.json()["code"], response.json()["kind"]) == (
        409,
        "changed_meanwhile",
        "assigned",
    )
    assert Reply.objects.count() == 0


def test_it_closes_once_the_answer_arrived(desk: Desk, as_: As, ticket: Ticket) -> None:
    alice = as_(desk.alice)
    alice.post(f"tickets/{ticket.code}/replies/", {"kind": "answer", "channel": "call", "call": CALL})

    response = alice.post(f"tickets/{ticket.code}/close/", {"ending": "answered"})

    assert response.status_code == 200
    assert (response.json()["state"], response.json()["ending"]) == ("closed", "answered")


@pytest.mark.parametrize(
    ("ending", "needs"),
    [
        ("answered", ["answer"]),
        ("partly_answered", ["answer", "refusal"]),
        ("refused", ["refusal"]),
        ("transferred", ["transfer"]),
        ("not_fulfilled", ["answer"]),
        ("withdrawn", ["words"]),
        ("spam", ["reason"]),
        ("merged", ["ending"]),
    ],
)
def test_it_says_what_an_ending_still_needs(desk: Desk, as_: As, ticket: Ticket, ending: str, needs: list[str]) -> None:
    """P15."""
    response = as_(desk.alice).post(f"tickets/{ticket.code}/close/", {"ending": ending})

    assert (response.status_code, response.json()["code"], response.json()["needs"]) == (409, "reply_missing", needs)
    assert response.json()["detail"]
    assert Ticket.objects.get().closed_at is None


def test_it_is_not_deceived_by_an_answer_on_its_way(desk: Desk, as_: As, ticket: Ticket) -> None:
    alice = as_(desk.alice)
    alice.post(f"tickets/{ticket.code}/replies/", ANSWER)

    assert alice.post(f"tickets/{ticket.code}/close/", {"ending": "answered"}).status_code == 409


def test_it_ends_nothing_twice(desk: Desk, as_: As, ticket: Ticket) -> None:
    alice = as_(desk.alice)
    body = {"ending": "withdrawn", "note": "Tôi không cần nữa"}

    first, second = (alice.post(f"tickets/{ticket.code}/close/", body) for _time in range(2))

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (409, "already_closed")


def test_it_lets_a_head_alone_end_the_unreachable(desk: Desk, as_: As, ticket: Ticket) -> None:
    body = {"ending": "unreachable"}

    alices, bobs = (as_(who).post(f"tickets/{ticket.code}/close/", body) for who in (desk.alice, desk.bob))

    assert (alices.status_code, alices.json()["code"]) == (403, "permission_denied")
    assert (bobs.status_code, bobs.json()["needs"]) == (409, ["three_calls"])


def test_it_assigns_by_code_and_user_name(desk: Desk, as_: As, ticket: Ticket) -> None:
    response = as_(desk.lan).post(f"tickets/{ticket.code}/assign/", {"unit": "QLTM", "officer": "bob"})

    assert response.status_code == 200
    assert (response.json()["unit"], response.json()["officer"]) == ("QLTM", "bob")
    assert Ticket.objects.get().officer == desk.bob


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "unit"),
        ({"unit": "QH"}, "unit"),
        ({"unit": "QLTM", "officer": "charlie"}, "officer"),
        ({"unit": "VP", "officer": "alice"}, "officer"),
    ],
)
def test_it_names_what_cannot_be_assigned(
    desk: Desk, as_: As, ticket: Ticket, body: dict[str, Any], field: str
) -> None:
    response = as_(desk.lan).post(f"tickets/{ticket.code}/assign/", body)

    assert (response.status_code, list(response.json()["fields"])) == (400, [field])


def test_it_leaves_a_note(desk: Desk, as_: As, ticket: Ticket) -> None:
    response = as_(desk.ivan).post(f"tickets/{ticket.code}/notes/", {"text": "Đã kiểm tra"})

    assert (response.status_code, response.json()["direction"], response.json()["author"]) == (201, "note", "ivan")
    assert Message.objects.get().text == "Đã kiểm tra"


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("ivan", 403), ("root", 403)])
@pytest.mark.parametrize("act", ["replies", "close", "assign"])
def test_it_lets_only_those_act_who_may(desk: Desk, as_: As, act: str, who: str, status: int) -> None:
    """Strangers get 404, lesser rights 403; neither learns what is wrong with the body."""
    ticket = log_ticket(desk)

    response = as_(getattr(desk, who)).post(f"tickets/{ticket.code}/{act}/", {})

    assert response.status_code == status


def test_it_lets_an_officer_assign_nothing(desk: Desk, as_: As, ticket: Ticket) -> None:
    assert as_(desk.alice).post(f"tickets/{ticket.code}/assign/", {"unit": "VP"}).status_code == 403


# --- several questions ------------------------------------------------------------------------------------------

TWO = "Hỏi:\n1. Hồ sơ gồm gì?\n2. Nộp ở đâu?"
BY_CALL = {"kind": "answer", "channel": "call", "call": CALL}


@pytest.fixture
def two(desk: Desk) -> Ticket:
    return log_ticket(desk, text=TWO, at=timezone.now(), officer=desk.alice)


def test_it_settles_the_questions_named(desk: Desk, as_: As, two: Ticket) -> None:
    reply = as_(desk.alice).post(f"tickets/{two.code}/replies/", BY_CALL | {"items": [2]}).json()

    assert (reply["items"], reply["state"]) == ([2], "assigned")
    told = as_(desk.alice).get(f"tickets/{two.code}/").json()["items"]
    assert [(one["number"], one["result"], one["reply"]) for one in told] == [(1, "", None), (2, "answer", reply["id"])]


def test_it_settles_every_open_question_where_none_is_named(desk: Desk, as_: As, two: Ticket) -> None:
    reply = as_(desk.alice).post(f"tickets/{two.code}/replies/", BY_CALL).json()

    assert (reply["items"], reply["state"]) == ([1, 2], "replied")


@pytest.mark.parametrize("items", [[3], [], [0], ["a"], 1])
def test_it_refuses_questions_that_are_not_there(desk: Desk, as_: As, two: Ticket, items: Any) -> None:
    response = as_(desk.alice).post(f"tickets/{two.code}/replies/", BY_CALL | {"items": items})

    assert response.status_code == 400
    assert {name.partition(".")[0] for name in response.json()["fields"]} == {"items"}


def test_it_says_which_question_an_ending_lacks(desk: Desk, as_: As, two: Ticket) -> None:
    """P15."""
    as_(desk.alice).post(f"tickets/{two.code}/replies/", BY_CALL | {"items": [2]})

    response = as_(desk.alice).post(f"tickets/{two.code}/close/", {"ending": "answered"})

    told = response.json()
    assert (response.status_code, told["code"], told["needs"]) == (409, "reply_missing", ["answer"])
    assert told["items"] == [{"number": 1, "needs": ["answer"]}]


def test_it_tells_the_questions_apart_anew(desk: Desk, as_: As, two: Ticket) -> None:
    response = as_(desk.alice).post(f"tickets/{two.code}/items/", {"items": ["Hồ sơ?", "Nộp?", "Phí?"]})

    assert response.status_code == 200
    assert [one["text"] for one in response.json()["items"]] == ["Hồ sơ?", "Nộp?", "Phí?"]


def test_it_leaves_the_questions_a_final_reply_speaks_of(desk: Desk, as_: As, two: Ticket) -> None:
    as_(desk.alice).post(f"tickets/{two.code}/replies/", BY_CALL | {"items": [2]})

    response = as_(desk.alice).post(f"tickets/{two.code}/items/", {"items": []})

    assert (response.status_code, response.json()["code"]) == (409, "items_stand")


def test_it_takes_the_documents_that_go_with_a_reply(desk: Desk, as_: As, ticket: Ticket) -> None:
    document = a_document(desk)

    told = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", ANSWER | {"documents": [document.pk] * 2}).json()

    assert told["documents"] == [document.pk]
    assert document.url in Notification.objects.get(cause="reply").text


@pytest.mark.parametrize("documents", [[10**9], [0], [2**63], ["x"], "12", [1] * 51])
def test_it_refuses_documents_that_are_not_published(desk: Desk, as_: As, ticket: Ticket, documents: Any) -> None:
    response = as_(desk.alice).post(f"tickets/{ticket.code}/replies/", ANSWER | {"documents": documents})

    assert response.status_code == 400
    assert {name.partition(".")[0] for name in response.json()["fields"]} == {"documents"}
    assert not Reply.objects.exists()
