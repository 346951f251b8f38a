"""Mail by the SMTP relay of EMAIL_URL, one connection for a batch.

A mail that may or may not have been taken goes again with the same Message-ID: at least once (N7), and a reader's
program shows it once.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from notifications.channels.base import Channel
from notifications.models import Notification
from notifications.results import Result

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}
RELAY_CODES = frozenset({421, 530, 534, 535, 538})  # closing, or wanting a log-in: the relay's trouble, not this mail's
OURS = frozenset(
    {"from", "to", "cc", "bcc", "subject", "message-id", "date", "x-desk-key", "auto-submitted", "content-language"}
)


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
        result = _hand_over(mail, session)
        if result.outage and result.kind == "temporary" and session.used:
            # Many relays close after so many mails or minutes; that says nothing about the next connection.
            session.drop()
            result = _hand_over(mail, session)
        session.used = session.used or result.kind == "accepted"
        return result


class _Policy(EmailPolicy):
    """SMTP's policy with a right fold: the library's own loses the space between two encoded words."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Encode a header with marks into words of legal length; leave the rest to the library."""
        if str(value).isascii():
            return super().fold_binary(name, value)
        if addresses := getattr(value, "addresses", ()):
            parts = [f"{Header(a.display_name, 'utf-8', header_name=name).encode()} <{a.addr_spec}>" for a in addresses]
            text = ",\n ".join(parts)
        else:
            text = Header(str(value), "utf-8", header_name=name).encode()
        return f"{name}: {text}\n".replace("\n", "\r\n").encode("ascii")


def compose(notification: Notification) -> EmailMessage:
    """Build the mail; raise ValueError where a header holds a line break.

    Everything in it comes from the row, `Date` too, so that a second sending is the same mail.
    """
    mail = EmailMessage(policy=_Policy(linesep="\r\n"))
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = _ascii(notification.destination)
    mail["Subject"] = notification.title
    mail["Message-ID"] = notification.message_id
    mail["Date"] = notification.created_at
    mail["X-Desk-Key"] = notification.key
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in notification.headers.items():
        if name.lower() not in OURS:
            mail[name] = value
    # Seven bits: no relay on the way needs to be able to do more.
    mail.set_content(notification.text, cte="quoted-printable")
    if notification.html:
        mail.add_alternative(notification.html, subtype="html", cte="quoted-printable")
        mail.set_boundary(f"=_{notification.message_id[1:33]}")
    mail["Content-Language"] = notification.language
    return mail


def _hand_over(mail: Mail, session: Session) -> Result:
    try:
        smtp = session.get()
    except ImproperlyConfigured:
        return Result.temporary("bad_email_url", outage=True)
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
    code, _ = smtp.mail(_ascii(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    if code == 250:
        code, _ = smtp.rcpt(mail.to)
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
    return Result.permanent(reason) if code >= 500 else Result.temporary(reason)


def _reset(session: Session) -> None:
    try:
        if session.smtp is not None:
            session.smtp.rset()
    except OSError:
        session.drop()


def _ascii(address: str) -> str:
    local, _, host = address.rpartition("@")
    return f"{local}@{host.encode('idna').decode()}"


def _own_host() -> str:
    # Named from the settings: asking the resolver for our own name can hang for seconds inside a container.
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
