"""The forms of the administrators' screens. What is right or wrong `sla` and the services say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import moment_field
from requests_desk.people.models import Agency, Membership, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Field
from requests_desk.tickets.services.promises import CHANNELS, RUNGS
from requests_desk.tickets.templatetags.desk import LISTS
from requests_desk.tickets.words import Channel, Kind, Priority, ReplyKind
from sla.calendar_json import KINDS, NAME_LENGTH, WEEKDAYS
from sla.calendars import Calendar
from sla.exchange import read_hours
from sla.policies import APPROVERS, RULES
from sla.special_days import SpecialDay, clock, clocks

# A spreadsheet of one year is a few kilobytes; anything much larger is something else.
LARGEST_FILE = 256 * 1024
LONGEST_RUN = 31


def choices_of(group: str, codes: Sequence[str]) -> list[tuple[str, Any]]:
    """Return the choices of a closed list of codes in the words people read."""
    return [(code, LISTS[group][code]) for code in codes]


def date_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """Return a field for one day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    formats = ["%Y-%m-%d", "%d/%m/%Y"]
    return forms.DateField(label=label, widget=widget, input_formats=formats, required=required, help_text=help_text)


class VersionForm(forms.Form):
    """What every edit carries: the version it started from, and why."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note on this version"), required=False, max_length=500, help_text=_("Such as the decision's number.")
    )


class DayForm(VersionForm):
    """A special day, or a run of them under one name."""

    first = date_field(_("Date"))
    last = date_field(_("Last date"), required=False, help_text=_("Only for several days in a row."))
    kind = forms.ChoiceField(label=_("Kind of day"))
    name = forms.CharField(label=_("Name"), required=False, max_length=NAME_LENGTH)
    hours = forms.CharField(
        label=_("Working hours"),
        required=False,
        help_text=_("Make-up and half days only, such as 07:30-11:30 13:30-17:00."),
    )
    field_order = ("base", "first", "last", "kind", "name", "hours", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "id_day_%s"
        self.fields["kind"].choices = choices_of("day_kind", KINDS)  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Refuse a run that ends before it begins, or that nobody can have meant."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and not 0 <= (last - first).days < LONGEST_RUN:
            said = _("The last date must follow the first within %(days)d days.")
            self.add_error("last", said % {"days": LONGEST_RUN})
        return data

    def days(self) -> list[SpecialDay]:
        """Return the days it names. Raises CalendarError for hours that are none."""
        data = self.cleaned_data
        hours = read_hours(data["hours"], "hours") if data["hours"].strip() else ()
        count = ((data["last"] or data["first"]) - data["first"]).days + 1
        dates = [data["first"] + timedelta(days=n) for n in range(count)]
        return [SpecialDay(day, data["kind"], data["name"], hours) for day in dates]


class FileForm(VersionForm):
    """A file that replaces a year's special days, or the whole calendar when it is JSON."""

    file = forms.FileField(label=_("File (CSV, ICS or JSON)"))
    field_order = ("base", "file", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "id_file_%s"

    def clean_file(self) -> str:
        """Return the file's text."""
        file = self.cleaned_data["file"]
        # Before it is read: the whole text stands in memory afterwards.
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is too large for a calendar of one year."))
        try:
            # Spreadsheets here put a mark before UTF-8; left in, it would hide the first heading.
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                _("This is not a text file in UTF-8; save it again in that encoding.")
            ) from error
        return text


class WeekForm(VersionForm):
    """Weekly hours: any number of spans a day, none for a closed one."""

    tz = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(available_timezones())
        self.fields["tz"].choices = [(zone, zone) for zone in zones]  # type: ignore[attr-defined]  # a choice field
        add_weekdays(self)
        self.order_fields(["base", "tz", *WEEKDAYS, "note"])


class SeasonForm(forms.Form):
    """Hours that replace the usual ones between two dates; without dates it is taken away."""

    first = date_field(_("From"), required=False)
    last = date_field(_("Last date"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_weekdays(self)

    def is_meant(self) -> bool:
        """Tell whether anything was filled in."""
        return bool(self.cleaned_data.get("first") or self.cleaned_data.get("last"))


SeasonFormSet = forms.formset_factory(SeasonForm, extra=1, max_num=12)


def add_weekdays(form: forms.Form) -> None:
    """Give a form a line of hours for each weekday."""
    for day, label in choices_of("weekday", WEEKDAYS):
        form.fields[day] = forms.CharField(label=label, required=False, max_length=200)


def week_of(data: dict[str, Any], path: str) -> dict[str, list[list[str]]]:
    """Return the weekly hours typed, as a document has them. Raises CalendarError naming the weekday."""
    typed = {day: data.get(day, "").strip() for day in WEEKDAYS}
    return {
        day: [list(clock(span)) for span in read_hours(text, f"{path}{day}")] for day, text in typed.items() if text
    }


def week_initial(hours: Sequence[Any]) -> dict[str, str]:
    """Return weekly hours as they are typed."""
    return {day: clocks(spans) for day, spans in zip(WEEKDAYS, hours, strict=True)}


def season_initial(calendar: Calendar) -> list[dict[str, Any]]:
    """Return a calendar's seasons as they are typed."""
    return [{"first": s.first, "last": s.last} | week_initial(s.hours) for s in calendar.seasons]


class NewForm(forms.Form):
    """A further calendar or policy: what it is called, and its key in addresses and commands."""

    name = forms.CharField(label=_("Name"), max_length=200)
    key = forms.SlugField(
        label=_("Key"), max_length=64, help_text=_("Plain letters, digits and hyphens; it never changes.")
    )

    def clean_key(self) -> str:
        """Refuse the one word that is an address of its own."""
        key: str = self.cleaned_data["key"]
        if key == "new":
            raise forms.ValidationError(_("Choose another key."))
        return key


class PolicyForm(VersionForm):
    """Everything a policy says but its ladder."""

    rule = forms.ChoiceField(label=_("How the time is counted"))
    first_reply = forms.CharField(
        label=_("First reply within"), help_text=_("Such as 48h, 90m; under working hours also 2d.")
    )
    promise_cap_days = forms.IntegerField(
        label=_("Longest promise of an interim reply"), min_value=0, help_text=_("In working days.")
    )
    interims_before_leader = forms.IntegerField(
        label=_("Interim replies before the leadership must agree"), min_value=0
    )
    statutory_days = forms.IntegerField(
        label=_("Statutory limit in working days"), min_value=0, help_text=_("0 means none.")
    )
    pause_days = forms.IntegerField(
        label=_("Longest pause in working days"), min_value=0, help_text=_("0 means no pause; rule A allows none.")
    )
    acknowledge_from = forms.CharField(label=_("Alerts ask for action from"))
    acknowledge_reminder = forms.CharField(label=_("A reminder climbs after"))
    acknowledge_breach = forms.CharField(label=_("A breach climbs after"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = choices_of("rule", list(RULES))  # type: ignore[attr-defined]  # a choice field
        for kind in ReplyKind:
            self.fields[f"approval_{kind}"] = forms.ChoiceField(
                label=kind.label, choices=choices_of("approver", APPROVERS)
            )


class RungForm(forms.Form):
    """One rung; an empty moment takes it away."""

    to = forms.ChoiceField(label=_("Who is told"), required=False)
    before = forms.CharField(label=_("Time left"), required=False, max_length=16)
    by = forms.MultipleChoiceField(label=_("By"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = choices_of("rung", RUNGS)  # type: ignore[attr-defined]  # a choice field
        self.fields["by"].choices = choices_of("way", CHANNELS)  # type: ignore[attr-defined]  # a choice field


RungFormSet = forms.formset_factory(RungForm, extra=2, max_num=30)


class RuleForm(forms.Form):
    """A line of the table: what is left open fits every request."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    channel = forms.ChoiceField(label=_("Channel of receipt"), required=False)
    field = forms.ChoiceField(label=_("Field"), required=False)
    priority = forms.ChoiceField(label=_("Priority"), required=False)
    policy_key = forms.ChoiceField(label=_("Policy"))
    calendar_key = forms.ChoiceField(label=_("Calendar"))

    def __init__(
        self, *args: Any, agency: Agency, policies: dict[str, str], calendars: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        any_ = [("", _("Any"))]
        fields = Field.objects.filter(agency=agency).order_by("name").values_list("code", "name")
        for name, choices in (
            ("kind", any_ + Kind.choices),
            ("channel", any_ + Channel.choices),
            ("field", [*any_, *fields]),
            ("priority", any_ + Priority.choices),
            ("policy_key", list(policies.items())),
            ("calendar_key", list(calendars.items())),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # choice fields all


class ApplyForm(forms.Form):
    """The confirmation of an edit that moves what was promised."""

    reason = forms.CharField(label=_("Reason"), max_length=500)
    missed = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    sure = forms.BooleanField(label=_("I have seen which requests move."))


class RehearseForm(forms.Form):
    """The invented request."""

    policy = forms.ChoiceField(label=_("Policy"))
    received_at = moment_field(_("Time of receipt"), help_text=_("Empty means now."))
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), required=False)
    officer = forms.ModelChoiceField(label=_("Handling officer"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, agency: Agency, policies: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].choices = list(policies.items())  # type: ignore[attr-defined]  # a choice field
        self.fields["unit"].queryset = agency.units.order_by("name")  # type: ignore[attr-defined]  # a model choice
        roles = [role for role, rights in access.RIGHTS.items() if access.Right.REPLY in rights]
        able = Membership.objects.filter(agency=agency, role__in=roles, user__is_active=True)
        people = User.objects.filter(pk__in=able.values("user")).order_by("full_name")
        self.fields["officer"].queryset = people  # type: ignore[attr-defined]  # a model choice

    def clean(self) -> dict[str, Any]:
        """Ask for a unit where an officer is named: nobody holds a request outside one."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("officer") and not data.get("unit"):
            self.add_error("unit", _("Choose the unit of the officer too."))
        return data
