"""The 28 sample requests, logged through the real intake at their own dates (P2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from requests_desk.tickets.demo import samples
from requests_desk.tickets.services import intake
from requests_desk.tickets.words import Channel, Kind
from sla.models import Milestone
from tests.sla.vietnam import document

SAMPLES = samples.read()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_it_logs_a_sample_due_when_its_file_says_by_both_rules(desk, sample):
    logged = intake.log(desk.agency, sample.request, by=desk.lan, at=sample.received_at + timedelta(minutes=5))

    milestone = Milestone.objects.get(clock__ticket_clock__ticket=logged.ticket, name="first_reply")
    assert (milestone.due_a_at, milestone.due_b_at) == (sample.due_a_at, sample.due_b_at)
    assert logged.ticket.next_due_at == sample.due_a_at


def test_it_reads_all_28_in_words_of_the_desk():
    assert len(SAMPLES) == 28
    assert {sample.request.channel for sample in SAMPLES} <= set(Channel.values)
    assert {sample.request.kind for sample in SAMPLES} <= set(Kind.values)


def test_it_assumes_the_calendar_the_tests_know():
    assert samples.calendar_document() == document()


@pytest.mark.parametrize(
    ("sample_id", "odd"),
    [
        ("SR-18", {"phone_old"}),
        ("SR-19", {"tax_code"}),
        ("SR-25", {"email"}),
        ("SR-09", set()),
        ("SR-07", set()),
        ("SR-37", set()),
    ],
)
def test_it_warns_of_what_is_odd_in_a_sample_and_logs_it_all_the_same(desk, sample_id, odd):
    sample = next(sample for sample in SAMPLES if sample.id == sample_id)

    logged = intake.log(desk.agency, sample.request, by=desk.lan, at=sample.received_at)

    assert {oddity.code for oddity in logged.warnings} - {"field_unknown"} == odd


def test_it_seals_the_sample_that_reports_an_official(desk):
    """P13."""
    sealed = [
        sample.id
        for sample in SAMPLES
        if intake.log(desk.agency, sample.request, by=desk.lan, at=sample.received_at).ticket.sealed
    ]

    assert sealed == ["SR-10"]
