"""Set up the mailboxes of an agency: where they are read, under which secret, and which one answers come back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people.models import Agency, Unit
from requests_desk.tickets.mail_lists import Security
from requests_desk.tickets.models import Mailbox


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mailbox as an administrator describes it; without a `host` nobody fetches and the mail server pipes."""

    address: str
    host: str = ""
    port: int | None = None
    security: str = Security.TLS
    user: str = ""
    secret: str = ""
    folder: str = "INBOX"
    done_folder: str = ""
    server_names: str = ""
    unit: Unit | None = None
    is_active: bool = True
    gets_answers: bool = False
    has_plus: bool = False


def save(agency: Agency, wanted: Wanted, *, mailbox: Mailbox | None = None, at: datetime) -> Mailbox:
    """Add a mailbox, or change one of the agency's. Raises ValidationError with the fields to change.

    A new one, and one that lies elsewhere now, is read from `at` on: what lies in it was there before the desk.
    """
    _check(wanted, mailbox)
    values = _values(wanted)
    with transaction.atomic():
        if mailbox is None:
            mailbox = Mailbox.objects.create(agency=agency, take_from_at=at, **values)
        else:
            moved = (mailbox.host, mailbox.user, mailbox.folder) != (wanted.host, wanted.user, wanted.folder)
            if moved:
                values |= {"take_from_at": at, "uid_validity": 0, "last_uid": 0}
            Mailbox.objects.filter(pk=mailbox.pk).update(**values, trouble="", trouble_since=None)
        _answers(agency, wanted, mailbox)
    mailbox.refresh_from_db()
    return mailbox


def _check(wanted: Wanted, mailbox: Mailbox | None) -> None:
    problems: dict[str, str] = {}
    others = Mailbox.objects.exclude(pk=mailbox.pk) if mailbox else Mailbox.objects.all()
    if others.filter(address__iexact=wanted.address).exists():
        problems["address"] = _("This mailbox is set up already.")
    if not wanted.address.isascii():
        problems["address"] = _("Please give the address in plain ASCII.")
    if wanted.host:
        problems |= {name: _("This is needed.") for name in ("user", "secret", "folder") if not getattr(wanted, name)}
    if wanted.done_folder and wanted.done_folder == wanted.folder:
        problems["done_folder"] = _("Choose another folder than the one that is read.")
    if problems:
        raise ValidationError(problems)


def _values(wanted: Wanted) -> dict[str, object]:
    names = ("address", "host", "security", "user", "secret", "folder", "done_folder", "unit", "is_active")
    values = {name: getattr(wanted, name) for name in names}
    usual = 993 if wanted.security == Security.TLS else 143
    servers = " ".join(wanted.server_names.replace(",", " ").lower().split())
    return values | {"address": wanted.address.lower(), "port": wanted.port or usual, "server_names": servers}


def _answers(agency: Agency, wanted: Wanted, mailbox: Mailbox) -> None:
    """One mailbox of an agency gets what is answered to its mails, or none does."""
    held = agency.reply_address == mailbox.address or agency.reply_address == wanted.address.lower()
    if wanted.gets_answers:
        agency.reply_address, agency.reply_plus = wanted.address.lower(), wanted.has_plus
    elif held:
        agency.reply_address, agency.reply_plus = "", False
    agency.save(update_fields=["reply_address", "reply_plus"])
