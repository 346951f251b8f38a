"""Several small reads in one trip: the same rows as each query would bring."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from requests_desk.tickets.models import Draft, Message, Ticket
from requests_desk.tickets.queries.together import together
from tests.support.cast import Desk, log_ticket


def values(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_it_brings_what_each_query_would_bring(desk: Desk, django_assert_num_queries: Any) -> None:
    ticket = log_ticket(desk)
    Draft.objects.create(user=desk.alice, place="note:X", data={"text": "“Kính gửi”\n{1}"}, updated_at=timezone.now())
    for text in ("b", "a"):
        Message.objects.create(ticket=ticket, direction="note", text=text, author=desk.alice, at=timezone.now())
    wanted = [
        Message.objects.filter(ticket=ticket).order_by("text"),
        Draft.objects.all(),
        Message.objects.filter(pk__in=[]),
        Ticket.objects.filter(pk=0),
        Message.objects.defer("text").order_by("-pk")[:1],
    ]

    with django_assert_num_queries(1):
        found = together(*wanted)

    assert [[values(row) for row in rows] for rows in found] == [[values(row) for row in rows.all()] for rows in wanted]
