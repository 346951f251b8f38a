"""Small files of every kind, made here."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 64
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\0" * 64
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 64
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\0" * 200
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016


def packed(parts: dict[str, bytes]) -> bytes:
    """Return an archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def office(part: str, **more: bytes) -> bytes:
    """Return the least that is an office document: `word/document.xml`, `xl/workbook.xml`."""
    return packed({"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<r/>", part: b"<x/>", **more})


def opened(kind: str) -> bytes:
    """Return the least that is an OpenDocument: `text`, `spreadsheet`, `presentation`."""
    return packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": b"<x/>"})


def compound(stream: str) -> bytes:
    """Return the start of an office file of before 2007 with this stream."""
    return OLE + stream.encode("utf-16-le") + b"\0" * 512


DOCX = office("word/document.xml")
XLSX = office("xl/workbook.xml")


def upload(content: bytes = PDF, name: str = "giấy phép.pdf") -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def body(answer: Any) -> bytes:
    """Return what was downloaded, and let go of the file."""
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:  # not `close()` itself: that would end the test's own connection too
        close()
    return content
