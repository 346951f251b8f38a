"""Documents and rows from before a migration keep every due time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
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


class Upgraded(NamedTuple):
    """What was written with the first release, and the models of today that hold it."""

    apps: Any
    dues: dict[int, datetime]
    of_tickets: dict[int, tuple[int, datetime]]
    missed: int


@pytest.fixture(scope="module")
def upgraded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Upgraded]:
    """Install the first release, write a clock of each rule and its request, and upgrade. Leave nothing."""
    with django_db_blocker.unblock():
        newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        first = migrate(FIRST)
        dues, of_tickets = {}, {}
        for n, rule in enumerate("ABW"):
            received_at = MORNING + timedelta(hours=7 * n)
            milestone, dues[milestone] = a_clock(first, rule=rule, provisional=rule == "A", started_at=received_at)
            pk = a_ticket(first, milestone, due_at=dues[milestone], received_at=received_at)
            of_tickets[pk] = (milestone, dues[milestone])
        missed = min(dues)
        first.get_model("sla", "Breach").objects.create(
            milestone_id=missed, due_at=dues[missed], recorded_at=dues[missed]
        )
        yield Upgraded(migrate(newest), dues, of_tickets, missed)
        call_command("flush", verbosity=0, interactive=False)


def test_it_keeps_every_due_time_and_what_was_confirmed(upgraded: Upgraded):
    rows = dict(upgraded.apps.get_model("sla", "Milestone").objects.values_list("pk", "due_at"))
    versions = upgraded.apps.get_model("sla", "CalendarVersion").objects.order_by("pk")

    assert rows == upgraded.dues
    assert list(versions.values_list("confirmed_years", flat=True)) == [[], [2026, 2027], [2026, 2027]]


@pytest.mark.parametrize("rule", ["A", "B", "W"])
def test_it_computes_the_same_from_the_first_documents(rule: str, upgraded: Upgraded):
    """P10: what a clock is pinned to means tomorrow what it meant when it was pinned."""
    clocks_of = upgraded.apps.get_model("sla", "Clock").objects.select_related("policy_version", "calendar_version")
    clock = clocks_of.get(policy_version__document__rule=rule)

    calendar = worktime.Calendar.from_json(clock.calendar_version.document)
    policy = Policy.from_json(clock.policy_version.document)

    due_at = clocks.first_dues(policy, calendar, started_at=clock.started_at).due_at
    assert [due_at] == list(clock.milestones.values_list("due_at", flat=True))


def test_it_keeps_what_every_request_of_the_first_release_owes_and_missed(upgraded: Upgraded):
    """P6: nothing that was due or missed before an upgrade is due at another time, or never missed, after it."""
    for pk, (milestone, due_at) in upgraded.of_tickets.items():
        ticket = Ticket.objects.get(pk=pk)
        assert (ticket.next_due_at, due.reply_clock(ticket).milestones.get().pk) == (due_at, milestone)
        assert Milestone.objects.get(pk=milestone).due_at == due_at
        due.refresh(ticket)
        assert Ticket.objects.get(pk=pk).next_due_at == due_at
    assert list(Breach.objects.values_list("milestone", "due_at")) == [
        (upgraded.missed, upgraded.dues[upgraded.missed])
    ]
    assert list(clock_queries.wrong()) == []
