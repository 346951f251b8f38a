"""A reply or an apology as a letter in the layout of Decree 30: chosen, looked at, taken as PDF or DOCX."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people import identifiers
from requests_desk.tickets import access, letters
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Apology, Reply, Ticket

FORMS = {
    "pdf": (letters.pdf, "application/pdf"),
    "docx": (letters.docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


class LetterForm(forms.Form):
    """What the writer decides about the sheet."""

    about = forms.CharField(label=_("Subject of the letter"), max_length=300)
    sign = forms.ChoiceField(
        label=_("Signed as"), choices=[(key, " / ".join(lines)) for key, lines in letters.SIGNS.items()]
    )
    on = forms.DateField(label=_("Dated"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    receivers = forms.CharField(
        label=_("Also sent to"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line."),
    )


@page(Right.REPLY)
@require_safe
def letter(request: DeskRequest, code: str, of: str, pk: int) -> HttpResponse:
    """Show what a letter will say with its choices; `form` in the address takes it as a file."""
    ticket = access.get(request.user, code, Right.REPLY)
    written = _written(ticket, of, pk)
    usual = {
        "about": letters.usual_about(written),
        "sign": letters.usual_sign(written),
        "on": timezone.localdate().isoformat(),
    }
    # By GET: a letter is only looked at, and its address can be kept or sent to a colleague.
    form = LetterForm({**usual, **request.GET.dict()})
    context = {"ticket": ticket, "form": form}
    if not form.is_valid():
        return render(request, "desk/letter.html", context, status=422)
    chosen = form.cleaned_data
    composed = letters.compose(
        written,
        on=chosen["on"],
        about=identifiers.clean_text(chosen["about"]),  # an address may hold what no letter can
        sign=chosen["sign"],
        receivers=[line.strip() for line in identifiers.clean_text(chosen["receivers"]).splitlines() if line.strip()],
    )
    if request.GET.get("form") in FORMS:
        return _file(ticket, composed, request.GET["form"])
    return render(request, "desk/letter.html", context | {"letter": composed, "nation": letters.NATION})


def _written(ticket: Ticket, of: str, pk: int) -> Reply | Apology:
    rows: Any = {"reply": ticket.replies, "apology": ticket.apologies}.get(of)
    found = rows.select_related("author", "signed_by").filter(pk=pk).first() if rows else None
    if found is None:
        raise Http404
    found.ticket = ticket
    return found  # type: ignore[no-any-return]


def _file(ticket: Ticket, composed: letters.Letter, form: str) -> HttpResponse:
    write, content_type = FORMS[form]
    response = HttpResponse(write(composed), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="cong-van-{ticket.code}.{form}"'
    return response
