"""Write a reply on a request's page: the form, the steps that help to fill it in, and the sending (P5).

A step never writes anything: it takes what is typed so far, changes it and shows the same form again. Its button is
named `step` and bears the key of STEPS, with what it is about behind a colon: `<button name="step" value="words:7">`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_desk.desk import reply_forms
from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.reply_forms import ReplyForm
from requests_desk.tickets.models import Draft, Item, Reply, Ticket
from requests_desk.tickets.services import approval, items, replies
from requests_desk.tickets.words import ReplyState

# What a step does to the fields as they were posted; `about` is what stands behind the colon of its button.
Change = Callable[[DeskRequest, Ticket, QueryDict, str], None]
Step = Callable[[DeskRequest, Ticket, ReplyForm], ReplyForm]


def _nothing(request: DeskRequest, ticket: Ticket, typed: QueryDict, about: str) -> None:
    """Show the form as it is."""


STEPS: dict[str, Change] = {"back": _nothing}


def kind_of(request: DeskRequest) -> str:
    """Return the kind of reply a form asks for: its own choice, else the address's."""
    return request.POST.get("kind") or request.GET.get("reply", "")


def bound(request: DeskRequest, ticket: Ticket, kind: str, typed: QueryDict | None = None) -> ReplyForm:
    """Return the form with what was posted."""
    return ReplyForm(request.POST if typed is None else typed, kind=kind, asked=items.current(ticket))


def fresh(
    request: DeskRequest, ticket: Ticket, *, asked: Sequence[Item], begun: Mapping[str, Draft], at: datetime
) -> ReplyForm:
    """Return the form as the page opens."""
    drafts = reply_forms.waiting_drafts(list(ticket.replies.order_by("pk")))
    kind = request.GET.get("reply", "")
    return reply_forms.reply_form(ticket, kind=kind, by=request.user, asked=asked, drafts=drafts, begun=begun, at=at)


def step_of(request: DeskRequest) -> Step | None:
    """Return the step whose button was pressed, None where the reply is to be sent."""
    name, _colon, about = request.POST.get("step", "").partition(":")
    change = STEPS.get(name)
    if change is None:
        return None

    def step(request: DeskRequest, ticket: Ticket, form: ReplyForm) -> ReplyForm:
        typed = request.POST.copy()
        change(request, ticket, typed, about)
        return unjudged(request, bound(request, ticket, form.kind, typed))

    return step


def unjudged(request: DeskRequest, form: ReplyForm) -> ReplyForm:
    """Return a form with all that was typed and chosen in it, and no word about what is missing yet."""
    form.take_in(request, by=request.user, at=timezone.now())
    shown = ReplyForm(initial=_typed(form), kind=form.kind, asked=())
    shown.fields, shown.taken = form.fields, form.taken
    return shown


def _typed(form: ReplyForm) -> dict[str, Any]:
    values = {name: form[name].value() for name in form.fields}
    # A box nobody ticked is not posted: it must not come back ticked.
    return values | ({"items": values.get("items") or []} if "items" in values else {})


def sender(request: DeskRequest, ticket: Ticket, kind: str) -> Callable[[dict[str, Any], datetime], str]:
    """Return the act that sends what the form holds, and says what became of it."""

    def send(data: dict[str, Any], at: datetime) -> str:
        seen, earlier, files = data.pop("seen_seq"), data.pop("draft"), data.pop("files")
        draft = replies.Draft(kind=kind, **data | ({"items": tuple(data["items"])} if "items" in data else {}))
        # A draft of another kind waits on: an interim reply may go while a refusal is written anew.
        again = ticket.replies.filter(pk=earlier, kind=kind).first() if earlier else None
        if again:
            reply = approval.submit_again(again, draft, by=request.user, at=at, seen_seq=seen, files=files)
        else:
            reply = replies.send(ticket, draft, by=request.user, at=at, seen_seq=seen, files=files)
        if reply.state == ReplyState.SUBMITTED:
            return _("Submitted for approval. The deadline runs on.")
        done = _("The reply is on its way.") if data["channel"] == "email" else _("The reply is recorded.")
        return f"{done} {_left(ticket, reply)}".strip()

    return send


def _left(ticket: Ticket, reply: Reply) -> str:
    """Say which questions a final reply leaves open: the deadline runs on for them."""
    open_ = [item.number for item in items.current(ticket) if not item.result and item.number not in reply.items]
    if not reply.items or not open_:
        return ""
    numbers = ", ".join(str(number) for number in open_)
    return _("The deadline runs on for question %(numbers)s: answer it, or say when in an interim reply.") % {
        "numbers": numbers
    }
