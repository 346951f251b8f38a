"""Units and people of an agency, read once for all the forms of a page that offer them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms

from requests_desk.people.models import Agency, Unit, User


class Directory(NamedTuple):
    """Its units and its active people by name, and which of them may handle requests."""

    units: list[Unit]
    people: list[User]
    able: frozenset[int]


def know(agency: Agency, directory: Directory) -> None:
    """Let the forms about this very object find what was read."""
    agency._directory = directory  # type: ignore[attr-defined]


def of(agency: Agency) -> Directory | None:
    """Return what was read for this object; None on a page that did not."""
    found: Directory | None = getattr(agency, "_directory", None)
    return found


def offer(form: forms.Form, name: str, rows: Any, known: Iterable[Unit | User] | None) -> None:
    """Let a field choose among `rows`; what is `known` of them is shown without asking again."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared so
    field.queryset = rows
    if known is not None:
        empty = [] if field.empty_label is None else [("", field.empty_label)]
        field.choices = [*empty, *((one.pk, str(one)) for one in known)]
