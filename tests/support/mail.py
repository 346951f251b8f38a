"""Short ways to let a mail come in: stored, read by the real child, taken in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from requests_desk.doors.mail import pipeline
from requests_desk.doors.mail.bounded import Reader
from requests_desk.people.models import Agency
from requests_desk.tickets.models import Mail, Mailbox
from requests_desk.tickets.services import mails
from tests.support.cast import MORNING, Desk, later
from tests.support.raw_mail import BUSINESS, OURS, a_mail, a_report, with_file

__all__ = ["BUSINESS", "OURS", "a_mail", "a_report", "with_file"]
SERVER = "mx.so.example"
VOUCHED = f"{SERVER}; dmarc=pass header.from=so.example"


def a_mailbox(agency: Agency, address: str = OURS, **changes: Any) -> Mailbox:
    """Make a mailbox that nobody fetches, on a server whose word counts; plus addresses come back to it."""
    agency.reply_address, agency.reply_plus = address, True
    agency.save(update_fields=["reply_address", "reply_plus"])
    usual = {"agency": agency, "address": address, "server_names": SERVER, "take_from_at": later(days=-30)}
    return Mailbox.objects.create(**{**usual, **changes})


@contextmanager
def reader() -> Iterator[Reader]:
    """Start a child that reads."""
    with Reader() as child:
        yield child


def take(
    mailbox: Mailbox, raw: bytes, child: Reader, *, at: datetime = MORNING, received_at: datetime | None = None
) -> Mail:
    """Let a mail come in and be taken as far as it goes."""
    mail, _is_new = mails.store(mailbox, raw, received_at=received_at or at, at=at)
    pipeline.take_all(child, clock=lambda: at)
    mail.refresh_from_db()
    return mail


def signed_address(desk: Desk, token: str) -> str:
    """Return the reply address that carries a token."""
    local, _at, host = desk.agency.reply_address.partition("@")
    return f"{local}+{token}@{host}"
