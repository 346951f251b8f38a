"""Several small reads in one trip to the database: a page that shows much of one request asks once for most of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateTimeField, Model, QuerySet


def together(*wanted: QuerySet[Any]) -> list[list[Any]]:
    """Return the rows of each queryset, in their order, as its own query would: one query for all of them.

    Each reads one table: no select_related, prefetching or annotations. Deferred columns stay so.
    """
    parts: list[str] = []
    values: list[Any] = []
    for rows in wanted:
        try:
            sql, given = rows.query.sql_with_params()
        except EmptyResultSet:
            parts.append("NULL")
            continue
        parts.append(f"(SELECT jsonb_agg(to_jsonb(part)) FROM ({sql}) AS part)")  # noqa: S608  Django's own text
        values += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        found = cursor.fetchone()
    return [_instances(rows.model, one) for rows, one in zip(wanted, found, strict=True)]


def _instances(model: type[Model], found: str | Sequence[dict[str, Any]] | None) -> list[Any]:
    rows = json.loads(found) if isinstance(found, str) else found or []
    if not rows:
        return []
    fields = [field for field in model._meta.concrete_fields if str(field.column) in rows[0]]
    names = [field.attname for field in fields]
    columns = [(str(field.column), isinstance(field, DateTimeField)) for field in fields]

    def value(given: Any, *, is_moment: bool) -> Any:
        return datetime.fromisoformat(given) if is_moment and given is not None else given

    return [model.from_db("default", names, [value(row[name], is_moment=m) for name, m in columns]) for row in rows]
