"""Documents and rows from before a migration keep every due time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import clocks as clock_queries
from requests_desk.tickets.services import due
from sla import clocks, worktime
from sla.models import Breach, Milestone
from sla.policies import DEFAULT_POLICY, Policy
from tests.sla.vietnam import document
from tests.support.cast import MORNING

FIRST = [(app, "0001_initial") for app in ("tickets", "sla", "people", "notifications")]


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
    return rows.create(
        clock=clock, name="first_reply", opened_at=started_at, due_at=dues.due_at, next_look_at=dues.due_at
    ).pk, dues.due_at


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


def a_ticket(apps, milestone, *, due_at, received_at):
    """Write a request of the first release and tie the clock of `milestone` to it."""
    agency, _ = apps.get_model("people", "Agency").objects.get_or_create(
        code="SCT", defaults={"name": "Sở Công Thương", "short_name": "SCT"}
    )
    requester = apps.get_model("tickets", "Requester").objects.create(agency=agency, created_at=received_at)
    ticket = apps.get_model("tickets", "Ticket").objects.create(
        agency=agency,
        code=f"SCT-2026-{milestone:06d}",
        channel="hotline",
        text="Hỏi.",
        requester=requester,
        received_at=received_at,
        logged_at=received_at,
        next_due_at=due_at,
        queue_at=due_at,
        lookup_digest="x",
    )
    clock = apps.get_model("sla", "Milestone").objects.get(pk=milestone).clock
    apps.get_model("tickets", "TicketClock").objects.create(ticket=ticket, clock=clock)
    return ticket.pk


def test_it_keeps_what_every_request_of_the_first_release_owes_and_missed(first_schema):
    """P6: nothing that was due or missed before an upgrade is due at another time, or never missed, after it."""
    rows = {}
    for n, rule in enumerate("ABW"):
        received_at = MORNING + timedelta(hours=7 * n)
        milestone, due_at = a_clock(first_schema, rule=rule, provisional=False, started_at=received_at)
        rows[a_ticket(first_schema, milestone, due_at=due_at, received_at=received_at)] = (milestone, due_at)
    missed, due_at = next(iter(rows.values()))
    first_schema.get_model("sla", "Breach").objects.create(milestone_id=missed, due_at=due_at, recorded_at=due_at)

    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())

    for pk, (milestone, due_at) in rows.items():
        ticket = Ticket.objects.get(pk=pk)
        assert (ticket.next_due_at, due.reply_clock(ticket).milestones.get().pk) == (due_at, milestone)
        assert Milestone.objects.get(pk=milestone).due_at == due_at
        due.refresh(ticket)
        assert Ticket.objects.get(pk=pk).next_due_at == due_at
    assert list(Breach.objects.values_list("milestone", "due_at")) == [(missed, rows[min(rows)][1])]
    assert list(clock_queries.wrong()) == []
