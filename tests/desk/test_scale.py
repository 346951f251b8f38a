"""A page asks the database as often at ten thousand requests as at ten."""

from __future__ import annotations

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from tests.support.cast import Desk, log_ticket
from tools.bench import place

# What each may ask at most: the session, the reader, their roles and the one of the frame are in it.
PAGES = {
    "/desk/": 13,
    "/desk/tickets/": 6,
    "/desk/tickets/?q=giay+phep": 6,
    "/desk/tickets/?hands=my_unit&due=soon&order=newest": 6,
    "/desk/triage/": 18,
    "/desk/sent/": 7,
    "/desk/deliveries/": 8,
    "/leadership/": 11,
}


def asked(client: Client, path: str) -> int:
    """Return how many statements a page asks."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_it_asks_no_more_at_ten_thousand_requests(desk: Desk) -> None:
    ticket = log_ticket(desk, submission="model")
    message = Notification.objects.filter(subject=ticket.key)[0]
    client = Client()
    client.force_login(desk.leader)
    most = PAGES | {ticket.url: 9}

    def at(scale: int) -> dict[str, int]:
        with transaction.atomic(), connection.cursor() as cursor:
            place.copies(scale)
            about = f"'ticket:' || ({ticket.pk} + g)"
            place.copy(Notification, message.pk, scale, key="'copy:' || g", subject=about, message_id="g::text")
            cursor.execute("ANALYZE")  # as the database does by itself after so many rows
            found = {path: asked(client, path) for path in most}
            transaction.set_rollback(True)
        return found

    for path in ("/desk/", ticket.url):  # what is asked once in a lifetime
        asked(client, path)
    few, many = at(10), at(10_000)

    assert few == many
    assert {path: many[path] for path in most if many[path] > most[path]} == {}
