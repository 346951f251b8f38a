"""The five questions of the survey, as the public and the staff who write an answer down both fill them in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.tickets.models import Survey
from requests_desk.tickets.services.survey import KEPT, Answers
from requests_desk.tickets.survey_words import Attitude, Satisfaction, Substance, SurveyWay, Timeliness

YES, NO = "yes", "no"


def _one_of(label: Any, choices: Any, *, required: bool = False, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=required, **more)


def _words(label: Any, *, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, widget=widget, required=False, help_text=help_text)


class SurveyForm(forms.Form):
    """What is asked. Only the first question must be answered: a part of an answer is better than none."""

    overall = _one_of(
        _("1. How satisfied are you on the whole?"),
        Satisfaction.choices,
        required=True,
        error_messages={"required": _("Please answer at least this question.")},
    )
    timeliness = _one_of(_("2. When did the reply come?"), Timeliness.choices)
    substance = _one_of(_("3. What did the answer say?"), Substance.choices)
    attitude = _one_of(_("4. How were you treated?"), Attitude.choices)
    harassed = _one_of(_("Did anybody make trouble for you or harass you?"), [(NO, _("No")), (YES, _("Yes"))])
    harassment = _words(
        _("If so, what happened?"),
        help_text=_(
            "This goes sealed to the leadership of the department; the unit that handled your request is not shown it."
        ),
    )
    comment = _words(_("5. Anything else?"))

    @classmethod
    def first(cls, survey: Survey) -> dict[str, str]:
        """Return what to begin with: what was answered before. What was reported is not repeated."""
        return {name: getattr(survey, name) for name in KEPT} | {"harassed": YES if survey.report_id else ""}

    def answers(self) -> Answers:
        """Return what was ticked and written."""
        data = self.cleaned_data
        return Answers(
            **{name: data[name] for name in KEPT},
            harassed=data["harassed"] == YES,
            harassment=data["harassment"],
        )


class EnteredSurveyForm(SurveyForm):
    """The same, written down by staff."""

    way = _one_of(
        _("How it was answered"),
        [choice for choice in SurveyWay.choices if choice[0] != SurveyWay.ONLINE],
        required=True,
    )
    field_order = ("way",)
