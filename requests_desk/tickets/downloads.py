"""Hand out a file of a request: to its reader alone, and kept by nobody on the way."""

from __future__ import annotations

from django.http import FileResponse

from requests_desk.files import serving
from requests_desk.tickets.models import Attachment


def response(file: Attachment) -> FileResponse:
    """Return a kept file as a download. Raises Attachment.DoesNotExist for one that may not be opened (yet)."""
    if not file.is_open:
        raise Attachment.DoesNotExist
    try:
        answer = serving.download(file.place, name=file.name, content_type=file.content_type)
    except FileNotFoundError as error:
        raise Attachment.DoesNotExist from error
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
