"""The calendar the sample requests assume, and short ways to write times in the office's zone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sla.worktime import Calendar

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE_DAY = [["07:30", "11:30"], ["13:30", "17:00"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE_DAY)
# An office that never closes: no reminder ever moves (N1).
ROUND_THE_CLOCK: dict[str, object] = {
    "hours": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "holidays": [],
    "special_hours": {},
}
SAMPLES = json.loads(
    (Path(__file__).parents[2] / "requests_desk/tickets/demo/sample_requests.json").read_text(encoding="utf-8")
)
_assumed = SAMPLES["meta"]["calendar_used_for_expected_due"]


def document(**parts: object) -> dict[str, object]:
    """Return the sample office's calendar as its JSON, with `parts` replaced."""
    data = {
        "tz": ZONE.key,
        "hours": WEEK,
        "holidays": list(_assumed["non_working"]),
        "special_hours": dict.fromkeys(_assumed["make_up_working_saturdays"], OFFICE_DAY),
    }
    return data | parts


def calendar(**parts: object) -> Calendar:
    """Return the sample office's calendar, with `parts` of its JSON replaced."""
    return Calendar.from_json(document(**parts))


def local(text: str) -> datetime:
    """Return an instant written as `27/11/2026 16:45` or with seconds, on the clock of the office."""
    pattern = "%d/%m/%Y %H:%M:%S" if text.count(":") == 2 else "%d/%m/%Y %H:%M"
    return datetime.strptime(text, pattern).replace(tzinfo=ZONE)


# Four years of days off as an office would confirm them: lễ, Tết, nghỉ bù and nghỉ hoán đổi; 2027 and 2028 are
# illustrative where the yearly decision is not out. Lunar dates: Giỗ Tổ 07/04/2025, 26/04/2026, 16/04/2027, 04/04/2028.
_DAYS_OFF_BY_YEAR = {
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24",
    2027: "01-01 02-05 02-08 02-09 02-10 02-11 04-16 04-30 05-03 09-02 09-03 11-24",
    2028: "01-03 01-25 01-26 01-27 01-28 01-31 04-04 05-01 05-02 09-01 09-04 11-24",
}
DAYS_OFF = [f"{year}-{day}" for year, days in _DAYS_OFF_BY_YEAR.items() for day in days.split()]
MAKE_UP_SATURDAYS = ["2025-04-26", "2026-01-10", "2026-08-22"]


def four_years(**parts: object) -> Calendar:
    """Return the calendar of 2025 to 2028, with `parts` of its JSON replaced."""
    years = {"holidays": DAYS_OFF, "special_hours": dict.fromkeys(MAKE_UP_SATURDAYS, OFFICE_DAY)}
    return calendar(**(years | parts))
