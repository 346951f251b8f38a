"""Answers for everybody, at the desk: listed, written, from a request or from scratch, published, put right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.desk.answer_forms import AnswerForm, ReasonForm
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.library import personal_data
from requests_desk.library.models import Answer, AnswerState
from requests_desk.library.personal_data import Known
from requests_desk.library.services import answers
from requests_desk.library.services.answers import Texts
from requests_desk.people import identifiers
from requests_desk.people.models import Agency
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import published
from requests_desk.tickets.services import publishing, refusing

TABS = (("", gettext_lazy("All")), *((state.value, state.label) for state in AnswerState))
SAID = {
    "save": gettext_lazy("The draft is kept. Nobody outside reads it."),
    "submit": gettext_lazy("Submitted: somebody who may publish it looks at it."),
    "publish": gettext_lazy("Published: everybody can read it now."),
    "correct": gettext_lazy("Corrected, with today's date."),
    "return": gettext_lazy("Returned to its author."),
    "withdraw": gettext_lazy("Withdrawn: nobody outside reads it any more."),
}
# The first writes a new answer, or rewrites one, and returns it.
Write = Callable[[Texts], Answer]


@page(Right.READ)
@require_safe
def listed(request: DeskRequest) -> HttpResponse:
    """List the answers of the person's agencies, in a state, or holding some words."""
    state, q, before = (request.GET.get(name, "") for name in ("state", "q", "before"))
    rows = published.listed(request.user, state=state, q=q, before=identifiers.row_number(before))
    shown, names = rows[: published.PAGE], published.fields()
    kept = request.GET.copy()
    kept["before"] = str(shown[-1].pk) if len(rows) > len(shown) else ""
    context = {
        "rows": [(one, names.get(one.field, one.field)) for one in shown],
        "tabs": TABS,
        "state": state,
        "q": q,
        "next_url": f"?{kept.urlencode()}" if kept["before"] else None,
    }
    return render(request, "desk/answers.html", context)


@page(Right.WRITE_ANSWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """Write an answer from scratch: what is asked often."""
    at, agency = timezone.now(), request.agency
    form = AnswerForm(request.POST if request.method == "POST" else None, agency=agency)

    def write(texts: Texts) -> Answer:
        return answers.write(agency, texts, by=request.user, at=at)

    return _written(request, form, write, known=publishing.own_of(agency))


@page(Right.WRITE_ANSWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def from_ticket(request: DeskRequest, code: str) -> HttpResponse:
    """Write an answer from a request's own: shown as it was asked and told, to be written without a word of who."""
    at, ticket = timezone.now(), access.get(request.user, code, Right.WRITE_ANSWERS)
    told = published.answered(ticket)
    first = {"question": ticket.text, "answer": told, "field": ticket.field, "unit": ticket.unit_id}
    form = AnswerForm(request.POST if request.method == "POST" else None, agency=ticket.agency, initial=first)

    def write(texts: Texts) -> Answer:
        return publishing.begin(ticket, texts, by=request.user, at=at)

    known = publishing.known_of_ticket(ticket)
    context: dict[str, Any] = {"ticket": ticket, "told": told, "earlier": published.of_ticket(ticket)}
    return _written(request, form, write, known=known, **context)


@page(Right.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """Show an answer with what may be done to it. A POST names its `do` and makes one call."""
    # Before anything is looked for: who may only read learns nothing from which error comes.
    if request.method == "POST" and Right.WRITE_ANSWERS not in access.held(request.user):
        raise PermissionDenied
    try:
        answer = published.visible(request.user).get(pk=pk)
    except Answer.DoesNotExist as error:
        raise Http404 from error
    act = ACTS.get(request.POST.get("do", "")) if request.method == "POST" else None
    return act(request, answer) if act else _page(request, answer, status=400 if request.POST else 200)


def _rewrite(request: DeskRequest, answer: Answer) -> HttpResponse:
    """Save a draft, submit it or publish it, as the button says; a published one is put right."""
    may = published.may_publish if answer.is_public else published.may_write
    if not may(request.user, answer):
        raise PermissionDenied
    at, form = timezone.now(), AnswerForm(request.POST, agency=answer.agency, is_public=answer.is_public)

    def write(texts: Texts) -> Answer:
        seen = form.cleaned_data["seen"]
        if answer.is_public:
            looked, note = request.POST.get("looked", ""), form.cleaned_data["note"]
            return publishing.correct(answer, texts, note, looked=looked, by=request.user, at=at, seen=seen)
        return answers.rewrite(answer, texts, by=request.user, at=at, seen=seen)

    return _written(request, form, write, known=publishing.known_of(answer), answer=answer)


def _return(request: DeskRequest, answer: Answer) -> HttpResponse:
    form = ReasonForm(request.POST, prefix_id="return")

    def act() -> None:
        answers.give_back(answer, form.cleaned_data["reason"], by=request.user, at=timezone.now())

    return _decided(request, answer, form, act, return_form=form)


def _withdraw(request: DeskRequest, answer: Answer) -> HttpResponse:
    form = ReasonForm(request.POST, prefix_id="withdraw")

    def act() -> None:
        publishing.withdraw(answer, form.cleaned_data["reason"], by=request.user, at=timezone.now())

    return _decided(request, answer, form, act, withdraw_form=form)


ACTS: dict[str, Callable[[DeskRequest, Answer], HttpResponse]] = {
    "save": _rewrite,
    "submit": _rewrite,
    "publish": _rewrite,
    "correct": _rewrite,
    "return": _return,
    "withdraw": _withdraw,
}


def _written(
    request: DeskRequest, form: AnswerForm, write: Write, *, known: Known, answer: Answer | None = None, **more: Any
) -> HttpResponse:
    """Write and do what the button says, in one transaction; or show the form again, with the places to look at."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            do = request.POST.get("do", "save")
            try:
                # Written and published or neither: a text refused for a phone number must not stay behind as a draft.
                with transaction.atomic():
                    kept = write(form.texts())
                    _go_on(request, kept, do)
            except answers.Refused as refused:
                _show(form, refused)
            except refusing.NotNow as error:
                form.add_error(None, error.detail)
            except (answers.NotNow, answers.ChangedMeanwhile):
                status = 409
                form.add_error(None, _("Somebody else changed this answer meanwhile. Please look at it as it is now."))
            else:
                messages.success(request, str(SAID.get(do, SAID["save"])))
                return redirect("desk:answer", pk=kept.pk)
    return _form_page(request, form, status=status, known=known, answer=answer, **more)


def _go_on(request: DeskRequest, answer: Answer, do: str) -> None:
    looked, at = request.POST.get("looked", ""), timezone.now()
    if do == "submit":
        publishing.submit(answer, looked=looked, by=request.user, at=at)
    elif do == "publish":
        if not published.may_publish(request.user, answer):
            raise PermissionDenied
        publishing.publish(answer, looked=looked, by=request.user, at=at)


def _decided(
    request: DeskRequest, answer: Answer, form: ReasonForm, act: Callable[[], None], **shown: Any
) -> HttpResponse:
    # Who wrote a draft may drop it; returning one to oneself makes no sense.
    own_draft = not answer.is_public and answer.author_id == request.user.pk and "withdraw_form" in shown
    if not own_draft and not published.may_publish(request.user, answer):
        raise PermissionDenied
    form.is_valid()
    try:
        act()
    except answers.Refused as refused:
        _show(form, refused)
        return _page(request, answer, status=422, **shown)
    except answers.NotNow:
        form.add_error(None, _("Somebody else changed this answer meanwhile. Please look at it as it is now."))
        return _page(request, answer, status=409, **shown)
    messages.success(request, str(SAID[request.POST["do"]]))
    return redirect("desk:answer", pk=answer.pk)


def _page(request: DeskRequest, answer: Answer, *, status: int, **more: Any) -> HttpResponse:
    known = publishing.known_of(answer)
    return _form_page(request, AnswerForm.of(answer), status=status, known=known, answer=answer, **more)


def _form_page(
    request: DeskRequest, form: AnswerForm, *, status: int, known: Known, answer: Answer | None, **more: Any
) -> HttpResponse:
    places = personal_data.places(form.said(), known)
    # The mark stands for what is seen now: something new in the text needs another look.
    doubtful = [place for place in places if place.kind not in personal_data.REFUSED]
    agency: Agency = answer.agency if answer else request.agency
    context = {
        "form": form,
        "answer": answer,
        "places": [(place, form[place.field].label, place.kind in personal_data.REFUSED) for place in places],
        "mark": personal_data.mark(doubtful) if doubtful else "",
        "looked": request.POST.get("looked", ""),
        "may_publish": published.may_publish(request.user, answer or Answer(agency=agency, unit_id=_unit(form))),
    }
    if answer:
        context |= _around(request, answer)
    return render(request, "desk/answer.html", context | more, status=status)


def _around(request: DeskRequest, answer: Answer) -> dict[str, Any]:
    may_publish = published.may_publish(request.user, answer)
    return {
        "may_write": may_publish if answer.is_public else published.may_write(request.user, answer),
        "ticket": published.source(answer, request.user),
        "history": answer.events.select_related("actor").order_by("-pk"),
        "corrections": answer.corrections.order_by("-at"),
        "return_form": ReasonForm(prefix_id="return"),
        "withdraw_form": ReasonForm(prefix_id="withdraw"),
        "may_drop": may_publish or (not answer.is_public and answer.author_id == request.user.pk),
        "list_url": reverse("desk:answers"),
    }


def _unit(form: AnswerForm) -> int | None:
    return identifiers.row_number(str(form["unit"].value() or ""))


def _show(form: AnswerForm | ReasonForm, refused: answers.Refused) -> None:
    if isinstance(refused, answers.StillPersonal) and refused.undecided:
        form.add_error(None, _("Please look at the places that may name somebody, then say that you did."))
        return
    for name, texts in refused.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
