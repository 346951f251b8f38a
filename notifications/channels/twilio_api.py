"""The two calls we make to Twilio, and what its answers mean. Import it lazily: the library is large."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests.exceptions import ConnectionError as ConnectionFailed
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from notifications.results import Report, Result

TIMEOUT = 15
LONGEST_WAIT = 900  # seconds of Retry-After we follow
# Our account or our sender is at fault, not the message: it may go once someone has put that right.
SETUP_CODES = frozenset({20003, 20005, 21603, 21606, 21659, 21660, 21661})


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]  # the library ships no types
    """Twilio's own client, sent to another host where TWILIO_API_BASE names one, that keeps the last Retry-After."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=TIMEOUT)
        self.base = urlsplit(base)
        self.retry_after = 0

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send the request to the host we were told."""
        if self.base.netloc:
            url = urlunsplit(urlsplit(url)._replace(scheme=self.base.scheme, netloc=self.base.netloc))
        response = super().request(method, url, *args, **kwargs)
        wait = (response.headers or {}).get("Retry-After", "")
        self.retry_after = min(int(wait), LONGEST_WAIT) if wait.isdigit() else 0
        return response

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Log nothing: the library would write each reader's number into our log."""

    def log_response(self, status_code: int, response: Response) -> None:
        """Log nothing: what came of a message is an attempt's row."""


@dataclass(frozen=True)
class Listed:
    """A message in Twilio's record."""

    sid: str
    body: str
    status: str
    error_code: int | None
    created_at: datetime

    def result(self) -> Result:
        """Say what the record means for the send that nobody heard of."""
        if self.status in {"failed", "undelivered", "canceled"}:
            return Result.permanent(f"twilio_{self.error_code or self.status}", self.sid)
        return Result.accepted(self.sid, delivered=self.status in {"delivered", "read"}, reason="reconciled")


class TwilioApi:
    """Twilio's Messages resource."""

    def __init__(self, account_sid: str, token: str, *, base: str = "") -> None:
        self.http = _HttpClient(base)
        self.client = Client(account_sid, token, http_client=self.http)

    def close(self) -> None:
        """Close the connections."""
        self.http.session.close()

    def create(self, *, to: str, body: str, sender: str, status_callback: str) -> Result:
        """Create a message; `sender` is a number, a name or the id of a messaging service (MG…)."""
        source = {"messaging_service_sid" if sender.startswith("MG") and len(sender) == 34 else "from_": sender}
        try:
            message = self.client.messages.create(to=to, body=body, status_callback=status_callback, **source)
        except TwilioRestException as error:
            return self._refusal(error)
        except RequestException as error:
            return _unheard(error)
        except (TwilioException, ValueError):  # an answer that is none: a proxy's page, half a body
            return Result.uncertain("unreadable")
        return Result.accepted(message.sid or "")

    def messages_to(self, number: str) -> list[Listed] | Result:
        """List the latest messages to a number, the newest first, or say why Twilio could not tell."""
        try:
            # No DateSent filter: a message still queued has none and would be missing, then sent twice.
            found = self.client.messages.list(to=number, limit=200, page_size=200)
        except (TwilioException, RequestException, ValueError):
            return Result.uncertain("record_unreachable")
        return [Listed(m.sid, m.body or "", str(m.status), m.error_code, m.date_created) for m in found]

    def report(self, sid: str) -> Report | None:
        """Read what became of one message; None when Twilio could not tell."""
        try:
            message = self.client.messages(sid).fetch()
        except (TwilioException, RequestException, ValueError):
            return None
        return Report(str(message.status), f"twilio_{message.error_code}" if message.error_code else "")

    def _refusal(self, error: TwilioRestException) -> Result:
        reason = f"twilio_{error.code or error.status}"
        if error.status == 429:
            return Result.temporary(reason, outage=True, retry_after=self.http.retry_after)
        # A wrong token or an account closed is no fault of the reader's number: nothing may be marked as undeliverable.
        if error.status >= 500 or error.status in {401, 403, 404} or error.code in SETUP_CODES:
            return Result.temporary(reason, outage=True, retry_after=self.http.retry_after)
        return Result.permanent(reason)


def _unheard(error: RequestException) -> Result:
    cause = error.args[0] if error.args else None
    refused = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    # Nobody took the call, so nothing was taken; after the call was taken silence may mean either.
    if isinstance(error, ConnectTimeout) or (isinstance(error, ConnectionFailed) and refused):
        return Result.temporary("unreachable", outage=True)
    return Result.uncertain("no_answer")
