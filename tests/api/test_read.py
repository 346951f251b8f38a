"""Read requests through the API, and who may."""

from __future__ import annotations

import base64
from datetime import datetime

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notifications.results import Result
from requests_desk.people.models import Membership, Role, Unit
from requests_desk.tickets.models import Event
from requests_desk.tickets.services import assignment, reminders, replies
from tests.api.conftest import As
from tests.support.cast import MORNING, Desk, a_reply, later, log_ticket, mail_is, outbox_row


def a_cursor(inside: bytes) -> str:
    return base64.urlsafe_b64encode(inside).decode()


HISTORIES = ("", "events/", "notifications/", "breaches/")


def test_it_reads_a_request_whole(desk: Desk, as_: As) -> None:
    ticket = log_ticket(desk, officer=desk.alice)

    told = as_(desk.alice).get(f"tickets/{ticket.code}/").json()

    assert (told["code"], told["agency"], told["unit"], told["officer"]) == (ticket.code, "SCT", "QLTM", "alice")
    assert told["requester"]["phones"] == ["0950000001"]
    assert datetime.fromisoformat(told["due_at"]) == later(hours=48)
    assert [(m["name"], m["met_at"]) for m in told["milestones"]] == [("first_reply", None)]
    assert told["seq"] == ticket.ledger_seq
    assert told["status_url"].endswith("/status/")


def test_it_reads_what_was_replied_and_noted(desk: Desk, as_: As) -> None:
    ticket = log_ticket(desk)
    replies.send(ticket, a_reply(channel="call"), by=desk.alice, at=later(hours=1))
    assignment.note(ticket, "Đã gọi lại", by=desk.bob, at=later(hours=2))

    told = as_(desk.alice).get(f"tickets/{ticket.code}/").json()

    assert [(r["kind"], r["deliveries"][0]["state"], r["author"]) for r in told["replies"]] == [
        ("answer", "reached", "alice")
    ]
    assert [(m["direction"], m["text"], m["author"]) for m in told["messages"]] == [("note", "Đã gọi lại", "bob")]


def test_it_reads_the_ledger_with_its_chain(desk: Desk, as_: As) -> None:
    ticket = log_ticket(desk)

    told = as_(desk.alice).get(f"tickets/{ticket.code}/events/").json()

    assert [event["seq"] for event in told] == list(range(1, ticket.ledger_seq + 1))
    assert told[0]["kind"], told[0]["actor"] == ("logged", "lan")
    assert [event["previous"] for event in told[1:]] == [event["hash"] for event in told[:-1]]
    assert told[0]["hash"] == Event.objects.get(ticket=ticket, seq=1).hash


def test_it_reads_each_attempt_at_sending(desk: Desk, as_: As) -> None:
    ticket = log_ticket(desk)
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))
    mail_is(Result.temporary("greylisted"), outbox_row(reply.key), at=later(hours=1))

    told = as_(desk.alice).get(f"tickets/{ticket.code}/notifications/").json()

    sent = next(one for one in told if one["cause"] == "reply")
    assert (sent["channel"], sent["destination"], sent["state"]) == ("email", "duan@vps.example", "pending")
    assert [(a["number"], a["result"], a["detail"]) for a in sent["attempts"]] == [(1, "temporary", "greylisted")]


def test_it_reads_a_missed_milestone_for_good(desk: Desk, as_: As) -> None:
    """P6."""
    ticket = log_ticket(desk)
    reminders.sweep(at=later(hours=49))
    replies.send(ticket, a_reply(channel="call"), by=desk.alice, at=later(hours=50))

    (told,) = as_(desk.alice).get(f"tickets/{ticket.code}/breaches/").json()

    assert set(told) == {"milestone", "due_at", "recorded_at", "cause", "void_reason"}
    assert (told["milestone"], told["cause"], told["void_reason"]) == ("first_reply", "no_reply", "")
    assert datetime.fromisoformat(told["due_at"]) == later(hours=48)


@pytest.mark.parametrize("history", HISTORIES)
def test_it_does_not_exist_for_a_stranger(desk: Desk, as_: As, history: str) -> None:
    ticket = log_ticket(desk)

    response = as_(desk.charlie).get(f"tickets/{ticket.code}/{history}")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize(("who", "status"), [("alice", 404), ("lan", 404), ("leader", 200), ("ivan", 200)])
def test_it_shows_a_sealed_report_to_few(desk: Desk, as_: As, who: str, status: int, history: str) -> None:
    """P13."""
    ticket = log_ticket(desk, kind="denunciation")

    assert as_(getattr(desk, who)).get(f"tickets/{ticket.code}/{history}").status_code == status


@pytest.mark.parametrize("code", ["SCT-2026-999999", "x", "%00", "SCT-2026-000001%00", "a" * 5000])
def test_it_knows_no_code_that_was_never_given(desk: Desk, as_: As, code: str) -> None:
    assert as_(desk.alice).client.get(f"/api/v1/tickets/{code}/").status_code == 404


@pytest.mark.parametrize(("history", "most"), [("", 12), ("events/", 6), ("notifications/", 6), ("breaches/", 6)])
def test_it_reads_within_its_budget_of_queries(
    desk: Desk, as_: As, django_assert_max_num_queries: DjangoAssertNumQueries, history: str, most: int
) -> None:
    ticket = log_ticket(desk, officer=desk.alice)
    for hour in (1, 2, 3):
        replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=hour))
        assignment.note(ticket, "Đã gửi", by=desk.bob, at=later(hours=hour))
    alice = as_(desk.alice)

    with django_assert_max_num_queries(most):
        assert alice.get(f"tickets/{ticket.code}/{history}").status_code == 200


def test_it_lists_what_is_due_next_first(desk: Desk, as_: As) -> None:
    late, early = log_ticket(desk, at=later(hours=1)), log_ticket(desk, at=MORNING)
    log_ticket(desk, at=MORNING, kind="denunciation")

    told = as_(desk.alice).get("tickets/").json()

    assert [row["code"] for row in told["results"]] == [early.code, late.code]
    assert told["next"] is None
    first = told["results"][0]
    assert (first["open_milestone"], first["breach_count"], first["requester"]["name"]) == (
        "first_reply",
        0,
        "Trần Thị B",
    )


def test_it_turns_pages_by_the_cursor_or_by_the_whole_of_next(desk: Desk, as_: As) -> None:
    codes = [log_ticket(desk, at=later(minutes=n)).code for n in range(5)]
    alice = as_(desk.alice)

    first = alice.get("tickets/", limit=2, channel="hotline").json()
    second = alice.client.get(first["next"]).json()
    third = alice.get("tickets/", limit=2, cursor=second["next"]).json()

    assert [row["code"] for page in (first, second, third) for row in page["results"]] == codes
    assert third["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"unit": "QLTM"}, ["here", "mine"]),
        ({"unit": "VP"}, ["office"]),
        ({"officer": "alice"}, ["mine"]),
        ({"officer": "me"}, []),
        ({"state": "closed"}, []),
        ({"state": "assigned"}, ["here", "mine", "office"]),
        ({"channel": "letter"}, ["office"]),
        ({"q": "khuyen mai"}, ["office"]),
        ({"unit": "QLTM", "channel": "letter"}, []),
    ],
)
def test_it_narrows_the_list(desk: Desk, as_: As, query: dict[str, str], found: list[str]) -> None:
    codes = {
        log_ticket(desk).code: "here",
        log_ticket(desk, officer=desk.alice).code: "mine",
        log_ticket(desk, unit=desk.office, channel="letter", text="Hỏi về khuyến mại").code: "office",
    }

    told = as_(desk.chief).get("tickets/", **query).json()

    assert sorted(codes[row["code"]] for row in told["results"]) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "https://[::1"}, "cursor"),
        ({"cursor": a_cursor(b'["2026-11-23T01:00:00", 1]')}, "cursor"),
        ({"cursor": a_cursor(b'["2026-11-23T01:00:00+00:00", 1e400]')}, "cursor"),
        ({"cursor": a_cursor(b"[" * 60_000)}, "cursor"),
        ({"unit": "QH"}, "unit"),
        ({"officer": "charlie"}, "officer"),
        ({"officer": "9" * 40}, "officer"),
        ({"state": "asleep"}, "state"),
        ({"channel": "fax"}, "channel"),
        ({"limit": "0"}, "limit"),
        ({"limit": "9999"}, "limit"),
        ({"q": "a\x00"}, "q"),
    ],
)
def test_it_names_the_filter_it_cannot_use(desk: Desk, as_: As, query: dict[str, str], field: str) -> None:
    response = as_(desk.alice).get("tickets/", **query)

    assert (response.status_code, list(response.json()["fields"])) == (400, [field])


def test_it_asks_for_the_id_where_two_agencies_use_one_code(desk: Desk, as_: As) -> None:
    Membership.objects.create(user=desk.chief, agency=desk.other_agency, unit=desk.other_unit, role=Role.CHIEF)
    twin = Unit.objects.create(agency=desk.other_agency, code="QLTM", name="Trùng mã")
    chief = as_(desk.chief)

    assert list(chief.get("tickets/", unit="QLTM").json()["fields"]) == ["unit"]
    assert chief.get("tickets/", unit=twin.pk).status_code == 200


def test_it_lists_within_its_budget_of_queries(
    desk: Desk, as_: As, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _n in range(3):
        log_ticket(desk, officer=desk.alice)
    alice = as_(desk.alice)

    with django_assert_max_num_queries(8):
        told = alice.get("tickets/", unit="QLTM", officer="alice", state="assigned", channel="hotline", q="giay").json()

    assert len(told["results"]) == 3


def test_it_shows_a_stranger_an_empty_list(desk: Desk, as_: As) -> None:
    log_ticket(desk, at=timezone.now())

    assert as_(desk.charlie).get("tickets/").json() == {"next": None, "results": []}
