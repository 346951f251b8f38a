"""Several small reads in one trip: the same rows as each query would bring."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from requests_desk.tickets.models import Draft, Event, Message, Reply, Ticket
from requests_desk.tickets.queries.together import Part, Together
from requests_desk.tickets.services import replies
from tests.support.cast import MORNING, Desk, a_reply, log_ticket

ABOUT = "WHERE ticket_id = %(ticket)s"


def values(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_it_brings_what_each_query_would_bring(desk: Desk, django_assert_num_queries: Any) -> None:
    ticket = log_ticket(desk)
    replies.send(ticket, a_reply(), by=desk.alice, at=MORNING)
    Draft.objects.create(user=desk.alice, place="note:X", data={"text": "“Kính gửi”\n{1}"}, updated_at=timezone.now())
    for text in ("b", "a"):
        Message.objects.create(ticket=ticket, direction="note", text=text, author=desk.alice, at=timezone.now())
    asked = Together(
        {
            "messages": Part(Message, f"{ABOUT} ORDER BY text"),
            "drafts": Part(Draft, ""),
            "events": Part(Event, f"{ABOUT} AND facts <> %(none)s ORDER BY seq"),
            "replies": Part(Reply, ABOUT),
            "tickets": Part(Ticket, "WHERE id = 0"),
            "latest": Part(Message, "WHERE id = ANY (ARRAY (SELECT id FROM own))", without=("text",)),
        },
        first=f"WITH own AS (SELECT max(id) AS id FROM tickets_message {ABOUT})",  # noqa: S608  our own text
    )

    with django_assert_num_queries(1):
        found = asked.read(ticket=ticket.pk, none="{}")

    wanted: dict[str, Any] = {
        "messages": Message.objects.order_by("text"),
        "drafts": Draft.objects.all(),
        "events": Event.objects.exclude(facts={}).order_by("seq"),
        "replies": Reply.objects.all(),
        "tickets": (),
        "latest": Message.objects.defer("text").order_by("-pk")[:1],
    }
    assert {name: [values(row) for row in rows] for name, rows in found.items()} == {
        name: [values(row) for row in rows] for name, rows in wanted.items()
    }
