"""The 28 sample requests: their due times under rules A and B (P2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sla.worktime import add_consecutive, add_skipping_days_off
from tests.sla.vietnam import SAMPLES, calendar

HOURS_48 = 48 * 3600


def due_at(sample: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(sample["expected"][name])


@pytest.mark.parametrize("sample", SAMPLES["requests"], ids=lambda sample: sample["id"])
def test_it_dues_a_sample_after_48_consecutive_hours(sample):
    due = add_consecutive(datetime.fromisoformat(sample["received_at"]), HOURS_48)

    assert due == due_at(sample, "due_clock_48h")


@pytest.mark.parametrize("sample", SAMPLES["requests"], ids=lambda sample: sample["id"])
def test_it_dues_a_sample_after_two_working_days_worth_24_hours(sample):
    due = add_skipping_days_off(calendar(), datetime.fromisoformat(sample["received_at"]), HOURS_48)

    assert due == due_at(sample, "due_48h_skipping_non_working_days")


def test_it_has_all_28_samples():
    assert len(SAMPLES["requests"]) == 28
