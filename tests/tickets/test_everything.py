"""All services in whatever order: no breach is lost, no clock differs from its history, no refusal saves anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from notifications.models import Notification
from notifications.results import Result
from requests_desk.tickets import access
from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.queries import clocks as clock_queries
from requests_desk.tickets.queries import ledger as ledger_queries
from requests_desk.tickets.queries import rebuilt
from requests_desk.tickets.services import (
    approval,
    assignment,
    closing,
    corrections,
    cycles,
    due,
    erasing,
    items,
    merging,
    parting,
    pauses,
    policy_choice,
    refusing,
    reminders,
    repinning,
    replies,
    signing,
)
from requests_desk.tickets.services.cycles import Words
from requests_desk.tickets.words import ErasedWhy
from sla import catalogue
from sla.models import Breach, Milestone
from sla.policies import DEFAULT_POLICY
from tests.support.cast import MORNING, Desk, a_reply, log_ticket, mail_bounces, mail_is, open_desk

WHICH = st.integers(0, 3)
POLICY = {**DEFAULT_POLICY, "rule": "B", "statutory_days": 5, "pause_days": 3}
EXPECTED = (
    refusing.Refused,
    refusing.NotNow,
    closing.ReplyMissing,
    closing.AlreadyClosed,
    access.Denied,
    erasing.StillInUse,
)
EXAMPLES, STEPS = 12, 25


class Everything(RuleBasedStateMachine):
    """A department and up to four requests of one firm."""

    desk: ClassVar[Desk]

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.at = MORNING
        self.is_swept = False
        self.tickets: list[Ticket] = []
        self.standing: set[int] = set()

    def teardown(self) -> None:
        assert ledger_queries.verify(on_progress=lambda _events: None).first is None
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    @initialize()
    def first(self) -> None:
        self.log(is_referred=True)
        self.log(is_referred=False)

    @precondition(lambda self: len(self.tickets) < 4)
    @rule(is_referred=st.booleans())
    def log(self, is_referred: bool) -> None:
        more = {"external_deadline": self.at + timedelta(days=3)} if is_referred else {}
        self.tickets.append(log_ticket(self.desk, by=self.desk.bob, officer=self.desk.alice, at=self.at, **more))
        self.is_swept = False

    @rule(which=WHICH, is_whole=st.booleans())
    def forget(self, which: int, is_whole: bool) -> None:
        how = {"why": ErasedWhy.RETENTION, "is_whole": is_whole, "by": None, "at": self.at}
        self.tries(lambda: erasing.erase(self.ticket(which), **how))

    @rule(
        which=WHICH,
        kind=st.sampled_from(["interim", "answer", "refusal", "transfer"]),
        channel=st.sampled_from(["email", "call", "letter"]),
        is_leader=st.booleans(),
        reason=st.sampled_from(["not_ready", "needs_more"]),
    )
    def say(self, **said: Any) -> None:
        kind, is_interim = said["kind"], said["kind"] == "interim"
        more = {"promised_at": self.at + timedelta(hours=30), "reason": said["reason"]} if is_interim else {}
        draft = a_reply(kind, said["channel"], **more)
        by = self.desk.leader if said["is_leader"] else self.desk.alice
        self.tries(lambda: replies.send(self.ticket(said["which"]), draft, by=by, at=self.at))

    @rule(which=WHICH, how=st.sampled_from(["approve", "return", "take_back", "submit", "carry_out"]))
    def sign(self, which: int, how: str) -> None:
        reply = self.ticket(which).replies.exclude(state="sent").order_by("pk").last()
        if reply is None:
            return
        again = replies.Draft(**{name: getattr(reply, name) for name in replies.Draft.__slots__})
        acts: dict[str, Callable[[], object]] = {
            "approve": lambda: approval.approve(reply, number="1/SCT", by=self.desk.leader, at=self.at),
            "return": lambda: approval.give_back(reply, reason="Rõ hơn", by=self.desk.leader, at=self.at),
            "take_back": lambda: approval.take_back(reply, by=self.desk.alice, at=self.at),
            "submit": lambda: approval.submit_again(reply, again, by=self.desk.alice, at=self.at),
            "carry_out": lambda: approval.carry_out(reply, again, by=self.desk.alice, at=self.at),
        }
        self.tries(acts[how])

    @precondition(lambda self: self.mails("pending"))
    @rule(which=WHICH, result=st.sampled_from([Result.accepted(), Result.permanent("smtp_550")]))
    def mail_ends(self, which: int, result: Result) -> None:
        waiting = self.mails("pending")
        mail_is(result, waiting[which % len(waiting)], at=self.at)
        self.is_swept = False

    @precondition(lambda self: self.mails("sent"))
    @rule(which=WHICH)
    def mail_comes_back(self, which: int) -> None:
        accepted = self.mails("sent")
        mail_bounces(accepted[which % len(accepted)], at=self.at)
        self.is_swept = False

    @rule(which=WHICH, how=st.sampled_from(["more", "thanks", "not_to_the_point", "annul"]))
    def hear(self, which: int, how: str) -> None:
        ticket, by, at = self.ticket(which), self.desk.alice, self.at
        acts: dict[str, Callable[[], object]] = {
            "more": lambda: cycles.message_received(ticket, Words("Thêm"), by=by, at=at),
            "thanks": lambda: cycles.message_received(ticket, Words("Cảm ơn", is_thanks=True), by=by, at=at),
            "not_to_the_point": lambda: cycles.reopen(ticket, "Chưa đúng", by=by, at=at),
            "annul": lambda: cycles.mark_thanks(ticket, by=by, at=at),
        }
        self.tries(acts[how])

    @rule(which=WHICH, other=WHICH)
    def merge(self, which: int, other: int) -> None:
        pair = self.ticket(which), self.ticket(other)
        self.tries(lambda: merging.merge(*pair, reason="Trùng", by=self.desk.bob, at=self.at))

    @rule(which=WHICH)
    def unmerge(self, which: int) -> None:
        self.tries(lambda: merging.unmerge(self.ticket(which), by=self.desk.bob, at=self.at))

    @precondition(lambda self: len(self.tickets) < 4)
    @rule(which=WHICH)
    def split(self, which: int) -> None:
        """P1: no part is due later than the whole was."""
        whole, made = self.ticket(which), list[Ticket]()
        numbers = tuple(item.number for item in items.current(whole))
        part = parting.Part(items=numbers[-1:]) if numbers else parting.Part(text="gia hạn giấy phép")
        self.tries(lambda: made.append(parting.split_off(whole, part, unit=None, by=self.desk.bob, at=self.at)))
        assert all(self.first_due(new) <= self.first_due(whole) for new in made)
        self.tickets += made

    @rule(which=WHICH, is_begun=st.booleans())
    def pause(self, which: int, is_begun: bool) -> None:
        before = dict(Milestone.objects.values_list("pk", "due_at"))
        act = pauses.pause if is_begun else pauses.end
        self.tries(lambda: act(self.ticket(which), by=self.desk.alice, at=self.at))
        if is_begun:
            assert all(due_at >= before[pk] for pk, due_at in Milestone.objects.values_list("pk", "due_at"))

    @rule(which=WHICH, hours=st.sampled_from([-30, -1, 1]))
    def correct(self, which: int, hours: int) -> None:
        ticket = self.ticket(which)
        moment = ticket.received_at + timedelta(hours=hours)
        self.tries(lambda: corrections.correct(ticket, received_at=moment, reason="Nhầm", by=self.desk.bob, at=self.at))

    @rule(hours=st.sampled_from([24, 48, 60]), days=st.sampled_from([0, 5, 7]))
    def edit_and_apply(self, hours: int, days: int) -> None:
        owner, document = (
            policy_choice.owner(self.desk.agency),
            {**POLICY, "first_reply": f"{hours}h", "statutory_days": days},
        )
        version = catalogue.add_policy(owner, policy_choice.POLICY, name="X", document=document, at=self.at)
        repinning.apply(self.desk.agency, version, reason="Thử", missed=99, by=self.desk.root, at=self.at)
        self.is_swept = False

    @rule(days=st.integers(0, 20))
    def take_a_day_off(self, days: int) -> None:
        """P10: and no deadline becomes earlier by it."""
        owner, before = policy_choice.owner(self.desk.agency), dict(Milestone.objects.values_list("pk", "due_at"))
        old = catalogue.current_calendar(owner, policy_choice.CALENDAR).document
        holiday = (MORNING + timedelta(days=days)).date().isoformat()
        document = {**old, "holidays": sorted({*old["holidays"], holiday})}
        version = catalogue.add_calendar(owner, policy_choice.CALENDAR, name="X", document=document, at=self.at)
        repinning.apply(self.desk.agency, version, reason="Nghỉ", missed=99, by=self.desk.root, at=self.at)
        assert all(due_at >= before[pk] for pk, due_at in Milestone.objects.values_list("pk", "due_at"))
        self.is_swept = False

    @rule(which=WHICH, is_office=st.booleans())
    def transfer(self, which: int, is_office: bool) -> None:
        unit = self.desk.office if is_office else self.desk.unit
        self.tries(lambda: assignment.assign(self.ticket(which), unit=unit, officer=None, by=self.desk.bob, at=self.at))

    @rule(which=WHICH, ending=st.sampled_from(["answered", "refused", "transferred", "withdrawn", "spam"]))
    def end(self, which: int, ending: str) -> None:
        met = self.met()
        self.tries(lambda: closing.close(self.ticket(which), ending, note="Thôi", by=self.desk.leader, at=self.at))
        assert self.met() == met

    @rule(hours=st.sampled_from([0.25, 3, 9, 20, 50]))
    def time_passes(self, hours: float) -> None:
        self.at += timedelta(hours=hours, seconds=1)
        self.is_swept = False

    @rule()
    def sweep(self) -> None:
        reminders.sweep(at=self.at)
        assert reminders.sweep(at=self.at) == 0
        self.is_swept = True

    # --- what always holds ---------------------------------------------------------------------------------------

    @invariant()
    def no_breach_is_ever_taken_back(self) -> None:
        """P6: nothing lowers their number but a corrected receipt, and that leaves the row."""
        void_reasons = dict(Breach.objects.values_list("pk", "void_reason"))
        assert self.standing <= set(void_reasons)
        assert {void_reasons[pk] for pk in self.standing} <= {"", corrections.REASON}
        self.standing = {pk for pk, reason in void_reasons.items() if not reason}

    @invariant()
    def the_queue_and_the_timer_agree_with_the_clocks(self) -> None:
        assert list(clock_queries.wrong()) == []

    @invariant()
    def the_clocks_are_what_the_history_alone_makes_of_them(self) -> None:
        """P14."""
        assert list(rebuilt.differing(on_progress=lambda _tickets: None)) == []

    @invariant()
    def only_a_reply_that_arrived_and_still_stands_has_met_anything(self) -> None:
        """P3, P4."""
        arrived = {f"reply:{pk}" for pk in Reply.objects.filter(reached_at__isnull=False).values_list("pk", flat=True)}
        assert set(Milestone.objects.filter(met_at__isnull=False).values_list("met_by", flat=True)) <= arrived

    @invariant()
    def an_ending_stands_on_its_replies(self) -> None:
        """P15."""
        assert all(closing.missing(ticket, ticket.ending) is None for ticket in Ticket.objects.filter(state="closed"))

    @invariant()
    def the_queue_shows_whose_desk_a_reply_lies_on(self) -> None:
        """P5."""
        assert all(ticket.waiting_for == signing.highest(ticket) for ticket in Ticket.objects.all())

    @precondition(lambda self: self.is_swept)
    @invariant()
    def after_a_sweep_all_that_is_owed_and_past_is_missed(self) -> None:
        """P6, N6."""
        owed = Milestone.objects.filter(met_at=None, ended_at=None, due_at__lte=self.at)
        missed = Breach.objects.filter(voided_at=None).values("milestone")
        assert not owed.exclude(pk__in=missed).exists()

    def tries(self, act: Callable[[], object]) -> None:
        """Do it; what is refused has saved nothing."""
        lines = Ticket.objects.aggregate(all=Sum("ledger_seq"))["all"]
        try:
            act()
        except EXPECTED:
            assert Ticket.objects.aggregate(all=Sum("ledger_seq"))["all"] == lines
        self.is_swept = False

    def ticket(self, which: int) -> Ticket:
        return Ticket.objects.get(pk=self.tickets[which % len(self.tickets)].pk)

    def mails(self, state: str) -> list[Notification]:
        rows = Notification.objects.filter(cause="reply", state=state, next_attempt_at__lte=self.at)
        return list(
            (rows if state == "pending" else Notification.objects.filter(cause="reply", state=state)).order_by("pk")
        )

    def first_due(self, ticket: Ticket) -> datetime:
        return due.reply_clock(ticket).milestones.get(name="first_reply").due_at

    def met(self) -> set[Any]:
        return set(Milestone.objects.filter(met_at__isnull=False).values_list("pk", flat=True))


@pytest.mark.django_db
def test_it_holds_through_every_service(settings_of_demo: None) -> None:
    """P1 to P15: twenty-five things in a row, many times over."""
    Everything.desk = open_desk(policy=POLICY)

    run_state_machine_as_test(
        Everything,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_of_demo(settings: Any) -> None:
    settings.DESK_DEMO = True
