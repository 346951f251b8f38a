"""What the public types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_desk.tickets import identifiers

# Longer than anything that is one, with all its spaces.
LONGEST = 64
_AS_TYPED = {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}


class StatusForm(forms.Form):
    """A request code with one of two proofs.

    What was typed comes back with every error, the look-up code too: it stands on a page that nothing keeps
    (no-store), sent to the one who typed it, who must see which letter is wrong.
    """

    code = forms.CharField(
        label=gettext_lazy("Request code"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={**_AS_TYPED, "placeholder": "SCT-2026-000123"}),
        error_messages={"required": gettext_lazy("Please enter the request code.")},
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    lookup = forms.CharField(
        label=gettext_lazy("Look-up code"), max_length=LONGEST, required=False, widget=forms.TextInput(attrs=_AS_TYPED)
    )

    def clean_phone(self) -> str:
        """Say so when it is no number at all: that tells nothing of any request."""
        phone: str = self.cleaned_data["phone"]
        if phone and not identifiers.same_numbers(phone):
            raise forms.ValidationError(_("“%(typed)s” does not look like a phone number.") % {"typed": phone})
        return phone

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two proofs."""
        if not self.errors and not (self.cleaned_data["phone"] or self.cleaned_data["lookup"]):
            raise forms.ValidationError(_("Please enter the phone number you gave, or the look-up code."))
        return self.cleaned_data
