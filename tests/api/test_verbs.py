"""Correct, hear of again, merge, pause, sign and acknowledge through the API (P1, P5, P7, P8, P9, N2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from requests_desk.tickets.models import Alert, Message, Reply, Ticket, TicketCycle
from requests_desk.tickets.services import intake, policy_choice, reminders, replies
from requests_desk.tickets.services.incoming import Asked
from sla import catalogue
from sla.models import Milestone, Pause
from sla.policies import DEFAULT_POLICY
from tests.api.conftest import As
from tests.api.test_create import a_body
from tests.support.cast import Desk, a_reply, a_request, answered_by_call, log_ticket

HOUR = timedelta(hours=1)
CALL = {"outcome": "reached", "spoke_to": "Chị B", "said": "Hồ sơ gồm ba giấy tờ."}


def ago(hours: float) -> datetime:
    return timezone.now() - hours * HOUR


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=ago(3), officer=desk.alice)


def due_of(ticket: Ticket) -> datetime:
    return Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply").due_at


def a_policy(desk: Desk, **changes: Any) -> None:
    document = {**DEFAULT_POLICY, **changes}
    catalogue.add_policy(policy_choice.owner(desk.agency), policy_choice.POLICY, name="X", document=document, at=ago(9))


def test_it_takes_the_priority_that_chooses_the_policy(desk: Desk, as_: As) -> None:
    told = as_(desk.lan).post("tickets/", a_body(priority="urgent")).json()

    assert Ticket.objects.get(code=told["code"]).priority == "urgent"


def test_it_refuses_a_priority_nobody_knows(desk: Desk, as_: As) -> None:
    response = as_(desk.lan).post("tickets/", a_body(priority="at once"))

    assert (response.status_code, list(response.json()["fields"])) == (400, ["priority"])


def test_it_corrects_the_receipt_and_what_counts_from_it(desk: Desk, as_: As, ticket: Ticket) -> None:
    """P1."""
    before, received_at = due_of(ticket), ticket.received_at - 5 * HOUR

    response = as_(desk.bob).post(
        f"tickets/{ticket.code}/correct/", {"received_at": received_at.isoformat(), "reason": "Sổ trực"}
    )

    assert response.status_code == 200
    assert due_of(ticket) == before - 5 * HOUR
    assert datetime.fromisoformat(response.json()["next_due_at"]) == due_of(ticket)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "Sổ trực"}, "received_at"),
        ({"received_at": "2026-11-23T08:00:00+07:00", "reason": ""}, "reason"),
        ({"received_at": "2026-11-23T08:00:00", "reason": "Sổ trực"}, "received_at"),
        ({"received_at": "2090-11-23T08:00:00+07:00", "reason": "Sổ trực"}, "received_at"),
        ({"received_at": "2001-11-23T08:00:00+07:00", "reason": "Sổ", "moved": 1}, "moved"),
    ],
)
def test_it_names_what_is_wrong_with_a_correction(
    desk: Desk, as_: As, ticket: Ticket, body: dict[str, Any], field: str
) -> None:
    response = as_(desk.bob).post(f"tickets/{ticket.code}/correct/", body)

    assert (response.status_code, list(response.json()["fields"])) == (400, [field])
    assert Ticket.objects.get(pk=ticket.pk).received_at == ticket.received_at


def test_it_keeps_a_message_of_the_requester(desk: Desk, as_: As, ticket: Ticket) -> None:
    response = as_(desk.alice).post(f"tickets/{ticket.code}/messages/", {"text": "Gửi thêm hồ sơ", "channel": "zalo"})

    told = response.json()
    assert (response.status_code, told["opened"], told["cycle"]) == (201, "", 1)
    assert Message.objects.get(pk=told["message"]).text == "Gửi thêm hồ sơ"


@pytest.mark.parametrize(
    ("about", "opened"), [("more", ("cycle", 2)), ("not_to_the_point", ("cycle", 2)), ("thanks", ("", 1))]
)
def test_it_takes_an_answered_request_up_again(
    desk: Desk, as_: As, ticket: Ticket, about: str, opened: tuple[str, int]
) -> None:
    """P7."""
    answered_by_call(ticket, by=desk.alice, at=ago(1))

    told = as_(desk.alice).post(f"tickets/{ticket.code}/messages/", {"text": "Chưa rõ", "about": about}).json()

    assert (told["opened"], told["cycle"]) == opened


def test_it_makes_a_new_request_of_what_comes_after_thirty_days(desk: Desk, as_: As) -> None:
    """P7."""
    ticket = log_ticket(desk, at=ago(24 * 40), officer=desk.alice)
    answered_by_call(ticket, by=desk.alice, at=ago(24 * 39))

    told = as_(desk.alice).post(f"tickets/{ticket.code}/messages/", {"text": "Còn một câu hỏi"}).json()

    assert (told["opened"], told["message"]) == ("ticket", None)
    assert told["code"] != ticket.code


def test_it_says_that_nothing_was_answered_yet(desk: Desk, as_: As, ticket: Ticket) -> None:
    body = {"text": "Chưa đúng", "about": "not_to_the_point"}

    response = as_(desk.alice).post(f"tickets/{ticket.code}/messages/", body)

    assert (response.status_code, response.json()["code"]) == (409, "not_answered_yet")


def test_it_annuls_the_cycle_a_thank_you_opened(desk: Desk, as_: As, ticket: Ticket) -> None:
    """P7."""
    answered_by_call(ticket, by=desk.alice, at=ago(1))
    alice = as_(desk.alice)
    alice.post(f"tickets/{ticket.code}/messages/", {"text": "Cảm ơn"})

    response = alice.post(f"tickets/{ticket.code}/thanks/", {})

    assert (response.status_code, response.json()["state"], response.json()["next_due_at"]) == (200, "replied", None)
    assert TicketCycle.objects.get(number=2).annulled_at


def test_it_merges_and_takes_it_back(desk: Desk, as_: As, ticket: Ticket) -> None:
    """P8."""
    other, lan = log_ticket(desk, at=ago(1)), as_(desk.lan)

    merged = lan.post(f"tickets/{ticket.code}/merge/", {"into": other.code.lower(), "reason": "Trùng"})
    absorbed = Ticket.objects.get(pk=ticket.pk).ending
    back = lan.post(f"tickets/{ticket.code}/unmerge/", {})

    assert (merged.status_code, merged.json()["code"], absorbed) == (200, other.code, "merged")
    assert (back.status_code, back.json()["code"], back.json()["ending"]) == (200, ticket.code, "")


def the_same(desk: Desk, ticket: Ticket) -> str:
    return ticket.code


def a_stranger_s(desk: Desk, ticket: Ticket) -> str:
    return log_ticket(desk, at=ago(1), asked=Asked(name="Ai đó", phones=("0950000009",))).code


def of_another_agency(desk: Desk, ticket: Ticket) -> str:
    return intake.log(desk.other_agency, a_request(), by=desk.charlie, at=ago(1)).ticket.code


def one_unknown(desk: Desk, ticket: Ticket) -> str:
    return "SCT-2026-999999"


@pytest.mark.parametrize("other", [the_same, a_stranger_s, of_another_agency, one_unknown])
def test_it_refuses_to_merge_what_does_not_belong_together(desk: Desk, as_: As, ticket: Ticket, other: Any) -> None:
    """P8: of another agency it does not even say that it is there."""
    body = {"into": other(desk, ticket), "reason": "Trùng"}

    response = as_(desk.lan).post(f"tickets/{ticket.code}/merge/", body)

    assert (response.status_code, list(response.json()["fields"])) == (400, ["into"])
    assert Ticket.objects.get(pk=ticket.pk).ending == ""


def test_it_says_that_there_is_no_merge_to_take_back(desk: Desk, as_: As, ticket: Ticket) -> None:
    response = as_(desk.lan).post(f"tickets/{ticket.code}/unmerge/", {})

    assert (response.status_code, response.json()["code"]) == (409, "merge_stands")


def test_it_pauses_and_counts_on(desk: Desk, as_: As) -> None:
    """P9."""
    a_policy(desk, rule="W", statutory_days=10, pause_days=5)
    ticket, alice = log_ticket(desk, at=ago(3), officer=desk.alice), as_(desk.alice)
    draft = a_reply("interim", "call", reason="needs_more", promised_at=timezone.now() + 48 * HOUR)
    answered_by_call(ticket, by=desk.alice, at=ago(1), draft=draft)

    paused = alice.post(f"tickets/{ticket.code}/pause/", {})
    resumed = alice.post(f"tickets/{ticket.code}/resume/", {})
    again = alice.post(f"tickets/{ticket.code}/resume/", {})

    assert (paused.status_code, resumed.status_code) == (200, 200)
    assert datetime.fromisoformat(paused.json()["until_at"]) > timezone.now()
    assert all(pause.ends_at <= timezone.now() for pause in Pause.objects.all())
    assert (again.status_code, again.json()["code"]) == (409, "not_paused")


def test_it_pauses_nothing_under_the_promise_of_48_hours(desk: Desk, as_: As, ticket: Ticket) -> None:
    """P9."""
    response = as_(desk.alice).post(f"tickets/{ticket.code}/pause/", {})

    assert (response.status_code, response.json()["code"]) == (409, "no_pause")


def test_it_acknowledges_the_alerts_of_a_request(desk: Desk, as_: As) -> None:
    """N2."""
    ticket = log_ticket(desk, at=ago(60), received_at=ago(60), officer=desk.alice)
    reminders.sweep(at=timezone.now())

    response = as_(desk.alice).post(f"tickets/{ticket.code}/acknowledge/", {})

    assert response.json()["acknowledged"] == Alert.objects.filter(needs_ack=True).count() > 0
    assert not Alert.objects.filter(needs_ack=True, acknowledged_at=None).exists()


@pytest.fixture
def submitted(desk: Desk, ticket: Ticket) -> Reply:
    """Return a refusal that lies on the leadership's desk."""
    return replies.send(ticket, a_reply("refusal"), by=desk.alice, at=ago(1))


def where(reply: Reply, act: str) -> str:
    return f"tickets/{reply.ticket.code}/replies/{reply.pk}/{act}/"


def test_it_signs_a_reply_and_lets_it_go(desk: Desk, as_: As, submitted: Reply) -> None:
    """P5."""
    response = as_(desk.leader).post(where(submitted, "approve"), {"number": "12/SCT-VP"})

    told = response.json()
    assert (response.status_code, told["approval"], told["signed_by"]) == (200, "sent", "leader")
    assert (told["document_number"], told["deliveries"][0]["state"]) == ("12/SCT-VP", "waiting")


def test_it_returns_a_reply_and_takes_it_again(desk: Desk, as_: As, submitted: Reply) -> None:
    """P5."""
    body = {"kind": "refusal", "channel": "email", "text": "Rõ hơn", "ground": "Luật TCTT 2016, Điều 6"}

    returned = as_(desk.leader).post(where(submitted, "return"), {"reason": "Nêu rõ điều luật"}).json()
    again = as_(desk.alice).post(where(submitted, "submit"), body).json()

    assert (returned["approval"], returned["return_reason"]) == ("returned", "Nêu rõ điều luật")
    assert (again["approval"], again["text"], again["return_reason"]) == ("submitted", "Rõ hơn", "")


def test_it_takes_a_submitted_reply_back(desk: Desk, as_: As, submitted: Reply) -> None:
    told = as_(desk.alice).post(where(submitted, "take_back"), {}).json()

    assert (told["approval"], told["state"]) == ("draft", "draft")


def test_it_logs_that_a_signed_letter_was_posted(desk: Desk, as_: As, ticket: Ticket) -> None:
    """P3, P5."""
    reply = replies.send(ticket, a_reply("refusal", "letter", document_number=""), by=desk.alice, at=ago(1))
    as_(desk.leader).post(where(reply, "approve"), {"number": "15/SCT-VP"})

    told = as_(desk.alice).post(where(reply, "carry_out"), {"happened_at": timezone.now().isoformat()}).json()

    assert (told["approval"], told["document_number"], told["state"]) == ("sent", "15/SCT-VP", "replied")
    assert told["reached_at"]


def test_it_returns_nothing_without_saying_why(desk: Desk, as_: As, submitted: Reply) -> None:
    response = as_(desk.leader).post(where(submitted, "return"), {"reason": ""})

    assert (response.status_code, list(response.json()["fields"])) == (400, ["reason"])


def test_it_signs_nothing_twice(desk: Desk, as_: As, submitted: Reply) -> None:
    leader = as_(desk.leader)

    first, second = (leader.post(where(submitted, "approve"), {}) for _time in range(2))

    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 409, "nothing_waits")


def test_it_finds_no_reply_of_another_request(desk: Desk, as_: As, submitted: Reply) -> None:
    other = log_ticket(desk, at=ago(1))

    response = as_(desk.leader).post(f"tickets/{other.code}/replies/{submitted.pk}/approve/", {})

    assert response.status_code == 404


def test_it_tells_who_acted_meanwhile(desk: Desk, as_: As, submitted: Reply) -> None:
    response = as_(desk.leader).post(where(submitted, "approve"), {"seen_seq": 1})

    assert (response.status_code, response.json()["code"]) == (409, "changed_meanwhile")


# Who may do what: everybody else of the department gets 403, strangers 404, whatever the body says.
MAY = {
    "correct": {"bob", "chief", "leader"},
    "messages": {"alice", "bob", "lan", "chief", "leader"},
    "thanks": {"alice", "bob", "lan", "chief", "leader"},
    "merge": {"bob", "lan", "chief", "leader"},
    "unmerge": {"bob", "lan", "chief", "leader"},
    "sort": {"bob", "lan", "chief", "leader"},
    "seal": {"alice", "bob", "lan", "chief", "leader", "ivan"},
    "unseal": {"leader"},
    "link": {"alice", "bob", "lan", "chief", "leader"},
    "propose_spam": {"alice", "bob", "lan", "chief", "leader"},
    "pause": {"alice", "bob", "lan", "chief", "leader"},
    "resume": {"alice", "bob", "lan", "chief", "leader"},
    "replies/{pk}/approve": {"bob", "chief", "leader"},
    "replies/{pk}/return": {"bob", "chief", "leader"},
    "replies/{pk}/take_back": {"alice", "bob", "lan", "chief", "leader"},
    "replies/{pk}/submit": {"alice", "bob", "lan", "chief", "leader"},
    "replies/{pk}/carry_out": {"alice", "bob", "lan", "chief", "leader"},
}


@pytest.mark.parametrize("who", ["alice", "bob", "lan", "chief", "leader", "ivan", "root", "charlie"])
@pytest.mark.parametrize("act", MAY)
def test_it_lets_only_those_act_who_may(desk: Desk, as_: As, submitted: Reply, act: str, who: str) -> None:
    path = f"tickets/{submitted.ticket.code}/{act.format(pk=submitted.pk)}/"

    response = as_(getattr(desk, who)).post(path, {"nonsense": 1})

    assert response.status_code == (404 if who == "charlie" else 400 if who in MAY[act] else 403)


def test_it_lets_the_head_of_unit_sign_nothing_that_lies_with_the_leadership(
    desk: Desk, as_: As, submitted: Reply
) -> None:
    """P5."""
    assert as_(desk.bob).post(where(submitted, "approve"), {}).status_code == 403
    assert Reply.objects.get(pk=submitted.pk).state == "submitted"


def test_it_hides_a_sealed_request_from_every_act(desk: Desk, as_: As) -> None:
    """P13."""
    ticket = log_ticket(desk, kind="harassment", at=ago(1))

    seen = {act: as_(desk.bob).post(f"tickets/{ticket.code}/{act.format(pk=1)}/", {}).status_code for act in MAY}

    assert set(seen.values()) == {404}
