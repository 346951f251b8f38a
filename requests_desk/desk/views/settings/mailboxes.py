"""The mailboxes of an agency, whether each can be read, and a form for one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_desk.desk.mail_forms import MailboxForm
from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.tickets.models import Mailbox
from requests_desk.tickets.services import mailboxes

FIELDS = ("address", "host", "port", "security", "user", "secret", "folder", "done_folder", "server_names", "unit")


@settings_page
def overview(request: DeskRequest) -> HttpResponse:
    """List the mailboxes and how each of them fares."""
    rows = Mailbox.objects.filter(agency=request.agency).select_related("unit")
    return show(request, "mailboxes.html", {"rows": rows, "agency": request.agency})


@settings_page
def edit(request: DeskRequest, pk: int | None = None) -> HttpResponse:
    """Add a mailbox, or change one."""
    # Of this agency: the number alone would open another department's.
    mailbox = Mailbox.objects.filter(agency=request.agency, pk=pk or 0).first()
    if pk is not None and mailbox is None:
        raise Http404
    form = MailboxForm(request.POST or None, agency=request.agency, initial=_initial(request, mailbox))
    if request.method == "POST" and _save(request, form, mailbox):
        messages.success(request, _("Saved. It is read within seconds: look here whether it answers."))
        return redirect("settings:mailboxes")
    status = 422 if request.method == "POST" else 200
    return show(request, "mailbox.html", {"form": form, "mailbox": mailbox}, status=status)


def _initial(request: DeskRequest, mailbox: Mailbox | None) -> dict[str, object]:
    if mailbox is None:
        return {}
    gets_answers = request.agency.reply_address == mailbox.address
    answers = {"gets_answers": gets_answers, "has_plus": gets_answers and request.agency.reply_plus}
    return {name: getattr(mailbox, name) for name in (*FIELDS, "is_active")} | answers


def _save(request: DeskRequest, form: MailboxForm, mailbox: Mailbox | None) -> bool:
    if not form.is_valid():
        return False
    try:
        mailboxes.save(request.agency, mailboxes.Wanted(**form.cleaned_data), mailbox=mailbox, at=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
