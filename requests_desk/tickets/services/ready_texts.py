"""Ready texts: those that come with the product, an agency's own in their place, and their blanks filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Agency, User
from requests_desk.tickets import blanks, ready
from requests_desk.tickets.models import ReadyText, Ticket
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.services import refusing
from requests_desk.tickets.words import ReadyUse, Reason, ReplyKind

LONGEST, NAME, MOST = 5_000, 80, 60
FROM_FORM = ("contact", "done", "ground", "receiving_body")


class Refused(refusing.Refused):
    """The text cannot be kept so. `fields` says what to change; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A ready text as an agency uses it; `is_own` says that it wrote it, or changed the one of the product."""

    key: str
    use: str
    kind: str
    name: str
    text: str
    is_own: bool


def offered(own: Iterable[ReadyText], *, use: str = "") -> list[Offered]:
    """Return what an agency with these texts of its own uses: in place of one of the product, or beside them.

    One it emptied is not used. They stand in the order of the kinds.
    """
    kept = {row.key: Offered(row.key, row.use, row.kind, row.name, row.text, is_own=True) for row in own}
    shipped = {one.key: Offered(*one, is_own=False) for one in ready.SHIPPED}
    rows = [one for one in (shipped | kept).values() if one.text and use in ("", one.use)]
    order = [*ReplyKind.values, ""]
    return sorted(rows, key=lambda one: (order.index(one.kind), one.key not in shipped, one.name))


def keep(agency: Agency, key: str, *, name: str, text: str, use: str, kind: str) -> ReadyText:
    """Keep a text under its key, a new one under an empty key; an empty text takes a shipped one out of use.

    Raises Refused with what is wrong with it, such as a field nobody can fill.
    """
    problems: dict[str, list[str]] = {}
    given = {"name": (name, NAME), "text": (text, LONGEST)}
    name, text = (_cleaned(field, *what, problems) for field, what in given.items())
    if not name and "name" not in problems:
        problems["name"] = [_("This is needed.")]
    if kind not in ReplyKind.values:
        problems["kind"] = [_("“%(value)s” is not one of the choices.") % {"value": kind}]
    if use not in ReadyUse.values:
        problems["use"] = [_("“%(value)s” is not one of the choices.") % {"value": use}]
    if not text and not key and "text" not in problems:
        problems["text"] = [_("This is needed.")]
    if wrong := blanks.unknown(text):
        problems["text"] = [_("Line %(line)s: nobody knows what %(field)s is.") % _place(blank) for blank in wrong]
    with transaction.atomic():
        list(Agency.objects.select_for_update().filter(pk=agency.pk))  # two new ones must not take one key
        rows = ReadyText.objects.filter(agency=agency)
        if key and key not in {one.key for one in ready.SHIPPED} and not rows.filter(key=key).exists():
            problems["name"] = [_("This ready text is gone: add it anew.")]
        if not key and rows.count() >= MOST:
            problems["name"] = [_("At most %(count)s ready texts can be kept.") % {"count": MOST}]
        if problems:
            raise Refused(problems)
        values = {"name": name, "text": text, "use": use, "kind": kind}
        return rows.update_or_create(key=key or _new_key(rows), agency=agency, defaults=values)[0]


def _cleaned(field: str, text: str, limit: int, problems: dict[str, list[str]]) -> str:
    try:
        return identifiers.clean_text(text, limit=limit)
    except identifiers.BadText as error:
        problems[field] = [str(error)]
        return ""


def drop(agency: Agency, key: str) -> None:
    """Forget an agency's own text: that of the product, if there is one, is used again."""
    ReadyText.objects.filter(agency=agency, key=key).delete()


def known(ticket: Ticket, said: Mapping[str, Any], *, by: User, at: datetime) -> dict[str, str]:
    """Return what the blanks of a text about a ticket are filled with; `said` is what its form says so far."""
    agency = ticket.agency
    reason, promised_at = said.get("reason"), said.get("promised_at")
    with translation.override(ticket.language), timezone.override(ZoneInfo(agency.timezone)):
        return {
            "requester": str(ticket.requester),
            "code": ticket.code,
            "received": f"{timezone.localtime(ticket.received_at):%d/%m/%Y}",
            "due": office_time(ticket.next_due_at) if ticket.next_due_at else "",
            "promised": office_time(promised_at) if isinstance(promised_at, datetime) else "",
            "subject": ticket.summary,
            "unit": str(ticket.unit or ""),
            "officer": str(ticket.officer or by),
            "agency": agency.name_en if ticket.language == "en" and agency.name_en else agency.name,
            "hotline": identifiers.group_phone(agency.hotline),
            "reason": str(Reason(reason).label).lower() if reason in Reason.values else "",
            "today": f"{timezone.localtime(at):%d/%m/%Y}",
            "status_page": f"{settings.PUBLIC_BASE_URL}/status/",
        } | {name: str(said.get(name) or "").strip().rstrip(".") for name in FROM_FORM}


def missing(text: str) -> list[str]:
    """Return what a text still waits for, each with its place, for a person to read."""
    return [_("Line %(line)s: %(field)s is not filled in.") % _place(blank) for blank in blanks.left(text)]


def _place(blank: blanks.Blank) -> dict[str, Any]:
    return {"line": blank.line, "field": blank.text}


def _new_key(rows: Any) -> str:
    taken = set(rows.values_list("key", flat=True))
    return next(key for number in range(1, MOST + 2) if (key := f"own_{number}") not in taken)
