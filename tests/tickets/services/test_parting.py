"""A part split off a request: received at the same moment, due when the whole was, and nothing missed goes away."""

from __future__ import annotations

import io
from typing import Any

import pytest

from notifications.models import Notification
from notifications.results import Result
from requests_desk.tickets import access
from requests_desk.tickets.models import Attachment, Exclusion, Message, Notice, Ticket
from requests_desk.tickets.queries import alike, rebuilt
from requests_desk.tickets.services import (
    attachments,
    closing,
    cycles,
    items,
    locking,
    merging,
    parting,
    policy_choice,
    refusing,
    reminders,
    replies,
)
from requests_desk.tickets.services.parting import Part
from sla import catalogue
from sla.models import Breach, Milestone
from sla.policies import DEFAULT_POLICY
from tests.support import files
from tests.support.cast import (
    MORNING,
    PROMISE,
    Desk,
    a_person,
    a_reply,
    answered_by_call,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
    outbox_row,
)

ASKS_THREE = "1. Quy hoạch cụm công nghiệp?\n2. Giá điện?\n3. Thủ tục xuất khẩu?"
WORDS = "giấy phép bán buôn rượu"


@pytest.fixture
def whole(desk: Desk) -> Ticket:
    return log_ticket(desk, text=ASKS_THREE, officer=desk.alice)


def split(ticket: Ticket, desk: Desk, part: Part = Part(items=(2,)), **more: Any) -> Ticket:  # noqa: B008  frozen
    return parting.split_off(ticket, part, **{"unit": desk.office, "by": desk.bob, "at": later(hours=5)} | more)


def numbers(ticket: Ticket) -> list[int]:
    return [item.number for item in items.current(ticket)]


def missed(ticket: Ticket) -> int:
    return Breach.objects.filter(milestone__clock__ticket_clock__ticket=ticket, voided_at=None).count()


def milestones(ticket: Ticket) -> list[tuple[str, object, bool]]:
    rows = Milestone.objects.filter(clock__ticket_clock__ticket=ticket, ended_at=None).order_by("due_at")
    return [(row.name, row.due_at, row.met_at is not None) for row in rows]


def test_it_makes_a_request_of_the_same_requester_received_at_the_same_moment(desk, whole):
    """P1."""
    new = split(whole, desk)

    assert (new.requester, new.received_at, new.logged_at) == (whole.requester, MORNING, later(hours=5))
    assert (new.text, new.unit, new.next_due_at) == ("Giá điện?", desk.office, MORNING + PROMISE)
    assert (numbers(new), numbers(whole)) == ([], [1, 3])
    assert not list(rebuilt.differing(on_progress=lambda _tickets: None))


def test_it_stays_under_the_rules_the_whole_was_pinned_to(desk, whole):
    """P10: newer and longer ones would make it due later."""
    longer = {**DEFAULT_POLICY, "first_reply": "96h"}
    owner = policy_choice.owner(desk.agency)
    catalogue.add_policy(owner, policy_choice.POLICY, name="X", document=longer, at=later(hours=1))

    assert split(whole, desk).next_due_at == MORNING + PROMISE


def test_it_keeps_several_questions_apart_and_links_both_ends(desk, whole):
    new = split(whole, desk, Part(items=(3, 2)))

    assert [item.text for item in items.current(new)] == ["Giá điện?", "Thủ tục xuất khẩu?"]
    (link,) = new.links.all()
    assert (link.kind, link.other) == ("split_off", whole)
    assert {"split_off"} <= set(whole.events.values_list("kind", flat=True))
    assert {"logged", "linked", "items_split"} <= set(new.events.values_list("kind", flat=True))


def test_it_tells_the_requester_the_code_and_the_unit_that_it_is_theirs(desk, whole):
    head = a_person("hoa", desk.agency, "unit_head", desk.office)

    new = split(whole, desk)

    told = Notification.objects.get(subject=new.key, cause="acknowledgement")
    assert new.code in told.text
    assert whole.code in told.text
    assert Notice.objects.filter(person=head, ticket=new).exists()


def test_it_splits_words_off_that_stand_in_the_request(desk):
    whole = log_ticket(desk)

    new = split(whole, desk, Part(text=f"  {WORDS.replace(' ', '  ')} "))

    assert new.text == WORDS.replace(" ", "  ")
    with pytest.raises(parting.Refused, match=new.code):
        split(whole, desk, Part(text=WORDS))


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (Part(), "items"),
        (Part(items=(1,), text="Giá điện?"), "items"),
        (Part(items=(9,)), "items"),
        (Part(items=(1, 2, 3)), "items"),
        (Part(text="Chưa ai hỏi điều này"), "text"),
        (Part(text=ASKS_THREE), "text"),
    ],
)
def test_it_names_what_is_no_part(desk, whole, part, field):
    before = Ticket.objects.count()

    with pytest.raises(refusing.Refused) as refused:
        split(whole, desk, part)

    assert list(refused.value.fields) == [field]
    assert Ticket.objects.count() == before
    assert numbers(whole) == [1, 2, 3]


def test_it_leaves_a_missed_deadline_where_it_is_and_misses_its_own(desk, whole):
    """P6."""
    reminders.sweep(at=later(hours=49))

    new = split(whole, desk, at=later(hours=50))
    reminders.sweep(at=later(hours=50))

    assert (missed(whole), missed(new)) == (1, 1)
    assert "Thời hạn trả lời đã qua" in Notification.objects.get(subject=new.key, cause="acknowledgement").text


def test_it_is_spoken_for_by_an_interim_that_reached_them(desk, whole):
    """P5."""
    answered_by_call(whole, by=desk.alice, at=later(hours=2), draft=a_reply("interim", "call"))

    new = split(whole, desk)

    assert (
        milestones(new)
        == milestones(whole)
        == [
            ("first_reply", MORNING + PROMISE, True),
            ("promised", later(days=4), False),
        ]
    )
    assert new.state == Ticket.objects.get(pk=new.pk).state == "interim_sent"


def test_it_is_open_again_where_that_interim_comes_back(desk, whole):
    """P4."""
    interim = replies.send(whole, a_reply("interim"), by=desk.alice, at=later(hours=2))
    mail_is(Result.accepted(), outbox_row(interim.key), at=later(hours=2))
    new = split(whole, desk)

    mail_bounces(outbox_row(interim.key), at=later(hours=6))

    assert milestones(new) == milestones(whole) == [("first_reply", MORNING + PROMISE, False)]
    assert not list(rebuilt.differing(on_progress=lambda _tickets: None))


def test_it_waits_for_a_reply_on_its_way(desk, whole):
    replies.send(whole, a_reply("answer", items=(1,)), by=desk.alice, at=later(hours=2))

    with pytest.raises(refusing.NotNow):
        split(whole, desk)


def test_it_may_leave_nothing_open_behind(desk, whole):
    """What stays was answered when its answer arrived."""
    answered_by_call(whole, by=desk.alice, at=later(hours=2), draft=a_reply("answer", "call", items=(1, 3)))

    new = split(whole, desk)

    whole.refresh_from_db()
    assert (whole.state, whole.next_due_at) == ("replied", None)
    assert milestones(new) == [("first_reply", MORNING + PROMISE, False)]
    with pytest.raises(refusing.NotNow):
        split(whole, desk, Part(items=(1,)))


def test_it_takes_nothing_from_a_request_that_ended_or_took_another_in_today(desk, whole):
    other = log_ticket(desk, officer=desk.alice)
    merging.merge(whole, other, reason="Một việc", by=desk.bob, at=later(hours=1))

    for ticket in (whole, other):
        with pytest.raises(refusing.NotNow):
            split(ticket, desk)
    assert split(Ticket.objects.get(pk=whole.pk), desk, at=later(hours=30)).unit == desk.office


def test_it_is_undone_by_merging_it_back(desk, whole):
    new = split(whole, desk)

    merging.merge(whole, new, reason="Tách nhầm", by=desk.bob, at=later(hours=6))

    assert sorted(item.text for item in items.current(whole)) == sorted(line[3:] for line in ASKS_THREE.splitlines())
    assert not list(rebuilt.differing(on_progress=lambda _tickets: None))


def test_it_counts_a_later_cycle_from_where_that_began(desk, whole):
    """P7."""
    answered_by_call(whole, by=desk.alice, at=later(hours=2))
    cycles.reopen(whole, "Còn hai việc:\n1. Giá?\n2. Thuế?", by=desk.lan, at=later(hours=20))

    assert split(whole, desk, at=later(hours=21)).received_at == later(hours=20)


def test_it_opens_a_part_of_a_part_again_too_when_the_interim_reply_comes_back(desk, whole):
    """P4: nothing arrived, however often what it spoke for was split since."""
    interim = replies.send(whole, a_reply("interim"), by=desk.alice, at=later(hours=1))
    mail_is(Result.accepted(), outbox_row(interim.key), at=later(hours=1))
    part = split(whole, desk, Part(items=(2, 3)))
    smallest = split(part, desk, Part(items=(1,)))

    mail_bounces(outbox_row(interim.key), at=later(hours=6))

    assert milestones(smallest) == milestones(part) == [("first_reply", MORNING + PROMISE, False)]


def test_it_stays_sealed_from_the_same_people(desk):
    """P13."""
    whole = log_ticket(desk, by=desk.leader, kind="harassment", text=ASKS_THREE)
    Exclusion.objects.create(ticket=whole, unit=desk.unit)

    new = split(whole, desk, by=desk.leader, unit=None)

    assert new.sealed
    assert not access.visible(desk.bob).filter(pk=new.pk).exists()
    with pytest.raises(refusing.Refused):
        split(whole, desk, Part(items=(1,)), by=desk.leader, unit=desk.unit)


def test_it_takes_copies_of_the_chosen_files_of_the_requester(desk, whole):
    sent, other = (a_file(name, whole) for name in ("bản đồ.pdf", "hóa đơn.pdf"))

    new = split(whole, desk, Part(items=(2,), files=(sent.pk,)))

    (copy,) = new.files.all()
    assert (copy.name, copy.sha256) == ("bản đồ.pdf", sent.sha256)
    assert copy.place != sent.place
    assert set(whole.files.all()) == {sent, other}
    assert new.events.filter(kind="file_added", facts__file=copy.pk).exists()


def test_it_takes_no_file_but_what_the_requester_sent(desk, whole):
    note = Message.objects.create(ticket=whole, direction="note", text="Nội bộ", author=desk.alice, at=later(hours=1))
    noted = a_file("nội bộ.pdf", whole, message=note)
    stranger = a_file("của người khác.pdf", log_ticket(desk))
    infected = a_file("lạ.pdf", whole)
    Attachment.objects.filter(pk=infected.pk).update(state="refused", place="", reason="virus")

    for file in (noted, stranger, infected):
        with pytest.raises(parting.Refused) as refused:
            split(whole, desk, Part(items=(2,), files=(file.pk,)))
        assert list(refused.value.fields) == ["files"]

    assert not Ticket.objects.filter(links__kind="split_off").exists()


def a_file(name: str, ticket: Ticket, message: Message | None = None) -> Attachment:
    kept = attachments.keep(io.BytesIO(files.PDF), name, by=None, at=MORNING)
    attachments.attach([kept], ticket, message=message)
    return Attachment.objects.get(pk=kept.pk)


def test_it_notices_that_somebody_else_acted_meanwhile(desk, whole):
    seen = whole.ledger_seq
    split(whole, desk)

    with pytest.raises(locking.ChangedMeanwhile):
        split(whole, desk, Part(items=(3,)), by=desk.lan, seen_seq=seen)
    closing.close(whole, "withdrawn", note="Thôi", by=desk.bob, at=later(hours=6))
    with pytest.raises(refusing.NotNow):
        split(whole, desk, Part(items=(3,)))


def test_it_is_not_taken_for_the_same_request(desk, whole):
    new = split(whole, desk)

    assert [one.ticket for one in alike.of(new, desk.bob, at=later(hours=6))] == []
    assert [one.ticket for one in alike.of(whole, desk.bob, at=later(hours=6))] == []
