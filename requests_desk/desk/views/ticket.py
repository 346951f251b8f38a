"""One request: its page, and what can be done to it there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.desk import forms, known
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.desk.reply_forms import ReplyForm
from requests_desk.desk.views import composing, cooperation, verbs
from requests_desk.desk.views.verbs import VERBS
from requests_desk.people import identifiers
from requests_desk.tickets import access, downloads
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Attachment, Ticket
from requests_desk.tickets.queries import alerts, ticket_page, ticket_reading
from requests_desk.tickets.services import (
    assignment,
    closing,
    locking,
    notices,
    refusing,
)
from requests_desk.tickets.upload_forms import WithFiles
from requests_desk.tickets.words import ReplyKind


@page(Right.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: DeskRequest, code: str) -> HttpResponse:
    """Show a request. A POST names its `action`, asks for the right to it, and makes one call to the domain."""
    if request.method != "POST":
        return _page(request, access.get(request.user, code))
    action = request.POST.get("action", "")
    if verb := VERBS.get(action):
        return _verb(request, access.get(request.user, code, verb.right), action)
    right, act = ACTIONS.get(action, (Right.READ, _unknown))
    return act(request, access.get(request.user, code, right))


@page(Right.READ)
@require_safe
def panel(request: DeskRequest, code: str, action: str) -> HttpResponse:
    """Show what a panel of the page holds: `seen` is the last line of the history that page knew."""
    if action not in VERBS:
        raise Http404
    ticket = access.get(request.user, code, VERBS[action].right)
    seen, rights = identifiers.row_number(request.GET.get("seen", "")), access.rights_on(request.user, ticket)
    act = verbs.opened(ticket, action, rights=rights, seen_seq=seen or 0)
    if act is None:
        return HttpResponse(status=HTTPStatus.CONFLICT)
    return render(request, "desk/_act.html", {"ticket": ticket, "act": act})


@page(Right.READ)
@require_safe
def file(request: DeskRequest, pk: int) -> HttpResponseBase:
    """Hand out a file of a request its reader may see; anybody else is told that there is none (P13)."""
    try:
        found = Attachment.objects.get(pk=pk, ticket__in=access.visible(request.user))
        return downloads.response(found)
    except Attachment.DoesNotExist as error:
        raise Http404 from error


def _reply(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    kind = composing.kind_of(request)
    if kind not in ReplyKind.values:
        return _unknown(request, ticket)
    form = composing.bound(request, ticket, kind)
    if request.POST.get("step") == "preview":
        return _preview(request, ticket, form)
    if step := composing.step_of(request):
        return _page(request, ticket, reply_form=step(request, ticket, form))
    return _attempt(request, ticket, form, composing.sender(request, ticket, kind), reply_form=form)


def _preview(request: DeskRequest, ticket: Ticket, form: ReplyForm) -> HttpResponse:
    """Show the reply as it would go, or the form again with what it lacks; nothing is written."""
    at = timezone.now()
    if form.take_in(request, by=request.user, at=at):
        try:
            shown = composing.previewed(request, ticket, form, at=at)
        except refusing.Refused as error:
            _show(form, error.fields)
        else:
            return render(request, "desk/reply_preview.html", {"ticket": ticket, "form": form} | shown)
    return _page(request, ticket, status=422, reply_form=form)


def _note(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    form = forms.NoteForm(request.POST)

    def note(data: dict[str, Any], at: datetime) -> str:
        assignment.note(ticket, data["text"], by=request.user, at=at, files=data["files"])
        return _("Note saved.")

    return _attempt(request, ticket, form, note, note_form=form)


def _verb(request: DeskRequest, ticket: Ticket, action: str) -> HttpResponse:
    verb = VERBS[action]
    form = verb.form(ticket, request.POST)

    def act(data: dict[str, Any], at: datetime) -> str:
        return str(verb.act(ticket, data, request.user, at))

    return _attempt(request, ticket, form, act, bound={action: form})


def _unknown(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    return _page(request, ticket, status=400)


ACTIONS: dict[str, tuple[Right, Callable[[DeskRequest, Ticket], HttpResponse]]] = {
    "reply": (Right.REPLY, _reply),
    "note": (Right.NOTE, _note),
}


def _attempt(
    request: DeskRequest, ticket: Ticket, form: Form, act: Callable[[dict[str, Any], datetime], str], **shown: Any
) -> HttpResponse:
    """Do it and go back to the page, or show the same page with what was typed and what to change."""
    conflict, at = None, timezone.now()
    is_fit = form.take_in(request, by=request.user, at=at) if isinstance(form, WithFiles) else form.is_valid()
    if is_fit:
        try:
            done = act(dict(form.cleaned_data), at)
        except refusing.Refused as error:
            _show(form, error.fields)
        except locking.ChangedMeanwhile as error:
            conflict = error.event
            _has_seen(form, ticket, request.POST.copy())
        except (closing.ReplyMissing, refusing.NotNow) as error:
            form.add_error(None, error.detail)
        except closing.AlreadyClosed:
            form.add_error(None, _("This request is closed already."))
        except identifiers.BadText as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            if not access.can(request.user, Right.READ, ticket):
                return redirect("desk:today")  # sealed by this very act, or given to another unit
            # Without a fragment of its own the browser keeps the form's, and hides what it says at the top.
            return redirect(f"{ticket.url}#main")
    return _page(request, ticket, status=409 if conflict else 422, conflict=conflict, **shown)


def _has_seen(form: Form, ticket: Ticket, typed: QueryDict) -> None:
    """Let a form whose writer was just shown what others did be sent after all: they decide, nothing is lost."""
    typed["seen_seq"] = str(ticket.ledger_seq)
    form.data = typed


def _show(form: Form, fields: dict[str, list[str]]) -> None:
    for name, texts in fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _page(request: DeskRequest, ticket: Ticket, *, status: int = 200, **more: Any) -> HttpResponse:
    at, before = timezone.now(), identifiers.row_number(request.GET.get("before", ""))
    reading = ticket_reading.read(ticket, request.user, whole=request.GET.get("thread") == "all", before=before)
    known.keep(ticket, units=reading.units, missed=reading.missed)
    if reading.is_unread and request.method == "GET":  # whoever sees the page has read what the bell says of it
        notices.read(request.user, ticket=ticket, at=at)
    rights, conflict = access.rights_on(request.user, ticket), more.pop("conflict", None)
    clock = ticket_page.clock_of(ticket, reading)
    written = composing.Known(reading.replies, reading.ready, reading.items, reading.begun, clock.calendar)
    form = more.pop("reply_form", None) or composing.fresh(request, ticket, written, at=at)
    noted = reading.begun.get(f"note:{ticket.code}")
    context = {
        "ticket": ticket,
        "requester": ticket.requester,
        "clock": clock,
        "relatives": ticket_page.relatives(ticket, reading.links, access.visible(request.user)),
        "parts": cooperation.shown(ticket, reading.parts, request.user, can_reply=Right.REPLY in rights),
        "can": {right.value: True for right in rights},
        "reply_form": form,
        "going": ticket_page.going(written.written, at=at),
        "note_form": forms.NoteForm(initial=noted.data if noted else {}),
        "acts": verbs.panels(ticket, rights, more.pop("bound", {}), asked=request.GET.get("act", "")),
        "conflict": ticket_page.happened(conflict) if conflict else None,
        "at": at,
    }
    context |= _story(ticket, reading) | composing.beside(request, ticket, form, written, at=at)
    return render(request, "desk/ticket.html", context | more, status=status)


def _story(ticket: Ticket, reading: ticket_reading.Reading) -> dict[str, Any]:
    """Return what happened to a request, as its page tells it."""
    timeline, older = ticket_page.timeline(reading)
    return {
        "field_name": str(reading.field or ticket.field),
        "rounds": ticket_page.rounds(ticket),
        "breaches": ticket_page.breaches(reading),
        "apologies": reading.apologies,
        "thread": ticket_page.conversation(ticket, reading),
        "notices": ticket_page.notices(reading),
        "unheard": alerts.still_unheard(reading.told),
        "has_earlier": reading.has_earlier,
        "timeline": timeline,
        "timeline_next_url": f"?before={older}" if older else None,
        "questions": reading.items,
    }
