"""Approval on the pages: Today says what waits, the request's page signs and returns (P5)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.people.models import User
from requests_desk.tickets.models import Ticket
from tests.support import files
from tests.support.cast import Desk, log_ticket

REFUSAL = {"action": "reply", "channel": "email", "text": "Kính gửi", "ground": "Điều 6"}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), officer=desk.alice)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def submit(ticket: Ticket, desk: Desk) -> None:
    client_of(desk.alice).post(f"{ticket.url}?reply=refusal", REFUSAL)


def form_of(client: Client, ticket: Ticket, action: str) -> dict[str, str]:
    """Return what a browser sends of a panel's hidden fields."""
    (panel,) = [act for act in client.get(f"{ticket.url}?act={action}").context["acts"] if act.action == action]
    return {"action": action, "reply": panel.form["reply"].initial.pk}


def test_it_says_that_it_waits_and_whose_desk_it_lies_on(desk, ticket):
    submit(ticket, desk)

    page = client_of(desk.alice).get(ticket.url)

    assert "Chờ phê duyệt: Lãnh đạo Sở" in " ".join(page.text.split())
    assert ticket.replies.get().state == "submitted"


def to_sign(person):
    slips = client_of(person).get("/desk/").context["slips"]
    return [row.pk for slip in slips if slip["hands"] == "to_sign" for row in slip["rows"]]


def test_it_waits_on_the_leaders_today(desk, ticket):
    submit(ticket, desk)

    assert to_sign(desk.leader) == [ticket.pk]
    assert to_sign(desk.alice) == []


def test_it_is_signed_on_the_page(desk, ticket):
    submit(ticket, desk)
    leader = client_of(desk.leader)

    leader.post(ticket.url, form_of(leader, ticket, "approve"))

    assert ticket.replies.get().signed_by == desk.leader
    assert Ticket.objects.get().waiting_for == ""


def test_it_comes_back_into_the_form_it_was_written_in(desk, ticket):
    submit(ticket, desk)
    leader, alice = client_of(desk.leader), client_of(desk.alice)
    leader.post(ticket.url, form_of(leader, ticket, "return") | {"reason": "Nêu rõ điều khoản."})

    page = alice.get(ticket.url)
    form = page.context["reply_form"]
    assert form.initial["ground"] == "Điều 6"
    assert "Nêu rõ điều khoản." in page.text

    again = REFUSAL | {"ground": "Điều 6, khoản 1", "draft": form.initial["draft"]}
    alice.post(f"{ticket.url}?reply=refusal", again)

    assert [(reply.state, reply.ground) for reply in ticket.replies.all()] == [("submitted", "Điều 6, khoản 1")]


@pytest.mark.parametrize("action", ["approve", "return"])
def test_it_is_no_officers_to_sign(desk, ticket, action):
    submit(ticket, desk)

    response = client_of(desk.alice).post(ticket.url, {"action": action, "reply": ticket.replies.get().pk})

    assert response.status_code == 403


def test_it_is_not_offered_to_a_head_of_unit_when_it_lies_with_the_leader(desk, ticket):
    submit(ticket, desk)

    assert "act-approve" not in client_of(desk.bob).get(ticket.url).text


LETTER = {"action": "reply", "channel": "letter", "text": "Kính gửi", "ground": "Điều 6"}


def test_it_keeps_number_signer_and_signed_file_of_a_letter(desk, ticket):
    """P5."""
    client_of(desk.alice).post(f"{ticket.url}?reply=refusal", LETTER)
    leader = client_of(desk.leader)

    signed = {"number": "12/SCT-VP", "files": [files.upload(name="ban-ky.pdf")]}
    leader.post(ticket.url, form_of(leader, ticket, "approve") | signed)

    reply = ticket.replies.get()
    assert (reply.state, reply.document_number, reply.signed_by) == ("approved", "12/SCT-VP", desk.leader)
    assert list(reply.files.values_list("name", "is_signed")) == [("ban-ky.pdf", True)]
    page = " ".join(client_of(desk.alice).get(ticket.url).text.split())
    assert "ban-ky.pdf" in page
    assert "Số, ký hiệu: 12/SCT-VP" in page
    assert ticket.events.get(kind="file_added").facts["signed"] is True


def test_it_keeps_the_signed_file_that_comes_with_the_posting(desk, ticket):
    """P5."""
    client_of(desk.alice).post(f"{ticket.url}?reply=refusal", LETTER)
    leader, alice = client_of(desk.leader), client_of(desk.alice)
    leader.post(ticket.url, form_of(leader, ticket, "approve") | {"number": "12/SCT-VP"})

    alice.post(ticket.url, form_of(alice, ticket, "carry_out") | {"files": [files.upload(name="ban-ky.pdf")]})

    reply = ticket.replies.get()
    assert (reply.state, reply.files.get().is_signed) == ("sent", True)


def test_it_signs_nothing_with_a_file_that_is_none(desk, ticket):
    client_of(desk.alice).post(f"{ticket.url}?reply=refusal", LETTER)
    leader = client_of(desk.leader)

    page = leader.post(ticket.url, form_of(leader, ticket, "approve") | {"files": [files.upload(files.EXE, "ký.pdf")]})

    assert page.status_code == 422
    assert (ticket.replies.get().state, ticket.files.count()) == ("submitted", 0)


def test_it_names_who_signed_their_own(desk, ticket):
    """P5."""
    client_of(desk.leader).post(f"{ticket.url}?reply=refusal", REFUSAL)

    reply = ticket.replies.get()
    assert (reply.state, reply.signed_by) == ("sent", desk.leader)
