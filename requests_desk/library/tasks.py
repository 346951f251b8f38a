"""What workers do for the library: read the words of files. Rows are the truth; a task that is lost costs a minute."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from requests_desk.library.services import document_files

log = logging.getLogger(__name__)


def wake() -> None:
    """Ask a worker to read what waits; a broker that is away costs nobody the page, and beat asks again."""
    try:
        read_files.apply_async()
    except OperationalError as error:
        log.warning("could not wake a reader (%s): the next round will", type(error).__name__)


@shared_task(name="library.read_files")
def read_files() -> None:
    """Read one file and, while more wait, ask for the next: each task stays short."""
    if document_files.read_next(at=timezone.now()):
        wake()


@shared_task(name="library.tidy_files")
def tidy_files() -> None:
    """Scan what waits for the virus scanner, and drop files that became part of no document."""
    at = timezone.now()
    document_files.rescan()
    document_files.forget_staged(at=at)
    document_files.forget_strays(at=at)
