"""The same submission twice is one request, whatever the clock says the second time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import incoming, intake
from tests.support.cast import MORNING, Desk, a_request


def test_it_returns_the_ticket_a_submission_made(desk: Desk) -> None:
    first = intake.log(desk.agency, a_request(submission="k"), by=desk.lan, at=MORNING)

    again = intake.log(desk.agency, a_request(submission="k"), by=desk.lan, at=MORNING)

    assert (again.ticket, again.is_new, again.lookup_code) == (first.ticket, False, "")
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("received_at", [MORNING - timedelta(minutes=14), MORNING + timedelta(seconds=30)])
def test_it_recognises_a_submission_that_comes_again_later(desk: Desk, received_at: datetime) -> None:
    """P1 would ask for a reason by then, or had read a clock that runs ahead as "now"."""
    request = a_request(submission="k", received_at=received_at)
    first = intake.log(desk.agency, request, by=desk.lan, at=MORNING)

    again = intake.log(desk.agency, request, by=desk.lan, at=MORNING + timedelta(minutes=5))

    assert again.ticket == first.ticket


@pytest.mark.parametrize("changed", ["text", "unit"])
def test_it_refuses_a_submission_with_other_content(desk: Desk, changed: str) -> None:
    changes = {"text": {"text": "Khác"}, "unit": {"unit": desk.unit}}[changed]
    intake.log(desk.agency, a_request(submission="k"), by=desk.lan, at=MORNING)

    with pytest.raises(intake.SubmissionReused):
        intake.log(desk.agency, a_request(submission="k", **changes), by=desk.lan, at=MORNING)


def test_it_refuses_a_key_that_cannot_be_stored(desk: Desk) -> None:
    with pytest.raises(incoming.Refused) as refused:
        intake.log(desk.agency, a_request(submission="\x00"), by=desk.lan, at=MORNING)

    assert "submission" in refused.value.fields
