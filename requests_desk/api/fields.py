"""Fields that say what is wrong with a value, and serializers: made once, and such as take no unknown name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from requests_desk.people import identifiers

FIRST_YEAR, LAST_YEAR = 2000, 2100
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXAMPLE = "2026-11-23T08:05:00+07:00"


class Text(serializers.CharField):
    """A text in NFC; what cannot be stored is refused by the same rule as in every other face."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text cleaned."""
        try:
            return identifiers.clean_text(super().to_internal_value(data))
        except identifiers.BadText as error:
            raise serializers.ValidationError(str(error)) from error


class Instant(serializers.DateTimeField):
    """An ISO 8601 time with its offset: a time without one would be guessed."""

    default_error_messages = {
        "naive": _("This time lacks its offset from UTC: write it like {example}."),
        "unreadable": _("This is no ISO 8601 time: write it like {example}."),
        "out_of_range": _("This time lies outside the years {first} to {last}."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Return the instant, aware."""
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None:
            self.fail("unreadable", example=_EXAMPLE)
        # Guessed, it would be seven hours off for every program that thinks in UTC (P1).
        if moment.tzinfo is None:
            self.fail("naive", example=_EXAMPLE)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail("out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
        return moment.astimezone(UTC)  # PostgreSQL takes no offset of a day, which ISO 8601 and Python know


@extend_schema_field({"oneOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]})
class InstantOrDay(Instant):
    """An instant, or a day, which the domain takes for that day's closing (P5)."""

    def to_internal_value(self, value: Any) -> datetime | date:  # type: ignore[override]
        """Return a datetime, or a date that is none."""
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            return super().to_internal_value(value)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail("unreadable", example=_EXAMPLE)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail("out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
        return day


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
class Reference(serializers.Field[Any, Any, Any, Any]):
    """A code, or an id."""

    default_error_messages = {"invalid": _("Give a code or an id.")}

    def to_internal_value(self, data: Any) -> str:
        """Return it as text; whose it is, is looked up later."""
        # In Python True is 1, and would name the first unit.
        if isinstance(data, bool) or not isinstance(data, str | int):
            self.fail("invalid")
        return str(Text(max_length=150, allow_blank=True).run_validation(str(data)))


class Built(serializers.Serializer[Any]):
    """A serializer whose fields are made once and serve every request: they keep nothing of any of them.

    So no field may ask for the `context`: whatever it shows comes with the value.
    """

    @cached_property
    def fields(self) -> Any:
        """Return the fields by their names."""
        return _fields(type(self))


@cache
def _fields(kind: type[Built]) -> Any:
    return super(Built, kind()).fields  # bound to one that nobody else sees


class Strict(Built):
    """A body whose every name is known: a misspelt one would be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values. Raises ValidationError that names unknown fields beside all other problems."""
        # `recieved_at` passed over in silence would start the promise at the wrong moment.
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        problems: dict[str, Any] = {name: [_("This field is not known.")] for name in sorted(map(str, unknown))}
        values = None
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            # All at once: a program is mended in one go, not field by field.
            problems = {**problems, **error.detail} if isinstance(error.detail, dict) else problems
        if problems:
            raise serializers.ValidationError(problems)
        return values
