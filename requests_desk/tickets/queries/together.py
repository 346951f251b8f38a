"""Several small reads in one trip to the database: a page that shows much of one request asks once for all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import DateTimeField, Field, Model


class Part(NamedTuple):
    """Rows of a table: `which` stands behind its name, and what is named by `without` stays unread (deferred)."""

    model: type[Model]
    which: str
    without: tuple[str, ...] = ()

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """Return the fields that are read."""
        return [field for field in self.model._meta.concrete_fields if field.name not in self.without]


class Together:
    """Parts in one statement, written out once: the ORM would compile each of them anew at every asking.

    `first` stands before it, a WITH that every part may name. For models whose fields take their values as JSON holds
    them, and moments.
    """

    def __init__(self, parts: Mapping[str, Part], *, first: str = "") -> None:
        self._fields = {name: (part.model, part.fields) for name, part in parts.items()}
        self._sql = f"{first} SELECT " + ", ".join(_asked(part) for part in parts.values())

    def read(self, **values: Any) -> dict[str, list[Any]]:
        """Return the rows of each part by its name, as its own query would bring them. One query."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, values)
            found = cursor.fetchone()
        return {
            name: _instances(*fields, json.loads(rows)) if rows else []
            for (name, fields), rows in zip(self._fields.items(), found, strict=True)
        }


def _asked(part: Part) -> str:
    columns = ", ".join(f'"{field.column}"' for field in part.fields)
    rows = f'SELECT {columns} FROM "{part.model._meta.db_table}" {part.which}'  # noqa: S608  our own text
    return f"(SELECT json_agg(part)::text FROM ({rows}) AS part)"  # noqa: S608  likewise


def _instances(model: type[Model], fields: list[Field[Any, Any]], rows: list[dict[str, Any]]) -> list[Any]:
    names = [field.attname for field in fields]
    columns = [(str(field.column), isinstance(field, DateTimeField)) for field in fields]

    def value(given: Any, *, is_moment: bool) -> Any:
        return datetime.fromisoformat(given) if is_moment and given is not None else given

    return [model.from_db("default", names, [value(row[name], is_moment=m) for name, m in columns]) for row in rows]
