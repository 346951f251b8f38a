"""Take the mails that wait through their stages, each its own commit, one after another and next to other workers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError

from requests_desk.doors.mail.bounded import Reader, ReaderDied
from requests_desk.tickets.mail_lists import MailReason
from requests_desk.tickets.models import Mail
from requests_desk.tickets.services import mail_intake, mails

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def take_next(reader: Reader, *, clock: Clock) -> Mail | None:
    """Take one waiting mail through all it has still before it, and return it; None when none waits.

    Whatever a mail does to its reader or to us, the next one is taken. Raises only what the database raises.
    """
    mail = mails.claim(at=clock())
    if mail is None:
        return None
    try:
        _stages(mail, reader, clock=clock)
    except ReaderDied as error:
        log.warning("a mail killed its reader: mail=%s (%s)", mail.pk, error.reason)
        mails.crashed(mail, error.reason, at=clock())
    except (OperationalError, InterfaceError):
        # Not the mail's fault; where the database is away for good, the lease runs out by itself.
        mails.give_back(mail, at=clock())
        raise
    except Exception:
        # Whatever it was, the mail is set aside at its second crash and the next one gets in.
        log.exception("a mail could not be taken in: mail=%s", mail.pk)
        mails.crashed(mail, MailReason.ERROR, at=clock())
    return mail


def _stages(mail: Mail, reader: Reader, *, clock: Clock) -> None:
    # Read anew in each round: what is read depends on the raw bytes alone, and files need not be kept twice.
    parsed = reader.read(mails.raw_of(mail), servers=mail.mailbox.servers)
    if mails.keep_parsed(mail, parsed, at=clock()):
        mail_intake.take_in(mail, parsed, at=clock())


def take_all(reader: Reader, *, clock: Clock, limit: int = 1_000) -> int:
    """Take up to `limit` waiting mails. Return how many."""
    count = 0
    while count < limit and take_next(reader, clock=clock):
        count += 1
    return count
