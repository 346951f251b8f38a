"""What everyone may read, by noun."""

from __future__ import annotations

from requests_desk.library.models.answers import Answer, AnswerCorrection, AnswerCount, AnswerEvent, AnswerState
from requests_desk.library.models.documents import Document, DocumentEvent, DocumentFile

__all__ = [
    "Answer",
    "AnswerCorrection",
    "AnswerCount",
    "AnswerEvent",
    "AnswerState",
    "Document",
    "DocumentEvent",
    "DocumentFile",
]
