"""/metrics: what it tells, and to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from requests_desk.tickets import tasks
from requests_desk.tickets.queries.health import database_now
from tests.support.cast import PROMISE, Desk, log_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.delete("metrics")


def measured(client: Client) -> dict[tuple[str, str], float]:
    """Return each sample by its name and its labels in one word."""
    text = client.get("/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, ",".join(map(str, sample.labels.values()))): sample.value for sample in samples}


def test_it_counts_what_waits_and_what_was_told(client: Client, tireless: Desk) -> None:
    log_ticket(tireless, at=database_now() - PROMISE - timedelta(seconds=3))
    log_ticket(tireless, at=database_now())
    tasks.run_sweep()
    tasks.deliver("email")

    found = measured(client)

    assert found["desk_milestones_open", ""] == 1
    assert found["desk_milestones_due", ""] == 0
    assert found["desk_alerts_fired_total", "told"] == 1
    assert found["desk_outbox_messages", "sms,pending"] == 1
    assert found["desk_outbox_messages", "sms,failed"] == 0
    assert found["desk_attempts_total", "email,accepted"] == found["desk_outbox_messages", "email,delivered"]


def test_it_tells_how_late_alerts_were(client: Client, desk: Desk) -> None:
    log_ticket(desk, at=database_now() - PROMISE - timedelta(seconds=20))
    tasks.run_sweep()

    found = measured(client)

    assert found["desk_alert_lateness_seconds_bucket", "15.0"] == 0
    assert found["desk_alert_lateness_seconds_bucket", "30.0"] == 1
    assert found["desk_alert_lateness_seconds_bucket", "+Inf"] == found["desk_alert_lateness_seconds_count", ""] == 1
    assert 19 < found["desk_alert_lateness_seconds_sum", ""] < 30


def test_it_tells_the_pulse_the_gaps_and_who_is_away(client: Client, desk: Desk) -> None:
    began = database_now()
    tasks.run_sweep()

    found = measured(client)

    # However long this machine took over it.
    assert found["desk_heartbeat_age_seconds", "sweep"] <= (database_now() - began).total_seconds()
    assert found["desk_audit_findings", "due_without_event"] == 0
    assert found["desk_provider_away", "email"] == 0


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [
        ("", {}, 200),
        ("", {"REMOTE_ADDR": "203.0.113.9"}, 403),
        ("", {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 403),
        ("s3cret", {}, 403),
        ("s3cret", {"HTTP_AUTHORIZATION": "Bearer other"}, 403),
        ("s3cret", {"HTTP_AUTHORIZATION": "Bearer s3cret", "REMOTE_ADDR": "203.0.113.9"}, 200),
    ],
)
def test_it_opens_to_this_machine_or_to_the_token(
    client: Client, settings: Settings, token: str, sent: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = token

    assert client.get("/metrics", **sent).status_code == status  # type: ignore[arg-type]


def test_it_asks_the_database_once_for_many_who_scrape(client: Client, django_assert_num_queries) -> None:
    client.get("/metrics")

    with django_assert_num_queries(0):
        client.get("/metrics")
