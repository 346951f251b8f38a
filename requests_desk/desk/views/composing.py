"""Write a reply on a request's page: the form, the steps that help to fill it in, and the sending (P5).

A step never writes anything: it takes what is typed so far, changes it and shows the same form again. Its button is
named `step` and bears the key of STEPS, with what it is about behind a colon: `<button name="step" value="words:7">`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_desk.desk import chosen_documents, reply_forms
from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.reply_forms import ReplyForm
from requests_desk.desk.views import offering
from requests_desk.tickets import blanks, letters
from requests_desk.tickets.models import Attachment, Draft, Item, ReadyText, Reply, Ticket
from requests_desk.tickets.services import approval, calls, departures, items, ready_texts, replies
from requests_desk.tickets.words import POSTED, ReadyUse, ReplyChannel, ReplyState, SendAt
from sla import worktime

# What a step does to the fields as they were posted; `about` is what stands behind the colon of its button.
Change = Callable[[DeskRequest, Ticket, QueryDict, str], None]
Step = Callable[[DeskRequest, Ticket, ReplyForm], ReplyForm]


def _nothing(request: DeskRequest, ticket: Ticket, typed: QueryDict, about: str) -> None:
    """Show the form as it is."""


def _ready(request: DeskRequest, ticket: Ticket, typed: QueryDict, about: str) -> None:
    """Put a ready text behind what was typed, with every blank filled in that the desk knows."""
    own = ReadyText.objects.filter(agency=ticket.agency_id)
    chosen = next((one for one in ready_texts.offered(own) if one.key == typed.get("ready")), None)
    if chosen is None:
        return
    form = bound(request, ticket, kind_of(request), typed)
    known = ready_texts.known(ticket, _said(form), by=request.user, at=timezone.now())
    name = "said" if typed.get("channel") == ReplyChannel.CALL else "text"
    written = typed.get(name, "").strip()
    # Behind and never over: what an officer typed is not undone by a choice in a list.
    typed[name] = "\n\n".join(part for part in (written, blanks.filled(chosen.text, known)) if part)


STEPS: dict[str, Change] = {
    "back": _nothing,
    "script": _nothing,
    "ready": _ready,
    "offer": _nothing,
    "published": offering.insert,
    "document_find": _nothing,
    "document_add": chosen_documents.add,
    "document_drop": chosen_documents.drop,
}


def kind_of(request: DeskRequest) -> str:
    """Return the kind of reply a form asks for: its own choice, else the address's."""
    return request.POST.get("kind") or request.GET.get("reply", "")


def bound(request: DeskRequest, ticket: Ticket, kind: str, typed: QueryDict | None = None) -> ReplyForm:
    """Return the form with what was posted."""
    opens_at = departures.opening(ticket, at=timezone.now())
    given = request.POST if typed is None else typed
    return ReplyForm(given, kind=kind, asked=items.current(ticket), opens_at=opens_at)


def fresh(request: DeskRequest, ticket: Ticket, page: Known, *, at: datetime) -> ReplyForm:
    """Return the form as the page opens."""
    drafts = [reply for reply in page.written if reply.state in replies.TO_WRITE]
    known: dict[str, Any] = {"asked": page.asked, "drafts": drafts, "begun": page.begun}
    known["opens_at"] = departures.opening_of(page.calendar, at=at)
    return reply_forms.reply_form(ticket, kind=request.GET.get("reply", ""), by=request.user, **known, at=at)


def attached(form: ReplyForm, written: Sequence[Reply]) -> list[Attachment]:
    """Return the files of the draft that the form goes on with: they go with it."""
    draft = form["draft"].value()
    reply = next((one for one in written if str(one.pk) == str(draft)), None)
    return list(reply.files.all()) if reply else []


class Known(NamedTuple):
    """What a request's page has read for its composer: replies, ready texts, questions, drafts, the office's hours."""

    written: Sequence[Reply]
    ready: Sequence[ReadyText]
    asked: Sequence[Item]
    begun: Mapping[str, Draft]
    calendar: worktime.Calendar


def beside(request: DeskRequest, ticket: Ticket, form: ReplyForm, page: Known, *, at: datetime) -> dict[str, Any]:
    """Return what the panels beside the form show: ready texts, what to say on the phone, calls made in vain."""
    said = _said(form)
    known = ready_texts.known(ticket, said, by=request.user, at=at)
    spoken = known | {"reply": str(said["text"] or said["said"] or ""), "officer": request.user.full_name}
    scripts = ready_texts.offered(page.ready, use=ReadyUse.SCRIPT)
    return {
        "attached": attached(form, page.written),
        "ready": ready_texts.offered(page.ready, use=ReadyUse.REPLY),
        "unfilled": ready_texts.missing(blanks.filled(str(said["text"] or ""), known)),
        "scripts": [(one.kind, one.name, blanks.worded(blanks.filled(one.text, spoken))) for one in scripts],
        "tried": calls.tried(page.calendar, page.written, cycle=ticket.cycle, at=at),
        "calls_needed": calls.CALLS_NEEDED,
    }


def _said(form: ReplyForm) -> dict[str, Any]:
    """Return what the form says so far, a promised moment that cannot be read left out."""
    values = {name: form[name].value() for name in form.fields}
    try:
        return values | {"promised_at": form.fields["promised_at"].clean(values["promised_at"])}
    except ValidationError:
        return values | {"promised_at": None}


def step_of(request: DeskRequest) -> Step | None:
    """Return the step whose button was pressed, None where the reply is to be sent."""
    name, _colon, about = request.POST.get("step", "").partition(":")
    change = STEPS.get(name)
    if change is None:
        return None

    def step(request: DeskRequest, ticket: Ticket, form: ReplyForm) -> ReplyForm:
        typed = request.POST.copy()
        change(request, ticket, typed, about)
        shown = unjudged(request, bound(request, ticket, form.kind, typed))
        grown = next((one for one in ("text", "said") if typed.get(one) != request.POST.get(one)), None)
        if grown:  # what was put there is looked at next
            shown.fields[grown].widget.attrs["autofocus"] = True
        return shown

    return step


def unjudged(request: DeskRequest, form: ReplyForm) -> ReplyForm:
    """Return a form with all that was typed and chosen in it, and no word about what is missing yet."""
    # Files are kept at each step: a browser does not send them a second time by itself.
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
        how = {"seen_seq": data["seen_seq"], "files": data["files"], "send_at": data.get("send_at") or SendAt.NOW}
        draft, again = draft_of(data, kind), _again(ticket, data, kind)
        if again:
            reply = approval.submit_again(again, draft, by=request.user, at=at, **how, may_undo=True)
        else:
            reply = replies.send(ticket, draft, by=request.user, at=at, **how, may_undo=True)
        return f"{_done(reply)} {_left(ticket, reply)}".strip()

    return send


def draft_of(data: Mapping[str, Any], kind: str) -> replies.Draft:
    """Return what a form that was found fit says."""
    said = {name: data[name] for name in replies.Draft.__slots__ if name in data}
    return replies.Draft(kind=kind, **said | ({"items": tuple(data["items"])} if "items" in data else {}))


def _again(ticket: Ticket, data: Mapping[str, Any], kind: str) -> Reply | None:
    """Return the draft this reply takes the place of; one of another kind waits on while an interim reply goes."""
    earlier = data.get("draft")
    return ticket.replies.filter(pk=earlier, kind=kind).first() if earlier else None


def _done(reply: Reply) -> str:
    if reply.state == ReplyState.SUBMITTED:
        return _("Submitted for approval. The deadline runs on.")
    if reply.state == ReplyState.WAITING:
        return _("The reply waits to go.")
    return _("The reply is on its way.") if reply.channel in POSTED else _("The reply is recorded.")


def _left(ticket: Ticket, reply: Reply) -> str:
    """Say which questions a final reply leaves open: the deadline runs on for them."""
    # Said at once: an officer who believes that all is answered lets the rest run out.
    open_ = [item.number for item in items.current(ticket) if not item.result and item.number not in reply.items]
    if not reply.items or not open_:
        return ""
    numbers = ", ".join(str(number) for number in open_)
    return _("The deadline runs on for question %(numbers)s: answer it, or say when in an interim reply.") % {
        "numbers": numbers
    }


def previewed(request: DeskRequest, ticket: Ticket, form: ReplyForm, *, at: datetime) -> dict[str, Any]:
    """Return what the page of a preview shows: the reply as it would go, and all that was typed, to be sent or mended.

    Raises refusing.Refused with what the reply lacks.
    """
    data = form.cleaned_data
    how = {
        "files": data["files"],
        "send_at": data.get("send_at") or SendAt.NOW,
        "again": _again(ticket, data, form.kind),
    }
    seen = replies.preview(ticket, draft_of(data, form.kind), by=request.user, at=at, **how)
    is_letter = seen.reply.channel == ReplyChannel.LETTER
    beside = {"csrfmiddlewaretoken", "step", "kept"}
    return {
        "preview": seen,
        "letter": letters.compose(seen.reply, on=timezone.localdate(at), files=seen.files) if is_letter else None,
        "nation": letters.NATION,
        "typed": [(name, value) for name, values in request.POST.lists() if name not in beside for value in values]
        + [("kept", kept.token) for kept in form.taken.kept],
    }
