"""What goes wrong at a desk, case by case: each ends in something said, and nothing that was typed is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.people.models import Absence, Role
from requests_desk.people.services import presence
from requests_desk.tickets.models import Draft, Reply, Ticket
from requests_desk.tickets.services import assignment
from tests.desk.settings_pages import signed_in
from tests.support import files
from tests.support.cast import Desk, log_ticket

WORDS = "Hồ sơ gia hạn giấy phép gồm những gì?"
CALL = {"channel": "hotline", "kind": "information", "phone": "0950000009", "text": WORDS}
ANSWER = {"action": "reply", "kind": "answer", "channel": "call", "call_outcome": "reached", "spoke_to": "chị Ba"}


@pytest.fixture
def alice(desk: Desk) -> Client:
    return signed_in(desk.alice)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), officer=desk.alice)


def answered(client: Client, ticket: Ticket, said: str, **more: Any) -> Any:
    return client.post(f"{ticket.url}?reply=answer", ANSWER | {"said": said} | more)


def test_a_session_that_ends_in_mid_typing(desk: Desk, alice: Client):
    """The way back leads past the login to the form, where the draft stands (what the browser holds: test_keys)."""
    place = "new:" + "a" * 32
    alice.post("/desk/drafts/", {"draft_place": place, "text": WORDS})
    alice.logout()

    sent = alice.post("/desk/new/", CALL | {"draft_place": place})
    kept = alice.post("/desk/drafts/", {"draft_place": place, "text": "?"})
    alice.force_login(desk.alice)

    assert (sent["Location"], kept.status_code) == ("/accounts/login/?next=/desk/new/", 302)
    assert not Ticket.objects.exists()
    assert WORDS in alice.get(f"/desk/new/?draft={Draft.objects.get().pk}").text


def test_two_tabs(alice: Client, ticket: Ticket):
    """The same reply from both is one; two new requests are two."""
    seen = {"seen_seq": ticket.ledger_seq}
    forms = [alice.get("/desk/new/").context["form"]["submission"].value() for _tab in range(2)]

    both = [answered(alice, ticket, "Ba giấy tờ.", **seen).status_code for _tab in range(2)]
    for submission in forms:
        alice.post("/desk/new/", CALL | {"submission": submission})

    assert (both, Reply.objects.count()) == ([302, 302], 1)
    assert Ticket.objects.exclude(pk=ticket.pk).count() == 2


def test_the_back_button_after_sending(alice: Client, desk: Desk):
    form = CALL | {"submission": alice.get("/desk/new/").context["form"]["submission"].value()}

    first, again = (alice.post("/desk/new/", form) for _time in range(2))
    changed = alice.post("/desk/new/", form | {"text": "Một việc khác"})

    assert first["Location"] == again["Location"]
    assert (changed.status_code, Ticket.objects.count()) == (422, 1)
    assert Ticket.objects.get().code in changed.text
    assert "Một việc khác" in changed.text


def test_a_stale_form(alice: Client, desk: Desk, ticket: Ticket):
    seen = ticket.ledger_seq
    assignment.assign(ticket, unit=desk.unit, officer=desk.bob, by=desk.bob, at=timezone.now())

    page = answered(alice, ticket, "Ba giấy tờ.", seen_seq=seen)

    assert (page.status_code, Reply.objects.count()) == (409, 0)
    assert "Bob" in page.text
    assert "Ba giấy tờ." in page.text


def test_an_attachment_too_large_on_the_fifth_of_five(alice: Client, ticket: Ticket, settings: Any):
    settings.ATTACHMENT_MAX_BYTES = 100_000
    five = [files.upload(files.PDF + b"%%" * number, f"{number}.pdf") for number in range(1, 5)]
    five.append(files.upload(files.PDF + b"\0" * 200_000, "5.pdf"))

    page = alice.post(ticket.url, {"action": "note", "text": "Xem năm tệp", "files": five})
    tokens = [kept.token for kept in page.context["note_form"].taken.kept]
    alice.post(ticket.url, {"action": "note", "text": "Xem bốn tệp", "kept": tokens})

    assert page.status_code == 422
    assert "5.pdf: Tệp có dung lượng quá lớn." in page.text
    assert "Xem năm tệp" in page.text
    assert sorted(file.name for file in ticket.files.all()) == ["1.pdf", "2.pdf", "3.pdf", "4.pdf"]


def test_a_search_of_ten_thousand_characters(alice: Client, ticket: Ticket):
    page = alice.get("/desk/tickets/", {"q": "gỗ " * 3_334, "lang": "en"})

    assert page.status_code == 200
    assert "at most 200 letters" in page.text


@pytest.mark.parametrize("query", ["lookup_digest=1", "requester__tax_code=1", "order=lookup_digest", "order=-officer"])
def test_a_filter_or_an_order_that_names_a_column_it_may_not(alice: Client, ticket: Ticket, query: str):
    page = alice.get(f"/desk/tickets/?{query}&lang=en")

    assert page.status_code == 200
    assert "left out: " in page.text or "not one of the available choices" in page.text
    assert [row.code for row in page.context["rows"]] == [ticket.code]


def test_a_deputy_loop(alice: Client, desk: Desk):
    at = timezone.now().replace(second=0, microsecond=0)
    ends = {"from_at": at + timedelta(hours=1), "to_at": at + timedelta(days=2)}
    presence.add_absence(desk.agency, user=desk.bob, deputy=desk.alice, **ends)
    typed = {name: f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}" for name, moment in ends.items()}

    page = alice.post("/desk/away/?lang=en", {"action": "absence", "deputy": desk.bob.pk, **typed})

    assert "Choose somebody else: they are away then too" in page.text
    assert Absence.objects.count() == 1


def test_removing_the_last_administrator(desk: Desk):
    root, here = signed_in(desk.root), f"/settings/people/{desk.root.pk}/"

    page = root.post(here, {"action": "take", "membership": desk.root.memberships.get().pk}, follow=True)
    root.post(f"{here}leave/", {"action": "leave"})

    assert desk.root.memberships.get().role == Role.ADMIN
    assert 'class="note note-error"' in page.text or "errorlist" in page.text


def test_a_person_who_leaves_with_open_tickets(desk: Desk, ticket: Ticket):
    root, leave = signed_in(desk.root), f"/settings/people/{desk.alice.pk}/leave/"

    refused = root.post(leave, {"action": "leave"}, follow=True)
    assert ticket.code in refused.text
    assert desk.alice.memberships.exists()
    root.post(leave, {"action": "hand_over", "to": f"{desk.unit.pk}:{desk.bob.pk}", "reason": "Nghỉ hưu."})
    root.post(leave, {"action": "leave"})

    assert Ticket.objects.get(pk=ticket.pk).officer == desk.bob
    assert not desk.alice.memberships.exists()
