"""What the desk asks about an answer for everybody. What is right or wrong the service says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import text_field
from requests_desk.library.models import Answer
from requests_desk.library.services.answers import Texts
from requests_desk.people.models import Agency, Unit
from requests_desk.tickets.queries import published

TEXTS = ("title", "question", "answer", "field", "unit")


class AnswerForm(forms.Form):
    """The texts, and where they belong; `note` says for everybody what a correction changed."""

    title = forms.CharField(
        label=_("Title of the answer"), required=False, help_text=_("As somebody would ask for it, in one line.")
    )
    question = text_field(_("Question"), rows=5)
    answer = text_field(_("The answer"), rows=10)
    field = forms.ChoiceField(label=_("Field"), required=False)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), required=False, empty_label="—")
    note = text_field(
        _("What was corrected"), rows=2, help_text=_("Everybody reads it below the answer, under today's date.")
    )
    # The version its author read; empty for a new one.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, agency: Agency, is_public: bool = False, **more: Any
    ) -> None:
        super().__init__(data, **more)
        chosen, unit = self.fields["field"], self.fields["unit"]
        assert isinstance(chosen, forms.ChoiceField) and isinstance(unit, forms.ModelChoiceField)  # noqa: S101
        chosen.choices = [("", "—"), *((code, str(one)) for code, one in published.fields([agency]).items())]
        unit.queryset = agency.units.order_by("name")
        # What was corrected is told to readers, and a draft has none.
        if not is_public:
            del self.fields["note"]

    @classmethod
    def of(cls, answer: Answer) -> AnswerForm:
        """Return the form with what an answer says now."""
        initial = {name: getattr(answer, name) for name in TEXTS} | {"seen": answer.version}
        return cls(agency=answer.agency, is_public=answer.is_public, initial=initial)

    def texts(self) -> Texts:
        """Return what was typed."""
        return Texts(**{name: self.cleaned_data[name] for name in TEXTS})

    def said(self) -> dict[str, str]:
        """Return the texts as they stand in the form, whether it was sent or is shown first."""
        names = (name for name in ("title", "question", "answer", "note") if name in self.fields)
        # The raw values: places to look at are shown beside a form that does not fit yet, too.
        return {name: str(self[name].value() or "") for name in names}


class ReasonForm(forms.Form):
    """Why something is given back or taken down."""

    reason = text_field(_("Reason"), rows=2)

    def __init__(self, data: Mapping[str, Any] | None = None, *, prefix_id: str) -> None:
        super().__init__(data, auto_id=f"id_{prefix_id}_%s")
