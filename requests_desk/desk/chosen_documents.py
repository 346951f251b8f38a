"""Published documents found and chosen in the form of a reply. Two steps of its buttons do it: no script is needed."""

from __future__ import annotations

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import QueryDict

from requests_desk.desk.pages import DeskRequest
from requests_desk.library.models import Document
from requests_desk.library.queries import documents as queries
from requests_desk.people import identifiers
from requests_desk.tickets.models import Ticket

MOST = 10
SHOWN = 6
# Fields that the panel of documents shows itself.
NAMES = ("documents", "document_words")


class Numbers(forms.CharField):
    """Numbers of documents in one hidden field, so that a draft keeps them like anything else that was typed."""

    widget = forms.HiddenInput

    def prepare_value(self, value: object) -> str:
        """Show a list as it is typed."""
        return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")

    def to_python(self, value: object) -> tuple[int, ...]:  # type: ignore[override]  # numbers, not their text
        """Read what was typed; what is no number is none."""
        return tuple(numbers(str(value or "")))


class WithDocuments(forms.Form):
    """A form that documents may go with: `documents` those chosen, `document_words` what is looked for."""

    documents = Numbers(required=False)
    document_words = forms.CharField(required=False, validators=[MaxLengthValidator(200)])

    @property
    def chosen_documents(self) -> list[Document]:
        """Return what is chosen, as far as everybody may read it."""
        return queries.published_of(numbers(str(self["documents"].value() or "")))

    @property
    def found_documents(self) -> list[Document]:
        """Return what the words find beside that; nothing while there are none."""
        words = str(self["document_words"].value() or "").strip()
        if not words:
            return []
        # Asked anew at each showing: a document taken off meanwhile must not go with a reply.
        chosen = {one.pk for one in self.chosen_documents}
        found = [one.document for one in queries.search(queries.Wanted(q=words)).found]
        return [one for one in found if one.pk not in chosen][:SHOWN]


def numbers(text: str) -> list[int]:
    """Return the numbers in a text that separates them by commas, each once."""
    named = (identifiers.row_number(part.strip()) for part in text.split(","))
    return list(dict.fromkeys(pk for pk in named if pk is not None))[:MOST]


def add(request: DeskRequest, ticket: Ticket, typed: QueryDict, about: str) -> None:
    """Let a document go with the reply."""
    typed["documents"] = ",".join(map(str, numbers(f"{typed.get('documents', '')},{about}")))


def drop(request: DeskRequest, ticket: Ticket, typed: QueryDict, about: str) -> None:
    """Take a document away again."""
    typed["documents"] = ",".join(str(one) for one in numbers(typed.get("documents", "")) if str(one) != about)
