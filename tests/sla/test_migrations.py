"""Documents and rows from before a migration keep every due time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sla import clocks, worktime
from sla.policies import DEFAULT_POLICY, Policy
from tests.sla.vietnam import document
from tests.support.cast import MORNING

FIRST = [("tickets", "0001_initial"), ("sla", "0001_initial")]


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def first_schema(transactional_db):
    """Return the models of the first release; the schema of today comes back afterwards."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield migrate(FIRST)
    migrate(newest)


def a_clock(apps, *, rule, provisional, started_at):
    of = {name: apps.get_model("sla", name).objects for name in ("Policy", "PolicyVersion", "Calendar", "Clock")}
    policy = of["Policy"].create(owner="agency:1", key=f"first-{rule}", name="48 giờ")
    calendar = of["Calendar"].create(owner="agency:1", key=f"office-{rule}", name="Sở")
    version = of["PolicyVersion"].create(
        policy=policy, number=1, document=DEFAULT_POLICY | {"rule": rule}, created_at=started_at
    )
    edition = apps.get_model("sla", "CalendarVersion").objects.create(
        calendar=calendar, number=1, document=document(), provisional=provisional, created_at=started_at
    )
    clock = of["Clock"].create(
        policy_version=version, calendar_version=edition, started_at=started_at, logged_at=started_at
    )
    dues = clocks.first_dues(
        Policy.from_json(version.document), worktime.Calendar.from_json(edition.document), started_at=started_at
    )
    rows = apps.get_model("sla", "Milestone").objects
    return rows.create(clock=clock, name="first_reply", opened_at=started_at, due_at=dues.due_at).pk, dues.due_at


def test_it_keeps_every_due_time_and_what_was_confirmed(first_schema):
    made = [
        a_clock(first_schema, rule=rule, provisional=rule == "A", started_at=MORNING + timedelta(hours=7 * n))
        for n, rule in enumerate("ABW")
    ]

    apps = migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())

    rows = dict(apps.get_model("sla", "Milestone").objects.values_list("pk", "due_at"))
    versions = apps.get_model("sla", "CalendarVersion").objects.order_by("pk")
    assert rows == dict(made)
    assert list(versions.values_list("confirmed_years", flat=True)) == [[], [2026, 2027], [2026, 2027]]


def test_it_computes_the_same_from_the_first_documents(first_schema):
    """P10: what a clock is pinned to means tomorrow what it meant when it was pinned."""
    _, due_at = a_clock(first_schema, rule="B", provisional=False, started_at=MORNING)

    apps = migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())

    clock = apps.get_model("sla", "Clock").objects.select_related("policy_version", "calendar_version").get()
    calendar = worktime.Calendar.from_json(clock.calendar_version.document)
    policy = Policy.from_json(clock.policy_version.document)
    assert clocks.first_dues(policy, calendar, started_at=clock.started_at).due_at == due_at
