"""The queue's filters as a form and as a plain address: nothing beyond this list reaches the database."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import within_reach
from requests_desk.desk.widgets import PlainSelect
from requests_desk.tickets.queries.choices import Choices
from requests_desk.tickets.queries.filters import SEARCH_LENGTH, Filters
from requests_desk.tickets.words import Channel, Kind, Priority, State

# They may stand in an address beside the filters.
BESIDE: Final = frozenset({"cursor", "lang"})
SOON = timedelta(days=7)
FIRST: Final = ("q", "hands", "due", "unit", "state")


def day_field(label: Any) -> forms.DateField:
    """Return a field for one day of the office's calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    formats = ["%Y-%m-%d", "%d/%m/%Y"]
    return forms.DateField(label=label, widget=widget, required=False, input_formats=formats, validators=[within_reach])


def choice(label: Any, first: Any, choices: Any) -> forms.ChoiceField:
    """Return a field that takes one of a closed list, or none."""
    return forms.ChoiceField(label=label, choices=[("", first), *choices], required=False, widget=PlainSelect)


def numbered(label: Any) -> forms.TypedChoiceField:
    """Return a field that takes the number of something of the agency; what there is, the form is told."""
    return forms.TypedChoiceField(label=label, coerce=int, empty_value=None, required=False, widget=PlainSelect)


class FilterForm(forms.Form):
    """The queue's filters: plain addresses, from this list alone."""

    q = forms.CharField(label=_("Search"), required=False, strip=True)
    hands = choice(
        _("In whose hands"),
        _("All"),
        [
            ("mine", _("Mine")),
            ("my_unit", _("My unit's")),
            ("unassigned", _("Without an officer")),
            ("to_accept", _("Handed over to my unit, not accepted yet")),
            ("my_part", _("My unit is asked for its part")),
            ("to_sign", _("Waiting for my approval")),
            ("to_acknowledge", _("Waiting for my acknowledgement")),
        ],
    )
    due = choice(
        _("Due"),
        _("At any time"),
        [("overdue", _("Overdue")), ("today", _("Today")), ("soon", _("Within seven days"))],
    )
    unit = numbered(_("Unit"))
    officer = numbered(_("Officer"))
    state = choice(_("State"), _("Open"), State.choices)
    channel = choice(_("Channel"), _("All"), Channel.choices)
    kind = choice(_("Kind"), _("All"), Kind.choices)
    field = choice(_("Field"), _("All"), ())
    priority = choice(_("Priority"), _("All"), Priority.choices)
    breached = forms.BooleanField(label=_("Was overdue at some time"), required=False)
    received_from = day_field(_("Received from"))
    received_to = day_field(_("Received until"))
    order = choice(_("Order"), _("Due next first"), [("newest", _("Newest first")), ("oldest", _("Oldest first"))])

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (("unit", choices.units), ("officer", choices.officers), ("field", choices.fields)):
            self.fields[name].choices = [("", _("All")), *offered]  # type: ignore[attr-defined]

    def clean_q(self) -> str:
        """Search by as much as is searched for; the rest is said, not lost."""
        typed: str = self.cleaned_data["q"]
        if len(typed) > SEARCH_LENGTH:
            said = gettext("Please search by at most %(n)s letters; these are %(typed)s.")
            raise forms.ValidationError(said % {"n": SEARCH_LENGTH, "typed": len(typed)})
        return typed

    def unknown(self) -> list[str]:
        """Return the names in the address that are no filter of this list."""
        return [name for name in self.data if name not in self.fields and name not in BESIDE]

    def filters(self, *, at: datetime) -> Filters:
        """Return what was understood, days turned into instants of the office; the rest narrows nothing."""
        if self.is_bound:
            # What does not fit narrows nothing: a view kept before an officer left must still open.
            self.full_clean()
        given = getattr(self, "cleaned_data", {})
        due_after, due_before = _due(given.get("due", ""), at)
        return Filters(
            # By name from a closed list: no column of the database is ever taken from an address.
            **{name: given.get(name, "") for name in ("state", "channel", "kind", "field", "priority", "hands", "q")},
            unit=given.get("unit"),
            officer=given.get("officer"),
            breached=bool(given.get("breached")),
            due_after=due_after,
            due_before=due_before,
            received_from=_midnight(given.get("received_from")),
            # The day itself counts: until means through its last minute.
            received_before=_midnight(given.get("received_to"), days=1),
            order=given.get("order") or "due",
        )

    def more(self) -> list[forms.BoundField]:
        """Return the filters that stand folded away."""
        return [self[name] for name in self.fields if name not in FIRST]

    def first(self) -> list[forms.BoundField]:
        """Return the filters that are always in sight."""
        return [self[name] for name in FIRST]

    def more_is_used(self) -> bool:
        """Tell whether a filter that is folded away narrows the list, or was not understood."""
        return any(self.data.get(field.name) or field.errors for field in self.more())

    def as_query(self) -> str:
        """Return the filters as the address that leads back to them."""
        # In the form's own order: the same filters are the same address, so a kept view is known again.
        kept = [(name, self.data[name]) for name in self.fields if self.data.get(name) and name not in self.errors]
        return urlencode(kept)


def of(data: QueryDict, *, choices: Choices) -> FilterForm:
    """Return the form an address filled."""
    return FilterForm(data or None, choices=choices)


def _due(name: str, at: datetime) -> tuple[datetime | None, datetime | None]:
    if name == "overdue":
        return None, at
    if name == "today":
        return at, _midnight(timezone.localtime(at).date(), days=1)
    return (at, at + SOON) if name == "soon" else (None, None)


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """Return where a day of the office begins, or one some days later."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), timezone.get_current_timezone())
