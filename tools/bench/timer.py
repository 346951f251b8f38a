"""The timer: a sweep with nothing due and with a thousand, and alerts from their due instant to the sink."""

from __future__ import annotations

import hashlib
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.template.loader import render_to_string

from notifications.models import Notification
from requests_desk.people.models import Membership, Role, User
from requests_desk.tickets import texts
from requests_desk.tickets.models import PolicyRule, Ticket
from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import assignment, intake, reminders
from requests_desk.tickets.services.incoming import Asked, Request
from sla import catalogue
from sla.models import Milestone
from tests.support.cast import Desk
from tools.bench.measure import Figure, Row, both, queries_of
from tools.bench.place import ROOT
from tools.bench.sink import Sink

MANY = 1_000
ONES, ONES_APART_S = 200, 0.1
LADDER = {"rule": "A", "first_reply": "48h", "ladder": [{"to": "officer", "before": "0m", "by": ["email"]}]}


def idle(waiting: int) -> Row:
    """Measure a sweep that finds nothing."""
    sweep = lambda: reminders.sweep(at=database_now())
    ours, floor = both(sweep, _look_only)
    return Row(
        "sweep, nothing due", "ms", ours, floor, "one SELECT over the index", queries_of(sweep), f"{waiting:,} waiting"
    )


def _look_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM sla_milestone WHERE next_look_at <= now() ORDER BY next_look_at LIMIT 500")
        cursor.fetchall()


def prepare(desk: Desk) -> list[int]:
    """Make a thousand officers with one request each, told at the due instant; return their milestones."""
    now = database_now()
    owner = f"agency:{desk.agency.pk}"
    catalogue.add_policy(owner, "bench", name="bench", document=LADDER, at=now - timedelta(days=30))
    PolicyRule.objects.create(agency=desk.agency, field="bench", policy_key="bench", calendar_key="office")
    people = [
        User(username=f"officer-{n}", email=f"officer-{n}@so.example", full_name=f"Officer {n}") for n in range(MANY)
    ]
    officers = User.objects.bulk_create(people)
    Membership.objects.bulk_create(
        [Membership(user=one, agency=desk.agency, unit=desk.unit, role=Role.OFFICER) for one in officers]
    )
    made = []
    for officer in officers:
        request = Request(channel="hotline", text="Hỏi.", field="bench", asked=Asked(name="B"), unit=desk.unit)
        ticket = intake.log(desk.agency, request, by=desk.lan, at=now).ticket
        assignment.assign(ticket, unit=desk.unit, officer=officer, by=desk.bob, at=now)
        made.append(ticket.pk)
    return list(Milestone.objects.filter(clock__ticket_clock__ticket__in=made).values_list("pk", flat=True))


def thousand_due(milestones: list[int], waiting: int) -> Row:
    """Measure a sweep that tells a thousand people."""
    taken, floors, asked = [], [], 0
    _keep_renderings(milestones)
    for turn in range(5):
        _due(milestones, at=database_now() - timedelta(seconds=1))
        before = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        began = time.perf_counter()
        asked = queries_of(lambda: reminders.sweep(at=database_now()))
        taken.append((time.perf_counter() - began) * 1000)
        told = list(Notification.objects.filter(pk__gt=before))
        assert len(told) == MANY, len(told)
        floors.append(_bare_writing(told, milestones, turn=turn))
        Notification.objects.filter(pk__gt=before).delete()
    note = f"{waiting:,} waiting"
    floor_is = "the same texts rendered and hashed, then claim, events and outbox rows in three statements"
    return Row("sweep, 1,000 due", "ms", Figure.of(taken), Figure.of(floors), floor_is, asked, note)


_renderings: list[tuple[str, dict[str, Any]]] = []


def _keep_renderings(milestones: list[int]) -> None:
    """Sweep once and keep what was rendered with what, so that the floor can render the same."""
    render = texts.render_to_string

    def kept(name: str, context: dict[str, Any]) -> str:
        _renderings.append((name, context))
        return render(name, context)

    _due(milestones, at=database_now() - timedelta(seconds=1))
    texts.render_to_string = kept  # type: ignore[assignment]
    try:
        reminders.sweep(at=database_now())
    finally:
        texts.render_to_string = render
    Notification.objects.filter(cause__startswith="alert").delete()


def _render_and_hash() -> None:
    for name, context in _renderings:
        hashlib.sha256(render_to_string(name, context).encode()).hexdigest()


def _bare_writing(told: list[Notification], milestones: list[int], *, turn: int) -> float:
    from django.db import transaction

    began = time.perf_counter()
    _render_and_hash()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM sla_milestone WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED", [milestones])
        cursor.fetchall()
        cursor.execute(
            "INSERT INTO notifications_notification SELECT made.* FROM notifications_notification AS n"
            " CROSS JOIN LATERAL jsonb_populate_record(n, jsonb_build_object('id', n.id + 10000000, 'key', n.key || %s,"
            " 'message_id', '')) AS made WHERE n.id = ANY(%s)", [f"-floor{turn}", [n.pk for n in told]],
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO sla_firing (milestone_id, rung, due_at, planned_at, fired_at, result)"
            " SELECT id, 'floor', due_at + %s * interval '1 microsecond', due_at, now(), 'told' FROM sla_milestone"
            " WHERE id = ANY(%s)", [turn, milestones],
        )  # fmt: skip
        transaction.set_rollback(True)
    return (time.perf_counter() - began) * 1000


def _due(milestones: list[int], *, at: Any) -> None:
    # Another due instant earns its alert anew: the firings of the last one no longer count.
    Milestone.objects.filter(pk__in=milestones).update(due_at=at, next_look_at=at)


def to_the_sink(milestones: list[int], sink: Sink, data: Path) -> Iterator[Row]:
    """Measure alerts with the real workers and beat: from the due instant to the relay."""
    env = os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "SWEEP_SECONDS": "1", "PYTHONUNBUFFERED": "1"}
    (data / "logs").mkdir(exist_ok=True)
    with (data / "logs" / "bench-workers.log").open("w") as log:
        command = [sys.executable, "-m", "requests_desk.embedded.workers"]
        workers = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        _wait_for_idle(sink)
        yield _burst(milestones, sink)
        yield _one_by_one(milestones, sink)
        yield _storm(milestones, sink)
    finally:
        workers.terminate()
        workers.wait(30)


def _wait_for_idle(sink: Sink) -> None:
    deadline = time.monotonic() + 120
    time.sleep(5)
    while Notification.objects.filter(next_attempt_at__isnull=False, channel="email").exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the workers do not send")
        time.sleep(0.2)
    sink.forget()


def _burst(milestones: list[int], sink: Sink) -> Row:
    taken, floors, firsts = [], [], []
    for _turn in range(5):
        sink.forget()
        before = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        _due(milestones, at=database_now())
        began = time.monotonic()
        moments = sink.wait_for(MANY, seconds=120)
        taken.append((moments[MANY - 1] - began) * 1000)
        firsts.append((moments[0] - began) * 1000)
        _wait_for_idle(sink)
        floors.append(_bare_sending(list(Notification.objects.filter(pk__gt=before)[:MANY]), sink))
    note = f"first after {Figure.of(firsts)} ms, the sweep's second included"
    floor_is = "the same texts rendered, rows copied in one statement, the mails over one bare connection, one UPDATE"
    return Row(
        "1,000 alerts for 1,000 people, due → last received",
        "ms",
        Figure.of(taken),
        Figure.of(floors),
        floor_is,
        note=note,
    )


def _bare_sending(told: list[Notification], sink: Sink) -> float:
    from notifications.channels.email import compose

    ready = [(n.destination, compose(n).as_bytes()) for n in told]
    sink.forget()
    began = time.monotonic()
    _render_and_hash()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bare AS SELECT * FROM notifications_notification WHERE id = ANY(%s)",
            [[n.pk for n in told]],
        )
    with smtplib.SMTP("127.0.0.1", sink.port) as smtp:
        smtp.ehlo()
        for to, content in ready:
            smtp.mail("desk@localhost")
            smtp.rcpt(to)
            smtp.data(content)
    last = sink.wait_for(len(told), seconds=60)[-1]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bare SET state = 'sent'")
        cursor.execute("DROP TABLE bare")
    return (last - began) * 1000


def _one_by_one(milestones: list[int], sink: Sink) -> Row:
    """Let alerts come due one after another, and see how late each is when nothing is wrong."""
    sink.forget()
    some, began, start = milestones[:ONES], time.monotonic() + 2, database_now() + timedelta(seconds=2)
    for place, pk in enumerate(some):
        _due([pk], at=start + timedelta(seconds=place * ONES_APART_S))
    moments = sink.wait_for(ONES, seconds=120)
    late = sorted((moment - began - place * ONES_APART_S) * 1000 for place, moment in enumerate(moments[:ONES]))
    note = f"{ONES} alerts, one each {ONES_APART_S} s, a sweep each second; p50 (least–p99)"
    figure = Figure(*(round(late[place]) for place in (ONES // 2, 0, int(ONES * 0.99))))
    return Row("one alert, due → received", "ms", figure, note=note)


def _storm(milestones: list[int], sink: Sink) -> Row:
    """Let a thousand alerts come due for one person: they are one message (N5)."""
    whom = Ticket.objects.get(ticket_clocks__clock__milestones=milestones[0]).officer
    Ticket.objects.filter(ticket_clocks__clock__milestones__in=milestones).update(officer=whom)
    taken = []
    for _turn in range(5):
        sink.forget()
        before = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        _due(milestones, at=database_now())
        began = time.monotonic()
        taken.append((sink.wait_for(1, seconds=120)[-1] - began) * 1000)
        _wait_for_idle(sink)
        told = Notification.objects.filter(pk__gt=before).values_list("cause", "channel")
        assert list(told) == [("alert:breach", "email")], list(told)
    note = "one mail, a row for each alert; the sweep's second included"
    return Row("1,000 alerts for one person, due → the digest received", "ms", Figure.of(taken), note=note)
