"""Rows of several models out of one statement of our own: the ORM would compile the same join anew at each asking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise
from typing import Any

from django.db import connection
from django.db.models import Model


def columns(model: type[Model], alias: str) -> str:
    """Return what to select of a table under `alias`, in the order in which `rows` takes it."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def rows(sql: str, values: Mapping[str, Any], *models: type[Model]) -> Iterator[tuple[Any, ...]]:
    """Yield of each row an instance of each model; None for one that an outer join did not find.

    For models whose columns need no conversion by their fields: numbers, texts, truths and instants.
    """
    ends = accumulate((len(model._meta.concrete_fields) for model in models), initial=0)
    parts = list(zip(models, pairwise(ends), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchall()
    for row in found:
        yield tuple(_one(model, row[start:end]) for model, (start, end) in parts)


def _one(model: type[Model], values: tuple[Any, ...]) -> Model | None:
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, values) if values[0] is not None else None
