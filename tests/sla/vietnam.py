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
