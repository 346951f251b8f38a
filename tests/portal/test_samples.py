"""The sample requests that come by the public form, each at its own hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from requests_desk.portal import signed
from requests_desk.portal.forms import KINDS
from requests_desk.tickets.demo import samples
from requests_desk.tickets.demo.samples import Sample
from requests_desk.tickets.models import Ticket
from sla.models import Milestone
from tests.support.cast import Desk

ASKED = [sample for sample in samples.read() if sample.request.channel == "qna"]


@pytest.mark.parametrize("sample", ASKED, ids=lambda sample: sample.id)
def test_it_takes_a_sample_through_the_form(client: Client, desk: Desk, sample: Sample) -> None:
    asked = sample.request.asked
    kind = sample.request.kind if sample.request.kind in dict(KINDS) else "information"
    form = {
        "text": sample.request.text,
        "phone": "".join(asked.phones),
        "name": asked.name,
        "organisation": asked.organisation,
        "tax_code": asked.tax_code,
        "email": asked.email,
        "address": asked.address,
        "kind": kind,
        "consent": "on",
        "signed": signed.new(at=sample.received_at - timedelta(minutes=3)),
    }

    with time_machine.travel(sample.received_at, tick=False):
        answer = client.post("/ask/", form)

    assert answer.status_code == 302, answer.context["form"].errors
    due = Milestone.objects.get(clock__ticket_clock__ticket=Ticket.objects.get(), name="first_reply")
    assert (due.due_a_at, due.due_b_at) == (sample.due_a_at, sample.due_b_at)


def test_five_samples_come_by_the_form() -> None:
    assert len(ASKED) == 5
