"""An SMTP relay on loopback that keeps a ledger of what it took, and fails on demand."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# What to do at one step, in words a test can read; each used once, in order, and then all goes well again.
REPLIES = {"421": "421 4.3.2 closing", "451": "451 4.7.1 try later", "550": "550 5.1.1 no such user", "554": "554 no"}


@dataclass
class Relay:
    """The ledger: every mail taken, its envelope, and how many connections it came by."""

    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    connections: int = 0
    at_mail: deque[str] = field(default_factory=deque)
    at_rcpt: deque[str] = field(default_factory=deque)
    at_data: deque[str] = field(default_factory=deque)  # also "drop" (before the answer, taken) and "slow"
    slowness: float = 2.0
    moments: list[float] = field(default_factory=list)  # when each was taken
    watch: Callable[[str], None] = field(default=lambda step: None)  # told of "mail", and of "taken" before the answer
    refused: dict[str, list[float]] = field(default_factory=dict)  # addresses that get a 550, and when they were tried
    password: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, host: str, said: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = host
        return said

    async def handle_MAIL(self, server: SMTP, s: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        self.watch("mail")
        if reply := await self._reply(server, self.at_mail):
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, s: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if reply := await self._reply(server, self.at_rcpt):
            return reply
        if address in self.refused:
            self.refused[address].append(time.time())
            return REPLIES["550"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        step = self.at_data[0] if self.at_data else ""
        if step not in REPLIES:
            self._keep(envelope)
        return await self._reply(server, self.at_data) or "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        self.taken.append(message_from_bytes(raw, policy=default))  # type: ignore[arg-type]
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        self.moments.append(time.time())
        self.watch("taken")

    async def _reply(self, server: SMTP, steps: deque[str]) -> str:
        step = steps.popleft() if steps else ""
        if step == "slow":
            await asyncio.sleep(self.slowness)
        if step == "drop":
            server.transport.abort()
        if step == "421":
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
        return REPLIES.get(step, "")

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth: Any) -> AuthResult:
        assert isinstance(auth, LoginPassword)
        return AuthResult(success=auth.password.decode() == self.password, handled=False)


class RelayServer:
    """Run a relay in a thread: `with RelayServer() as relay`; `options` are those of aiosmtpd."""

    def __init__(self, *, password: str = "", port: int = 0, **options: Any) -> None:
        self.relay = Relay(password=password, port=port or free_port())
        asked = {"authenticator": self.relay.authenticate, "auth_require_tls": False}
        self.controller = Controller(
            self.relay, hostname="127.0.0.1", port=self.relay.port, **options, **(asked if password else {})
        )

    def __enter__(self) -> Relay:
        self.controller.start()
        return self.relay

    def __exit__(self, *exc: object) -> None:
        self.controller.stop()


def free_port() -> int:
    """Return a loopback port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
