"""The numbered questions of a request: told apart while it is typed, mended on its page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from requests_desk.desk.forms import text_field
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import User
from requests_desk.tickets import splitting
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import items

# Room for questions that the numbers did not tell apart.
SPARE = 2


@page(Right.LOG)
@require_POST
def while_typing(request: DeskRequest) -> HttpResponse:
    """Show the questions of the text being typed, each in a field of its own to mend."""
    return render(request, "desk/_told_apart.html", beside(request.POST.get("text", "")))


def shown(text: str, asked: Sequence[str], *, is_one: bool) -> dict[str, Any]:
    """Return what the template shows beside a text and its questions."""
    return {"asked": asked, "asked_of": _seal(text), "is_one": is_one}


def typed(posted: QueryDict) -> tuple[str, ...] | None:
    """Return the questions as the form tells them apart; None where nobody saw those of the text as it now reads."""
    # The text was changed after its questions were shown: they are told apart anew by the intake.
    if posted.get("items_of") != _seal(posted.get("text", "")):
        return None
    return () if "one" in posted else tuple(text for text in posted.getlist("items") if text.strip())


def beside(text: str) -> dict[str, Any]:
    """Return what the template shows beside a text nobody has seen the questions of."""
    return shown(text, splitting.questions(text), is_one=False)


def kept(posted: QueryDict) -> dict[str, Any]:
    """Return what the template shows of a form that came back."""
    told_apart = typed(posted)
    text = posted.get("text", "")
    asked = posted.getlist("items") if told_apart is not None else splitting.questions(text)
    return shown(text, asked, is_one=told_apart == ())


def _seal(text: str) -> str:
    """Return what names a text: a form sent before its questions came must not carry those of an earlier one."""
    # By its words alone: browsers send other line breaks than they were given.
    return sha256("\n".join(text.split()).encode("utf-8", "replace")).hexdigest()[:16]


class ItemsForm(Seen):
    """A field for each question of the current cycle, and some for more."""

    def __init__(self, ticket: Ticket, data: Data | None) -> None:
        super().__init__(ticket, data, prefix_id="items")
        asked = [item.text for item in items.current(ticket)]
        sent = sum(name.startswith("question_") for name in data) if data else 0
        for number in range(1, max(len(asked) + SPARE, min(sent, splitting.MOST + SPARE)) + 1):
            label = _("Question %(number)s") % {"number": number}
            self.fields[f"question_{number}"] = text_field(label, rows=2)
            self.initial[f"question_{number}"] = asked[number - 1] if number <= len(asked) else ""

    def clean(self) -> dict[str, Any]:
        """Gather the questions in their order."""
        cleaned: dict[str, Any] = super().clean() or {}
        given = [value for name, value in cleaned.items() if name.startswith("question_")]
        return {"items": [text for text in given if text.strip()], "seen_seq": cleaned.get("seen_seq")}


def _change(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    changed = items.change(ticket, data["items"], by=by, at=at, seen_seq=data["seen_seq"])
    count = len(items.current(changed))
    return _("Questions told apart: %(count)s") % {"count": count} if count else _("It asks one thing now.")


def _may_change(ticket: Ticket, rights: Collection[Right]) -> bool:
    return items.may_change(ticket)


ITEMS = Verb(
    right=Right.REPLY,
    title=gettext_lazy("Tell the questions apart"),
    hint=gettext_lazy("One field a question; empty ones are left out, all empty makes it one question."),
    button=gettext_lazy("Save the questions"),
    form=ItemsForm,
    act=_change,
    fits=_may_change,
)
