"""Documents as an invented department would publish them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from requests_desk.library.models import Document, DocumentFile
from requests_desk.library.services import document_files, documents
from requests_desk.library.services.documents import Facts
from tests.support import files
from tests.support.cast import MORNING, Desk

ABSTRACT = "Ban hành Quy định hỗ trợ lãi suất vay vốn cho doanh nghiệp nhỏ và vừa"


def facts(**changes: Any) -> Facts:
    """Return the seven fields of a decision, whole unless something is taken away."""
    usual: dict[str, Any] = {
        "category": "support",
        "document_type": "decision",
        "issuer": "Ủy ban nhân dân tỉnh Phú Sơn",
        "number": "12/2026/QĐ-UBND",
        "issue_date": date(2026, 11, 2),
        "effective_date": date(2026, 11, 12),
        "abstract": ABSTRACT,
    }
    return Facts(**{**usual, **changes})


def a_file(content: bytes = files.PDF, name: str = "quyet-dinh.pdf", *, at: datetime = MORNING) -> DocumentFile:
    return document_files.keep(files.upload(content, name), name, by=None, at=at)


def a_document(
    desk: Desk, *, file: DocumentFile | None = None, text: str = "", at: datetime = MORNING, **changes: Any
) -> Document:
    """Publish a document; `text` is what its file says."""
    file = file or a_file(at=at)
    if text:
        DocumentFile.objects.filter(pk=file.pk).update(text=text, text_state="found")
        file.refresh_from_db()
    document = documents.put_in(desk.agency, facts(**changes), file=file, by=desk.bob, at=at)
    return documents.publish(document, by=desk.bob, at=at)
