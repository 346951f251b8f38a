"""Today, the queue and one's own views of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from requests_desk.desk import filter_form
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import choices, cooperation, desk, going, mails, published
from requests_desk.tickets.queries.filters import Filters
from requests_desk.tickets.services import asking, saved_views

SHORT = 8
# What Today counts, each by the address of the list it counts: the two cannot disagree.
TILES = (
    ("due=overdue", gettext_lazy("overdue")),
    ("due=today", gettext_lazy("due today")),
    ("hands=mine", gettext_lazy("mine")),
    ("hands=my_unit", gettext_lazy("my unit's")),
    ("hands=unassigned", gettext_lazy("without an officer")),
)
SLIPS = (
    ("to_acknowledge", gettext_lazy("Waiting for my acknowledgement")),
    ("to_accept", gettext_lazy("Handed over to my unit, not accepted yet")),
    ("to_sign", gettext_lazy("Waiting for my approval")),
    ("unassigned", gettext_lazy("Without an officer")),
)
# The views everybody has, before one's own.
TABS = (
    ("", gettext_lazy("All open")),
    ("hands=mine", gettext_lazy("Mine")),
    ("hands=my_unit", gettext_lazy("My unit's")),
    ("hands=unassigned", gettext_lazy("Without an officer")),
    ("due=overdue", gettext_lazy("Overdue")),
    ("due=today", gettext_lazy("Due today")),
)


class Tile(NamedTuple):
    """A count, and the list it counts."""

    query: str
    name: str
    number: int

    @property
    def hot(self) -> bool:
        """Tell whether it must be seen first."""
        return self.query == "due=overdue" and self.number > 0


@page(Right.READ)
@require_safe
def today(request: DeskRequest) -> HttpResponse:
    """Show what is due next, what was missed, what nobody holds, what waits for this person."""
    at = timezone.now()
    due = [row for row in desk.page(request.user, Filters(), limit=20).rows if row.next_due_at]
    slips = [{"hands": hands, "name": name, "rows": _slip(request, hands)} for hands, name in SLIPS]
    context = {
        "due": due,
        "tiles": _tiles(request, at),
        "held": asking.waiting(request.user).count(),
        "scheduled": going.scheduled(request.user, at=at),
        "mails": mails.count_waiting(request.user),
        "parts_due": cooperation.due_of(request.user),
        "answers": published.waiting(request.user).count() if Right.PUBLISH in access.held(request.user) else 0,
        # What nobody holds is worth saying even when it is nothing; the rest shows when there is something to do.
        "slips": [slip for slip in slips if slip["rows"] or slip["hands"] == "unassigned"],
        "at": at,
    }
    return render(request, "desk/_today.html" if request.headers.get("HX-Request") else "desk/today.html", context)


@page(Right.READ)
@require_safe
def ticket_list(request: DeskRequest) -> HttpResponse:
    """Show the queue, what is due next first; filters, order and place are plain addresses."""
    offered = choices.of(request.user)
    form = filter_form.of(request.GET, choices=offered)
    filters = form.filters(at=timezone.now())
    try:
        found = desk.page(request.user, filters, cursor=request.GET.get("cursor"))
    # An address somebody kept from last month begins at the top.
    except desk.BadCursor:
        found = desk.page(request.user, filters)
    bulk = Right.ASSIGN in access.held(request.user)
    context = {"rows": found.rows, "bulk": bulk, "next_url": _next_url(request, found.next)}
    # More rows for the table that is there; filters ask by the same script for the whole page.
    if request.headers.get("HX-Request") and request.GET.get("cursor"):
        return render(request, "desk/_ticket_rows.html", context)
    return render(request, "desk/ticket_list.html", context | _around(form, offered.views))


def _around(form: filter_form.FilterForm, own: list[choices.View]) -> dict[str, Any]:
    """Return what stands around a list: its filters, the views, what of the address was left out."""
    query = form.as_query() if form.is_bound else ""
    return {
        "filters": form,
        "unknown": form.unknown() if form.is_bound else [],
        "query": query,
        "tabs": TABS,
        "own_views": own,
        "own_view": next((view for view in own if view.query == query), None),
    }


@page(Right.READ)
@require_POST
def view_keep(request: DeskRequest) -> HttpResponse:
    """Keep the filters of an address under a name."""
    form = filter_form.of(QueryDict(request.POST.get("query", "")), choices=choices.of(request.user))
    query = form.as_query() if form.is_bound else ""
    try:
        kept = saved_views.keep(request.user, name=request.POST.get("name", ""), query=query)
    except saved_views.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The view “%(name)s” is kept.") % {"name": kept.name})
    return redirect(f"{reverse('desk:ticket_list')}?{query}")


@page(Right.READ)
@require_POST
def view_forget(request: DeskRequest, pk: int) -> HttpResponse:
    """Take one of one's own views away."""
    saved_views.forget(request.user, pk)
    return redirect("desk:ticket_list")


def _tiles(request: DeskRequest, at: datetime) -> list[Tile]:
    lists = [
        filter_form.FilterForm(QueryDict(query), choices=choices.Choices()).filters(at=at) for query, _name in TILES
    ]
    numbers = desk.counts(request.user, lists)
    return [Tile(query, str(name), number) for (query, name), number in zip(TILES, numbers, strict=True)]


def _slip(request: DeskRequest, hands: str) -> list[Ticket]:
    # Most of the desk signs nothing: no query for an empty slip on the page opened most.
    if hands == "to_sign" and not {Right.SIGN, Right.SIGN_UNIT} & access.held(request.user):
        return []
    return desk.short(request.user, Filters(hands=hands), limit=SHORT)


def _next_url(request: DeskRequest, mark: str | None) -> str | None:
    if mark is None:
        return None
    query = request.GET.copy()
    query["cursor"] = mark
    return f"?{query.urlencode()}"
