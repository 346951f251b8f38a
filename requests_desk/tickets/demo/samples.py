"""The invented sample requests, as what comes in through the doors: for the demo's desk and for the tests."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.words import Channel, Kind
from sla import seed

_CHANNELS = {
    "hoi_dap": Channel.QNA,
    "van_ban": Channel.LETTER,
    "truc_tiep": Channel.IN_PERSON,
    "chuyen_den": Channel.REFERRAL,
}
# A question about a procedure asks for information; a file of that procedure would be another kind (P12).
_KINDS = {
    "kien_nghi": Kind.FEEDBACK,
    "phan_anh": Kind.FEEDBACK,
    "phan_anh_hanh_vi": Kind.HARASSMENT,
    "khieu_nai": Kind.COMPLAINT,
    "yeu_cau_cua_chu_the_du_lieu": Kind.PERSONAL_DATA,
}


class Sample(NamedTuple):
    """One sample: the request, when it came, when it must be due by rules A and B (P2), and who should handle it."""

    id: str
    received_at: datetime
    request: Request
    due_a_at: datetime
    due_b_at: datetime
    unit_name: str


def read() -> list[Sample]:
    """Return the samples in the order in which they came."""
    return sorted((_sample(row) for row in _file()["requests"]), key=lambda sample: sample.received_at)


def calendar_document() -> dict[str, Any]:
    """Return the calendar that the expected due instants assume, with the usual office hours."""
    assumed = _file()["meta"]["calendar_used_for_expected_due"]
    hours = [list(span) for span in seed.OFFICE_HOURS]
    return {
        "tz": "Asia/Ho_Chi_Minh",
        "hours": dict.fromkeys(seed.WEEKDAYS, hours),
        "holidays": list(assumed["non_working"]),
        "special_hours": dict.fromkeys(assumed["make_up_working_saturdays"], hours),
    }


def _file() -> dict[str, Any]:
    path = Path(__file__).with_name("sample_requests.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _sample(row: dict[str, Any]) -> Sample:
    sender, expected = row["sender"], row["expected"]
    asked = Asked(
        name=sender["person"] or "",
        organisation=sender["org"] or "",
        tax_code=sender["tax_code"] or "",
        phones=(sender["phone"],) if sender["phone"] else (),
        email=sender["email"] or "",
        address=sender["address"] or "",
    )
    request = Request(
        channel=_CHANNELS.get(row["channel"], row["channel"]),
        text="\n\n".join(part for part in (row["subject"], row["body"]) if part),
        asked=asked,
        kind=_KINDS.get(row["request_type"], Kind.INFORMATION),
        field=row["field"],
        received_at=datetime.fromisoformat(row["received_at"]),
        external_number=expected.get("external_ref", ""),
        external_deadline=datetime.fromisoformat(limit) if (limit := expected.get("external_deadline")) else None,
    )
    return Sample(
        id=row["id"],
        received_at=datetime.fromisoformat(row["received_at"]),
        request=request,
        due_a_at=datetime.fromisoformat(expected["due_clock_48h"]),
        due_b_at=datetime.fromisoformat(expected["due_48h_skipping_non_working_days"]),
        unit_name=expected["handling_unit"],
    )
