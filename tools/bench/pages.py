"""What people and programs ask of the web: each through its view, in this process."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from requests_desk.people import identifiers
from requests_desk.tickets.models import Ticket
from tests.support.cast import Desk
from tools.bench.measure import Row, both, queries_of

OURS = ("tickets", "sla", "notifications")
FIRST = ("Requester", "RequesterPhone", "Clock", "Ticket")  # parents before their children
NAMES = ("code", "key", "message_id", "digest", "lookup_digest", "submission")
BARE = "a bare Django view behind the same middleware"
_count = itertools.count(1)


def sql(text: str, *values: Any) -> Callable[[], Any]:
    """Return a bare statement as a piece of work."""

    def ask() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()

    return ask


def answered(response: Any) -> Any:
    """Return the response of a page that was there: one that refuses is quick."""
    assert response.status_code == 200, response.status_code
    return response


def rows(desk: Desk, token: str) -> Iterator[Row]:
    """Measure each page."""
    staff = Client()
    staff.force_login(desk.leader)
    yield _create(token)
    yield from _queue(staff, desk)
    yield _ticket(staff)
    yield from _status()
    yield from _search(staff)


def _create(token: str) -> Row:
    api = Client(headers={"Authorization": f"Token {token}"})
    requester = {"name": "Trần Thị B", "phones": ["0950000777"], "email": "b@khach.example"}
    body = {"channel": "hotline", "kind": "information", "text": "Cần giấy tờ gì?", "requester": requester}

    def create() -> None:
        answer = api.post("/api/v1/tickets/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 201, answer.content

    ours, floor = both(create, _bare_rows(create), times=30, cpu=True)
    return Row(
        "create a ticket through the API",
        "CPU ms",
        ours,
        floor,
        "the same rows saved by the bare ORM",
        queries_of(create),
    )


def _bare_rows(create: Callable[[], None]) -> Callable[[], None]:
    """Return the saving of exactly the rows that one creation writes, each by the ORM in one transaction."""
    models = [m for m in apps.get_models() if m._meta.app_label in OURS and m._meta.pk.name == "id"]
    models.sort(key=lambda model: FIRST.index(model.__name__) if model.__name__ in FIRST else len(FIRST))
    last = {model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in models}
    create()
    written = [one for model in models for one in model.objects.filter(pk__gt=last[model]).order_by("pk")]
    origins = [(type(one), one.pk) for one in written]

    def save() -> None:
        mark, made = next(_count), {}
        with transaction.atomic():
            for one, (model, pk) in zip(written, origins, strict=True):
                _renew(one, mark, made)
                one.save(force_insert=True)
                made[model, pk] = one.pk
                for field in one._meta.concrete_fields:
                    setattr(one, field.attname, kept[model, pk][field.attname])

    kept = {
        origin: {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}
        for one, origin in zip(written, origins, strict=True)
    }
    return save


def _renew(one: Any, mark: int, made: dict[Any, int]) -> None:
    """Make a copy of a row that the database takes for a new one."""
    one.pk = None
    for field in one._meta.concrete_fields:
        value = getattr(one, field.attname)
        if field.is_relation and (field.related_model, value) in made:
            setattr(one, field.attname, made[field.related_model, value])
        elif field.name in NAMES and value:
            setattr(one, field.attname, f"{mark}{value}"[: field.max_length])


def _queue(staff: Client, desk: Desk) -> Iterator[Row]:
    half = Ticket.objects.count() // 2
    for depth, name in ((0, "first page"), (half, "in the middle")):
        address = _deep("/desk/tickets/", depth)
        keyset = sql(
            "SELECT * FROM tickets_ticket WHERE agency_id = %s AND closed_at IS NULL"
            " ORDER BY queue_at, id LIMIT 50", desk.agency.pk,
        )  # fmt: skip
        page = lambda address=address: answered(staff.get(address))
        ours, least = both(page, keyset)
        yield Row(f"the queue, 50 rows, {name}", "ms", ours, least, "SQL keyset alone", queries_of(page))
    page, floor = (
        lambda address=address: answered(staff.get(address)) for address in ("/desk/tickets/", "/bare/queue")
    )
    ours, least = both(page, floor, cpu=True)
    yield Row("the queue, 50 rows: its CPU", "CPU ms", ours, least, BARE)


def _deep(url: str, depth: int) -> str:
    from requests_desk.tickets.queries import desk as lists
    from requests_desk.tickets.queries.filters import ORDERS

    middle = Ticket.objects.filter(closed_at__isnull=True).order_by("queue_at", "pk")
    some = middle[min(depth, max(middle.count() - 60, 0))]
    return f"{url}?cursor={lists._mark(some, ORDERS['due'])}" if depth else url


def _ticket(staff: Client) -> Row:
    ticket = Ticket.objects.get(requester__organisation="Công ty số 7")
    page = lambda: answered(staff.get(ticket.url))
    ours, least = both(page, lambda: answered(staff.get(f"/bare/ticket/{ticket.code}")))
    return Row("a ticket's page", "ms", ours, least, BARE, queries_of(page))


def _status() -> Iterator[Row]:
    ticket = Ticket.objects.get(requester__organisation="Công ty số 7")
    asked = {"code": ticket.code, "phone": ticket.requester.phones.all()[0].number.replace("+84", "0")}
    public = Client()

    def ask() -> None:
        # From another address each time: guessing is limited, and that is not what is measured.
        number = next(_count)
        answered(public.post("/status/", asked, REMOTE_ADDR=f"10.{number >> 8 & 255}.{number & 255}.7"))

    floor = sql(
        "SELECT * FROM tickets_ticket t JOIN tickets_requester r ON r.id = t.requester_id WHERE code = %s", ticket.code
    )
    ours, least = both(ask, floor)
    yield Row("a status check by code and phone", "ms", ours, least, "SQL alone", queries_of(ask))
    ours, least = both(ask, lambda: answered(public.post("/bare/status", asked)), times=15, cpu=True)
    yield Row("a status check: its CPU", "CPU ms", ours, least, BARE)


def _search(staff: Client) -> Iterator[Row]:
    for name, words in (("a rare word", "tu7"), ("every request", "giấy phép"), ("a firm", "Công ty số 777")):
        page = lambda words=words: answered(staff.get("/desk/tickets/", {"q": words}))
        floor = sql(
            "SELECT * FROM (SELECT * FROM tickets_ticket WHERE search @@ plainto_tsquery('simple', %s) LIMIT 1000) t"
            " ORDER BY queue_at, id LIMIT 50", identifiers.folded(words),
        )  # fmt: skip
        ours, least = both(page, floor)
        yield Row(f"search: {name}", "ms", ours, least, "SQL tsvector alone", queries_of(page))
