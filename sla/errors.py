"""What can be wrong with a calendar, an instant or a budget. Each error keeps its sentence apart from its details,
so that `sla/wording.py` can say it in the reader's language."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """Mark a sentence for the catalogue, without Django: `sla/wording.py` translates it."""
    return text


class WorktimeError(ValueError):
    """A calendar, an instant or a budget that cannot be computed with: the sentence is `template % details`."""

    def __init__(self, template: str, **details: object) -> None:
        self.template, self.details = template, details
        super().__init__(template % details)


class DocumentError(WorktimeError):
    """A document that cannot stand: `path` (such as `hours.mon[1]`) says where, the sentence what to change."""

    def __init__(self, path: str, template: str, **details: object) -> None:
        super().__init__(template, **details)
        self.path = path

    def __str__(self) -> str:
        sentence = super().__str__()
        return f"{self.path}: {sentence}" if self.path else sentence


class CalendarError(DocumentError):
    """A calendar that cannot stand."""


class NaiveInstant(WorktimeError):
    """A datetime without a time zone: it names no instant."""


class NeverOpen(WorktimeError):
    """A calendar with no working time left after the instant asked about."""


class TooFar(WorktimeError):
    """An instant before 1900, or a deadline that would lie beyond the year 2998."""
