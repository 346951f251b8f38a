"""Sorting a request: what it is, whose it is, what then times it, and who may see it (P12, P13)."""

from __future__ import annotations

import pytest

from requests_desk.tickets import access
from requests_desk.tickets.models import Event, PolicyRule, Ticket, WordList
from requests_desk.tickets.queries import triage
from requests_desk.tickets.services import assignment, policy_choice, sealing, sorting
from requests_desk.tickets.services.sorting import Sorted
from sla import catalogue
from sla.models import Milestone
from sla.policies import DEFAULT_POLICY
from tests.support.cast import MORNING, PROMISE, Desk, later, log_ticket

HOUR = later(hours=1)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, unit=None, text="Hồ sơ gia hạn giấy phép bán buôn rượu gồm những gì?")


def sort(desk: Desk, ticket: Ticket, **what: object) -> Ticket:
    by = what.pop("by", desk.lan)
    return sorting.sort(ticket, Sorted(**{"kind": "information", **what}), by=by, at=HOUR)


def test_it_sets_kind_field_and_unit_at_once(desk, ticket):
    done = sort(desk, ticket, kind="feedback", field="cap_phep", unit=desk.unit, officer=desk.alice)

    assert (done.kind, done.field, done.unit, done.officer, done.state) == (
        "feedback",
        "cap_phep",
        desk.unit,
        desk.alice,
        "assigned",
    )
    facts = Event.objects.get(ticket=ticket, kind="sorted").facts
    assert facts == {"kind": "feedback", "was_kind": "information", "field": "cap_phep", "was_field": ""}


@pytest.mark.parametrize(
    ("what", "field"),
    [({"kind": "nonsense"}, "kind"), ({"field": "vu_tru"}, "field"), ({"officer": "alice"}, "unit")],
)
def test_it_refuses_what_does_not_fit_and_saves_nothing(desk, ticket, what, field):
    what = {key: getattr(desk, value) if key == "officer" else value for key, value in what.items()}

    with pytest.raises(sorting.Refused) as error:
        sort(desk, ticket, **what)

    assert list(error.value.fields) == [field]
    assert not Event.objects.filter(kind="sorted").exists()


def test_it_is_for_those_who_may_assign(desk, ticket):
    with pytest.raises(access.Denied):
        sort(desk, ticket, by=desk.ivan)


def test_it_times_the_request_by_the_policy_of_its_new_kind_and_starts_the_limit_by_law(desk, ticket):
    """P12."""
    owner = policy_choice.owner(desk.agency)
    document = DEFAULT_POLICY | {"first_reply": "24h", "statutory_days": 10}
    catalogue.add_policy(owner, "complaints", name="Khiếu nại", document=document, at=MORNING)
    PolicyRule.objects.create(
        agency=desk.agency, kind="complaint", policy_key="complaints", calendar_key=policy_choice.CALENDAR
    )

    sort(desk, ticket, kind="complaint")

    steps = dict(Milestone.objects.filter(clock__ticket_clock__ticket=ticket).values_list("name", "due_at"))
    assert steps["first_reply"] == later(hours=24)
    assert "statutory" in steps
    ticket.refresh_from_db()
    assert ticket.next_due_at == later(hours=24)


def test_it_leaves_a_newer_version_of_the_same_policy_to_an_administrator(desk, ticket):
    """P10."""
    owner = policy_choice.owner(desk.agency)
    catalogue.add_policy(
        owner, policy_choice.POLICY, name="48 giờ", document=DEFAULT_POLICY | {"first_reply": "24h"}, after=1, at=HOUR
    )

    sort(desk, ticket, field="cap_phep")

    assert Milestone.objects.get(clock__ticket_clock__ticket=ticket).due_at == MORNING + PROMISE


def test_it_seals_from_the_people_and_units_it_is_about(desk, ticket):
    """P13."""
    assignment.assign(ticket, unit=desk.unit, officer=desk.alice, by=desk.lan, at=MORNING)

    done = sort(desk, ticket, seal=True, units=[desk.unit], people=[desk.leader])

    assert (done.sealed, done.unit, done.officer, done.state) == (True, None, None, "received")
    seen = [name for name in ("lan", "alice", "bob", "chief", "leader", "ivan") if sees(desk, name, done)]
    assert seen == ["ivan"]
    assert Event.objects.get(ticket=ticket, kind="sealed").facts == {
        "units": [desk.unit.pk],
        "users": [desk.leader.pk],
        "was": {"unit": desk.unit.pk, "officer": desk.alice.pk},
    }


def sees(desk: Desk, name: str, ticket: Ticket) -> bool:
    return access.can(getattr(desk, name), access.Right.READ, ticket)


@pytest.mark.parametrize("kind", ["harassment", "denunciation"])
def test_it_seals_by_kind_alone(desk, ticket, kind):
    assert sort(desk, ticket, kind=kind).sealed


def test_it_gives_a_sealed_request_to_no_unit_it_is_about(desk, ticket):
    with pytest.raises(assignment.Refused):
        sort(desk, ticket, seal=True, units=[desk.unit], unit=desk.unit)

    ticket.refresh_from_db()
    assert not ticket.sealed


def test_it_opens_a_seal_for_the_leadership_alone_and_with_a_reason(desk, ticket):
    sealed = sealing.seal(ticket, units=[desk.unit], by=desk.lan, at=HOUR)

    with pytest.raises(access.Denied):
        sealing.unseal(sealed, reason="Nhầm", by=desk.ivan, at=HOUR)
    with pytest.raises(sealing.Refused):
        sealing.unseal(sealed, reason=" ", by=desk.leader, at=HOUR)
    opened = sealing.unseal(sealed, reason="Không nêu tên ai", by=desk.leader, at=HOUR)

    assert (opened.sealed, opened.exclusions.count()) == (False, 0)
    assert sees(desk, "lan", opened)


def test_it_never_opens_the_seal_of_a_kind_that_is_sealed(desk):
    ticket = log_ticket(desk, kind="harassment")

    with pytest.raises(sealing.Refused):
        sealing.unseal(ticket, reason="Nhầm", by=desk.leader, at=HOUR)


# --- what it suggests --------------------------------------------------------------------------------------------


def test_it_suggests_from_the_words_and_from_earlier_requests_the_reader_may_see(desk, ticket):
    like = {"text": "gia hạn giấy phép bán buôn rượu cần gì", "field": "cap_phep"}
    seen = log_ticket(desk, **like)
    log_ticket(desk, **like, kind="harassment")

    row = triage.of(ticket, desk.lan)

    assert (row.suggestion.field.value, row.unit) == ("cap_phep", desk.unit)
    assert row.suggestion.field.earlier == (seen.code,)


def test_it_lists_what_nobody_was_given_of_what_the_reader_may_assign(desk, ticket):
    log_ticket(desk)
    log_ticket(desk, unit=None, kind="harassment")

    assert [row.ticket for row in triage.page(desk.lan, desk.agency)] == [ticket]
    assert triage.page(desk.ivan, desk.agency) == []


def test_it_uses_the_agency_s_own_words(desk, ticket):
    sorting.keep_words(desk.agency, "field", "cap_phep", "  giấm \n\n giấm\nmắm tôm ")

    assert WordList.objects.get().phrases == "giấm\nmắm tôm"
    assert triage.words_of(desk.agency).fields["cap_phep"] == ["giấm", "mắm tôm", "Cấp phép"]


@pytest.mark.parametrize("phrases", ["x" * 101, "\n".join(str(number) for number in range(501))])
def test_it_refuses_a_list_that_is_none(desk, phrases):
    with pytest.raises(sorting.Refused):
        sorting.keep_words(desk.agency, "staff", "", phrases)
