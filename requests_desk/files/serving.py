"""Hand a file to a browser so that it is saved and never shown: whatever it holds, nothing of it runs here."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse


def download(place: str, *, name: str, content_type: str) -> FileResponse:
    """Return a kept file as a download, which its caller lets be kept or not. Raises FileNotFoundError."""
    # Never inline: a document opened on our own address could act as its reader.
    answer = FileResponse(default_storage.open(place), as_attachment=True, filename=name, content_type=content_type)
    answer["X-Content-Type-Options"] = "nosniff"
    # Should a browser open it all the same, nothing in it may run or call home.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    # As it is: packing it again would cost its length, and with it the bar that shows how far a download is.
    answer["Content-Encoding"] = "identity"
    return answer
