"""`/metrics` for Prometheus: open to this machine alone, or to who knows METRICS_TOKEN."""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from redis.exceptions import RedisError

from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.queries.metrics import Desk

KEPT_SECONDS = 15  # some of it counts all rows: however many scrape, that happens four times a minute


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the text format; 403 to everybody else."""
    if not _may_read(request):
        return HttpResponse(status=403)
    return HttpResponse(_text(), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        # In constant time: how long a wrong guess takes must not say how much of it was right.
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    # A proxy on this machine calls from loopback, too: whoever came through one is a stranger.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _text() -> bytes:
    try:
        kept: bytes | None = cache.get("metrics")
        if kept is None:
            kept = _measured()
            cache.set("metrics", kept, KEPT_SECONDS)
    # What watches us must work while the cache is what is broken.
    except RedisError:
        return _measured()
    return kept


def _measured() -> bytes:
    # Not the library's global one: that adds the figures of this one process, and there are several.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Desk(at=database_now()))
    return generate_latest(registry)
