"""Moments and time left in the words of the office (P2, glossary)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from requests_desk.tickets import moments
from tests.sla.vietnam import ZONE, local

DUE = local("25/11/2026 08:00")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("27/11/2026 16:45", "16:45 27/11/2026"),
        ("27/11/2026 16:45:59", "16:45 27/11/2026"),
        ("16/02/2027 00:00", "24:00 15/02/2027"),
        ("01/01/2027 00:00", "24:00 31/12/2026"),
        ("16/02/2027 00:01", "00:01 16/02/2027"),
        ("16/02/2027 00:00:01", "00:00 16/02/2027"),
    ],
)
def test_it_says_a_moment_and_gives_midnight_to_the_day_it_ends(moment, text):
    """P2."""
    assert moments.office_time(local(moment), ZONE) == text


@pytest.mark.parametrize(
    ("span", "vi", "en"),
    [
        ({"hours": 51}, "2 ngày 3 giờ", "2 days 3 hours"),
        ({"days": 2, "minutes": 59}, "2 ngày", "2 days"),
        ({"hours": 5, "minutes": 20}, "5 giờ 20 phút", "5 hours 20 minutes"),
        ({"hours": 1}, "1 giờ", "1 hour"),
        ({"minutes": 12, "seconds": 59}, "12 phút", "12 minutes"),
        ({"seconds": 30}, "dưới 1 phút", "less than 1 minute"),
        ({"seconds": -30}, "dưới 1 phút", "less than 1 minute"),
    ],
)
def test_it_says_a_length_in_its_two_largest_units(span, vi, en):
    for language, text in (("vi", vi), ("en", en)):
        with translation.override(language):
            assert moments.duration(timedelta(**span)) == text


@pytest.mark.parametrize(
    ("hours", "text", "urgency"),
    [
        (30, "còn 1 ngày 6 giờ", "ok"),
        (24, "còn 1 ngày", "soon"),
        (8.5, "còn 8 giờ 30 phút", "soon"),
        (8, "còn 8 giờ", "urgent"),
        (0, "quá hạn dưới 1 phút", "overdue"),
        (-26, "quá hạn 1 ngày 2 giờ", "overdue"),
    ],
)
def test_it_says_what_is_left_and_how_pressing_it_is(hours, text, urgency):
    at = DUE - timedelta(hours=hours)

    with translation.override("vi"):
        assert moments.time_left(DUE, at).lower() == text
    assert moments.urgency(DUE, at) == urgency


def test_it_presses_for_nothing_that_is_not_due():
    assert moments.urgency(None, DUE) == "none"
