"""The desk's forms: what they ask for. What is right or wrong the services say."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.entries import LAYOUTS, Layout
from requests_desk.people.models import Agency, Membership, Unit, User
from requests_desk.tickets import access, rules
from requests_desk.tickets.models import Field
from requests_desk.tickets.templatetags.desk import LISTS
from requests_desk.tickets.upload_forms import WithFiles
from requests_desk.tickets.words import (
    Channel,
    Ending,
    Entry,
    Kind,
    Priority,
)

MOMENT = "%Y-%m-%dT%H:%M"
FIRST_YEAR, LAST_YEAR = 1900, 2900


def within_reach(moment: date) -> None:
    """Refuse a year nobody means: one that is half typed, in UTC before the year 1, is kept but never read again."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        said = gettext("This time lies outside the years {first} to {last}.")
        raise forms.ValidationError(said.format(first=FIRST_YEAR, last=LAST_YEAR))


def moment_field(label: Any, *, help_text: Any = "", required: bool = False) -> forms.DateTimeField:
    """Return a field for one moment, shown and read in the office's zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    formats = [MOMENT, "%Y-%m-%dT%H:%M:%S", "%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M"]
    return forms.DateTimeField(
        label=label,
        widget=widget,
        input_formats=formats,
        required=required,
        help_text=help_text,
        validators=[within_reach],
    )


def text_field(label: Any, *, rows: int = 4, required: bool = False, help_text: Any = "") -> forms.CharField:
    """Return a field for several lines. Its length is the service's to judge, so that nothing typed is lost."""
    return forms.CharField(
        label=label, widget=forms.Textarea(attrs={"rows": rows}), required=required, help_text=help_text
    )


class TicketForm(WithFiles):
    """A call, a visit, a letter: phone first, everything else as far as it is known."""

    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autofocus": True, "autocomplete": "off"}),
    )
    channel = forms.ChoiceField(label=_("Channel of receipt"), choices=Channel, initial=Channel.HOTLINE)
    organisation = forms.CharField(label=_("Business"), required=False)
    name = forms.CharField(label=_("Contact person"), required=False)
    text = text_field(_("What they ask"), rows=5, required=True)
    field = forms.ChoiceField(label=_("Field"), required=False)
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.none(), required=False, empty_label=_("not assigned")
    )
    wanted_by = moment_field(_("Wanted by"))
    received_at = moment_field(_("Time of receipt"), help_text=_("Empty means now."))
    received_reason = forms.CharField(label=_("Why it is logged later"), required=False)
    external_number = forms.CharField(
        label=_("Number of the letter that refers it"), required=False, help_text=_("For a referral.")
    )
    external_deadline = moment_field(_("Deadline set from outside"))
    tax_code = forms.CharField(label=_("Tax code"), required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind, initial=Kind.INFORMATION)
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority, initial=Priority.NORMAL, required=False)
    address = forms.CharField(label=_("Address"), required=False)
    arrival_number = forms.CharField(label=_("Arrival number"), required=False)
    arrived_date = forms.DateField(
        label=_("Date of the arrival stamp"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )
    arrived_time = forms.TimeField(
        label=_("Hour of the stamp"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Without an hour it counts from that day's opening."),
    )
    entry = forms.CharField(widget=forms.HiddenInput, required=False)
    submission = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, agency: Agency, layout: Layout = LAYOUTS[Entry.CALL], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layout = layout
        _lay_out(self, layout)
        fields = Field.objects.filter(agency=agency).order_by("name")
        set_choices(self, "field", [("", "—"), *((field.code, str(field)) for field in fields)])
        set_rows(self, "unit", agency.units.order_by("name"))
        # Drawn with the page: pressed twice, or sent again after a failure, the form is one request (P1).
        self.initial.setdefault("submission", uuid.uuid4().hex)

    @property
    def front(self) -> list[tuple[forms.BoundField, str]]:
        """Return what this door asks for at once, each with its width."""
        return [(self[name], width) for name, width in self.layout.front]

    @property
    def behind(self) -> list[forms.BoundField]:
        """Return the fields this door seldom needs."""
        front = {name for name, _width in self.layout.front}
        return [field for field in self.visible_fields() if field.name not in front]

    def clean(self) -> dict[str, Any]:
        """Put date and hour of a stamp together; a date alone stays one (P1)."""
        data = self.cleaned_data
        day, hour = data.get("arrived_date"), data.get("arrived_time")
        if day and hour and not data.get("received_at"):
            data["received_at"] = timezone.make_aware(datetime.combine(day, hour))
        if (data.get("received_at") or day) and not data.get("received_reason"):
            # The door itself is the reason: nobody types "by the arrival stamp" forty times a day.
            data["received_reason"] = str(self.layout.reason)
        return data


def _lay_out(form: TicketForm, layout: Layout) -> None:
    """Let a door's form begin with what its door says already."""
    form.fields["channel"].initial, form.fields["entry"].initial = layout.channel, layout.entry
    form.fields["text"].initial = str(layout.text)
    if layout.entry != Entry.CALL:
        # A door says its channel; asked again it could only be contradicted.
        form.fields["channel"].widget = forms.HiddenInput()
    if layout.moment:
        form.fields["received_at"].label = layout.moment
    if layout.entry == Entry.LETTER:
        form.fields["external_number"].label = _("Number and symbol of the letter")
        form.fields["external_number"].help_text = ""
    first = layout.front[0][0]
    # Two of them on a page, and the browser takes the wrong one.
    form.fields["phone"].widget.attrs.pop("autofocus", None)
    form.fields[first].widget.attrs["autofocus"] = True


class AssignForm(forms.Form):
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    officer = forms.ModelChoiceField(
        label=_("Handling officer"), queryset=User.objects.none(), required=False, empty_label=_("not assigned")
    )
    seen_seq = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "id_assign_%s"
        set_rows(self, "unit", agency.units.order_by("name"))
        able = Membership.objects.filter(agency=agency, role__in=access.REPLYING, user__is_active=True)
        set_rows(self, "officer", User.objects.filter(pk__in=able.values("user")).order_by("full_name"))


class AssignManyForm(AssignForm):
    """One unit, one officer and one reason for several requests."""

    seen_seq = None  # type: ignore[assignment]  # each request is looked at anew
    reason = text_field(_("Reason"), rows=2, required=True, help_text=_("It stands as a note on each request."))


class CloseForm(forms.Form):
    ending = forms.ChoiceField(
        label=_("Ending"), choices=[(e.value, e.label) for e in Ending if rules.ENDINGS[e].by_hand]
    )
    note = text_field(
        _("The requester's words, or the reason"), rows=2, help_text=_("For a withdrawn or an invalid request.")
    )
    seen_seq = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "id_close_%s"


class NoteForm(WithFiles):
    text = text_field(_("Note"), rows=3, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "id_note_%s"
        self.fields["text"].widget.attrs["data-key"] = "c"


class DeliveryFilter(forms.Form):
    """What deliveries are found by."""

    code = forms.CharField(label=_("Request code"), required=False, max_length=40)
    to = forms.CharField(label=_("To (address or number)"), required=False, max_length=254)
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("All")), *LISTS["way"].items()], required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *LISTS["outbox"].items()], required=False)


def set_rows(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared so above
    field.queryset = rows


def set_choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared so above
    field.choices = choices
