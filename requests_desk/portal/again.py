"""Say that a request was not answered to the point (P7): from its own page, by whoever opened that in full."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_desk.people import identifiers
from requests_desk.portal.opened import act, show
from requests_desk.tickets.queries.proofs import Opened
from requests_desk.tickets.services import cycles, refusing
from requests_desk.tickets.words import Channel

SAID = {
    "cycle": gettext_lazy("Taken up again: a new deadline runs from this moment."),
    "ticket": gettext_lazy("More than 30 days after the answer this is a new request: %(code)s."),
}


class AgainForm(forms.Form):
    """What was not to the point, in the requester's own words."""

    reason = forms.CharField(
        label=gettext_lazy("What was not answered?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please say what was not answered.")},
    )


@act
def again(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take a request up again and show its page, or show it with what stands in the way; nothing typed is lost."""
    at, form = timezone.now(), AgainForm(request.POST)
    if not form.is_valid():
        return show(request, opened, status=422, form=form)
    try:
        # The service decides between a new cycle and a new request: the 30 days are its rule, not this page's (P7).
        taken = cycles.reopen(opened.ticket, form.cleaned_data["reason"], channel=Channel.QNA, by=None, at=at)
    except (refusing.Refused, identifiers.BadText) as error:
        form.add_error("reason", str(error))
        return show(request, opened, status=422, form=form)
    except refusing.NotNow:
        return show(request, opened, status=409, said=_("This request has been taken up again already."))
    said = SAID[taken.opened] % {"code": taken.ticket.code}
    return show(request, replace_ticket(opened, taken), said=said)


def replace_ticket(opened: Opened, taken: cycles.Taken) -> Opened:
    """Lead on to the request that was opened by it, whose own proof its reader does not hold yet."""
    # No link: the new request has one of its own, which goes by mail.
    return opened if taken.opened != "ticket" else Opened(taken.ticket, None)
