"""A stateful Twilio on loopback: it keeps a ledger of messages, fails on demand and reports what became of them."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator

ACCOUNT = "AC" + "0" * 32
TOKEN = "a" * 32

# Once each, in order; then all is accepted. "hang" takes the message and never answers, "drop" takes it and hangs up,
# "lost" hangs up and takes nothing.
REFUSALS: dict[str, tuple[int, int]] = {
    "21211": (400, 21211),
    "21610": (400, 21610),
    "21606": (400, 21606),
    "429": (429, 20429),
    "500": (500, 20500),
    "401": (401, 20003),
}


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    content_type: str


@dataclass
class FakeTwilio:
    messages: list[dict[str, Any]] = field(default_factory=list)
    callbacks: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    next_answers: deque[str] = field(default_factory=deque)
    next_lists: deque[str] = field(default_factory=deque)
    refused: dict[str, str] = field(default_factory=dict)  # numbers that always get this refusal
    retry_after: int = 0
    hang_seconds: float = 2.0
    moments: dict[str, float] = field(default_factory=dict)  # when each was taken
    watch: Callable[[str], None] = field(default=lambda step: None)  # told of "taken" before the answer
    port: int = 0
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self, form: dict[str, str]) -> dict[str, Any]:
        """Keep a message as Twilio would show it and return it."""
        sid = f"SM{len(self.messages):032x}"
        now = format_datetime(self.clock())
        message = {
            "sid": sid, "account_sid": ACCOUNT, "to": form["To"], "from": form.get("From"), "body": form["Body"],
            "messaging_service_sid": form.get("MessagingServiceSid"), "status": "queued", "error_code": None,
            "date_created": now, "date_updated": now, "date_sent": None, "direction": "outbound-api",
            "num_segments": "1", "num_media": "0", "price": None, "price_unit": "USD", "error_message": None,
            "api_version": "2010-04-01", "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json",
            "subresource_uris": {},
        }  # fmt: skip
        self.messages.insert(0, message)
        self.moments[sid] = time.time()
        self.watch("taken")
        self.callbacks[sid] = form.get("StatusCallback", "")
        return message

    def move(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Change what the ledger says of a message, without telling anyone."""
        message = next(m for m in self.messages if m["sid"] == sid)
        message.update(status=status, error_code=error_code)

    def report(self, sid: str, status: str, error_code: int | None = None, *, token: str = TOKEN) -> int:
        """Move a message and post the signed callback; return the HTTP status of the answer."""
        self.move(sid, status, error_code)
        request = self.callback_request(sid, status, error_code, token=token)
        with urlopen(request, timeout=10) as answer:  # noqa: S310  our own loopback address
            return int(answer.status)

    def callback_request(self, sid: str, status: str, error_code: int | None = None, *, token: str = TOKEN) -> Request:
        """Build the signed callback Twilio would post."""
        url = self.callbacks[sid]
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT}
        if error_code:
            form["ErrorCode"] = str(error_code)
        signature = RequestValidator(token).compute_signature(url, form)
        return Request(url, urlencode(form).encode(), {"X-Twilio-Signature": signature})  # noqa: S310  likewise


def _handler(twilio: FakeTwilio) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = self._note()
            answer = twilio.refused.get(form.get("To", ""), "")
            answer = answer or (twilio.next_answers.popleft() if twilio.next_answers else "accept")
            if answer in REFUSALS:
                self._refuse(*REFUSALS[answer])
            elif answer == "lost":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            else:
                self._take(form, answer)

        def _take(self, form: dict[str, str], answer: str) -> None:
            message = twilio.take(form)
            if answer == "hang":
                time.sleep(twilio.hang_seconds)
            if answer in {"hang", "drop"}:
                self.close_connection = True
            elif answer == "garbage":
                self._answer(201, b"<html>")
            else:
                self._answer(201, json.dumps(message).encode())

        def do_GET(self) -> None:
            self._note()
            if answer := twilio.next_lists.popleft() if twilio.next_lists else "":
                self._refuse(*REFUSALS[answer])
                return
            sid = urlsplit(self.path).path.rpartition("/")[2].removesuffix(".json")
            if one := next((m for m in twilio.messages if m["sid"] == sid), None):
                self._answer(200, json.dumps(one).encode())
                return
            to = twilio.asked[-1].query.get("To")
            found = [m for m in twilio.messages if to in {None, m["to"]}]
            page = {"messages": found, "page": 0, "page_size": 200, "uri": self.path, "first_page_uri": self.path}
            empty = {"next_page_uri": None, "previous_page_uri": None, "start": 0, "end": len(found)}
            self._answer(200, json.dumps(page | empty).encode())

        def _note(self) -> dict[str, str]:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            twilio.asked.append(Asked(self.command, url.path, query, form, self.headers.get("Content-Type", "")))
            expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
            assert self.headers["Authorization"] == f"Basic {expected}"
            return form

        def _refuse(self, status: int, code: int) -> None:
            self._answer(status, json.dumps({"code": code, "message": "no", "status": status}).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if twilio.retry_after:
                self.send_header("Retry-After", str(twilio.retry_after))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Stay silent: the ledger is the log."""

    return Handler


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent when a caller was killed in the middle of its call."""


@contextmanager
def running(*, port: int = 0) -> Iterator[FakeTwilio]:
    """Run a fake Twilio in a thread."""
    twilio = FakeTwilio()
    server = _Server(("127.0.0.1", port), _handler(twilio))
    twilio.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield twilio
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
