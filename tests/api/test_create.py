"""Log a request through the API (P1, P2)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from datetime import timezone as tz
from typing import Any

import phonenumbers
import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.fields import Field

from requests_desk.people import identifiers
from requests_desk.people.models import Membership, Role, Unit
from requests_desk.tickets.models import StatusLink, Ticket
from tests.api.conftest import As, Speaker
from tests.support import compiled
from tests.support.cast import Desk, a_person, later

MOST_QUERIES = 12 + 2  # the beginning and the end of the transaction
SHOWN = {"code", "lookup_code", "status_url", "state", "received_at", "logged_at", "rule"} | {
    "due_at", "due_a_at", "due_b_at", "next_due_at", "warnings"
}  # fmt: skip


def a_body(**changes: Any) -> dict[str, Any]:
    usual = {
        "channel": "hotline",
        "kind": "information",
        "field": "cap_phep",
        "text": "Hồ sơ gia hạn giấy phép bán buôn rượu gồm những gì?",
        "unit": "QLTM",
        "requester": {
            "name": "Trần Thị B",
            "organisation": "Gỗ Vạn Phát",
            "phones": ["0950000001; 0950000002"],
        },
    }
    return {**usual, **changes}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def lan(desk: Desk, as_: As) -> Speaker:
    return as_(desk.lan)


def test_it_logs_a_request(lan: Speaker) -> None:
    response = lan.post("tickets/", a_body())

    told = response.json()
    assert response.status_code == 201
    assert set(told) == SHOWN
    assert (told["state"], told["rule"], told["warnings"]) == ("assigned", "A", [])
    assert moment(told["due_at"]) == moment(told["received_at"]) + timedelta(hours=48) == moment(told["next_due_at"])
    assert moment(told["due_a_at"]) <= moment(told["due_b_at"])


def test_it_keeps_what_was_sent(lan: Speaker, desk: Desk) -> None:
    lan.post("tickets/", a_body(wanted_by=later(days=9000).isoformat(), reply_by="email", language="en"))

    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.kind, ticket.field, ticket.unit) == ("hotline", "information", "cap_phep", desk.unit)
    assert (ticket.wanted_by, ticket.reply_by, ticket.language) == (later(days=9000), "email", "en")
    assert ticket.logged_by == desk.lan
    assert [phone.number for phone in ticket.requester.phones.all()] == ["+84950000001", "+84950000002"]


def test_it_shows_two_secrets_once(lan: Speaker, settings: Settings) -> None:
    told = lan.post("tickets/", a_body()).json()

    ticket = Ticket.objects.get()
    token = told["status_url"].removeprefix(f"{settings.PUBLIC_BASE_URL}/s/").removesuffix("/")
    assert ticket.lookup_digest == identifiers.lookup_digest(ticket.code, told["lookup_code"])
    assert StatusLink.objects.get().digest == identifiers.token_digest(token)


def test_it_logs_within_its_budget_of_queries(
    lan: Speaker, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    known = a_body(unit=None, field="", requester={"name": "Trần Thị B", "email": "b@khach.example"})
    lan.post("tickets/", known)

    with django_assert_max_num_queries(MOST_QUERIES):
        assert lan.post("tickets/", known).status_code == 201


def test_it_has_no_question_compiled_anew(lan: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """What every creation asks is written out: the ORM takes longer to write a query than to have it answered."""
    known = a_body(unit=None, field="", requester={"name": "Trần Thị B", "email": "b@khach.example"})
    lan.post("tickets/", known)
    asked = compiled.noted(monkeypatch)

    assert lan.post("tickets/", known).status_code == 201

    assert asked == []


def test_it_reads_each_number_once(lan: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    read, parse = Counter[str](), phonenumbers.parse
    monkeypatch.setattr(phonenumbers, "parse", lambda text, *region: read.update([text]) or parse(text, *region))
    requester = {"name": "Trần Thị B", "phones": ["0950000091", "0771000092"], "email": "b@khach.example"}

    lan.post("tickets/", a_body(requester=requester))
    lan.post("tickets/", a_body(requester=requester))

    assert set(read.values()) == {1}


def test_it_makes_no_field_of_its_bodies_anew(lan: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    lan.post("tickets/", a_body())
    made, copy = [], Field.__deepcopy__
    monkeypatch.setattr(Field, "__deepcopy__", lambda self, memo: made.append(self) or copy(self, memo))

    assert lan.post("tickets/", a_body()).status_code == 201

    assert made == []


def test_it_answers_a_repeated_key_with_the_same_ticket(lan: Speaker, settings: Settings) -> None:
    first = lan.post("tickets/", a_body(), key="one")

    again = lan.post("tickets/", a_body(), key="one")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["code"] == first.json()["code"]
    assert again.json()["lookup_code"] is None
    assert again.json()["status_url"] == f"{settings.PUBLIC_BASE_URL}/status/"
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("change", [{"text": "Khác"}, {"unit": "VP"}, {"requester": {"name": "Khác"}}])
def test_it_refuses_a_key_that_comes_back_with_another_body(lan: Speaker, change: dict[str, Any]) -> None:
    lan.post("tickets/", a_body(), key="one")

    response = lan.post("tickets/", a_body(**change), key="one")

    assert (response.status_code, response.json()["code"]) == (409, "idempotency_key_reused")


def test_it_lets_two_people_use_the_same_key(desk: Desk, as_: As) -> None:
    codes = {as_(person).post("tickets/", a_body(), key="one").json()["code"] for person in (desk.lan, desk.alice)}

    assert len(codes) == 2


def test_it_warns_about_what_looks_odd_and_saves_all_the_same(lan: Speaker) -> None:
    odd = {"phones": ["01652345678"], "tax_code": "12345", "email": "không phải thư"}

    response = lan.post("tickets/", a_body(field="la_lung", requester=odd))

    assert response.status_code == 201
    warned = {(warning["code"], warning["field"]) for warning in response.json()["warnings"]}
    assert warned == {
        ("phone_old", "requester.phones"),
        ("tax_code", "requester.tax_code"),
        ("email", "requester.email"),
        ("field_unknown", "field"),
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"channel": None}, "channel"),
        ({"kind": "riddle"}, "kind"),
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "a\ud800b"}, "text"),
        ({"channel": "\ud800"}, "channel"),
        ({"\ud800": 1}, "?"),
        ({"requester": {"\udfff": 1}}, "requester.?"),
        ({"arrived_date": "0001-01-01"}, "arrived_date"),
        ({"arrived_date": "9999-12-31"}, "arrived_date"),
        ({"text": "x" * 50_001}, "text"),
        ({"text": ["list"]}, "text"),
        ({"unit": "QH"}, "unit"),
        ({"unit": "không có"}, "unit"),
        ({"unit": True}, "unit"),
        ({"unit": 10**30}, "unit"),
        ({"agency": "SXD"}, "agency"),
        ({"language": "fr"}, "language"),
        ({"reply_by": "carrier pigeon, or a very long word"}, "reply_by"),
        ({"received_at": "2026-11-23T08:05:00"}, "received_at"),
        ({"received_at": "2026-11-23"}, "received_at"),
        ({"received_at": "yesterday"}, "received_at"),
        ({"received_at": "2026-02-30T08:05:00+07:00"}, "received_at"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, "received_at"),
        ({"received_at": 1764000000}, "received_at"),
        ({"received_at": "2099-01-01T00:00:00+07:00"}, "received_at"),
        ({"wanted_by": "2026-11-30T08:05:00"}, "wanted_by"),
        ({"recieved_at": "2026-11-23T08:05:00+07:00"}, "recieved_at"),
        ({"requester": {"phone": "0950000001"}}, "requester.phone"),
        ({"requester": {"name": "x" * 201}}, "requester.name"),
        ({"requester": {"phones": "0950000001"}}, "requester.phones"),
        ({"requester": {"phones": ["0950000001", {"number": 1}]}}, "requester.phones.1"),
        ({"requester": "Trần Thị B"}, "requester"),
    ],
)
def test_it_names_the_field_that_must_be_corrected(lan: Speaker, change: dict[str, Any], field: str) -> None:
    response = lan.post("tickets/", a_body(**change))

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert list(response.json()["fields"]) == [field]
    assert Ticket.objects.count() == 0


def test_it_names_every_problem_at_once(lan: Speaker) -> None:
    response = lan.post("tickets/", a_body(channel="fax", received_at="now", colour="red"))

    assert set(response.json()["fields"]) == {"channel", "received_at", "colour"}


def test_it_names_a_key_that_is_too_long(lan: Speaker) -> None:
    response = lan.post("tickets/", a_body(), key="k" * 101)

    assert set(response.json()["fields"]) == {"Idempotency-Key"}


def test_it_asks_why_a_request_is_logged_so_late(lan: Speaker) -> None:
    body = a_body(received_at=(timezone.now() - timedelta(minutes=16)).isoformat())

    refused, taken = lan.post("tickets/", body), lan.post("tickets/", body | {"received_reason": "Mất điện"})

    assert list(refused.json()["fields"]) == ["received_reason"]
    assert taken.status_code == 201
    assert moment(taken.json()["received_at"]) == moment(body["received_at"])


def test_it_takes_any_offset_that_iso_8601_knows(lan: Speaker) -> None:
    received_at = (timezone.now() - timedelta(minutes=5)).astimezone(tz(timedelta(hours=23, minutes=59)))

    response = lan.post("tickets/", a_body(received_at=received_at.isoformat()))

    assert response.status_code == 201
    assert moment(response.json()["received_at"]) == received_at


@pytest.mark.parametrize(("who", "status"), [("lan", 400), ("alice", 400), ("bob", 201), ("leader", 201)])
def test_it_lets_a_head_alone_go_back_beyond_seven_days(desk: Desk, as_: As, who: str, status: int) -> None:
    body = a_body(received_at=(timezone.now() - timedelta(days=7, minutes=1)).isoformat(), received_reason="Thư đến")

    response = as_(getattr(desk, who)).post("tickets/", body)

    assert response.status_code == status


def test_it_takes_questions_told_apart(lan: Speaker) -> None:
    code = lan.post("tickets/", a_body(items=["Giá?", "Hạn?"])).json()["code"]

    assert list(Ticket.objects.get(code=code).items.values_list("text", flat=True)) == ["Giá?", "Hạn?"]


def test_it_names_the_question_that_is_empty(lan: Speaker) -> None:
    response = lan.post("tickets/", a_body(items=["Giá?", " "]))

    assert (response.status_code, set(response.json()["fields"])) == (400, {"items"})


def test_it_takes_a_unit_by_its_id_too(lan: Speaker, desk: Desk) -> None:
    lan.post("tickets/", a_body(unit=desk.office.pk))

    assert Ticket.objects.get().unit == desk.office


def test_it_reads_a_unit_of_digits_as_a_code_first(lan: Speaker, desk: Desk) -> None:
    coded = Unit.objects.create(agency=desk.agency, code=str(desk.office.pk), name="Phòng số")

    lan.post("tickets/", a_body(unit=coded.code))

    assert Ticket.objects.get().unit == coded


@pytest.mark.parametrize("who", ["ivan", "root"])
def test_it_lets_nobody_log_without_the_right(desk: Desk, as_: As, who: str) -> None:
    response = as_(getattr(desk, who)).post("tickets/", a_body())

    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


def test_it_logs_in_the_agency_named(desk: Desk, as_: As) -> None:
    mai = a_person("mai", desk.agency, Role.FRONT_DESK, desk.office)
    Membership.objects.create(user=mai, agency=desk.other_agency, unit=desk.other_unit, role=Role.OFFICER)

    code = as_(mai).post("tickets/", a_body(agency="SXD", unit="QH")).json()["code"]

    assert code.startswith("SXD-")


def test_it_takes_a_sealed_report_its_writer_cannot_read_afterwards(lan: Speaker) -> None:
    """P13."""
    response = lan.post("tickets/", a_body(kind="denunciation"))

    assert response.status_code == 201
    assert lan.get(f"tickets/{response.json()['code']}/").status_code == 404


def test_it_keeps_the_deadline_of_a_referral_beside_ours(lan: Speaker) -> None:
    """P12."""
    limit = (timezone.now() + timedelta(hours=6)).replace(microsecond=0)
    more = {"channel": "referral", "external_number": "7788/VPUBND-TH", "external_deadline": limit.isoformat()}

    told = lan.post("tickets/", a_body(**more)).json()

    shown = lan.get(f"tickets/{told['code']}/").json()
    assert moment(told["next_due_at"]) == limit == moment(shown["external_deadline"])
    assert shown["external_number"] == "7788/VPUBND-TH"
    assert {row["name"] for row in shown["milestones"]} == {"first_reply", "external"}


def test_it_refuses_a_referral_due_before_it_came(lan: Speaker) -> None:
    response = lan.post("tickets/", a_body(external_deadline="2026-01-01T00:00:00+07:00"))

    assert (response.status_code, set(response.json()["fields"])) == (400, {"external_deadline"})


def test_it_counts_a_letter_from_the_opening_of_its_day(desk, as_) -> None:
    stamp = {"channel": "letter", "entry": "letter", "arrival_number": "12", "arrived_date": "2026-11-20"}
    body = {"text": "Đề nghị", "received_reason": "Theo dấu ĐẾN", **stamp}

    with time_machine.travel("2026-11-23T03:00Z", tick=False):
        made = as_(desk.lan).post("tickets/", body).json()
        read = as_(desk.lan).get(f"tickets/{made['code']}/").json()

    assert made["received_at"] == "2026-11-20T07:30:00+07:00"
    assert (read["entry"], read["arrival_number"]) == ("letter", "12")


@pytest.mark.parametrize("who", ["ivan", "root"])
def test_it_tells_who_may_not_log_before_any_field(desk: Desk, as_: As, who: str) -> None:
    assert as_(getattr(desk, who)).post("tickets/", {}).status_code == 403
