"""One mailbox over IMAP: connect, take what is new, mark it once it is stored, and wait for more."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from imaplib import IMAP4

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from requests_desk.checks import is_loopback
from requests_desk.doors.mail.passwords import NoPassword, password
from requests_desk.tickets.mail_lists import Security
from requests_desk.tickets.models import Mailbox
from requests_desk.tickets.services import mails
from requests_desk.tickets.services.mails import Uid

CONNECT_SECONDS = 30.0
AT_ONCE = 200
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_UID = re.compile(rb"\bUID (\d+)")

# What a server, a line or a setting may do to us: told on the settings page, tried again, never fatal.
TROUBLE = (IMAP4.error, ImapToolsError, OSError, NoPassword, ValueError)


class Unsafe(ValueError):
    """A mailbox elsewhere may not be read without encryption."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message of the folder: its UID and when it reached the server."""

    uid: int
    received_at: datetime


class Session:
    """An open connection with its folder selected."""

    def __init__(self, mailbox: Mailbox, client: BaseMailBox) -> None:
        self.mailbox = mailbox
        self.client = client
        # UIDs mean something only beside it (RFC 3501): a mailbox that was rebuilt numbers from one again.
        _kind, told = client.client.response("UIDVALIDITY")
        self.validity = int(told[0] or 0) if told and told[0] else 0

    @property
    def may_idle(self) -> bool:
        """Tell whether the server says of itself when something comes (RFC 2177)."""
        return "IDLE" in self.client.client.capabilities

    def take_new(self, *, clock: Callable[[], datetime], wake: Callable[[], None] = lambda: None) -> int:
        """Store every message that is new, each committed before it is marked; return how many were new."""
        count = 0
        for found in self._found():
            # Stored before, but a line that broke kept us from marking it.
            if self._is_stored(found.uid):
                self._mark(found.uid)
                continue
            raw = self._raw(found.uid)
            if raw is None:
                continue  # somebody moved it away meanwhile
            uid = Uid(self.validity, found.uid)
            mail, is_new = mails.store(self.mailbox, raw, received_at=found.received_at, at=clock(), uid=uid)
            count += is_new
            # One too large was stored in part: left unmarked, it stays findable where it lies whole.
            if mail.size <= mails.LARGEST:
                self._mark(found.uid)
            wake()
        return count

    def wait(self, seconds: float) -> bool:
        """Wait in IDLE for up to `seconds`; tell whether the server said anything. Raises where the line is dead."""
        return bool(self.client.idle.wait(seconds))

    def _found(self) -> Iterator[Found]:
        uids = self._uids()
        for start in range(0, len(uids), AT_ONCE):
            chunk = uids[start : start + AT_ONCE]
            found = self._dated(chunk)
            # SINCE knows days alone; a mailbox taken over at noon must not answer the morning's mail again.
            yield from (one for one in found if one.received_at >= self.mailbox.take_from_at)

    def _uids(self) -> list[int]:
        """Return UIDs in their order: all of the folder where mails are moved out of it, else those not seen yet.

        Under another UIDVALIDITY every number is new; what was stored before is known again by its bytes.
        """
        since = f"{self.mailbox.take_from_at - timedelta(days=1):%d-%b-%Y}"
        known = Mailbox.objects.filter(pk=self.mailbox.pk, uid_validity=self.validity)
        last = known.values_list("last_uid", flat=True).first() or 0
        first = 1 if self.mailbox.done_folder else last + 1
        # `n:*` always names the last message, however small its number.
        uids = [int(uid) for uid in self.client.uids(f"SINCE {since} UID {first}:*")]
        return sorted(uid for uid in uids if uid >= first)

    def _dated(self, uids: Sequence[int]) -> list[Found]:
        _ok, rows = self.client.client.uid("FETCH", ",".join(map(str, uids)), "(UID INTERNALDATE)")
        found = []
        for row in rows:
            line = row if isinstance(row, bytes) else b""
            uid, date = _UID.search(line), _DATE.search(line)
            if uid and date:
                found.append(Found(int(uid[1]), internal_date(date[1])))
        return sorted(found, key=lambda one: one.uid)

    def _is_stored(self, uid: int) -> bool:
        return self.mailbox.mails.filter(uid_validity=self.validity, uid=uid).exists()

    def _raw(self, uid: int) -> bytes | None:
        # One byte more than is kept tells a mail that is too large from one that just fits.
        most = mails.LARGEST + 1
        _ok, rows = self.client.client.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{most}>)")
        return next((row[1] for row in rows or [] if isinstance(row, tuple)), None)

    def _mark(self, uid: int) -> None:
        if not self.mailbox.done_folder:
            self.client.flag(str(uid), MailMessageFlags.SEEN, value=True)
            return
        # Only after the commit that stored it: moved first, a crash would lose it.
        self.client.move(str(uid), self.mailbox.done_folder)


def internal_date(text: bytes) -> datetime:
    """Read an INTERNALDATE: `23-Nov-2026 08:00:00 +0700`."""
    return datetime.strptime(text.decode().strip(), "%d-%b-%Y %H:%M:%S %z")


@contextmanager
def session(mailbox: Mailbox) -> Iterator[Session]:
    """Open a mailbox, encrypted and with the server's certificate checked. Raises one of TROUBLE."""
    secret = password(mailbox.secret)
    client = _client(mailbox)
    try:
        # No folder yet: it is selected once we know it is there.
        client.login(mailbox.user, secret, initial_folder=None)
        _ask_again(client)
        if mailbox.done_folder and not client.folder.exists(mailbox.done_folder):
            client.folder.create(mailbox.done_folder)
        client.folder.set(mailbox.folder)
        yield Session(mailbox, client)
    finally:
        _leave(client)


def _ask_again(client: BaseMailBox) -> None:
    """Ask what the server can do for us now: most say of MOVE and IDLE only to who has logged in."""
    _ok, told = client.client.capability()
    if told and isinstance(told[-1], bytes):
        client.client.capabilities = tuple(told[-1].decode("ascii", "replace").upper().split())


def _client(mailbox: Mailbox) -> BaseMailBox:
    host, port = mailbox.host, mailbox.port
    if mailbox.security == Security.TLS:
        return MailBox(host, port, timeout=CONNECT_SECONDS, ssl_context=ssl.create_default_context())
    if mailbox.security == Security.STARTTLS:
        return MailBoxStartTls(host, port, timeout=CONNECT_SECONDS, ssl_context=ssl.create_default_context())
    if not is_loopback(host):
        # A password and the words of businesses would cross the network in the clear.
        raise Unsafe("without encryption only a server on this machine may be read")
    return MailBoxUnencrypted(host, port, timeout=CONNECT_SECONDS)


def _leave(client: BaseMailBox) -> None:
    try:
        client.logout()
    except (IMAP4.error, ImapToolsError, OSError):
        # The server hung up first; a logout that fails is no trouble of the mailbox.
        client.client.shutdown()


def heard(mailbox: Mailbox, *, at: datetime) -> None:
    """Note that a mailbox answered."""
    Mailbox.objects.filter(pk=mailbox.pk).update(heard_at=at, trouble="", trouble_since=None)


def troubled(mailbox: Mailbox, error: Exception, *, at: datetime) -> str:
    """Note what keeps a mailbox from being read, since when, in words without its password; return them."""
    said = f"{type(error).__name__}: {error}"[:200]
    rows = Mailbox.objects.filter(pk=mailbox.pk)
    # Since when is kept through every further failure: the desk says for how long nobody was heard.
    rows.filter(trouble_since__isnull=True).update(trouble_since=at)
    rows.update(trouble=said)
    return said
