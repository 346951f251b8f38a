"""Hand a file to a browser so that it is saved and never shown: whatever it holds, nothing of it runs here."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse

from requests_desk.tickets.models import Attachment


def response(file: Attachment) -> FileResponse:
    """Return a kept file as a download. Raises Attachment.DoesNotExist for one that may not be opened (yet)."""
    if not file.is_open:
        raise Attachment.DoesNotExist
    try:
        content = default_storage.open(file.place)
    except FileNotFoundError as error:
        raise Attachment.DoesNotExist from error
    answer = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.content_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    # As it is: packing it again would cost its length, and with it the bar that shows how far a download is.
    answer["Content-Encoding"] = "identity"
    return answer
