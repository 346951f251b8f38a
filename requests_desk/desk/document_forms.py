"""What the desk asks about a document. What is right or wrong the service says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from requests_desk.desk.forms import text_field
from requests_desk.files import file_types
from requests_desk.files.store import FileRefused
from requests_desk.library.models import Document, DocumentFile
from requests_desk.library.queries import documents as queries
from requests_desk.library.services import document_files
from requests_desk.library.services.documents import NAMES, Facts
from requests_desk.library.words import Category, DocumentType, State
from requests_desk.people.models import Agency, Unit, User

NONE = [("", "—")]
WIDTHS = dict.fromkeys(
    ("category", "document_type", "number", "issue_date", "effective_date", "expires_date", "unit"), "w4"
) | {"issuer": "w8"}


def day_field(label: Any, *, help_text: Any = "") -> forms.DateField:
    """Return a field for one day."""
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )


class DocumentForm(forms.Form):
    """The seven fields, where the document belongs, and its file, which survives a form that comes back."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=[*NONE, *Category.choices])
    document_type = forms.ChoiceField(
        label=gettext_lazy("Document type"), choices=[*NONE, *DocumentType.choices], required=False
    )
    number = forms.CharField(label=gettext_lazy("Number and symbol"), required=False)
    issuer = forms.CharField(
        label=gettext_lazy("Issuing authority"), required=False, widget=forms.TextInput(attrs={"list": "issuers"})
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit in charge"), queryset=Unit.objects.none(), required=False, empty_label="—"
    )
    issue_date = day_field(gettext_lazy("Date of issue"))
    effective_date = day_field(gettext_lazy("Effective date"))
    expires_date = day_field(
        gettext_lazy("Ends on"), help_text=gettext_lazy("The first day it no longer holds; empty while it holds.")
    )
    abstract = text_field(pgettext_lazy("document", "Summary"), rows=3)
    link = forms.CharField(
        label=gettext_lazy("Link"),
        required=False,
        help_text=gettext_lazy("For a procedure: where it is done. https://…"),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    accept = ",".join(f".{ending}" for ending in file_types.ENDINGS)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, agency: Agency, document: Document | None = None
    ) -> None:
        initial = {name: getattr(document, name) for name in (*NAMES, "version")} if document else {}
        super().__init__(data, initial=initial)
        units = self.fields["unit"]
        assert isinstance(units, forms.ModelChoiceField)  # noqa: S101  declared so above
        units.queryset = agency.units.order_by("name")
        self.issuers = queries.issuers_of(agency)
        self.file: DocumentFile | None = None
        self.kept = ""
        self.file_errors: list[str] = []

    @property
    def laid_out(self) -> list[tuple[forms.BoundField, str]]:
        """Return each field with its width in the grid."""
        return [(field, WIDTHS.get(field.name, "")) for field in self]

    def take_in(self, request: HttpRequest, *, by: User, at: datetime) -> bool:
        """Stage the file and judge the form; a file that is refused costs nothing else that was typed."""
        chosen, kept = request.FILES.get("file"), request.POST.get("kept", "")
        try:
            if chosen:
                self.file = document_files.keep(chosen, chosen.name or "", by=by, at=at)  # type: ignore[arg-type]
            # A file box cannot be filled in by us: what came before is named by a signed token.
            elif kept:
                self.file = document_files.staged(kept)
        except FileRefused as error:
            self.file_errors.append(_why(error))
        self.kept = document_files.token_of(self.file) if self.file else ""
        # Both are judged, or a refused file would hide what else is wrong until the next try.
        return self.is_valid() and not self.file_errors

    def facts(self) -> Facts:
        """Return what was typed, as the service takes it."""
        return Facts(**{name: self.cleaned_data[name] for name in NAMES})

    def show(self, problems: Mapping[str, list[str]]) -> None:
        """Put what the service refused beside the fields it is about."""
        for name, texts in problems.items():
            if name == "file":
                self.file_errors += texts
            for text in texts if name != "file" else []:
                self.add_error(name if name in self.fields else None, text)


def _why(error: FileRefused) -> str:
    """Say why a file is not kept, and what to do with one that is too large."""
    if error.reason != "too_large":
        return str(error)
    said = _("%(name)s is larger than %(most)s. Scan it in black and white at 200 dpi, split it up, or give a link.")
    return said % {"name": error.name, "most": filesizeformat(settings.ATTACHMENT_MAX_BYTES)}


class WithdrawForm(forms.Form):
    reason = text_field(gettext_lazy("Reason"), rows=2, required=True)


class ReplaceForm(forms.Form):
    """Which document took the place of this one: by its number, or the address of its page."""

    by = forms.CharField(
        label=gettext_lazy("Number and symbol of the new document"),
        required=False,
        help_text=gettext_lazy("Or the address of its page here. Empty takes the replacement back."),
    )
    on = day_field(gettext_lazy("From"), help_text=gettext_lazy("Empty means the day the new one takes effect."))


class FilterForm(forms.Form):
    """What the staff find documents by."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *State.choices]
    )
    missing = forms.BooleanField(label=gettext_lazy("Fields missing"), required=False)
