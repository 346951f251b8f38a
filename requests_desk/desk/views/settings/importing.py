"""A file's differences shown before anything is saved: what is accepted is exactly what was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpResponse
from django.utils.translation import gettext as _

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_forms import VersionForm
from requests_desk.desk.settings_pages import show
from requests_desk.tickets.services.promises import Unchanged
from sla import differences
from sla.catalogue import Superseded
from sla.models import CalendarVersion, PolicyVersion

Version = CalendarVersion | PolicyVersion
_SALT = "requests_desk.settings.import"


class AcceptForm(VersionForm):
    """What the screen of differences sends back: the document it showed, sealed, so that nothing else is saved."""

    sealed = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, of: Version, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.of = of

    def clean_sealed(self) -> dict[str, Any]:
        """Return the document that was shown for this very calendar or policy."""
        try:
            place, document = signing.loads(self.cleaned_data["sealed"], salt=_SALT)
        except signing.BadSignature:
            place, document = "", {}
        if place != _place(self.of):
            raise forms.ValidationError(_("This is not what was shown: read the file again."))
        return dict(document)


def preview(
    request: DeskRequest, version: Version, form: VersionForm, document: Mapping[str, Any], *, back: str
) -> HttpResponse:
    """Show what a file would change. Saves nothing. Raises Superseded and Unchanged as saving would."""
    # Compared with what nobody has any more, the differences shown would not be those that are saved.
    if form.cleaned_data["base"] != version.number:
        raise Superseded(version.number)
    is_calendar = isinstance(version, CalendarVersion)
    found = (differences.of_calendars if is_calendar else differences.of_policies)(version.document, document)
    if not found:
        raise Unchanged
    # With its place: what was looked at for one calendar must not be saved over another.
    sealed = signing.dumps([_place(version), document], salt=_SALT, compress=True)
    initial = {"base": version.number, "note": form.cleaned_data["note"], "sealed": sealed}
    context = {"version": version, "found": found, "form": AcceptForm(of=version, initial=initial), "back": back}
    return show(request, "import.html", context)


def _place(version: Version) -> str:
    if isinstance(version, CalendarVersion):
        return f"calendar:{version.calendar_id}"
    return f"policy:{version.policy_id}"
