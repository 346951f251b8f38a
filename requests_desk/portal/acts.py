"""What a requester does from the page of their request: adds, withdraws, changes how they are reached, its link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from requests_desk.people import identifiers
from requests_desk.portal import throttle
from requests_desk.portal.again import SAID, replace_ticket
from requests_desk.portal.asking import MOST_BYTES
from requests_desk.portal.forms import LONGEST, StatusForm
from requests_desk.portal.opened import act, refused, show
from requests_desk.portal.views import kept_nowhere, page
from requests_desk.tickets import masking
from requests_desk.tickets.queries.proofs import Opened
from requests_desk.tickets.queries.public import Office
from requests_desk.tickets.services import contacts, own_words, refusing, status_links
from requests_desk.tickets.upload_forms import WithFiles

ENDED = gettext_lazy("This request was answered or has ended already.")


def _words(label: Any, missing: Any) -> forms.CharField:
    box = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=5000, widget=box, error_messages={"required": missing})


class AddForm(WithFiles):
    text = _words(gettext_lazy("What do you add?"), gettext_lazy("Please write what you add."))


class WithdrawForm(forms.Form):
    text = _words(
        gettext_lazy("Why do you withdraw it?"),
        gettext_lazy("Please say in your own words that you withdraw the request."),
    )


class ContactForm(forms.Form):
    email = forms.CharField(
        label=gettext_lazy("New e-mail address"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email", "spellcheck": "false"}),
        help_text=gettext_lazy("We write to it; it counts once the link in that mail was used."),
    )
    phone = forms.CharField(
        label=gettext_lazy("New phone number"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )


@act
def add(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Keep what the requester adds, with files that passed the same checks as those of a new question."""
    at, form = timezone.now(), AddForm(request.POST, auto_id="add_%s")
    # Counted before anything is kept: a disk fills up with what is refused later, too.
    size = sum(file.size or 0 for file in request.FILES.getlist("files"))
    is_flood = bool(size) and throttle.uploaded(address=request.META["REMOTE_ADDR"], size=size, at=at) > MOST_BYTES
    if not form.take_in(request, by=None, at=at, is_flood=is_flood):
        return show(request, opened, status=422, add_form=form)
    try:
        data = form.cleaned_data
        taken = own_words.add(opened.ticket, data["text"], files=data["files"], at=at)
    except (refusing.Refused, identifiers.BadText) as error:
        form.add_error("text", str(error))
        return show(request, opened, status=422, add_form=form)
    said = SAID[taken.opened] % {"code": taken.ticket.code} if taken.opened else _("Kept with your request.")
    return show(request, replace_ticket(opened, taken), said=said)


@act
def withdraw(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Ask once more whether it is meant, then end the request at its requester's own words (P15)."""
    at, form = timezone.now(), WithdrawForm(request.POST, auto_id="withdraw_%s")
    if not form.is_valid():
        return show(request, opened, status=422, withdraw_form=form)
    # A withdrawal ends the promise; one press on a phone must not do it by mistake.
    if "confirmed" not in request.POST:
        shown = {"ticket": opened.ticket, "form": form, "token": request.POST["token"]}
        return page(request, "portal/withdraw.html", shown, office=Office.of(opened.ticket.agency))
    try:
        own_words.withdraw(opened.ticket, form.cleaned_data["text"], at=at)
    except (refusing.Refused, identifiers.BadText) as error:
        form.add_error("text", str(error))
        return show(request, opened, status=422, withdraw_form=form)
    except refusing.NotNow:
        return show(request, opened, status=409, problem=ENDED)
    return show(request, opened, said=_("Your request is withdrawn. Nothing more will be sent about it."))


@act
def contact(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Change how the requester is reached: the old address is told, a new one asked to confirm."""
    at, form = timezone.now(), ContactForm(request.POST, auto_id="contact_%s")
    if not form.is_valid():
        return show(request, opened, status=422, contact_form=form)
    try:
        changed = contacts.change(opened.ticket, at=at, **form.cleaned_data)
    except refusing.Refused as error:
        refused(form, error.fields)
        return show(request, opened, status=422, contact_form=form)
    except refusing.NotNow as error:
        return show(request, opened, status=409, problem=error.detail)
    said = [_("The new phone number counts from now on.")] if changed.phone else []
    # Who got hold of a link must not be able to lead all further mail to themselves.
    said += [_("We have written to the new address. It counts once the link in that mail was used.")] * changed.waits
    return show(request, opened, said=" ".join(said))


@act
def link(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Revoke the link that opened the page (all of them, where the look-up code did), or give out a new one."""
    at = timezone.now()
    if request.POST.get("do") == "new":
        url = status_links.issue(opened.ticket, instead_of=opened.link, by=None, at=at)
        return page(request, "portal/new_link.html", {"url": url}, office=Office.of(opened.ticket.agency))
    # The look-up code stays: whoever revokes a link in a hurry must not lock themselves out.
    status_links.revoke(opened.ticket, only=opened.link, by=None, at=at)
    said = _("The link opens nothing any more. Your request still opens with its code and the look-up code.")
    return page(request, "portal/status_form.html", {"form": StatusForm(), "said": said})


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # the address itself is the secret, and its reader has no session
@kept_nowhere
def confirm_contact(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the reader of a new address whether it shall count, and let it: a mail scanner that follows does nothing."""
    at = timezone.now()
    try:
        waits = contacts.waiting(token, at=at)
        # The button alone counts: a scanner of the new mailbox follows the link as well.
        if request.method == "POST":
            contacts.confirm(token, at=at)
    except contacts.NotFound:
        problem = _("This link opens nothing. It may be incomplete, or it was withdrawn.")
        return page(request, "portal/status_form.html", {"form": StatusForm(), "problem": problem}, status=404)
    shown = {"address": masking.address(waits.email), "code": waits.ticket.code, "done": request.method == "POST"}
    return page(request, "portal/confirm_contact.html", shown, office=Office.of(waits.ticket.agency))
