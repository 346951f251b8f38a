"""Two records said to be one requester: with a reason, taken back within a day, and never a way around a seal."""

from __future__ import annotations

import pytest

from requests_desk.tickets import access
from requests_desk.tickets.models import Event, Requester, Ticket
from requests_desk.tickets.queries import desk as lists
from requests_desk.tickets.queries import ledger, requesters
from requests_desk.tickets.services import merging, refusing, requester_merging
from requests_desk.tickets.services.incoming import Asked
from tests.support.cast import Desk, later, log_ticket

FIRM = Asked("Trần Thị B", "Công ty Gỗ", phones=("0950000001",))
MAIL = Asked("chị B", "Cty Gỗ", "9900000016", ("0950000001", "0950000002"), "b@go.example")
HOUR = later(hours=1)


@pytest.fixture
def two(desk: Desk) -> list[Ticket]:
    return [log_ticket(desk, asked=FIRM), log_ticket(desk, asked=MAIL)]


def merge(desk: Desk, two: list[Ticket], **more: object) -> object:
    usual = {"reason": "Cùng một công ty", "by": desk.lan, "at": HOUR}
    return requester_merging.merge(two[0].requester, two[1].requester, **{**usual, **more})


def who(ticket: Ticket) -> Requester:
    return Ticket.objects.get(pk=ticket.pk).requester


def test_it_moves_the_requests_and_keeps_what_the_survivor_says(desk, two):
    merge(desk, two)

    survivor = who(two[1])
    assert survivor == two[0].requester
    assert (survivor.name, survivor.organisation) == ("Trần Thị B", "Công ty Gỗ")
    assert (survivor.email, survivor.tax_code, survivor.tax_number) == ("b@go.example", "9900000016", "9900000016")
    assert [phone.typed for phone in survivor.phones.all()] == ["0950000001", "0950000002"]
    assert Event.objects.filter(ticket=two[1], kind="requester_changed").count() == 1
    assert ledger.verify(on_progress=lambda _n: None).ok


@pytest.mark.parametrize("asked", [FIRM, MAIL])
def test_it_knows_either_of_the_two_as_the_one_from_now_on(desk, two, asked):
    merge(desk, two)

    assert log_ticket(desk, asked=asked).requester == two[0].requester


def test_it_lets_their_requests_be_merged_afterwards(desk, two):
    """P8."""
    merge(desk, two)

    merging.merge(who(two[0]).tickets.order_by("pk")[0], two[1], reason="Trùng", by=desk.bob, at=HOUR)

    two[1].refresh_from_db()
    assert two[1].ending == "merged"


def test_it_takes_everything_back_within_a_day(desk, two):
    merged = merge(desk, two)
    since = log_ticket(desk, asked=FIRM)

    requester_merging.undo(merged, by=desk.lan, at=later(hours=20))

    survivor = Requester.objects.get(pk=two[0].requester_id)
    assert (who(two[1]), who(since)) == (two[1].requester, survivor)
    assert (survivor.email, survivor.tax_code, survivor.phones.count()) == ("", "", 1)
    assert log_ticket(desk, asked=MAIL).requester == two[1].requester


def test_it_lets_a_merge_stand_after_a_day_and_while_requests_of_the_two_are_merged(desk, two):
    merged = merge(desk, two)
    merging.merge(two[0], Ticket.objects.get(pk=two[1].pk), reason="Trùng", by=desk.bob, at=later(hours=2))

    with pytest.raises(refusing.NotNow, match=r"Trước hết|Take back first"):
        requester_merging.undo(merged, by=desk.lan, at=later(hours=3))
    with pytest.raises(refusing.NotNow):
        requester_merging.undo(merged, by=desk.lan, at=later(hours=26))


@pytest.mark.parametrize("name", ["alice", "bob", "ivan", "root", "charlie"])
def test_it_is_for_those_who_work_for_the_whole_agency(desk, two, name):
    with pytest.raises(access.Denied):
        merge(desk, two, by=getattr(desk, name))


def test_it_wants_a_reason_and_two_records_of_one_agency(desk, two):
    with pytest.raises(requester_merging.Refused):
        merge(desk, two, reason=" ")
    with pytest.raises(requester_merging.Refused):
        merge(desk, [two[0], two[0]])
    Requester.objects.filter(pk=two[1].requester_id).update(agency=desk.other_agency)
    with pytest.raises(requester_merging.Refused):
        merge(desk, two)


def test_it_never_leads_the_answer_to_a_sealed_report_elsewhere(desk, two):
    """P13: neither by taking the record of whoever made it, nor by filling it in."""
    sealed = [log_ticket(desk, asked=asked, kind="harassment") for asked in (FIRM, MAIL)]
    assert [one.requester for one in sealed] == [one.requester for one in two]

    merge(desk, two)

    first, second = (who(one) for one in sealed)
    assert (first.email, first.phones.count()) == ("", 1)
    assert first != two[0].requester
    assert second == two[1].requester
    assert who(two[1]) == two[0].requester


# --- what the desk sees ------------------------------------------------------------------------------------------


def test_it_shows_the_records_that_share_something_and_why(desk, two):
    (twin,) = requesters.twins(desk.lan, two[0].requester)

    assert (twin.requester, twin.reasons) == (two[1].requester, ["cùng số điện thoại"])
    assert requesters.twins(desk.lan, log_ticket(desk, asked=Asked("X", phones=("0950000099",))).requester) == []


def test_it_hides_who_is_known_by_a_sealed_report_alone(desk, two):
    hidden = log_ticket(desk, asked=Asked("Người tố giác", phones=("0950000001",)), kind="harassment").requester

    assert hidden not in [twin.requester for twin in requesters.twins(desk.lan, two[0].requester)]
    assert hidden not in lists.known_requesters(desk.lan, "0950000001")
    assert hidden in lists.known_requesters(desk.leader, "0950000001")
    with pytest.raises(Requester.DoesNotExist):
        requesters.get(desk.lan, hidden.pk)


def test_it_finds_an_old_number_by_its_new_form_and_a_merged_record_once(desk, two):
    old = log_ticket(desk, asked=Asked("chị Ba", phones=("0169 000 0018",))).requester
    merge(desk, two)

    assert lists.known_requesters(desk.lan, "0390000018") == [old]
    assert lists.known_requesters(desk.lan, "0950000001") == [two[0].requester]
