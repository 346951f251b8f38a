"""How much of an upload is read: a file beyond the limit is cut short there, so that no disk fills up with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class Bounded(FileUploadHandler):
    """Stand before the handlers that keep an upload, and pass on a little more than may be kept.

    That little makes the file too large for every later check: a file cut short is never taken for a whole one.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a piece on, or nothing once the limit lies behind."""
        # Cut and not refused: refused here, the form and all that was typed in it would be gone.
        if start > settings.ATTACHMENT_MAX_BYTES:
            return None
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Leave the file to the handler that has it."""
        return None
