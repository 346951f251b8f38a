"""How often one address, one code or one number may be tried in vain.

Each failed try counts against all three, whether the code exists or not; a try that opens something is taken back. A
whole office or mobile network may stand behind one address, so its limit is wide; the narrow ones are on the code and
on the number, where guessing would have to happen.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.utils.crypto import salted_hmac
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

WINDOW_S = 600
DAY_S = 86_400
# Of one answer, from one connection, in a day: many readers may stand behind it.
VOTES = 5
LIMITS = {"address": 100, "code": 10, "phone": 15, "act": 30}

logger = logging.getLogger(__name__)


class TooMany(Exception):
    """The limit is reached. `retry_after_s` seconds from now the count begins anew."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


def count(*, address: str, code: str = "", phone: str = "", act: str = "", at: datetime) -> list[str]:
    """Count a try before it is made, so that parallel ones share the limit. Return its keys. Raises TooMany.

    A store that is away lets everybody read: the codes still guard, and the log says so.
    """
    # Fixed windows: one counter each, and "try again in so many minutes" is exact.
    window, gone = divmod(int(at.timestamp()), WINDOW_S)
    named = {"address": _network(address), "code": code, "phone": phone, "act": act}
    limits = {_key(name, value, window): LIMITS[name] for name, value in named.items() if value}
    try:
        counts = _add(list(limits), 1)
    except redis.RedisError:
        logger.exception("tries on the status page are not counted: the store does not answer")
        return []
    # Which of them is over is not said: it would tell whether others try the same code.
    if any(counted > limit for counted, limit in zip(counts, limits.values(), strict=True)):
        raise TooMany(WINDOW_S - gone)
    return list(limits)


def sent(*, address: str, at: datetime) -> int:
    """Count a question sent from an address, and return how many came from it in this window, this one included.

    A store that is away counts none: a question is never lost to it.
    """
    window = int(at.timestamp()) // WINDOW_S
    try:
        return _add([_key("sent", _network(address), window)], 1)[0]
    except redis.RedisError:
        logger.exception("questions are not counted: the store does not answer")
        return 0


def uploaded(*, address: str, size: int, at: datetime) -> int:
    """Count bytes sent from an address, and return how many came from it in this window, these included."""
    window = int(at.timestamp()) // WINDOW_S
    try:
        return _add([_key("uploaded", _network(address), window)], size)[0]
    except redis.RedisError:
        logger.exception("bytes are not counted: the store does not answer")
        return 0


def voted(*, address: str, about: str, at: datetime) -> bool:
    """Count a vote from an address, and tell whether as many came from it today as one office or household sends.

    A store that is away counts none: what one reader found useful is no matter to keep anybody out for.
    """
    day = int(at.timestamp()) // DAY_S
    try:
        return _add([_key("voted", f"{_network(address)} {about}", day)], 1, kept_s=2 * DAY_S)[0] > VOTES
    except redis.RedisError:
        logger.exception("votes are not counted: the store does not answer")
        return False


def take_back(keys: Sequence[str]) -> None:
    """Forget a try that opened something: its holder may look as often as they like."""
    try:
        _add(keys, -1)
    except redis.RedisError:
        logger.exception("a good try on the status page stays counted: the store does not answer")


# One command and one answer for all counters: asked one by one they cost a status check a sixth of its time.
_COUNT = """
local counts = {}
for place, key in ipairs(KEYS) do
    counts[place] = redis.call('INCRBY', key, ARGV[1])
    redis.call('EXPIRE', key, ARGV[2])
end
return counts
"""


def _add(keys: Sequence[str], amount: int, *, kept_s: int = 2 * WINDOW_S) -> list[int]:
    """Add to each counter in one step, and let it expire after its window whatever happens to us."""
    if not keys:
        return []
    return [int(count) for count in _counter()(keys=list(keys), args=[amount, kept_s], client=_store())]


@cache
def _counter() -> Script:
    return _store().register_script(_COUNT)


@cache
def _store() -> redis.Redis:
    # Not through Django's cache: its `incr` asks first and counts then, and can leave a counter that never expires.
    configured: dict[str, Any] = settings.CACHES["default"]
    # One more try, at once, for a connection that went stale: nobody waits for a store that is away.
    return redis.Redis.from_url(configured["LOCATION"], **configured["OPTIONS"], retry=Retry(NoBackoff(), 1))


def _key(name: str, value: str, window: int) -> str:
    # A digest: neither codes nor numbers of people lie about in the store.
    digest = salted_hmac("requests_desk.throttle", value, algorithm="sha256").hexdigest()[:32]
    return f"desk:throttle:{name}:{window}:{digest}"


def _network(address: str) -> str:
    """Return what one subscriber holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        # A subscriber of IPv6 has 2^64 addresses, and would have as many tries.
        return str(ipaddress.ip_network(f"{address}/64" if ":" in address else address, strict=False))
    except ValueError:
        return address
