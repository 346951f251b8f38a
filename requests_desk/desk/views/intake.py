"""Log a request while its caller speaks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.desk.entries import LAYOUTS, Layout
from requests_desk.desk.forms import TicketForm
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.desk.views import alike, questions
from requests_desk.tickets import access, slips
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Draft, Ticket
from requests_desk.tickets.queries import desk, drafts, promise, receipts
from requests_desk.tickets.services import intake, items
from requests_desk.tickets.services.incoming import Asked, Refused, Request
from requests_desk.tickets.words import Entry, Priority

# How many receipts a session can still show: the look-up code is kept nowhere else.
RECEIPTS_KEPT = 5


@page(Right.LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_new(request: DeskRequest) -> HttpResponse:
    """Show the form, and make a ticket of it. A form sent twice is one ticket."""
    begun = drafts.one(request.user, request.GET.get("draft", ""))
    initial = {"phone": request.GET.get("phone", "")} | (_begun(begun) if begun else {})
    phone = initial["phone"]
    layout = _layout(request, initial)
    sent = request.POST if request.method == "POST" else None
    form = TicketForm(sent, initial=initial, agency=request.agency, layout=layout)
    if "look_up" in request.POST:
        # Unbound: who looks a number up has not finished, and is told of nothing missing.
        form = TicketForm(initial=request.POST.dict(), agency=request.agency, layout=layout)
        return _form(request, form, phone=request.POST.get("phone", ""), typed=alike.as_typed(request))
    if request.method != "POST":
        return _form(request, form, phone=phone)
    at = timezone.now()
    if not form.take_in(request, by=request.user, at=at):
        return _form(request, form, phone=form.data.get("phone", ""), status=422)
    try:
        asked = _request(form.cleaned_data, layout, told_apart=questions.typed(request.POST))
        logged = intake.log(request.agency, asked, by=request.user, at=at, files=form.taken.files)
    except Refused as error:
        _show(form, error.fields)
    except intake.SubmissionReused as error:
        form.add_error(
            None, _("This form was already saved as %(code)s. Open a new one for another request.") % {"code": error}
        )
    else:
        _remember(request, logged)
        return redirect("desk:ticket_saved", code=logged.ticket.code)
    return _form(request, form, phone=form.data.get("phone", ""), status=422)


@page(Right.LOG)
@require_safe
def known(request: DeskRequest) -> HttpResponse:
    """Show who has this number, and what they asked before."""
    return render(request, "desk/_known_requester.html", _known(request, request.GET.get("phone", "")))


@page(Right.LOG)
@require_safe
def slip(request: DeskRequest, code: str) -> HttpResponse:
    """Hand out the receipt slip of a request as a sheet of A5; its codes stand on it while its logging is fresh."""
    ticket = access.get(request.user, code)
    fresh = request.session.get("receipts", {}) | request.session.get("meeting", {})
    # The look-up code is hashed at rest: only the session that logged it can still print it.
    receipt = fresh.get(code, {})
    return slips.response(
        receipts.slip_of(
            ticket,
            lookup_code=receipt.get("lookup_code", ""),
            link=receipt.get("status_url", f"{settings.PUBLIC_BASE_URL}/status/"),
            officer=str(request.user),
        )
    )


@page(Right.LOG)
@require_safe
def ticket_saved(request: DeskRequest, code: str) -> HttpResponse:
    """Show the receipt: the code to read to the caller is the largest thing on it."""
    receipt = request.session.get("receipts", {}).get(code, {})
    if receipt and not access.visible(request.user).filter(code=code).exists():
        # Sealed by its kind the moment it was saved: whoever logged it still reads the code to the caller, once.
        logged = Ticket.objects.select_related("requester").get(code=code, logged_by=request.user)
        shown = {"ticket": logged, "is_closed_to_me": True, "due_at": promise.of(logged).due_at}
        return render(request, "desk/ticket_saved.html", shown | receipt)
    ticket = access.get(request.user, code)
    # What is said to the caller is our own promise, whatever another body set beside it.
    shown = {"due_at": promise.of(ticket).due_at, "qr": slips.qr(receipt["status_url"]) if receipt else ""}
    shown |= {"questions": items.current(ticket)}
    context = {"ticket": ticket, "receipt": receipt} | shown | alike.beside(ticket, request.user)
    return render(request, "desk/ticket_saved.html", context | receipt)


def _form(
    request: DeskRequest, form: TicketForm, *, phone: str, status: int = 200, typed: dict[str, Any] | None = None
) -> HttpResponse:
    told_apart = questions.kept(request.POST) if request.POST else questions.beside(form["text"].value() or "")
    context = {"form": form, "layouts": LAYOUTS.values()} | _known(request, phone) | (typed or {}) | told_apart
    if not form.is_bound:
        mine = f"new:{form['submission'].value()}"
        context["begun"] = [draft for draft in drafts.begun(request.user) if draft.place != mine]
    return render(request, "desk/ticket_new.html", context, status=status)


def _begun(draft: Draft) -> dict[str, str]:
    """Return a draft as what a form begins with, under the key it began with: sent twice it is one ticket still."""
    return {"phone": "", **draft.data, "submission": draft.place.removeprefix("new:")}


def _known(request: DeskRequest, phone: str) -> dict[str, Any]:
    if not phone.strip():
        return {"requesters": [], "tickets": [], "looked_up": False}
    requesters = desk.known_requesters(request.user, phone[:100])
    return {
        "requesters": desk.told_apart(requesters),
        "tickets": desk.earlier_tickets(request.user, requesters),
        "looked_up": True,
    }


def _layout(request: DeskRequest, initial: dict[str, str]) -> Layout:
    """Return the door's form: what was posted, what a draft began with, or what the address names."""
    named = request.POST.get("entry") or request.GET.get("door") or initial.get("entry", "")
    return LAYOUTS.get(named, LAYOUTS[Entry.CALL])


def _request(data: dict[str, Any], layout: Layout, *, told_apart: tuple[str, ...] | None) -> Request:
    is_call = layout.entry == Entry.CALL
    return Request(
        channel=data["channel"] if is_call else layout.channel,
        entry="" if is_call else layout.entry,
        arrival_number=data["arrival_number"],
        arrived_date=data["arrived_date"],
        text=data["text"],
        asked=Asked(
            name=data["name"],
            organisation=data["organisation"],
            tax_code=data["tax_code"],
            phones=(data["phone"],) if data["phone"] else (),
            email=data["email"],
            address=data["address"],
        ),
        kind=data["kind"],
        priority=data["priority"] or Priority.NORMAL,
        field=data["field"],
        received_at=data["received_at"],
        received_reason=data["received_reason"],
        wanted_by=data["wanted_by"],
        external_deadline=data["external_deadline"],
        external_number=data["external_number"],
        unit=data["unit"],
        submission=data["submission"],
        items=told_apart,
    )


def _show(form: TicketForm, fields: dict[str, list[str]]) -> None:
    for name, messages in fields.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)


def _remember(request: DeskRequest, logged: intake.Logged) -> None:
    # Sent twice: the secrets were shown the first time and cannot be shown again.
    if not logged.is_new:
        return
    receipts = request.session.get("receipts", {})
    receipts[logged.ticket.code] = {
        "lookup_code": logged.lookup_code,
        "status_url": f"{settings.PUBLIC_BASE_URL}/s/{logged.link_token}/",
        "warnings": [oddity.detail for oddity in logged.warnings],
    }
    request.session["receipts"] = dict(list(receipts.items())[-RECEIPTS_KEPT:])
