"""The queue as a table for a spreadsheet: what is listed, column by column, and nothing that runs when it is opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from requests_desk.people.models import User
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import desk
from requests_desk.tickets.queries.filters import Filters

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# More than a spreadsheet reader looks through, and bounded: the page costs the same whoever asks.
MOST_ROWS = 50_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What a spreadsheet takes for the beginning of a formula, and the spaces it may hide behind.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and its cell of a ticket."""

    heading: StrPromise
    cell: Callable[[Ticket], str]


def _at(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%d/%m/%Y %H:%M") if moment else ""


COLUMNS: Final[tuple[Column, ...]] = (
    Column(_("Request code"), lambda row: row.code),
    Column(_("Received"), lambda row: _at(row.received_at)),
    Column(_("Logged"), lambda row: _at(row.logged_at)),
    Column(_("Channel of receipt"), lambda row: row.get_channel_display()),
    Column(_("Kind"), lambda row: row.get_kind_display()),
    Column(_("Field"), lambda row: row.field),
    Column(_("Business"), lambda row: row.requester.organisation),
    Column(_("Contact person"), lambda row: row.requester.name),
    Column(_("Phone"), lambda row: "; ".join(phone.typed for phone in row.requester.phones.all())),
    Column(_("What they ask"), lambda row: row.summary),
    Column(_("Unit"), lambda row: str(row.unit or "")),
    Column(_("Handling officer"), lambda row: str(row.officer or "")),
    Column(_("State"), lambda row: row.get_state_display()),
    Column(_("Next due"), lambda row: _at(row.next_due_at)),
    Column(_("Ending"), lambda row: row.get_ending_display()),
    Column(_("Closed"), lambda row: _at(row.closed_at)),
    Column(_("Times overdue"), lambda row: str(getattr(row, "breach_count", 0))),
)


def headings() -> list[str]:
    """Return the first row, in the reader's language."""
    return [str(column.heading) for column in COLUMNS]


def rows(user: User, filters: Filters) -> Iterator[list[str]]:
    """Yield a row of harmless texts for each ticket of a list, at most MOST_ROWS, in the list's own order (P13)."""
    for ticket in desk.every(user, filters, at_most=MOST_ROWS):
        yield [harmless(column.cell(ticket)) for column in COLUMNS]


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before what would begin one."""
    text = _CONTROL.sub(" ", text)  # XLSX has no way to write them
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
