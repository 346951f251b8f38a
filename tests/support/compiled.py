"""What the ORM had to compile: of pages and calls whose questions are written out, as that costs more than answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.sql.compiler import SQLCompiler


def noted(monkeypatch: pytest.MonkeyPatch) -> list[SQLCompiler]:
    """Return a list that every question compiled from here on is added to; what is written counts as none."""
    compiled: list[SQLCompiler] = []
    compile_ = SQLCompiler.as_sql

    def as_sql(self: SQLCompiler, *args: Any, **how: Any) -> Any:
        compiled.append(self)
        return compile_(self, *args, **how)

    monkeypatch.setattr(SQLCompiler, "as_sql", as_sql)
    return compiled
