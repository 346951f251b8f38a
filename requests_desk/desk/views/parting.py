"""Split a part off a request on its page: chosen questions, or words marked in it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import text_field
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import Unit, User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import items, parting

SHOWN = 80


class SplitForm(Seen):
    """Questions to tick where the request asks several, a box for its words where it asks one."""

    unit = forms.ModelChoiceField(label=_("Unit that handles the part"), queryset=Unit.objects.none(), required=False)

    def __init__(self, ticket: Ticket, data: Data | None) -> None:
        super().__init__(ticket, data, prefix_id="split")
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ModelChoiceField)  # noqa: S101  declared so above
        unit.empty_label = str(_("Left to be sorted"))
        unit.queryset = ticket.agency.units.order_by("name")
        asks_several = bool(items.current(ticket))
        if asks_several:
            free = [(item.number, f"{item.number}. {_line(item.text)}") for item in parting.movable(ticket)]
            questions = forms.TypedMultipleChoiceField(
                label=_("Questions that are split off"),
                choices=free,
                coerce=int,
                widget=forms.CheckboxSelectMultiple,
                required=True,
            )
            self.fields = {"seen_seq": self.fields["seen_seq"], "items": questions}
        else:
            text = text_field(_("Words that are split off"), rows=3, required=True)
            text.help_text = _("Mark them in the request above, or copy them as they were written.")
            text.widget.attrs["data-marked"] = ""
            self.fields = {"seen_seq": self.fields["seen_seq"], "text": text}
        if files := [(file.pk, file.name) for file in parting.files_of(ticket)]:
            self.fields["files"] = forms.TypedMultipleChoiceField(
                label=_("Files that go with it"),
                choices=files,
                coerce=int,
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=_("They stay with the whole too."),
            )
        self.fields["unit"] = unit


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _split(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    part = parting.Part(tuple(data.get("items", ())), data.get("text", ""), tuple(data.get("files", ())))
    new = parting.split_off(ticket, part, unit=data["unit"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Split off as %(code)s. It is due when the whole was; the requester is told its code.") % {
        "code": new.code
    }


def _fits(ticket: Ticket, rights: Collection[Right]) -> bool:
    return parting.may_split(ticket)


SPLIT = Verb(
    right=Right.MERGE,
    title=_("Split a part off"),
    hint=_("The part becomes a request of its own, received at the same moment. Merging it back undoes it."),
    button=_("Split it off"),
    form=SplitForm,
    act=_split,
    fits=_fits,
)
