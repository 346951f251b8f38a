"""The phrases by which a request's field and kind are suggested."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.people.models import Agency
from requests_desk.tickets import triage_words
from requests_desk.tickets.models import Field, WordList
from requests_desk.tickets.services import refusing, sorting
from requests_desk.tickets.triage import KINDS
from requests_desk.tickets.words import About


class Listed(NamedTuple):
    """One list as the page shows it: what it speaks for, its phrases, and whether they are the agency's own."""

    group: str
    about: str
    target: str
    title: str
    phrases: str
    is_own: bool
    problem: str = ""


@settings_page
def lists(request: DeskRequest) -> HttpResponse:
    """Show every list; a POST keeps one, or goes back to the one that comes with the product."""
    if request.method != "POST":
        return show(request, "words.html", {"lists": _lists(request.agency)})
    about, target, phrases = (request.POST.get(name, "") for name in ("about", "target", "phrases"))
    # Only lists that are shown: a field of another agency would get phrases nobody could find again.
    if (about, target) not in {(one.about, one.target) for one in _lists(request.agency)}:
        return show(request, "words.html", {"lists": _lists(request.agency)}, status=400)
    if "default" in request.POST:
        WordList.objects.filter(agency=request.agency, about=about, target=target).delete()
        messages.success(request, _("The list is again the one that comes with the product."))
        return redirect("settings:words")
    try:
        sorting.keep_words(request.agency, about, target, phrases)
    except refusing.Refused as error:
        shown = [_refused(one, about, target, phrases, error) for one in _lists(request.agency)]
        return show(request, "words.html", {"lists": shown}, status=422)
    messages.success(request, _("The list is kept. It counts for suggestions from now on."))
    return redirect("settings:words")


def _lists(agency: Agency) -> list[Listed]:
    own = {(row.about, row.target): row.phrases for row in WordList.objects.filter(agency=agency)}
    fields = Field.objects.filter(agency=agency).order_by("name")
    wanted = [(_("Fields"), About.FIELD, field.code, str(field)) for field in fields]
    wanted += [(_("Kinds"), About.KIND, kind.value, str(kind.label)) for kind in KINDS]
    others = (About.MISCONDUCT, About.STAFF, About.ADVERTISING)
    wanted += [(_("Our own people, and advertising"), about, "", str(about.label)) for about in others]
    return [
        Listed(
            group,
            about.value,
            target,
            title,
            own.get((about, target), triage_words.default(about, target)),
            (about, target) in own,
        )
        for group, about, target, title in wanted
    ]


def _refused(one: Listed, about: str, target: str, phrases: str, error: refusing.Refused) -> Listed:
    if (one.about, one.target) != (about, target):
        return one
    return one._replace(phrases=phrases, problem=str(error))
