"""The watcher outside (N9)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pytest_django import Settings

from requests_desk.tickets import tasks
from requests_desk.tickets.models import Heartbeat

pytestmark = pytest.mark.django_db


class Watcher(BaseHTTPRequestHandler):
    calls: list[str]
    status = 200

    def do_GET(self) -> None:
        self.calls.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def watcher(settings: Settings) -> Iterator[type[Watcher]]:
    kind = type("Told", (Watcher,), {"calls": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.DEAD_MAN_URL = f"http://127.0.0.1:{server.server_port}/alive/7"
    yield kind
    server.shutdown()
    server.server_close()


def test_it_tells_the_watcher_after_each_sweep(watcher: type[Watcher]) -> None:
    tasks.sweep()
    tasks.sweep()

    assert watcher.calls == ["/alive/7", "/alive/7"]


def test_it_sweeps_on_when_the_watcher_refuses(watcher: type[Watcher], caplog: pytest.LogCaptureFixture) -> None:
    watcher.status = 500

    tasks.sweep()

    assert Heartbeat.objects.filter(name="sweep").exists()
    assert "watcher" in caplog.text


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/alive", "no address"])
def test_it_sweeps_on_without_a_watcher(settings: Settings, url: str) -> None:
    settings.DEAD_MAN_URL = url

    tasks.sweep()

    assert Heartbeat.objects.filter(name="sweep").exists()
