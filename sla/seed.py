"""First documents for an owner who has none yet: provisional until an administrator confirms them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE_HOURS = (("07:30", "11:30"), ("13:30", "17:00"))


def vietnamese_calendar(
    years: Iterable[int], *, tz: str = "Asia/Ho_Chi_Minh", hours: Sequence[tuple[str, str]] = OFFICE_HOURS
) -> dict[str, Any]:
    """Return a calendar document with the public holidays of `years`, as far as they can be known.

    Swaps and the length of Tết are decided each year by the Prime Minister: what the `holidays` library says of a year
    not yet decided is a guess, hence provisional (DOMAIN.md §5).
    """
    days = sorted(day.isoformat() for day in holidays.country_holidays("VN", years=list(years)))
    return {"tz": tz, "hours": {day: [list(span) for span in hours] for day in WEEKDAYS}, "holidays": days}
