"""Short ways to knock at the public's door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.test import Client

from requests_desk.tickets.services import intake, replies
from requests_desk.tickets.services.intake import Logged
from tests.support import cast
from tests.support.cast import MORNING, Desk

PHONE = "0950000001"
OTHER_PHONE = "0950000002"
UNKNOWN = "SCT-2026-999999"
QUESTION = "gia hạn giấy phép bán buôn rượu"


def logged(desk: Desk, *, at: datetime = MORNING, **changes: Any) -> Logged:
    """Log a request in alice's unit and return it with its two secrets."""
    return intake.log(desk.agency, cast.a_request(**{"unit": desk.unit, **changes}), by=desk.lan, at=at)


def replied(desk: Desk, asked: Logged, kind: str, *, at: datetime, **changes: Any) -> None:
    """Let alice reach the firm by phone at `at`."""
    replies.send(asked.ticket, cast.a_reply(kind, "call", **changes), by=desk.alice, at=at)


def ask(client: Client, code: str, *, phone: str = "", lookup: str = "", **more: Any) -> Any:
    return client.post("/status/", {"code": code, "phone": phone, "lookup": lookup}, **more)


def page(answer: Any) -> str:
    """Return what a page says, in one line."""
    return " ".join(answer.content.decode().split())
