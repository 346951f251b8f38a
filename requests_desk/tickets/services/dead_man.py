"""Tell a watcher outside that the sweep ran: its silence is the alarm when this whole machine is gone (N9)."""

from __future__ import annotations

import logging
from http.client import HTTPException
from urllib.request import urlopen

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 3


def call(url: str) -> None:
    """Fetch the operator's own address, where one is set; a watcher that is away changes nothing here."""
    if not url:
        return
    try:
        with urlopen(url, timeout=PATIENCE_SECONDS):  # noqa: S310  named by who runs this machine
            pass
    except (OSError, HTTPException, ValueError) as error:
        log.warning("the watcher outside could not be told (%s)", type(error).__name__)
