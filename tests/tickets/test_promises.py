"""Whatever happens in whatever order, the promise is kept or its breach stands (P3 to P6, P15, N6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import QuerySet
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
from requests_desk.tickets.models import Item, Reply, Ticket
from requests_desk.tickets.queries import clocks as clock_queries
from requests_desk.tickets.queries import ledger as ledger_queries
from requests_desk.tickets.queries import rebuilt
from requests_desk.tickets.services import closing, corrections, reminders, replies
from requests_desk.tickets.words import ReplyKind
from sla.models import Breach, Firing, Milestone
from tests.support.cast import MORNING, Desk, a_reply, log_ticket, mail_bounces, mail_is

RUNGS = 6
ONE_QUESTION = "Hồ sơ gồm những gì?"
TWO_QUESTIONS = "Hỏi:\n1. Hồ sơ gồm những gì?\n2. Nộp ở đâu?"
HOURS = st.sampled_from([0.25, 1, 3, 9, 20, 30])
EXAMPLES = 25


class Promises(RuleBasedStateMachine):
    """A request or two, replies that arrive, fail or come back, endings, and a timer that runs when it likes."""

    desk: ClassVar[Desk]

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.at = MORNING
        self.swept_at: datetime | None = None
        self.tickets: list[Ticket] = []
        self.standing: set[int] = set()

    def teardown(self) -> None:
        assert ledger_queries.verify(on_progress=lambda _events: None).first is None
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    @initialize(back=st.sampled_from([0, 0.2, 30, 47, 60]))
    def first(self, back: float) -> None:
        self.log(back)

    @precondition(lambda self: len(self.tickets) < 3)
    @rule(back=st.sampled_from([0, 46]), text=st.sampled_from([ONE_QUESTION, TWO_QUESTIONS]))
    def log(self, back: float, text: str = TWO_QUESTIONS) -> None:
        received_at = self.at - timedelta(hours=back)
        more = {"received_at": received_at, "received_reason": "Mất điện"} if back else {}
        more["text"] = text
        self.tickets.append(log_ticket(self.desk, by=self.desk.bob, officer=self.desk.alice, at=self.at, **more))

    @rule(
        which=st.integers(0, 2),
        kind=st.sampled_from(["interim", "interim", "answer", "refusal"]),
        channel=st.sampled_from(["email", "email", "call"]),
        ahead=st.sampled_from([2, 30, 100]),
        part=st.sampled_from([None, (1,), (2,)]),
    )
    def say(self, which: int, kind: str, channel: str, ahead: int, part: tuple[int, ...] | None) -> None:
        ticket = self._ticket(which)
        more: dict[str, Any] = {"promised_at": self.at + timedelta(hours=ahead)} if kind == "interim" else {}
        if kind != "interim" and ticket.items.exists():
            more["items"] = part
        replies.send(ticket, a_reply(kind, channel, **more), by=self.desk.leader, at=self.at)
        self.swept_at = None

    @rule(which=st.integers(0, 2))
    def call_in_vain(self, which: int) -> None:
        before = self._met()
        draft = replies.Draft("answer", "call", call_outcome="no_answer")
        replies.send(self._ticket(which), draft, by=self.desk.alice, at=self.at)
        assert self._met() == before

    @precondition(lambda self: self._mails("pending"))
    @rule(which=st.integers(0, 5), result=st.sampled_from(["accepted", "accepted", "permanent", "temporary"]))
    def mail_ends(self, which: int, result: str) -> None:
        waiting = self._mails("pending")
        results = {
            "accepted": Result.accepted(),
            "permanent": Result.permanent("smtp_550"),
            "temporary": Result.temporary("smtp_450", outage=True),
        }
        row = waiting[which % len(waiting)]
        if row.next_attempt_at and row.next_attempt_at <= self.at:
            mail_is(results[result], row, at=self.at)
            self.swept_at = None

    @precondition(lambda self: self._mails("sent"))
    @rule(which=st.integers(0, 5))
    def mail_comes_back(self, which: int) -> None:
        accepted = self._mails("sent")
        mail_bounces(accepted[which % len(accepted)], at=self.at)
        self.swept_at = None

    @rule(hours=HOURS)
    def time_passes(self, hours: float) -> None:
        # Never to the very instant something is due: there the timer calls it missed and a reply is still in time.
        self.at += timedelta(hours=hours, seconds=1)
        self.swept_at = None

    @rule(which=st.integers(0, 2), hours=st.sampled_from([-30, -1, 1, 30]))
    def correct_receipt(self, which: int, hours: int) -> None:
        ticket = Ticket.objects.get(pk=self._ticket(which).pk)
        try:
            corrections.correct(
                ticket,
                received_at=ticket.received_at + timedelta(hours=hours),
                reason="Ghi nhầm giờ",
                by=self.desk.bob,
                at=self.at,
            )
        except corrections.Refused:
            assert hours > 0
        self.swept_at = None

    @rule()
    def sweep(self) -> None:
        reminders.sweep(at=self.at)
        assert reminders.sweep(at=self.at) == 0
        self.swept_at = self.at

    @rule(which=st.integers(0, 2), ending=st.sampled_from(["answered", "partly_answered", "refused", "withdrawn"]))
    def end(self, which: int, ending: str) -> None:
        ticket, before = self._ticket(which), self._met()
        try:
            closing.close(ticket, ending, note="Thôi.", by=self.desk.bob, at=self.at)
        except closing.ReplyMissing:
            arrived = set(ticket.replies.filter(reached_at__isnull=False).values_list("kind", flat=True))
            assert ticket.items.exists() or not arrived >= {ReplyKind.ANSWER, ReplyKind.REFUSAL}
        except closing.AlreadyClosed:
            assert Ticket.objects.get(pk=ticket.pk).closed_at is not None
        assert self._met() == before
        self.swept_at = None

    # --- what always holds ---------------------------------------------------------------------------------------

    @invariant()
    def no_breach_is_ever_taken_back(self) -> None:
        void_reasons = dict(Breach.objects.values_list("pk", "void_reason"))
        assert self.standing <= set(void_reasons)
        assert {void_reasons[pk] for pk in self.standing} <= {"", corrections.REASON}
        self.standing = {pk for pk, reason in void_reasons.items() if not reason}

    @invariant()
    def the_queue_and_the_timer_agree_with_the_clocks(self) -> None:
        assert list(clock_queries.wrong()) == []

    @invariant()
    def the_clocks_are_what_the_history_alone_makes_of_them(self) -> None:
        assert list(rebuilt.differing(on_progress=lambda _tickets: None)) == []

    @invariant()
    def what_was_met_in_time_has_no_breach_and_what_was_met_late_has_one(self) -> None:
        missed = self._breached()
        for milestone in Milestone.objects.filter(met_at__isnull=False):
            assert (milestone.met_at > milestone.due_at) is (milestone.pk in missed)

    @invariant()
    def only_a_reply_that_arrived_and_still_stands_has_met_anything(self) -> None:
        arrived = {f"reply:{pk}" for ticket in self.tickets for pk in self._arrived(ticket)}
        assert set(Milestone.objects.filter(met_at__isnull=False).values_list("met_by", flat=True)) <= arrived

    @invariant()
    def an_ending_stands_on_its_replies(self) -> None:
        for ticket in Ticket.objects.filter(state="closed"):
            assert closing.missing(ticket, ticket.ending) is None

    @invariant()
    def each_question_stands_as_the_last_reply_about_it_that_arrived(self) -> None:
        for item in Item.objects.select_related("ticket"):
            about = item.ticket.replies.filter(items__contains=[item.number], reached_at__isnull=False)
            last = about.order_by("reached_at", "pk").last()
            assert (item.settled_by, item.result) == (last, last.kind if last else "")

    @precondition(lambda self: self.swept_at is not None)
    @invariant()
    def after_a_sweep_all_that_was_due_was_told_once(self) -> None:
        missed = self._breached()
        for milestone in Milestone.objects.all():
            if milestone.is_open and milestone.due_at <= self.at:
                assert milestone.pk in missed
            key = f"alert:{milestone.pk}:{int(milestone.due_at.timestamp())}:"
            told = Notification.objects.filter(key__startswith=key, cause="alert:breach").count()
            if milestone.pk in missed:
                assert told == 2
                fired = Firing.objects.filter(milestone=milestone, due_at=milestone.due_at)
                assert fired.exclude(rung__startswith="duty-").count() == RUNGS
            else:
                assert told == 0

    @precondition(lambda self: self.swept_at is not None)
    @invariant()
    def the_first_reply_is_missed_unless_a_reply_that_stands_came_in_time(self) -> None:
        missed = self._breached()
        for ticket in Ticket.objects.all():
            first = Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply")
            in_time = self._told_all(ticket, ticket.replies.filter(reached_at__lte=first.due_at))
            ended_before = first.ended_at and ticket.closed_at and ticket.closed_at < first.due_at
            is_missed = first.due_at <= self.at and not in_time and not ended_before
            assert (first.pk in missed) is bool(is_missed)

    def _told_all(self, ticket: Ticket, told: QuerySet[Reply]) -> bool:
        """Tell whether these replies are the answer, every question of it, or a word on when it comes (P3, P5)."""
        asked = set(ticket.items.values_list("number", flat=True))
        if told.filter(kind="interim").exists() or not asked:
            return told.exists()
        return asked <= {number for reply in told for number in reply.items}

    def _ticket(self, which: int) -> Ticket:
        return self.tickets[which % len(self.tickets)]

    def _mails(self, state: str) -> list[Notification]:
        return list(Notification.objects.filter(cause="reply", state=state).order_by("pk"))

    def _met(self) -> set[Any]:
        return set(Milestone.objects.filter(met_at__isnull=False).values_list("pk", flat=True))

    def _breached(self) -> set[int]:
        return set(Breach.objects.filter(voided_at__isnull=True).values_list("milestone_id", flat=True))

    def _arrived(self, ticket: Ticket) -> list[int]:
        return list(ticket.replies.filter(reached_at__isnull=False).values_list("pk", flat=True))


@pytest.mark.django_db
def test_it_keeps_the_promise_or_its_breach_stands(desk: Desk):
    """P3, P4, P5, P6, P15, N6: twenty things in a row, many times over."""
    Promises.desk = desk

    run_state_machine_as_test(
        Promises,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
