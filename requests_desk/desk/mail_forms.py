"""The forms of mailboxes and of mail that waits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.people.models import Agency, Unit
from requests_desk.tickets.mail_lists import Security


class MailboxForm(forms.Form):
    """A mailbox whose mail becomes requests."""

    address = forms.EmailField(label=_("Address"))
    host = forms.CharField(
        label=_("IMAP server"),
        max_length=253,
        required=False,
        help_text=_("Left empty, nobody fetches: the mail server pipes to receive_email."),
    )
    security = forms.ChoiceField(label=_("Encryption"), choices=Security.choices, initial=Security.TLS)
    port = forms.IntegerField(
        label=_("Port"), required=False, min_value=1, max_value=65_535, help_text=_("Usually 993 by TLS, else 143.")
    )
    user = forms.CharField(label=_("User name"), max_length=254, required=False)
    secret = forms.RegexField(
        # It becomes part of a file's name: nothing here may climb out of the folder.
        r"^[a-z0-9-]+$",
        label=_("Name of the secret"),
        max_length=64,
        required=False,
        help_text=_("Not the password: the operator sets it under this name in MAILBOXES or in a file."),
    )
    folder = forms.CharField(label=_("Folder that is read"), max_length=200, initial="INBOX")
    done_folder = forms.CharField(
        label=_("Folder for what is stored"),
        max_length=200,
        required=False,
        help_text=_("Left empty, a stored mail is marked as read and stays."),
    )
    server_names = forms.CharField(
        label=_("Names of our mail server"),
        max_length=300,
        required=False,
        help_text=_("As they stand in Received and Authentication-Results; their word about a sender counts."),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Lead unit"), required=False, empty_label=_("decided when it is sorted")
    )
    gets_answers = forms.BooleanField(label=_("Answers to our mails come here"), required=False)
    has_plus = forms.BooleanField(
        label=_("Its server delivers name+anything here too"),
        required=False,
        help_text=_("Then each mail of ours carries a signed address of its own, and staff may answer by mail."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ModelChoiceField)  # noqa: S101  it is declared so above
        unit.queryset = Unit.objects.filter(agency=agency).order_by("name")


class DismissForm(forms.Form):
    """Why a mail becomes nothing."""

    reason = forms.CharField(label=_("Why it becomes nothing"), max_length=500)
