"""The sample requests that come by hand, each through the form of its own door."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from requests_desk.desk.entries import LAYOUTS
from requests_desk.tickets.demo import samples
from requests_desk.tickets.demo.samples import Sample
from requests_desk.tickets.models import Ticket
from sla.models import Milestone
from tests.support.cast import Desk

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DOORS = {"hotline": "call", "zalo": "zalo", "letter": "letter", "in_person": "walk_in", "referral": "referral"}
BY_HAND = [sample for sample in samples.read() if sample.request.channel in DOORS]


def door_of(sample: Sample) -> str:
    return "voicemail" if sample.id == "SR-34" else DOORS[sample.request.channel]


def typed(sample: Sample) -> dict[str, str]:
    """Return what an officer types from the sheet, the time of receipt in the way of its door."""
    request, asked = sample.request, sample.request.asked
    local = sample.received_at.astimezone(HANOI)
    on_paper = door_of(sample) in ("letter", "referral")
    when = (
        {"arrived_date": f"{local:%Y-%m-%d}", "arrived_time": f"{local:%H:%M}", "arrival_number": "77"}
        if on_paper
        else {"received_at": f"{local:%Y-%m-%dT%H:%M}"}
    )
    limit = request.external_deadline
    return when | {
        "phone": "".join(asked.phones),
        "name": asked.name,
        "organisation": asked.organisation,
        "tax_code": asked.tax_code,
        "email": asked.email,
        "address": asked.address,
        "text": request.text,
        "field": "",
        "kind": request.kind,
        "external_number": request.external_number,
        "external_deadline": f"{limit.astimezone(HANOI):%Y-%m-%dT%H:%M}" if limit else "",
    }


@pytest.mark.parametrize("sample", BY_HAND, ids=lambda sample: sample.id)
def test_it_logs_a_sample_through_its_door(desk: Desk, sample: Sample) -> None:
    client = Client()
    # The voicemail of Saturday night is heard on Monday morning; everything else is logged within minutes.
    heard_at = datetime(2026, 12, 14, 7, 35, tzinfo=HANOI) if sample.id == "SR-34" else None

    with time_machine.travel(heard_at or sample.received_at + timedelta(minutes=6), tick=False):
        client.force_login(desk.lan)
        form = client.get(f"/desk/new/?door={door_of(sample)}").context["form"]
        held = {name: form[name].value() for name in ("entry", "channel", "submission", "priority")}
        answer = client.post("/desk/new/", {**held, **typed(sample)})

    assert answer.status_code == 302, answer.context["form"].errors
    ticket = Ticket.objects.get()
    due = Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply")
    assert (due.due_a_at, due.due_b_at) == (sample.due_a_at, sample.due_b_at)
    assert (ticket.channel, ticket.kind) == (sample.request.channel, sample.request.kind)
    assert ticket.external_deadline == sample.request.external_deadline
    assert ticket.requester.organisation == sample.request.asked.organisation


def test_ten_samples_come_by_hand_and_every_door_they_name_is_there() -> None:
    assert len(BY_HAND) == 10
    assert {door_of(sample) for sample in BY_HAND} <= set(LAYOUTS)
