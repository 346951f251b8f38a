"""The same request sent many times at once is one request."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from requests_desk.people.services import tokens
from requests_desk.tickets.models import Event, Ticket
from tests.api.conftest import Speaker, described
from tests.api.test_create import a_body
from tests.support import cast

AT_ONCE = 8


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_ticket_of_a_request_sent_many_times_at_once(settings: Settings) -> None:
    settings.DESK_DEMO = True
    secret = tokens.issue(cast.open_desk().lan, name="test", at=timezone.now())
    described()

    def send(_number: int) -> tuple[int, str]:
        try:
            response = Speaker(secret).post("tickets/", a_body(), key="one")
            return response.status_code, response.json()["code"]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(AT_ONCE)))

    (ticket,) = Ticket.objects.all()
    assert sorted(status for status, _code in answers) == [200] * (AT_ONCE - 1) + [201]
    assert {code for _status, code in answers} == {ticket.code}
    assert Event.objects.filter(kind="logged").count() == 1
