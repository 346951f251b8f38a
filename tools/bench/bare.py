"""What the pages are measured against: the least that Django itself needs to answer so, behind the same middleware."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from requests_desk.tickets.models import Ticket

ROWS = engines["django"].from_string(
    "<!doctype html><title>Requests</title><table>{% for t in rows %}<tr><td><a href='/desk/tickets/{{ t.code }}/'>"
    "{{ t.code }}</a><td>{{ t.requester }}<td>{{ t.text|truncatechars:80 }}<td>{{ t.unit }}<td>{{ t.officer }}"
    "<td>{{ t.state }}<td>{{ t.received_at }}<td>{{ t.next_due_at }}</tr>{% endfor %}</table>"
)
ONE = engines["django"].from_string(
    "<!doctype html><title>{{ t.code }}</title><form method=post>{% csrf_token %}<input name=code></form>"
    "<dl><dt>Code<dd>{{ t.code }}<dt>State<dd>{{ t.state }}<dt>Received<dd>{{ t.received_at }}"
    "<dt>Due<dd>{{ t.next_due_at }}<dt>Unit<dd>{{ t.unit }}<dt>Asked<dd>{{ t.text }}</dl>"
)
LINKED = ("requester", "unit", "officer", "agency")


def queue(request: HttpRequest) -> HttpResponse:
    """Show fifty requests to somebody signed in: one query of the list, as plain as can be."""
    own = request.user.memberships.values("agency")  # type: ignore[union-attr]
    rows = Ticket.objects.select_related(*LINKED).filter(agency__in=own, closed_at__isnull=True)
    return HttpResponse(ROWS.render({"rows": rows.order_by("queue_at", "pk")[:50]}, request))


def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """Show one request to somebody signed in."""
    own = request.user.memberships.values("agency")  # type: ignore[union-attr]
    found = Ticket.objects.select_related(*LINKED).get(code=code, agency__in=own)
    return HttpResponse(ONE.render({"t": found}, request))


def status(request: HttpRequest) -> HttpResponse:
    """Show one request to whoever names its code and a number of its requester."""
    found = Ticket.objects.select_related(*LINKED).get(
        code=request.POST["code"], requester__phones__number="+84" + request.POST["phone"][1:]
    )
    return HttpResponse(ONE.render({"t": found}, request))


# Beside the desk's own: to change between two tables of addresses would build them anew each time.
urlpatterns = [
    path("bare/queue", queue),
    path("bare/ticket/<code>", ticket),
    path("bare/status", status),
    path("", include("requests_desk.urls")),
]
