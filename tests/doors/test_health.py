"""Is the desk at work: /healthz for the process, /readyz for the whole (N9)."""

from __future__ import annotations

import json
import socket
import time
from datetime import timedelta
from io import StringIO

import pytest
from celery import Celery
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from requests_desk.tickets import tasks
from requests_desk.tickets.models import Heartbeat
from requests_desk.tickets.queries import health
from requests_desk.tickets.services import heartbeat, outbox

pytestmark = pytest.mark.django_db


def everything_beats(*, seconds_ago: float = 1) -> None:
    moment = health.database_now() - timedelta(seconds=seconds_ago)
    for name in (heartbeat.SWEEP, *heartbeat.SENDERS.values()):
        heartbeat.beat(name, at=moment)


def elsewhere(broker: str) -> Celery:
    """Return the product's application with another broker."""
    app = Celery("requests_desk", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = broker
    return app


def nowhere() -> Celery:
    return elsewhere("redis+socket:///nowhere/valkey.sock")


def broken_database(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")


def test_it_answers_healthz_without_a_timer(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_it_is_ready_while_all_is_at_work(client: Client) -> None:
    everything_beats()

    response = client.get("/readyz")

    assert response.status_code == 200
    report = response.json()
    assert report["status"] == "ok"
    assert set(report["checks"]) == {"database", "broker", "worker", "timer"}
    assert set(report["checks"]["timer"]) == {"ok", "last_sweep_at", "age_s"}
    assert report["checks"]["timer"]["age_s"] == pytest.approx(1, abs=1)


def test_it_is_not_ready_before_the_first_sweep(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["status"] == "fail"
    assert response.json()["checks"]["timer"] == {"ok": False, "last_sweep_at": None, "age_s": None}


@pytest.mark.parametrize(("seconds_ago", "ok"), [(44, True), (46, False)])
def test_it_fails_when_the_timer_is_older_than_three_intervals(client: Client, seconds_ago: float, ok: bool) -> None:
    everything_beats()
    heartbeat.beat(heartbeat.SWEEP, at=health.database_now() - timedelta(seconds=seconds_ago))

    response = client.get("/readyz")

    assert response.json()["checks"]["timer"]["ok"] is ok


def test_it_fails_when_one_sender_has_fallen_silent(client: Client) -> None:
    everything_beats()
    heartbeat.beat("sms", at=health.database_now() - timedelta(minutes=5))

    report = client.get("/readyz").json()

    assert report["status"] == "fail"
    assert report["checks"]["worker"] == {"ok": False}
    assert report["checks"]["timer"]["ok"] is True


def test_it_fails_when_the_broker_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_beats()
    monkeypatch.setattr(health, "current_app", nowhere())

    report = client.get("/readyz").json()

    assert report["checks"]["broker"] == {"ok": False}
    assert report["checks"]["database"] == {"ok": True}


def test_it_does_not_keep_a_web_request_waiting_for_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "current_app", nowhere())
    began = time.monotonic()

    outbox.wake(["email", "sms"])

    assert time.monotonic() - began < 1


def test_it_makes_out_once_how_the_broker_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    made, make = [], Celery.connection_for_write
    monkeypatch.setattr(Celery, "connection_for_write", lambda self, **how: made.append(how) or make(self, **how))
    outbox.wake(["email"])
    made.clear()

    outbox.wake(["email", "sms"])

    assert made == []


def test_it_gives_up_on_a_broker_that_takes_the_call_and_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setattr(outbox, "current_app", elsewhere(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"))
        began = time.monotonic()

        outbox.wake(["email", "sms"])

    assert time.monotonic() - began < 3


@pytest.mark.django_db(transaction=True)
def test_it_says_so_when_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_database(monkeypatch)

    alive, ready = client.get("/healthz"), client.get("/readyz")

    monkeypatch.undo()
    assert (alive.status_code, alive.json()) == (503, {"status": "fail"})
    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] == {"ok": False}
    assert ready.json()["checks"]["timer"]["ok"] is False


def test_it_shows_signs_of_life_of_the_sweep_and_both_senders() -> None:
    tasks.run_sweep()
    tasks.send_mail()
    tasks.send_sms()

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"sweep", "mail", "sms"}
    assert health.timer(health.database_now()).ok


def test_it_sweeps_once_on_command() -> None:
    said = StringIO()

    call_command("sweep", "--once", stdout=said)

    assert said.getvalue() == "milestones looked at: 0\n"
    assert Heartbeat.objects.filter(name="sweep").exists()


def test_it_wants_the_word_once() -> None:
    with pytest.raises(CommandError, match="--once"):
        call_command("sweep")


def test_it_prints_the_same_report_for_operators(client: Client) -> None:
    everything_beats()
    said = StringIO()

    call_command("timer_status", "--json", stdout=said)

    assert json.loads(said.getvalue())["checks"].keys() == client.get("/readyz").json()["checks"].keys()


def test_it_ends_with_one_and_names_what_is_late() -> None:
    said = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("timer_status", stdout=said)

    assert end.value.code == 1
    assert "FAIL timer" in said.getvalue()
    assert "last sweep: never" in said.getvalue()
