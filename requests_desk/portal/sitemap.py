"""What search engines are invited to read: the plain pages, each published answer and document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from requests_desk.library.queries import answers, documents

# As many as the protocol allows in one list, shared by both kinds.
MOST = 25_000
PLAIN = ("/", "/ask/", "/status/", "/answers/", "/documents/")
KEPT_SECONDS = 3600


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the addresses by the protocol of sitemaps.org."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    lines += (_line(path, at) for path, at in _pages())
    response = HttpResponse("\n".join([*lines, "</urlset>", ""]), content_type="application/xml; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def _pages() -> Iterator[tuple[str, datetime | None]]:
    yield from ((path, None) for path in PLAIN)
    # Texts stay in the database: 25,000 of them would fill the memory for a list of addresses.
    for one in answers.published().only("title", "published_at", "corrected_at").select_related(None)[:MOST]:
        yield one.path, one.changed_at
    for document in documents.published().order_by("-pk")[:MOST]:
        yield document.url, document.published_at


def _line(path: str, at: datetime | None) -> str:
    changed = f"<lastmod>{at.date().isoformat()}</lastmod>" if at else ""
    return f"<url><loc>{escape(settings.PUBLIC_BASE_URL + path)}</loc>{changed}</url>"
