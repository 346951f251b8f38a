"""The sample requests that came by e-mail, sent as mail: each is a request with its words, due when it is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest

from requests_desk.doors.mail.bounded import Reader
from requests_desk.tickets.demo import samples
from requests_desk.tickets.demo.samples import Sample
from requests_desk.tickets.services import due
from sla.models import Milestone
from tests.support.mail import a_mail, a_mailbox, take

BY_MAIL = [sample for sample in samples.read() if sample.request.channel == "email"]


@pytest.fixture(scope="module")
def child() -> Iterator[Reader]:
    with Reader() as running:
        yield running


def as_mail(sample: Sample) -> bytes:
    subject, _gap, body = sample.request.text.partition("\n\n")
    name, address = sample.request.asked.name, sample.request.asked.email
    return a_mail(body, From=f"{name} <{address}>", Subject=" ".join(subject.split()), Date=None)


def test_it_knows_some():
    assert len(BY_MAIL) >= 8


@pytest.mark.parametrize("sample", BY_MAIL, ids=lambda sample: sample.id)
def test_it_takes_a_sample_that_came_by_mail(desk, child, sample):
    mail = take(a_mailbox(desk.agency), as_mail(sample), child, at=sample.received_at)

    ticket = mail.ticket
    assert (mail.state, ticket.channel, ticket.requester.email) == ("done", "email", sample.request.asked.email)
    assert ticket.text.split() == unicodedata.normalize("NFC", sample.request.text).split()
    first = Milestone.objects.get(clock=due.reply_clock(ticket), name="first_reply")
    assert (ticket.received_at, first.due_a_at) == (sample.received_at, sample.due_a_at)
