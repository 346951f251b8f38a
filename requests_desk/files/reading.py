"""Read the words of a file in a child of its own, under bounds: what a hostile one kills is the child alone."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

from requests_desk.files.file_types import PARTS, PDF, TEXT

log = logging.getLogger(__name__)
# On the wall: a child that works stops by itself before that, with what it has.
SECONDS = 30.0
READERS = {PDF.content_type: "pdf", PARTS["word/document.xml"].content_type: "docx", TEXT.content_type: "text"}
_ROOT = Path(__file__).resolve().parents[2]


class Read(NamedTuple):
    """The words of a file, empty where it holds none, and how many pages a PDF has."""

    text: str
    pages: int | None


def can_read(content_type: str) -> bool:
    """Tell whether there is a reader for files of this type."""
    return content_type in READERS


def read(file: BinaryIO, content_type: str, *, seconds: float = SECONDS) -> Read | None:
    """Return what a file says, or None where its reader did not survive it."""
    command = [sys.executable, "-m", "requests_desk.files.reader", READERS[content_type]]
    # A file and no pipe: a child that stops reading must not stop us.
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        try:
            # Nothing of our environment goes with it: no secret lies where a file could reach for it.
            done = subprocess.run(  # noqa: S603
                command,
                stdin=copy,
                capture_output=True,
                cwd=_ROOT,
                env={"PYTHONUTF8": "1"},
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            log.info("a reader was stopped after %s s", seconds)
            return None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        # Its last line alone: a whole trace would fill the log, and may quote the file.
        log.info("a reader ended with %s: %s", done.returncode, said[:200])
        return None
    return Read(**json.loads(done.stdout))
