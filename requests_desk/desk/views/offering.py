"""Published answers offered where they help: while a call is typed, and beside the reply being written."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.library.models import Answer
from requests_desk.library.queries import answers
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import published
from requests_desk.tickets.services import publishing
from requests_desk.tickets.words import ReplyChannel

TYPED = 500


@page(Right.LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: DeskRequest) -> HttpResponse:
    """Show what was published about a text being typed, or about a request: a part of its page, or one of its own."""
    code = request.GET.get("ticket", "")
    ticket = access.get(request.user, code) if code else None
    typed = request.POST.get("text", "") or request.GET.get("q", "")
    part = request.headers.get("HX-Request")
    return render(request, "desk/_offered.html" if part else "desk/offered.html", beside(request, typed, ticket))


def beside(request: DeskRequest, typed: str, ticket: Ticket | None) -> dict[str, Any]:
    """Return what the templates show: the answers for what is typed, or for the request where nothing is."""
    # The beginning of it: a question says early what it is about, and every word costs.
    text = typed.strip()[:TYPED] or (ticket.text if ticket else "")
    agency = ticket.agency if ticket else request.agency
    return {"offered": published.offered(agency, text), "own": ticket, "typed": typed, "looked": bool(text)}


def insert(request: DeskRequest, ticket: Ticket, typed: QueryDict, about: str) -> None:
    """Put a published answer, and where everybody reads it, behind what was typed of the reply."""
    try:
        answer = answers.get(int(about))
    # Withdrawn meanwhile, or no number: the form comes back as it was, and nothing typed is lost.
    except (Answer.DoesNotExist, ValueError, OverflowError):
        return
    name = "said" if typed.get("channel") == ReplyChannel.CALL else "text"
    written = typed.get(name, "").strip()
    typed[name] = "\n\n".join(
        part for part in (written, publishing.text_to_insert(answer, language=ticket.language)) if part
    )
