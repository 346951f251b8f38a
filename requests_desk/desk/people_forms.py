"""The forms of people, their roles, units and the department itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.people.models import Agency, Role, Unit, UnitKind


class PersonForm(forms.Form):
    """What is known of a person."""

    full_name = forms.CharField(label=_("Full name"), max_length=150)
    title = forms.CharField(label=_("Title"), max_length=100, required=False)
    email = forms.EmailField(label=_("Email"), required=False, help_text=_("The invitation and alerts go there."))
    phone = forms.CharField(label=_("Phone"), max_length=16, required=False, help_text=_("For SMS, as +84912345678."))
    language = forms.ChoiceField(label=_("Language"), choices=[("vi", "Tiếng Việt"), ("en", "English")])


class RoleForm(forms.Form):
    """One role more."""

    role = forms.ChoiceField(label=_("Role"), choices=Role)
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Unit"),
        required=False,
        empty_label=_("the whole department"),
        help_text=_("Handling officers and heads belong to one."),
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ModelChoiceField)  # noqa: S101  tells the checker what stands above
        unit.queryset = agency.units.order_by("name")


class NewPersonForm(PersonForm, RoleForm):
    """Somebody new, with their first role."""

    username = forms.RegexField(
        r"^[\w.@+-]+$", label=_("Username"), max_length=150, help_text=_("What they log in with; it stays.")
    )
    field_order = ("full_name", "username", "title", "email", "phone", "language", "role", "unit")


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]  # Django itself takes no type here
    """A unit of the department."""

    kind = forms.ChoiceField(label=_("Kind of unit"), choices=UnitKind)

    class Meta:
        model = Unit
        fields = ("name", "name_en", "code", "kind", "approves_answers")
        labels = {
            "name": _("Name"),
            "name_en": _("Name in English"),
            "code": _("Short code"),
            "approves_answers": _("Its head signs answers before they go"),
        }


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the department is called and how it is reached; its code stands in every request and stays."""

    class Meta:
        model = Agency
        # Without its code: that stands in every request, in mails and on slips of paper.
        fields = ("name", "name_en", "short_name", "hotline", "email", "address", "shows_officer", "invites_ratings")
        labels = {
            "name": _("Name"),
            "name_en": _("Name in English"),
            "short_name": _("Short name for SMS"),
            "hotline": _("Hotline"),
            "email": _("Email"),
            "address": _("Address"),
            "shows_officer": _("The public page of a request names its officer"),
            "invites_ratings": _("Requesters are asked to rate the answer"),
        }
        help_texts = {
            "short_name": _("Plain letters, at most 12."),
            "shows_officer": _("Otherwise it names the unit alone."),
            "invites_ratings": _("Once, on the working morning after it. Links that were sent stay open."),
        }


class HandOverForm(forms.Form):
    """Who takes what lies on the desk of somebody who leaves."""

    to = forms.ChoiceField(label=_("To"))
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  likewise
        field.choices = choices
