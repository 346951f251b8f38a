"""A mail exchanger on loopback: what it takes by SMTP lies in dovecot's maildir, the part behind a plus left away."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.dovecot import Dovecot
from tests.support.smtp import free_port


@dataclass
class Exchanger:
    """Where a business hands its mail over."""

    dovecot: Dovecot
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        for address in envelope.rcpt_tos:
            user = address.partition("@")[0].partition("+")[0]
            self.dovecot.put(user, b"Delivered-To: " + address.encode() + b"\r\n" + raw)
        return "250 OK"

    def send(self, raw: bytes, *, sender: str, to: str) -> None:
        """Hand one mail over, as any mail program does."""
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="pc.example", timeout=20) as smtp:
            smtp.sendmail(sender, [to], raw)


@contextmanager
def running(dovecot: Dovecot) -> Iterator[Exchanger]:
    """Start one in front of a dovecot."""
    exchanger = Exchanger(dovecot, free_port())
    controller = Controller(exchanger, hostname="127.0.0.1", port=exchanger.port)
    controller.start()
    try:
        yield exchanger
    finally:
        controller.stop()
