"""The forms of who is away, who is on duty, and when the office is quiet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import moment_field
from requests_desk.people.models import Agency, User


class AwayForm(forms.Form):
    """Somebody's own absence."""

    from_at = moment_field(_("From"), required=True)
    to_at = moment_field(_("Until"), required=True)
    deputy = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Deputy"),
        required=False,
        empty_label=_("nobody: the next step is told"),
        help_text=_("Gets the alerts meanwhile; the mail says why."),
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(memberships__agency=agency, is_active=True).distinct().order_by("full_name")
        for name in ("deputy", "user"):
            # Forms that inherit leave one of the two out.
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = people


class AbsenceForm(AwayForm):
    """Anybody's absence."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Who is away"))
    field_order = ("user", "from_at", "to_at", "deputy")


class DutyForm(AwayForm):
    """A spell on the duty roster."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Who is on duty"))
    deputy = None  # type: ignore[assignment]  # Django's way to leave out a field of the base
    field_order = ("user", "from_at", "to_at")


class QuietForm(forms.Form):
    """When reminders wait, where alarms go, and how many SMS a month may cost."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), input_formats=["%H:%M"]
    )
    quiet_to = forms.TimeField(
        label=_("Quiet until"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M"],
        help_text=_("Reminders wait until then; the same hour twice means never."),
    )
    alarm_email = forms.EmailField(
        label=_("Alarm address"),
        required=False,
        help_text=_("Told when nobody who answers for a request can be."),
    )
    sms_monthly_cap = forms.IntegerField(
        label=_("SMS a month"),
        min_value=0,
        max_value=1_000_000,
        help_text=_("0 is no limit. Above it alerts go by mail only."),
    )


class NightForm(forms.Form):
    """What a leader chooses for their own nights (N4)."""

    holds_night_sms = forms.BooleanField(
        label=_("Let the SMS of a night's missed deadline wait until morning"), required=False
    )


class NoticesForm(forms.Form):
    """Whether what stands under one's bell comes by mail too."""

    mails_notices = forms.BooleanField(
        label=_("Send me notices by mail too"),
        required=False,
        help_text=_("In quiet hours they gather into one mail. Reminders and missed deadlines come all the same."),
    )
