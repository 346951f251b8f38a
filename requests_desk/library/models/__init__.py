"""The rows of the library."""

from __future__ import annotations

from requests_desk.library.models.documents import Document, DocumentEvent, DocumentFile

__all__ = ["Document", "DocumentEvent", "DocumentFile"]
