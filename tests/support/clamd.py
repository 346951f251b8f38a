"""A virus scanner that speaks clamd's INSTREAM over a real socket and knows one virus: the EICAR test file."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# In two halves, so that no scanner takes this source for the virus.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Session(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        """Take one stream, chunk by chunk, and say what is in it."""
        assert self.rfile.read(10) == b"zINSTREAM\0"
        stream = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            stream += self.rfile.read(size)
        self.server.streams.append(stream)
        said = self.server.says or ("stream: Eicar-Signature FOUND" if EICAR in stream else "stream: OK")
        self.wfile.write(said.encode() + b"\0")


class Clamd(socketserver.ThreadingTCPServer):
    """The scanner: what it was sent, and what it says instead of the truth."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.streams: list[bytes] = []
        self.says = ""

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[Clamd]:
    """Run a scanner on a free port of loopback."""
    with Clamd() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
