"""A part is split off on the page of a request, and by a program."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import attachments
from tests.api.conftest import as_
from tests.support import files
from tests.support.cast import Desk, log_ticket

__all__ = ["as_"]


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.bob)
    return client


def panel(page, name):
    return next(act for act in page.context["acts"] if act.action == name)


def test_it_offers_the_open_questions_and_takes_those_ticked(client, desk):
    ticket = log_ticket(desk, at=timezone.now(), text="1. Quy hoạch?\n2. Giá điện?")

    form = panel(client.get(f"{ticket.url}?act=split"), "split").form
    done = client.post(ticket.url, {"action": "split", "items": ["2"], "unit": desk.office.pk}, follow=True)

    new = Ticket.objects.latest("pk")
    assert [label for _number, label in form.fields["items"].choices] == ["1. Quy hoạch?", "2. Giá điện?"]
    assert (new.text, new.unit) == ("Giá điện?", desk.office)
    assert new.code in done.text


def test_it_asks_for_words_where_the_request_asks_one_thing_and_keeps_what_was_typed(client, desk):
    ticket = log_ticket(desk, at=timezone.now())

    page = client.post(ticket.url, {"action": "split", "text": "Không ai nói"})

    assert (page.status_code, list(panel(page, "split").form.errors)) == (422, ["text"])
    assert "Không ai nói" in page.text


def test_it_offers_the_files_that_came_with_it(client, desk):
    ticket = log_ticket(desk, at=timezone.now(), text="1. Quy hoạch?\n2. Giá điện?")
    kept = attachments.keep(io.BytesIO(files.PDF), "bản đồ.pdf", by=None, at=timezone.now())
    attachments.attach([kept], ticket)

    form = panel(client.get(f"{ticket.url}?act=split"), "split").form
    client.post(ticket.url, {"action": "split", "items": ["2"], "files": [kept.pk], "unit": desk.office.pk})

    assert list(form.fields["files"].choices) == [(kept.pk, "bản đồ.pdf")]
    assert [file.name for file in Ticket.objects.latest("pk").files.all()] == ["bản đồ.pdf"]


def test_it_is_there_for_programs(desk, as_):
    ticket = log_ticket(desk, at=timezone.now(), text="1. Quy hoạch?\n2. Giá điện?")

    made = as_(desk.bob).post(f"tickets/{ticket.code}/split/", {"items": [1], "files": [], "unit": "VP"})
    wrong = as_(desk.bob).post(f"tickets/{ticket.code}/split/", {"items": [1], "unit": "VP"})

    assert (made.status_code, made.json()["unit"]) == (201, "VP")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["items"])
