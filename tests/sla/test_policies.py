"""What a policy's document may say, and which version of it is in force."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction

from sla import catalogue, clocks, seed, worktime
from sla.policies import DEFAULT_POLICY, Acknowledgement, Policy, PolicyError, seconds
from tests.sla.vietnam import calendar, document, local
from tests.support.cast import MORNING

OWNER = "agency:1"


def rung(to: str = "officer", before: str = "2h", by: object = ("email",)) -> dict[str, object]:
    return {"to": to, "before": before, "by": list(by) if isinstance(by, tuple) else by}


def policy(**changes: object) -> dict[str, object]:
    return {**DEFAULT_POLICY, **changes}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("48h", 172_800), ("90m", 5_400), ("1h30m", 5_400), ("0m", 0), ("0h", 0), ("999999h", 3_599_996_400)],
)
def test_it_reads_a_length_of_time(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "48", "h", "-1h", "1.5h", "30m1h", "1h ", "1d", "48H", "１h30m2", "9999999h"])
def test_it_reads_no_other_length_of_time(text):
    with pytest.raises(PolicyError, match="is not a duration"):
        seconds(text)


def test_it_reads_the_policy_of_the_promise():
    """P2, N1, P5."""
    read = Policy.from_json(DEFAULT_POLICY)

    assert (read.rule, read.first_reply_s, read.promise_cap_days, read.interims_before_leader) == ("A", 172_800, 10, 2)
    assert [rung.key for rung in read.ladder] == [
        "officer-1440m",
        "officer-480m",
        "unit_head-480m",
        "chief-240m",
        "officer-120m",
        "leadership-0m",
    ]


def test_it_reads_what_a_policy_may_say_besides():
    """P5, P9, N2."""
    said = {
        "statutory_days": 15,
        "pause_days": 10,
        "acknowledge": {"reminder": "30m"},
        "approval": {"answer": "leader"},
    }

    read = Policy.from_json(policy(rule="B", **said))

    assert (read.statutory_days, read.pause_days) == (15, 10)
    assert read.acknowledge == Acknowledgement(from_s=8 * 3600, reminder_s=1800, breach_s=3600)
    assert read.approval == {"answer": "leader", "interim": "none", "refusal": "leader", "transfer": "leader"}


@pytest.mark.parametrize(
    ("changes", "counting", "due"),
    [
        ({}, ("consecutive", 172_800), "29/11/2026 16:45"),
        ({"rule": "B"}, ("skip_days_off", 172_800), "01/12/2026 16:45"),
        ({"rule": "W", "first_reply": "15h"}, ("working", 54_000), "01/12/2026 16:45"),
        ({"rule": "W", "first_reply": "2d"}, ("working_days", 2), "01/12/2026 17:00"),
    ],
)
def test_it_counts_by_its_rule(changes, counting, due):
    """P2: A and B are told whichever binds."""
    read = Policy.from_json(policy(**changes))

    dues = clocks.first_dues(read, calendar(), started_at=local("27/11/2026 16:45"))

    assert (read.counting, dues.due_at) == (counting, local(due))
    if read.first_reply_s == 48 * 3600:
        assert (dues.due_a_at, dues.due_b_at) == (local("29/11/2026 16:45"), local("01/12/2026 16:45"))


def test_it_puts_the_ladder_in_the_order_of_time():
    read = Policy.from_json(policy(ladder=[rung("leadership", "0m"), rung("officer", "2h"), rung("officer", "1h30m")]))

    assert [rung.before_s for rung in read.ladder] == [7_200, 5_400, 0]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"rule": "C"}, "rule"),
        ({"rule": None}, "rule"),
        ({"first_reply": "two days"}, "first_reply"),
        ({"first_reply": 48}, "first_reply"),
        ({"first_reply": None}, "first_reply"),
        ({"promise_cap_days": -1}, "promise_cap_days"),
        ({"promise_cap_days": "10"}, "promise_cap_days"),
        ({"promise_cap_days": True}, "promise_cap_days"),
        ({"interims_before_leader": 1.5}, "interims_before_leader"),
        ({"ladder": []}, "ladder"),
        ({"ladder": {"to": "officer"}}, "ladder"),
        ({"ladder": ["officer"]}, r"ladder\[0\]"),
        ({"ladder": [rung(), rung(to="")]}, r"ladder\[1\].to"),
        ({"ladder": [rung(before="soon")]}, r"ladder\[0\].before"),
        ({"ladder": [rung(by="email")]}, r"ladder\[0\].by"),
        ({"ladder": [rung(by=())]}, r"ladder\[0\].by"),
        ({"ladder": [rung(by=[7])]}, r"ladder\[0\].by"),
        ({"first_reply": "2d"}, "first_reply"),
        ({"statutory_days": -5}, "statutory_days"),
        ({"pause_days": "5"}, "pause_days"),
        ({"acknowledge": "60m"}, "acknowledge"),
        ({"acknowledge": {"reminder": "an hour"}}, "acknowledge.reminder"),
        ({"approval": ["refusal"]}, "approval"),
        ({"approval": {"refusal": "director"}}, "approval.refusal"),
    ],
)
def test_it_says_where_a_document_is_no_policy(changes, place):
    with pytest.raises(PolicyError, match=f"^{place}"):
        Policy.from_json(policy(**changes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"first_reply": "0h"}, "longer than nothing"),
        ({"ladder": [rung(), rung(by=("sms",)), rung("leadership", "0m")]}, "twice"),
        ({"ladder": [rung()]}, "nobody is told of a breach"),
        ({"ladder": [rung("Giám đốc"), rung("leadership", "0m")]}, r"ladder\[0\].to: .* cannot name a rung"),
        ({"ladder": [rung() | {"who": "x"}, rung("leadership", "0m")]}, r"ladder\[0\].who: is not known"),
        ({"first_replay": "48h"}, "first_replay: is not known"),
        ({"acknowledge": {"after": "60m"}}, "acknowledge.after: is not known"),
        ({"approval": {"reply": "leader"}}, "approval.reply: is not known"),
        ({"first_reply": "9000h"}, "at most a year"),
        ({"promise_cap_days": 0}, "at least 1"),
        ({"pause_days": 5}, "choose rule B or W"),
    ],
)
def test_it_keeps_a_policy_that_would_tell_nobody_from_coming_into_force(db, changes, why):
    with pytest.raises(PolicyError, match=why):
        catalogue.add_policy(OWNER, "first-reply", name="48 giờ", document=policy(**changes), at=MORNING)


def test_it_still_times_by_a_document_that_may_no_longer_come_into_force():
    assert Policy.from_json(policy(ladder=[rung()])).ladder


def test_it_numbers_each_version_and_the_newest_is_in_force(db):
    """P10."""
    for length in ("48h", "24h"):
        catalogue.add_policy(OWNER, "first-reply", name="48 giờ", document=policy(first_reply=length), at=MORNING)

    version = catalogue.current_policy(OWNER, "first-reply")

    assert (version.number, version.document["first_reply"]) == (2, "24h")
    assert [v.document["first_reply"] for v in version.policy.versions.order_by("number")] == ["48h", "24h"]


@pytest.mark.parametrize("change", [{"document": {}}, {"number": 7}, {"note": "x"}])
@pytest.mark.parametrize("kind", ["policy", "calendar"])
def test_it_never_changes_a_version(db, kind, change):
    """P10."""
    version = (
        catalogue.add_policy(OWNER, "first-reply", name="48 giờ", document=DEFAULT_POLICY, at=MORNING)
        if kind == "policy"
        else catalogue.add_calendar(OWNER, "office", name="Sở", document=document(), at=MORNING)
    )

    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        type(version).objects.filter(pk=version.pk).update(**change)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        version.delete()


def test_it_refuses_an_edit_of_a_version_no_longer_in_force(db):
    """P10: two administrators at once; the second is told."""
    catalogue.add_policy(OWNER, "first-reply", name="48 giờ", document=DEFAULT_POLICY, at=MORNING, after=0)
    catalogue.add_policy(OWNER, "first-reply", name="48 giờ", document=policy(rule="B"), at=MORNING, after=1)

    with pytest.raises(catalogue.Superseded) as raised:
        catalogue.add_policy(OWNER, "first-reply", name="48 giờ", document=policy(rule="W"), at=MORNING, after=1)

    assert raised.value.newest == 2
    assert catalogue.current_policy(OWNER, "first-reply").document["rule"] == "B"


def test_it_keeps_each_owner_s_policies_and_calendars_apart(db):
    catalogue.add_policy("agency:2", "first-reply", name="48 giờ", document=DEFAULT_POLICY, at=MORNING)

    with pytest.raises(catalogue.NothingInForce):
        catalogue.current_policy(OWNER, "first-reply")
    with pytest.raises(catalogue.NothingInForce):
        catalogue.current_calendar(OWNER, "office")


def test_it_numbers_each_version_of_a_calendar(db):
    """P10."""
    for year in (2026, 2027):
        document = seed.vietnamese_calendar([year])
        catalogue.add_calendar(OWNER, "office", name="Giờ làm việc", document=document, at=MORNING)

    version = catalogue.current_calendar(OWNER, "office")

    assert (version.number, version.confirmed_years) == (2, [])
    assert "2027-01-01" in version.document["holidays"]


@pytest.mark.django_db(transaction=True)
def test_it_adds_a_version_in_a_transaction_of_its_own():
    catalogue.add_policy(OWNER, "first-reply", name="48 giờ", document=DEFAULT_POLICY, at=MORNING)

    assert catalogue.current_policy(OWNER, "first-reply").number == 1


def test_it_seeds_a_calendar_that_can_be_read():
    calendar = worktime.Calendar.from_json(seed.vietnamese_calendar([2026, 2027]))

    assert worktime.is_open(calendar, MORNING)
    assert not worktime.is_open(calendar, MORNING.replace(day=22))
