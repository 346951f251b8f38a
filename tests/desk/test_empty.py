"""An empty list says that it is, and what to do or what will stand there."""

from __future__ import annotations

import re

from django.test import Client

from requests_desk.people.models import User
from requests_desk.tickets.models import Field, Ticket
from tests.support.cast import Desk, log_ticket

EMPTY = re.compile(r'class="empty">\s*<strong>[^<]{6,}</strong>\s*([^<]{20,})')
LISTS = {
    "lan": ("/desk/", "/desk/tickets/", "/desk/triage/", "/desk/held/", "/desk/mail/", "/desk/notices/", "/desk/away/"),
    "chief": ("/desk/sent/", "/desk/deliveries/", "/desk/documents/", "/leadership/"),
    "root": ("/settings/mailboxes/", "/settings/presence/", "/settings/registers/"),
}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_it_says_what_to_do_on_every_list_that_is_empty(desk: Desk):
    silent = [
        path
        for name, paths in LISTS.items()
        for path in paths
        if not EMPTY.search(signed_in(getattr(desk, name)).get(path).text)
    ]

    assert silent == []


def test_it_tells_a_filter_that_finds_nothing_from_a_desk_that_is_done(desk: Desk):
    client = signed_in(desk.lan)

    done, narrowed = client.get("/desk/tickets/?lang=en").text, client.get("/desk/tickets/?q=khong-co&lang=en").text

    assert "No request is open." in done
    assert "Take a filter away" in narrowed
    assert "filter the list, then keep" in done


def test_it_says_what_a_unit_is_for_where_there_is_none(desk: Desk):
    Field.objects.all().delete()
    desk.root.memberships.exclude(unit=None).delete()
    for user in (desk.alice, desk.bob, desk.lan, desk.chief):
        user.memberships.all().delete()
    desk.unit.delete()
    desk.office.delete()

    assert EMPTY.search(signed_in(desk.root).get("/settings/units/").text)


def test_it_is_silent_once_there_is_something(desk: Desk):
    log_ticket(desk)

    assert Ticket.objects.exists()
    assert not EMPTY.search(signed_in(desk.lan).get("/desk/tickets/").text)
