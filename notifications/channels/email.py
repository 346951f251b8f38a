"""Mail by the SMTP relay of EMAIL_URL, one connection for a batch.

A mail that may or may not have been taken goes again with the same Message-ID: at least once (N7), and a reader's
program shows it once.
"""

from __future__ import annotations

import smtplib
import ssl
from binascii import b2a_qp
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.policy import Compat32
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.storage import default_storage
from django.core.validators import validate_email

from notifications.channels.base import Channel
from notifications.models import Notification
from notifications.results import Result

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}
RELAY_CODES = frozenset({421, 530, 534, 535, 538})  # closing, or wanting a log-in: the relay's trouble, not this mail's
OURS = frozenset(
    {"from", "to", "cc", "bcc", "subject", "message-id", "date", "x-desk-key", "auto-submitted", "content-language"}
)

LONGEST_LINE = 900  # of the 998 that SMTP allows


class Wire(Compat32):
    """Writes a header as it is: the library reads it, takes it apart and folds it anew, at a third of a mail's cost."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header with the line ends of the wire."""
        if not isinstance(value, str) or not value.isascii():
            return super().fold_binary(name, value)
        return f"{name}: {self.linesep.join(value.splitlines())}{self.linesep}".encode("ascii")


# Seven bits and whole line ends: no relay on the way needs to be able to do more.
WIRE = Wire(linesep="\r\n", max_line_length=None)  # a folded key or id would come back with a blank


@dataclass(frozen=True)
class Mail:
    """One mail as it goes over the wire."""

    to: str
    content: bytes


@dataclass(frozen=True)
class Relay:
    """Where mail is handed over: EMAIL_URL, read."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def from_url(cls, url: str) -> Relay:
        """Read `smtp://`, `smtp+tls://` (STARTTLS) or `smtp+ssl://user:password@host:port`.

        Raises ImproperlyConfigured.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ImproperlyConfigured("EMAIL_URL must read smtp://, smtp+tls:// or smtp+ssl:// and name a host.")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii():
            raise ImproperlyConfigured("User and password in EMAIL_URL must be ASCII: SMTP knows no other.")
        return cls(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], user, password)

    def connect(self) -> smtplib.SMTP:
        """Open a connection, encrypted and logged in as the URL says; raises OSError, as smtplib does."""
        smtp = self._open()
        try:
            if self.scheme == "smtp+tls":
                smtp.starttls(context=ssl.create_default_context())
            if self.user:
                smtp.login(self.user, self.password)
        except OSError:
            smtp.close()
            raise
        return smtp

    def _open(self) -> smtplib.SMTP:
        own, seconds = _own_host(), settings.EMAIL_TIMEOUT
        if self.scheme in {"smtps", "smtp+ssl"}:
            trust = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, local_hostname=own, timeout=seconds, context=trust)
        return smtplib.SMTP(self.host, self.port, local_hostname=own, timeout=seconds)


class Session:
    """The connection that one batch shares, opened when the first mail needs it and again when the relay closed it."""

    def __init__(self) -> None:
        self.smtp: smtplib.SMTP | None = None
        self.used = False

    def get(self) -> smtplib.SMTP:
        """Return the open connection, connecting if need be; raises OSError."""
        if self.smtp is None:
            self.smtp, self.used = Relay.from_url(settings.EMAIL_URL).connect(), False
        return self.smtp

    def drop(self) -> None:
        """Forget the connection."""
        if self.smtp is not None:
            self.smtp.close()
        self.smtp = None

    def quit(self) -> None:
        """Say goodbye; a relay that is gone already is no failure, since each mail has its own answer."""
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except OSError:
                self.drop()


class Email(Channel):
    name = "email"
    handful = 8  # a repeat has the same Message-ID

    def is_configured(self) -> bool:
        """Tell whether EMAIL_URL names a relay."""
        return bool(settings.EMAIL_URL)

    def accepts(self, destination: str) -> bool:
        """Accept one plain address with an ASCII local part."""
        try:
            validate_email(destination)
        except ValidationError:
            return False
        return destination.rpartition("@")[0].isascii()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Share one SMTP connection."""
        session = Session()
        try:
            yield session
        finally:
            session.quit()

    def deliver(self, notification: Notification, session: Session) -> Result:
        """Hand one mail to the relay."""
        if not self.accepts(notification.destination):
            return Result.permanent("bad_destination")
        try:
            mail = Mail(_ascii(notification.destination), compose(notification).as_bytes())
        except ValueError:  # a line break in a header would let its author write headers of their own
            return Result.permanent("bad_header")
        except FileNotFoundError:
            return Result.permanent("file_missing")
        result = _hand_over(mail, session)
        if result.outage and result.kind == "temporary" and session.used:
            # Many relays close after so many mails or minutes; that says nothing about the next connection.
            session.drop()
            result = _hand_over(mail, session)
        session.used = session.used or result.kind == "accepted"
        return result


def compose(notification: Notification) -> Message:
    """Build the mail; raise ValueError where a header holds a line break.

    Everything in it comes from the row, `Date` too, so that a second sending is the same mail.
    """
    # The library's older classes: its newer ones parse each header they are given, which takes four times as long.
    plain = _part(notification.text, "plain")
    mail = plain
    if notification.html:
        mail = MIMEMultipart("alternative", boundary=f"=_{notification.message_id[1:33]}", policy=WIRE)
        mail.attach(plain)
        mail.attach(_part(notification.html, "html"))
    if notification.files:
        mail = _with_files(mail, notification)
    own = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "To": _ascii(notification.destination),
        "Subject": notification.title,
        "Message-ID": notification.message_id,
        "Date": format_datetime(notification.created_at.astimezone(UTC)),
        "X-Desk-Key": notification.key,
        # Keeps absence notes and other machines from answering (RFC 3834).
        "Auto-Submitted": "auto-generated",
        "Content-Language": notification.language,
    }
    # A caller may add Reply-To and the like, never what proves or identifies the mail.
    given = {name: value for name, value in notification.headers.items() if name.lower() not in OURS}
    for name, value in (own | given).items():
        mail[name] = _header(name, value)
    return mail


def _with_files(said: Message, notification: Notification) -> Message:
    mail = MIMEMultipart("mixed", boundary=f"=_files_{notification.message_id[1:33]}", policy=WIRE)
    mail.attach(said)
    for file in notification.files:
        main, _slash, subtype = file["content_type"].partition("/")
        part = MIMEBase(main, subtype, policy=WIRE)
        with default_storage.open(file["place"]) as content:
            part.set_payload(content.read())
        encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", file["name"]))
        mail.attach(part)
    return mail


def _part(text: str, subtype: str) -> Message:
    part = Message(policy=WIRE)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["MIME-Version"] = "1.0"
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.encode()).decode("ascii"))
    return part


def _header(name: str, value: str) -> str:
    if any(mark in f"{name}{value}" for mark in "\r\n"):
        raise ValueError(f"a line break in {name}")
    if value.isascii() and len(value) < LONGEST_LINE:
        return value
    display, address = parseaddr(value) if name == "From" else (value, "")
    words = Header(display, "utf-8", header_name=name).encode()  # in words of legal length, a line each
    return f"{words} <{address}>" if address else words


def _hand_over(mail: Mail, session: Session) -> Result:
    try:
        smtp = session.get()
    except ImproperlyConfigured:
        return Result.temporary("bad_email_url", outage=True)
    # A refusal while connecting speaks of us and the relay, whatever its number: no message is at fault yet.
    except smtplib.SMTPResponseException as error:
        return Result.temporary(f"smtp_{error.smtp_code}", outage=True)
    except OSError:
        return Result.temporary("unreachable", outage=True)
    try:
        refusal = _envelope(smtp, mail)
    except OSError:
        session.drop()
        return Result.temporary("unreachable", outage=True)
    if refusal is not None:
        _reset(session)
        return refusal
    return _data(smtp, mail, session)


def _envelope(smtp: smtplib.SMTP, mail: Mail) -> Result | None:
    smtp.ehlo_or_helo_if_needed()
    code, _ = smtp.mail(_sender(settings.DEFAULT_FROM_EMAIL))
    if code == 250:
        code, _ = smtp.rcpt(mail.to)
    # 251: the server forwards it for a user who moved, which is as good (RFC 5321).
    return None if code in {250, 251} else _refusal(code)


def _data(smtp: smtplib.SMTP, mail: Mail, session: Session) -> Result:
    try:
        code, _ = smtp.data(mail.content)
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
    except OSError:
        # Silence after the text went out: the relay may have it. It goes again under the same Message-ID.
        session.drop()
        return Result.uncertain("dropped_in_data")
    if code == 250:
        return Result.accepted()
    _reset(session)
    return _refusal(code)


def _refusal(code: int) -> Result:
    reason = f"smtp_{code}"
    if code in RELAY_CODES:
        return Result.temporary(reason, outage=True)
    # Greylisting answers 450 and means it: the same mail is welcome some minutes later.
    return Result.permanent(reason) if code >= 500 else Result.temporary(reason)


def _reset(session: Session) -> None:
    try:
        if session.smtp is not None:
            session.smtp.rset()
    except OSError:
        session.drop()


@lru_cache(maxsize=8)  # the same for every mail
def _sender(written: str) -> str:
    return _ascii(parseaddr(written)[1])


def _ascii(address: str) -> str:
    local, _, host = address.rpartition("@")
    return f"{local}@{host.encode('idna').decode()}"


def _own_host() -> str:
    # Named from the settings: asking the resolver for our own name can hang for seconds inside a container.
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
