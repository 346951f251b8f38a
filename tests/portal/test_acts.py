"""What a requester does from the page of their own request, by whichever proof opened it in full."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.models import Notification
from requests_desk.tickets.models import ContactChange, Message, Notice, Requester, StatusLink, Ticket
from requests_desk.tickets.queries import ledger as chains
from requests_desk.tickets.services import merging
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import PHONE, ask, logged, page, replied
from tests.support import files
from tests.support.cast import Desk, later

NEW = "lan.moi@vps.example"


def token_on(answer: Any) -> str:
    found = re.search(r'name="token" value="([^"]+)"', answer.text)
    return found[1] if found else ""


@pytest.fixture
def token(client: Client, asked: Logged) -> str:
    return token_on(client.get(f"/s/{asked.link_token}/"))


def confirm_url() -> str:
    mail = Notification.objects.get(key__startswith="contact:")
    found = re.search(r"/status/confirm/[^/]+/", mail.text)
    assert found
    return found[0]


# --- add information --------------------------------------------------------------------------------------------------


def test_it_adds_words_and_a_file_and_the_officer_is_told(client: Client, desk: Desk, asked: Logged, token: str):
    sent = {"token": token, "text": "Kèm bản vẽ.", "files": files.upload()}
    answer = client.post("/status/add/", sent)

    message = Message.objects.get()
    assert (answer.status_code, message.text, message.author, message.channel) == (200, "Kèm bản vẽ.", None, "qna")
    assert message.files.count() == 1
    assert "Kèm bản vẽ." in page(answer)
    assert Notice.objects.filter(ticket=asked.ticket, kind="message").exists()
    assert asked.ticket.events.filter(kind="message_received", actor=None).exists()


def test_it_keeps_the_same_words_once(client: Client, token: str):
    for _time in range(2):
        client.post("/status/add/", {"token": token, "text": "Kèm bản vẽ."})

    assert Message.objects.count() == 1


def test_it_takes_the_request_up_again_when_something_is_added_after_the_answer(client: Client, desk: Desk):
    """P7."""
    asked = logged(desk, at=timezone.now() - timedelta(hours=3))
    replied(desk, asked, "answer", at=timezone.now() - timedelta(hours=2))
    token = token_on(client.get(f"/s/{asked.link_token}/"))

    answer = client.post("/status/add/", {"token": token, "text": "Còn lệ phí thì sao?"})

    assert (answer.status_code, Ticket.objects.get().cycle) == (200, 2)


def test_it_refuses_a_file_by_name_and_keeps_what_was_typed(client: Client, token: str):
    sent = {"token": token, "text": "Kèm tệp.", "files": files.upload(files.EXE, "x.exe")}
    answer = client.post("/status/add/", sent)

    assert (answer.status_code, Message.objects.count()) == (422, 0)
    assert "Kèm tệp." in answer.text and "x.exe" in answer.text


# --- withdraw ---------------------------------------------------------------------------------------------------------


def test_it_asks_once_more_before_it_withdraws(client: Client, token: str):
    answer = client.post("/status/withdraw/", {"token": token, "text": "Chúng tôi đã có thông tin."})

    assert "Chúng tôi đã có thông tin." in page(answer)
    assert Ticket.objects.get().ending == ""


def test_it_withdraws_at_the_requesters_own_words(client: Client, asked: Logged, token: str):
    """P15."""
    words = {"token": token, "text": "Chúng tôi đã có thông tin.", "confirmed": "1"}

    answers = [client.post("/status/withdraw/", words).status_code for _time in range(2)]

    ticket = Ticket.objects.get()
    assert (answers, ticket.state, ticket.ending) == ([200, 409], "closed", "withdrawn")
    assert (Message.objects.get().text, Message.objects.get().author) == (words["text"], None)
    assert Notice.objects.filter(kind="withdrawn").exists()
    assert chains.verify(on_progress=lambda _n: None).ok


def test_it_does_not_offer_to_withdraw_what_was_answered(client: Client, desk: Desk):
    asked = logged(desk, at=timezone.now() - timedelta(hours=3))
    replied(desk, asked, "answer", at=timezone.now() - timedelta(hours=2))
    answer = client.get(f"/s/{asked.link_token}/")

    assert 'id="withdraw"' not in answer.text
    sent = {"token": token_on(answer), "text": "Thôi.", "confirmed": "1"}
    assert client.post("/status/withdraw/", sent).status_code == 409


# --- contact ----------------------------------------------------------------------------------------------------------


def test_it_shows_how_the_requester_is_reached_mostly_hidden(client: Client, asked: Logged):
    shown = page(client.get(f"/s/{asked.link_token}/"))

    assert "d•••@vps.example" in shown and "09•••001" in shown
    assert PHONE not in shown


def test_it_lets_a_new_address_count_once_its_reader_agrees(client: Client, asked: Logged, token: str):
    client.post("/status/contact/", {"token": token, "email": NEW})
    was = Ticket.objects.get().requester.email
    url = confirm_url()
    client.get(url)
    seen = Ticket.objects.get().requester.email
    answers = [client.post(url).status_code for _time in range(2)]

    assert (was, seen) == ("duan@vps.example", "duan@vps.example")
    assert Ticket.objects.get().requester.email == NEW
    assert answers == [200, 404]
    assert ContactChange.objects.get().email == ""


def test_it_tells_the_old_address_and_keeps_only_digests_in_the_history(client: Client, asked: Logged, token: str):
    client.post("/status/contact/", {"token": token, "email": NEW, "phone": "0950000099"})
    client.post(confirm_url())

    told = Notification.objects.filter(key__startswith="contact-changed:")
    assert {row.destination for row in told} == {"duan@vps.example"} and told.count() == 2
    events = list(asked.ticket.events.filter(kind__startswith="contact_"))
    assert [event.kind for event in events] == ["contact_changed", "contact_asked", "contact_changed"]
    assert NEW not in str([event.facts for event in events]) and "0950000099" not in str([e.facts for e in events])


def test_it_changes_the_contact_of_this_request_alone(client: Client, desk: Desk, asked: Logged, token: str):
    """Who shares a firm's record must not turn the answers to its other requests aside."""
    other = logged(desk)
    assert other.ticket.requester_id == asked.ticket.requester_id

    client.post("/status/contact/", {"token": token, "phone": "0950000099"})

    numbers = [Ticket.objects.get(pk=one.ticket.pk).requester.phones.get().number for one in (asked, other)]
    assert numbers == ["+84950000099", "+84950000001"]
    assert Requester.objects.count() == 2


def test_it_opens_with_the_new_number_and_not_with_the_old(client: Client, asked: Logged, token: str):
    client.post("/status/contact/", {"token": token, "phone": "0950000099"})

    assert ask(client, asked.ticket.code, phone="0950000099").status_code == 200
    assert ask(client, asked.ticket.code, phone=PHONE).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{}, {"email": "không phải"}, {"phone": "xyz"}, {"email": "a@b", "phone": "0950000099"}]
)
def test_it_says_what_is_wrong_with_a_contact(client: Client, token: str, wrong: dict[str, str]):
    answer = client.post("/status/contact/", {"token": token, **wrong})

    assert (answer.status_code, ContactChange.objects.count()) == (422, 0)
    assert Ticket.objects.get().requester.phones.get().number == "+84950000001"


# --- the secret link --------------------------------------------------------------------------------------------------


def test_it_revokes_the_link_it_came_by(client: Client, asked: Logged, token: str):
    client.post("/status/link/", {"token": token, "do": "revoke"})

    assert client.get(f"/s/{asked.link_token}/").status_code == 404
    assert ask(client, asked.ticket.code, lookup=asked.lookup_code).status_code == 200
    assert client.post("/status/add/", {"token": token, "text": "?"}).status_code == 404


def test_it_gives_out_a_new_link_that_works_on_two_phones(client: Client, asked: Logged, token: str):
    answer = client.post("/status/link/", {"token": token, "do": "new"})
    found = re.search(r"/s/[^/]+/", answer.text)
    assert found

    assert client.get(f"/s/{asked.link_token}/").status_code == 404
    assert [Client().get(found[0]).status_code for _phone in range(2)] == [200, 200]


def test_it_opens_nothing_with_an_expired_link_and_looks_like_an_unknown_one(client: Client, asked: Logged):
    StatusLink.objects.update(expires_at=later(hours=1))

    expired, unknown = client.get(f"/s/{asked.link_token}/"), client.get("/s/ABCDEFGHIJKLMNOPQRSTUV/")

    assert (expired.status_code, expired.content) == (404, unknown.content)


def test_it_forgets_the_page_when_the_look_up_code_is_issued_anew(client: Client, asked: Logged):
    token = token_on(ask(client, asked.ticket.code, lookup=asked.lookup_code))
    Ticket.objects.update(lookup_digest="0" * 64)

    assert client.post("/status/add/", {"token": token, "text": "?"}).status_code == 404


def test_it_names_the_officer_only_where_the_agency_wants_it(client: Client, desk: Desk, asked: Logged):
    Ticket.objects.update(officer=desk.alice)
    hidden = page(client.get(f"/s/{asked.link_token}/"))
    type(desk.agency).objects.update(shows_officer=True)

    assert "Alice" not in hidden
    assert "Alice" in page(client.get(f"/s/{asked.link_token}/"))


def test_it_acts_on_the_request_a_merged_one_lives_on_in(client: Client, desk: Desk, asked: Logged, token: str):
    survivor = logged(desk, at=later(hours=-1))
    merging.merge(survivor.ticket, asked.ticket, reason="Trùng", by=desk.bob, at=later(hours=2))
    client.post("/status/add/", {"token": token, "text": "Thêm một ý."})

    assert Message.objects.get(text="Thêm một ý.").ticket == survivor.ticket
