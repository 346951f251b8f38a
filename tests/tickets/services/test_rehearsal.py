"""A rehearsal: the real services on an invented request in simulated time, and nothing left behind."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from notifications.models import Notification
from requests_desk.people.models import Role
from requests_desk.tickets.models import PolicyRule
from requests_desk.tickets.services import rehearsal, reminders
from requests_desk.tickets.services.rehearsal import Invented
from sla import catalogue
from sla.policies import DEFAULT_POLICY, PolicyError
from tests.support.cast import MORNING, PROMISE, Desk, a_person, later, log_ticket


@pytest.fixture
def desk(tireless: Desk) -> Desk:
    """Work where no reminder moves; tests/sla/test_office.py tells of those that do."""
    return tireless


KEY = "first-reply"


def run(desk, **changes):
    invented = Invented(**{"received_at": MORNING, "unit": desk.unit, "officer": desk.alice, **changes})
    return rehearsal.rehearse(desk.agency, invented, policy_key=KEY)


def rows():
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_it_shows_each_alert_with_its_moment_its_people_and_its_channels(desk):
    """N1."""
    moments = run(desk).moments

    assert [(m.at, m.is_due, [(t.rungs, t.person, t.channel) for t in m.told]) for m in moments[1:]] == [
        (later(hours=24), False, [(("officer-1440m",), "Alice", "email")]),
        (later(hours=40), False, [(("officer-480m",), "Alice", "email"), (("unit_head-480m",), "Bob", "email")]),
        (later(hours=44), False, [(("chief-240m",), "Chief", "email")]),
        (later(hours=46), False, [(("officer-120m",), "Alice", "email")]),
        (
            later(hours=48),
            True,
            [(("leadership-0m",), "Leader", "email"), (("leadership-0m",), "Leader", "sms")],
        ),
    ]


def test_it_shows_the_acknowledgement_and_the_texts_as_they_would_be_read(desk):
    done = run(desk)

    first, last = done.moments[0].told[0], done.moments[-1].told[-1]
    assert (first.cause, first.destination) == ("acknowledgement", "dien.tap@doanh-nghiep.example")
    assert (last.channel, last.destination) == ("sms", "+84912345678")
    assert desk.unit.name in done.moments[1].told[0].text or "SCT-2026-" in done.moments[1].told[0].text


def test_it_tells_the_same_as_the_timer_does(desk):
    """One engine: what is rehearsed is what a real request of that moment gets, whose alerts are acknowledged."""
    shown = [(t.rungs, t.destination) for m in run(desk).moments[1:] for t in m.told]
    ticket = log_ticket(desk, officer=desk.alice)
    for hours in range(49):
        reminders.sweep(at=later(hours=hours))

    sent = Notification.objects.filter(subject=ticket.key, cause__startswith="alert:").exclude(key__contains=">")
    sent = sent.order_by("pk")
    assert [(tuple(row.key.split(":")[3].split("+")), row.destination) for row in sent] == shown


def test_it_stores_nothing_and_wakes_nobody(desk, django_capture_on_commit_callbacks):
    log_ticket(desk)
    before = rows()

    with django_capture_on_commit_callbacks() as woken:
        run(desk)

    assert rows() == before
    assert woken == []


def test_it_touches_no_real_request(desk):
    """The milestones of real requests fall due in simulated time too."""
    ticket = log_ticket(desk)

    done = run(desk)

    assert ticket.code not in str(done)
    assert ticket.events.filter(kind="alert_told").count() == 0


def test_it_rehearses_what_is_not_saved_yet(desk):
    draft = DEFAULT_POLICY | {"first_reply": "4h", "ladder": [{"to": "chief", "before": "0m", "by": ["email"]}]}

    done = rehearsal.rehearse(desk.agency, Invented(MORNING, unit=desk.unit), policy_key=KEY, document=draft)

    assert (done.due_at, done.moments[-1].rungs) == (later(hours=4), ("chief-0m",))
    assert catalogue.current_policy(f"agency:{desk.agency.pk}", KEY).number == 1


def test_it_refuses_a_draft_that_is_no_policy(desk):
    with pytest.raises(PolicyError, match="ladder"):
        rehearsal.rehearse(desk.agency, Invented(MORNING), policy_key=KEY, document={"rule": "A", "first_reply": "48h"})


def test_it_rehearses_a_policy_whatever_the_table_says(desk):
    owner = f"agency:{desk.agency.pk}"
    catalogue.add_policy(owner, "quick", name="24 giờ", document=DEFAULT_POLICY | {"first_reply": "24h"}, at=MORNING)
    PolicyRule.objects.create(agency=desk.agency, kind="information", policy_key="quick", calendar_key="office")

    assert run(desk).due_at == MORNING + PROMISE


def test_it_says_whom_nobody_hears(desk):
    """N3: with nobody on the rungs above, an alert goes to the administrators; with none of them either, to no one."""
    for person in (desk.leader, desk.root):
        person.memberships.all().delete()

    moments = run(desk).moments

    assert moments[-1].unheard == ("leadership-0m",)


def test_it_tells_whoever_stands_there_now(desk):
    a_person("deputy", desk.agency, Role.LEADER)

    assert {told.person for told in run(desk).moments[-1].told} == {"Leader", "Deputy"}


def test_it_tells_at_once_what_lies_before_receipt(desk):
    draft = DEFAULT_POLICY | {"first_reply": "6h"}

    done = rehearsal.rehearse(desk.agency, Invented(MORNING, unit=desk.unit), policy_key=KEY, document=draft)

    assert (done.moments[1].at, done.moments[1].superseded) == (MORNING, ("officer-1440m",))


def command(*args):
    out = StringIO()
    call_command("rehearse", *args, stdout=out)
    return out.getvalue()


def test_it_prints_a_rehearsal(desk):
    said = command("--policy", KEY, "--agency", "SCT", "--received", "2026-11-23T08:00+07:00", "--unit", "QLTM")

    assert said.startswith("Thời điểm tiếp nhận: 08:00 23/11/2026\nHạn xử lý: 08:00 25/11/2026\n")
    assert "Báo cáo quá hạn · Lãnh đạo Sở · Leader · Tin nhắn SMS <+84912345678>" in said


def test_it_prints_json_for_machines(desk):
    said = json.loads(command("--policy", KEY, "--agency", "SCT", "--received", "2026-11-23T08:00+07:00", "--json"))

    assert said["due_at"] == "2026-11-25T08:00:00+07:00"
    assert said["moments"][-1]["told"][0]["rungs"] == ["leadership-0m"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--policy", "nine-lives", "--agency", "SCT"), "has no policy nine-lives"),
        (("--policy", KEY), "name one of SCT, SXD"),
        (("--policy", KEY, "--agency", "SCT", "--received", "tomorrow"), "“tomorrow” is no time"),
        (("--policy", KEY, "--agency", "SCT", "--received", "2026-11-23T08:00"), "add the zone"),
        (("--policy", KEY, "--agency", "SCT", "--unit", "XYZ"), "has no unit XYZ"),
    ],
)
def test_it_refuses_what_it_cannot_rehearse(desk, args, said):
    with pytest.raises(CommandError, match=said):
        command(*args)


def test_it_rehearses_the_limits_that_a_policy_sets_too(desk):
    """P12: each with its own moments, named."""
    document = {**DEFAULT_POLICY, "statutory_days": 3}

    done = rehearsal.rehearse(
        desk.agency, Invented(MORNING, unit=desk.unit), policy_key="first-reply", document=document
    )

    assert {moment.milestone for moment in done.moments} == {"", "first_reply", "statutory"}
    assert done.due_at == MORNING + timedelta(hours=48)
    assert [moment.at for moment in done.moments] == sorted(moment.at for moment in done.moments)
