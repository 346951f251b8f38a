"""What the public types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_desk.people import identifiers
from requests_desk.people.models import Agency
from requests_desk.tickets.models import Field
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.upload_forms import WithFiles
from requests_desk.tickets.words import ANSWERED_BY, Channel, Kind

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
        # Not beside other errors: a number that cannot be read is not a missing one.
        if not self.errors and not (self.cleaned_data["phone"] or self.cleaned_data["lookup"]):
            raise forms.ValidationError(_("Please enter the phone number you gave, or the look-up code."))
        return self.cleaned_data


# Which text on the use of data was agreed to: a new text gets a new name, and the history says which it was.
CONSENT = "2026-11"
KINDS = [
    (Kind.INFORMATION, gettext_lazy("I ask for information")),
    (Kind.FEEDBACK, gettext_lazy("I report a difficulty or make a proposal")),
    (Kind.HARASSMENT, gettext_lazy("I report harassment: only the leadership reads it")),
]
# Names in the domain, where they differ from those of the form.
_SHOWN = {"phones": "phone"}


def _line(label: Any, *, autocomplete: str = "off", **more: Any) -> forms.CharField:
    attrs = {"autocomplete": autocomplete, **more.pop("attrs", {})}
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs=attrs), **more)


class AskForm(WithFiles):
    """A question of somebody without an account. Only the question and the consent must be there."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("Several questions? Number them 1, 2, 3: each is answered by itself."),
        error_messages={"required": gettext_lazy("Please write your question.")},
    )
    phone = _line(
        gettext_lazy("Phone number"),
        autocomplete="tel",
        attrs={"type": "tel"},
        help_text=gettext_lazy("With it you can check your request at any time."),
    )
    # No check of its form here: an odd address is a warning to the desk, never a reason to turn a business away.
    email = _line(gettext_lazy("E-mail"), autocomplete="email", attrs={"type": "email", "spellcheck": "false"})
    organisation = _line(gettext_lazy("Business, cooperative, household"), autocomplete="organization")
    name = _line(gettext_lazy("Your name"), autocomplete="name")
    tax_code = _line(gettext_lazy("Tax code"), attrs={"inputmode": "numeric"})
    address = _line(gettext_lazy("Address"), autocomplete="street-address")
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What it is about"), choices=KINDS, initial=Kind.INFORMATION)
    reply_by = forms.ChoiceField(
        label=gettext_lazy("How you want the reply"),
        choices=[("", gettext_lazy("Any way")), *ANSWERED_BY],
        required=False,
    )
    consent = forms.BooleanField(
        label=gettext_lazy("I agree that the department uses these data to answer this request."),
        error_messages={"required": gettext_lazy("Please agree, or call the hotline instead.")},
    )
    # No person sees it; a program that fills in every box gives itself away.
    website = _line("Website", attrs={"tabindex": "-1"})
    signed = forms.CharField(widget=forms.HiddenInput, required=False)

    too_many = gettext_lazy(
        "Very many questions came from your connection. Nothing you typed is lost: try later, or call the hotline."
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Field.objects.filter(agency=agency).order_by("name")
        choice = self.fields["field"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  declared so above
        choice.choices = [("", "—"), *((row.code, str(row)) for row in rows)]

    def start_again(self, signature: str) -> None:
        """Give the form a fresh signature, and say why it was not taken."""
        # The old signature would come back with the page, and be too old again.
        self.data = {**self.data.dict(), "signed": signature}  # type: ignore[attr-defined]  # what was posted
        self.add_error(None, _("The form was open for very long. Please send it once more; nothing you typed is lost."))

    def request(self, *, language: str) -> Request:
        """Return what was asked, for the intake."""
        data = self.cleaned_data
        asked = Asked(
            name=data["name"],
            organisation=data["organisation"],
            tax_code=data["tax_code"],
            phones=(data["phone"],) if data["phone"] else (),
            email=data["email"],
            address=data["address"],
        )
        return Request(
            channel=Channel.QNA,
            text=data["text"],
            asked=asked,
            kind=data["kind"],
            field=data["field"],
            reply_by=data["reply_by"],
            language=language,
            consent=CONSENT,
        )

    def show(self, fields: dict[str, list[str]]) -> None:
        """Put what the intake refused beside the boxes it is about."""
        for name, messages in fields.items():
            shown = _SHOWN.get(name, name)
            for message in messages:
                self.add_error(shown if shown in self.fields else None, message)
