"""A mail sink of its own process: it takes everything and notes when, so that it costs the desk's process nothing."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection


class _Taker(asyncio.Protocol):
    """Just enough SMTP: every command is well, and each text that ends is a mail taken."""

    def __init__(self, taken: list[float]) -> None:
        self.taken = taken
        self.is_text = False
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.held += data
        while self._take():
            pass

    def _take(self) -> bool:
        end = b"\r\n.\r\n" if self.is_text else b"\r\n"
        line, found, rest = self.held.partition(end)
        if not found:
            return False
        self.held = rest
        if self.is_text:
            self.taken.append(time.monotonic())
            self.is_text = False
            self.transport.write(b"250 taken\r\n")
        else:
            self._answer(line[:4].upper())
        return True

    def _answer(self, command: bytes) -> None:
        if command == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
            return
        self.is_text = command == b"DATA"
        self.transport.write(b"354 go on\r\n" if self.is_text else b"250 well\r\n")


class Sink:
    """The parent's side: where the sink listens and what it took."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.port: int = pipe.recv()

    def taken(self) -> list[float]:
        """Return the monotonic second of each mail taken so far."""
        self.pipe.send("taken")
        moments: list[float] = self.pipe.recv()
        return moments

    def wait_for(self, count: int, *, seconds: float) -> list[float]:
        """Return the moments of the first `count` mails. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while len(moments := self.taken()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(moments)} of {count} mails came")
            time.sleep(0.01)
        return sorted(moments)

    def forget(self) -> None:
        """Start a new list."""
        self.pipe.send("forget")
        self.pipe.recv()


def _listen(pipe: Connection) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    taken: list[float] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Taker(taken), "127.0.0.1", 0)
    asked: asyncio.Queue[str] = asyncio.Queue()
    loop.add_reader(pipe.fileno(), lambda: asked.put_nowait(pipe.recv()))
    pipe.send(server.sockets[0].getsockname()[1])
    while (word := await asked.get()) != "end":
        if word == "forget":
            taken.clear()
        pipe.send(list(taken))


@contextmanager
def running() -> Iterator[Sink]:
    """Keep a sink in a child process."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_listen, args=(theirs,), daemon=True)
    child.start()
    try:
        yield Sink(ours)
    finally:
        ours.send("end")
        child.join(5)
