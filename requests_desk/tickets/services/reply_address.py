"""Addresses that carry a request and a proof: who answers to one was written to by us (signed, never guessed)."""

from __future__ import annotations

import base64
import hmac
import re
from typing import NamedTuple

from django.utils.crypto import salted_hmac

from requests_desk.people.models import Agency
from requests_desk.tickets.models import Ticket

_TOKEN = re.compile(r"(?P<code>[a-z][a-z0-9]{1,7}-\d{4}-\d{6,7})(?:\.s(?P<user>\d{1,10}))?\.(?P<sign>[a-z2-7]{16})")


class Held(NamedTuple):
    """What a signed address stands for: a request, and the member of staff it was made for, if any."""

    code: str
    user_id: int | None


def headers(ticket: Ticket, recipient: str) -> dict[str, str]:
    """Return the Reply-To of a mail about a request to `recipient` (`requester:5`, `user:7`), where one is set up."""
    agency = ticket.agency
    if not agency.reply_address:
        return {}
    if not agency.reply_plus:
        return {"Reply-To": agency.reply_address}
    local, _at, host = agency.reply_address.rpartition("@")
    kind, _colon, pk = recipient.partition(":")
    return {"Reply-To": f"{local}+{token(ticket, int(pk) if kind == 'user' else None)}@{host}"}


def token(ticket: Ticket, user_id: int | None = None) -> str:
    """Return the part behind the plus: code, for whom, signature. Lower case, since servers on the way may fold it."""
    whom = f".s{user_id}" if user_id else ""
    return f"{ticket.code.lower()}{whom}.{_sign(ticket.code, user_id)}"


def read(agency: Agency, recipients: tuple[str, ...]) -> Held | None:
    """Return what the first validly signed address among `recipients` stands for, or None."""
    base = agency.reply_address.lower().rpartition("@")
    for address in recipients:
        local, _at, host = address.rpartition("@")
        name, plus, tag = local.partition("+")
        if not plus or (name, host) != (base[0], base[2]):
            continue
        if held := _held(tag):
            return held
    return None


def _held(tag: str) -> Held | None:
    found = _TOKEN.fullmatch(tag)
    if found is None:
        return None
    code, user_id = found["code"].upper(), int(found["user"]) if found["user"] else None
    return Held(code, user_id) if hmac.compare_digest(found["sign"], _sign(code, user_id)) else None


def _sign(code: str, user_id: int | None) -> str:
    digest = salted_hmac("requests_desk.reply-address", f"{code}:{user_id or ''}", algorithm="sha256").digest()
    # 80 bits suffice, since every guess costs a mail; a local part has room for 64 letters.
    return base64.b32encode(digest[:10]).decode().lower()
