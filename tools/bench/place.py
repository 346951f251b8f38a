"""Scratch stores for one run, the desk's cast in them, and as many requests as are asked for, multiplied by SQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def scratch() -> Iterator[Path]:
    """Start PostgreSQL and Valkey on data of their own, and set Django up on them."""
    above = Path(tempfile.mkdtemp(prefix="bench-"))
    data = above / "d"
    said = above / "said"
    with said.open("w") as out:
        command = [sys.executable, "-m", "requests_desk.embedded", "--with-parent", "services", "--scratch"]
        stores = subprocess.Popen([*command, "--data", str(data)], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while "PostgreSQL answers" not in said.read_text():
            if stores.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the stores did not start: {said.read_text()}")
            time.sleep(0.05)
        _set_up(data)
        yield data
    finally:
        stores.terminate()
        stores.wait(30)
        shutil.rmtree(above, ignore_errors=True)


def _set_up(data: Path) -> None:
    os.environ["DESK_DATA"] = str(data)
    os.environ["SECRET_KEY"] = "only-for-measuring-" + "0123456789abcdef" * 3
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DESK_DEMO", "TWILIO_ACCOUNT_SID"):
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "requests_desk.settings"
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.ALLOWED_HOSTS = ["*"]
    settings.ROOT_URLCONF = "tools.bench.bare"
    settings.REQUIRE_SECOND_FACTOR = False
    settings.EMAIL_URL = "smtp://127.0.0.1:9"  # set up, and never reached from this process
    call_command("migrate", verbosity=0)


def multiply(scale: int) -> None:
    """Make `scale` open requests of one, their clocks and milestones, each with its own requester, code and words."""
    copies(scale)
    _settle_down()


def copies(scale: int) -> None:
    """Write the copies; all of it may stand in a transaction."""
    from requests_desk.tickets.models import Requester, RequesterPhone, Ticket, TicketClock
    from sla.models import Clock, Milestone

    ticket = Ticket.objects.order_by("pk")[0]
    link = TicketClock.objects.get(ticket=ticket)
    milestone = Milestone.objects.get(clock=link.clock_id)
    phone = RequesterPhone.objects.filter(requester=ticket.requester_id)[0]
    due = "now() + interval '2 days' + g * interval '1 second'"
    word = "'tu' || (g %% 997)"
    copy(Requester, ticket.requester_id, scale, organisation="'Công ty số ' || g")
    copy(
        RequesterPhone,
        phone.pk,
        scale,
        requester_id=f"{ticket.requester_id} + g",
        number="'+8491' || lpad((g %% 10000000)::text, 7, '0')",
    )
    copy(
        Ticket, ticket.pk, scale,
        code="'SCT-2025-' || lpad(g::text, GREATEST(6, length(g::text)), '0')",
        requester_id=f"{ticket.requester_id} + g",
        submission="NULL::text", lookup_digest="md5(g::text) || md5(g::text)", next_due_at=due, queue_at=due,
        search=f"to_tsvector('simple', 'cong ty so ' || g || ' ' || {word} || ' giay phep ban buon ruou')::text",
    )  # fmt: skip
    copy(Clock, link.clock_id, scale)
    copy(TicketClock, link.pk, scale, ticket_id=f"{ticket.pk} + g", clock_id=f"{link.clock_id} + g")
    copy(Milestone, milestone.pk, scale, clock_id=f"{link.clock_id} + g", due_at=due, next_look_at=due)


def copy(model: Any, pk: int, scale: int, **changed: str) -> None:
    """Write so many copies of one row in one statement, its indexes taken down meanwhile and built anew at the end."""
    from django.db import connection

    table = model._meta.db_table
    pairs = ", ".join(f"'{name}', {sql}" for name, sql in {"id": f"{pk} + g", **changed}.items())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end of a transaction bars the next line
        indexes = _loose_indexes(cursor, table)
        for name, _made_by in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        # What is copied refers to what was copied before: nothing needs to be checked a million times.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {table} SELECT made.* FROM {table} AS model CROSS JOIN generate_series(1, %s) AS g"
            f" CROSS JOIN LATERAL jsonb_populate_record(model, jsonb_build_object({pairs})) AS made"
            " WHERE model.id = %s",
            [scale, pk],
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _name, made_by in indexes:
            cursor.execute(made_by)
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    print(f"  {table} filled", file=sys.stderr, flush=True)


def _loose_indexes(cursor: Any, table: str) -> list[tuple[str, str]]:
    """Return the indexes of a table that no constraint needs, and how each is made."""
    cursor.execute(
        "SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid"
        " WHERE x.indrelid = %s::regclass AND NOT x.indisunique",
        [table],
    )
    found: list[tuple[str, str]] = cursor.fetchall()
    return found


def _settle_down() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
