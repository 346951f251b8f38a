"""What the queue's filters offer: units, officers and fields of one's agencies, and the views one keeps."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import get_language

from requests_desk.people.models import Membership, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Field, SavedView

TEXT = CharField()
COLUMNS = ("of", "pk_text", "label", "more")


class View(NamedTuple):
    """A view somebody keeps: its number, its name, its filters as an address."""

    pk: int
    name: str
    query: str


class Choices(NamedTuple):
    """What may be chosen, each list by name; `fields` by their codes, the others by their numbers."""

    units: list[tuple[int, str]] = []
    officers: list[tuple[int, str]] = []
    fields: list[tuple[str, str]] = []
    views: list[View] = []


def of(user: User) -> Choices:
    """Return what somebody may choose from. One query, whatever there is."""
    agencies = access.agencies(user)
    members = Membership.objects.filter(agency__in=agencies, user__is_active=True)
    units, fields = (
        rows.filter(agency__in=agencies).annotate(label=F("name"), more=F("name_en"))
        for rows in (Unit.objects.all(), Field.objects.all())
    )
    officers = User.objects.filter(pk__in=members.values("user")).annotate(
        label=Coalesce(NullIf("full_name", Value("")), "username"), more=Value("", TEXT)
    )
    views = SavedView.objects.filter(user=user).annotate(label=F("name"), more=F("query"))
    parts = [
        rows.order_by().annotate(of=Value(name, TEXT), pk_text=Cast(key, TEXT)).values_list(*COLUMNS)
        for name, key, rows in (
            ("unit", "pk", units),
            ("officer", "pk", officers),
            ("field", "code", fields),
            ("view", "pk", views),
        )
    ]
    return _sorted_out(list(parts[0].union(*parts[1:], all=True).order_by("label")))


def _sorted_out(rows: list[tuple[str, str, str, str]]) -> Choices:
    english = get_language() == "en"
    named = [(of, key, more if english and more else label) for of, key, label, more in rows if of != "view"]
    return Choices(
        units=[(int(key), name) for of, key, name in named if of == "unit"],
        officers=[(int(key), name) for of, key, name in named if of == "officer"],
        fields=list({key: name for of, key, name in named if of == "field"}.items()),
        views=[View(int(key), label, more) for of, key, label, more in rows if of == "view"],
    )
