"""The forms of signing in, where ours ask otherwise than allauth's own."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from requests_desk.people import tasks
from requests_desk.people.models import User


def say_once(form: forms.Form) -> None:
    """Empty the boxes of what their labels say already."""
    for field in form.fields.values():
        # A placeholder that repeats its label is read out twice, and is gone once something is typed.
        field.widget.attrs.pop("placeholder", None)


class LoginForm(allauth.LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Name and password; the box of the name is called `username`, as every password manager expects."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_once(self)
        self.fields["password"].help_text = ""  # the way to a new password stands below the form
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}

    def add_prefix(self, field_name: str) -> str:
        """Return the name of a field's box."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class ReauthenticateForm(allauth.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, of somebody who is signed in: the way to a new one stands in their account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_once(self)
        self.fields["password"].help_text = ""


class ChangePasswordForm(allauth.ChangePasswordForm):  # type: ignore[misc]
    """The password in use, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_once(self)
        self.fields["oldpassword"].help_text = ""


class NewPasswordForm(allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password twice, of somebody who followed the link of a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_once(self)


class AddPasskey(passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey and what its owner calls it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")


class EditPasskey(passkeys.EditWebAuthnForm):  # type: ignore[misc]
    """What a passkey is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")


class ResetPasswordForm(forms.Form):
    """An address that may get a link. Whether anybody has it is not found out here, so no answer or delay tells."""

    email = forms.EmailField(label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def save(self, request: HttpRequest, **_more: Any) -> str:
        """Let a worker find out whose address it is, and write to them."""
        email = str(self.cleaned_data["email"])
        # A worker looks: here the answer for an address on file would take longer than for any other.
        tasks.start(tasks.mail_reset, email=email, language=translation.get_language() or "vi")
        return email


class InvitationForm(allauth.SetPasswordForm):  # type: ignore[misc]
    """The password of somebody who was invited."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_once(self)


class LanguageForm(forms.Form):
    """The language of what is sent to somebody."""

    language = forms.ChoiceField(
        label=_("Language of mails and messages to me"), choices=[("vi", "Tiếng Việt"), ("en", "English")]
    )


class TokenForm(forms.Form):
    """What a new API token is for and how long it lives."""

    name = forms.CharField(label=_("What it is for"), max_length=100, help_text=_("Such as: the program of the kiosk"))
    days = forms.ChoiceField(
        label=_("Expires after"),
        choices=[("30", _("30 days")), ("90", _("90 days")), ("365", _("a year"))],
        initial="90",
    )
