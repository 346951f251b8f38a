"""Who is on the phone, or at the counter: what may be said before and after they are verified, and their links."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.services import callers, intake, status_links
from requests_desk.tickets.words import CallerProof

HOLDS = [("", _("until it is revoked")), ("30", _("30 days")), ("90", _("90 days"))]


class CallerForm(Seen):
    """What may be said now, and how the caller shows that more may be."""

    method = forms.ChoiceField(label=_("How"), choices=CallerProof, widget=forms.RadioSelect)
    lookup = forms.CharField(
        label=_("Look-up code, as they read it out"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    number = forms.ChoiceField(label=_("Number on record that was called back"), required=False)

    def __init__(self, ticket: Ticket, data: Data | None = None) -> None:
        super().__init__(ticket, data, prefix_id="caller", method=CallerProof.LOOKUP)
        number = self.fields["number"]
        assert isinstance(number, forms.ChoiceField)  # noqa: S101  declared so above
        number.choices = [("", "—"), *((str(one.pk), str(one)) for one in ticket.requester.phones.all())]
        self.shown = _what_may_be_said(ticket)


class LinkForm(Seen):
    """Whether a new link takes the place of the old ones, and how long it opens."""

    do = forms.ChoiceField(
        label=_("What to do"),
        choices=[("new", _("Revoke, and get a new link")), ("revoke", _("Only revoke"))],
        widget=forms.RadioSelect,
    )
    holds = forms.ChoiceField(label=_("The new one opens"), choices=HOLDS, required=False)


def _what_may_be_said(ticket: Ticket) -> str:
    known = callers.verified(ticket, at=timezone.now())
    if known:
        method = str(CallerProof(known.method).label)
        said = gettext(
            "Verified at %(time)s by %(officer)s, %(method)s: everything on the public page may be read out."
        )
        return said % {"time": office_time(known.at), "officer": known.by, "method": method}
    # That there is a report at all is what whom it is about would ask for (P13).
    if ticket.sealed:
        return gettext("Not verified: say nothing, not even that there is such a request.")
    return gettext(
        "Not verified. To whoever names the code and a number on record: received when, due when, its state and the "
        "unit. Nothing of the question, the replies or who asked."
    )


def _verify(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    if data["method"] == CallerProof.LOOKUP:
        callers.by_lookup(ticket, data["lookup"], by=by, at=at)
    else:
        callers.by_call_back(ticket, int(data["number"] or 0), by=by, at=at)
    return _("The caller is verified, for half an hour. It stands in the history.")


def _links(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    if data["do"] == "revoke":
        count = status_links.revoke(ticket, by=by, at=at)
        return _("Links revoked: %(count)s.") % {"count": count}
    holds = timedelta(days=int(data["holds"])) if data["holds"] else None
    # Only its digest is kept: nobody can look it up again, we neither.
    return _("New link, shown once: %(url)s") % {"url": status_links.issue(ticket, holds=holds, by=by, at=at)}


def _new_code(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    return _("New look-up code, shown once: %(code)s") % {"code": intake.reissue_lookup(ticket, by=by, at=at)}


def _has_words(ticket: Ticket, rights: Collection[Right]) -> bool:
    return ticket.erased_at is None


VERIFY = Verb(
    right=Right.LOG,
    title=_("Verify the caller"),
    hint="",
    button=_("Verify"),
    form=CallerForm,
    act=_verify,
    fits=_has_words,
)
LINKS = Verb(
    right=Right.REISSUE_LOOKUP,
    title=_("Secret link to the public page"),
    hint=_("For a requester who lost it, or whose link got into wrong hands: every old one stops opening."),
    button=_("Do so"),
    form=lambda ticket, data: LinkForm(ticket, data, prefix_id="links", do="new"),
    act=_links,
    fits=_has_words,
)
LOOKUP = Verb(
    right=Right.REISSUE_LOOKUP,
    title=_("New look-up code"),
    hint=_("For a requester who lost it: the old code no longer opens anything."),
    button=_("Issue a new code"),
    form=lambda ticket, data: forms.Form(data),
    act=_new_code,
)
