"""Ask a virus scanner about a file: clamd by its own protocol (INSTREAM), where CLAMD_URL names one."""

from __future__ import annotations

import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

CHUNK = 65_536
PORT = 3310
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner does not answer, or not to the question: nothing is known of the file."""


def is_configured() -> bool:
    """Tell whether files are scanned at all."""
    return bool(settings.CLAMD_URL)


def is_clean(file: BinaryIO) -> bool:
    """Tell whether the scanner finds nothing in `file`, read from its start. Raises ScannerAway."""
    file.seek(0)
    try:
        with _connect() as wire:
            wire.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                wire.sendall(struct.pack(">I", len(chunk)) + chunk)
            wire.sendall(struct.pack(">I", 0))
            # Read only after all was sent: clamd says nothing before, but for a stream beyond its limit.
            answer = _answer(wire)
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    if answer.endswith("FOUND"):
        return False
    # Anything else, such as "INSTREAM size limit exceeded. ERROR", says nothing about the file.
    if not answer.endswith(" OK"):
        raise ScannerAway(answer[:100])
    return True


def _connect() -> socket.socket:
    """Open what CLAMD_URL names: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`."""
    parts = urlsplit(settings.CLAMD_URL)
    if parts.scheme == "unix":
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # A scanner that hangs must not hang the form that waits for it.
        wire.settimeout(settings.CLAMD_TIMEOUT)
        try:
            wire.connect(parts.path)
        except OSError:
            wire.close()
            raise
        return wire
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or PORT), settings.CLAMD_TIMEOUT)


def _answer(wire: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        part = wire.recv(LONGEST_ANSWER)
        if not part:
            break
        said += part
    return said.partition(b"\0")[0].decode(errors="replace").strip()
