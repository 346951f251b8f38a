"""Several at once, on connections of their own: nothing is told twice, lost, or held up for good (N7, §6)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.db.models import QuerySet

from notifications import outbox
from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import User
from requests_desk.tickets.models import Alert, Event, Reply, Requester, Ticket
from requests_desk.tickets.queries import clocks as clock_queries
from requests_desk.tickets.queries import ledger as ledger_queries
from requests_desk.tickets.services import (
    assignment,
    batches,
    closing,
    contacts,
    cycles,
    data_rights,
    importing,
    intake,
    locking,
    merging,
    one_time,
    reminders,
    replies,
)
from requests_desk.tickets.services.cycles import Words
from sla.models import Breach, Firing, Milestone
from tests.support.cast import MORNING, PROMISE, Desk, a_reply, a_request, later, log_ticket, outbox_row
from tests.tickets.services.test_importing import a_file

pytestmark = pytest.mark.django_db(transaction=True)
DUE = MORNING + PROMISE
PATIENCE = 30.0


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run each job in a thread with a connection of its own, all let go together. Return results or exceptions."""
    gate = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(PATIENCE)
            results[place] = jobs[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return results


@contextmanager
def held(rows: QuerySet[Any]) -> Iterator[None]:
    """Let another transaction hold these rows meanwhile."""
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                list(rows.select_for_update())
                ready.set()
                done.wait(PATIENCE)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield
    finally:
        done.set()
        thread.join(PATIENCE)


@contextmanager
def meanwhile(job: Callable[[], Any]) -> Iterator[None]:
    """Do a job in another transaction, which ends only once somebody waits for what it holds."""
    ready = threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                job()
                ready.set()
                wait_until_somebody_waits()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(PATIENCE)
    yield
    thread.join(PATIENCE)


def wait_until_somebody_waits() -> None:
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)


def all_is_right() -> None:
    """Prove that every chain holds and that queue and timer agree with the clocks."""
    assert ledger_queries.verify(on_progress=lambda _events: None).first is None
    assert list(clock_queries.wrong()) == []


def raised(results: Sequence[Any]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]


def test_it_tells_each_alert_once_by_eight_sweepers_at_once(desk: Desk):
    """N7: unique keys alone would hide a second telling, so the ledger is counted too."""
    tickets = [log_ticket(desk, officer=desk.alice, at=later(seconds=second)) for second in range(40)]

    results = at_once(*[lambda: reminders.sweep(at=DUE + timedelta(minutes=1))] * 8)

    while reminders.sweep(at=DUE + timedelta(minutes=1)):
        pass
    assert raised(results) == []
    assert Counter(Firing.objects.values_list("result", flat=True)) == {"told": 40, "superseded": 200}
    assert Counter(Event.objects.values_list("kind", flat=True))["alert_told"] == 40
    assert Alert.objects.count() == len(tickets)
    digests = Notification.objects.filter(cause="alert:breach", channel="email")
    assert sum(row.text.count(ticket.code) > 0 for row in digests for ticket in tickets) == len(tickets)
    assert Breach.objects.count() == 40
    all_is_right()


def test_it_shares_the_work_among_sweepers(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """§6."""
    for second in range(20):
        log_ticket(desk, officer=desk.alice, at=later(seconds=second))
    monkeypatch.setattr(batches, "LIMIT", 3)

    results = at_once(*[lambda: reminders.sweep(at=DUE + timedelta(minutes=1))] * 4)

    assert raised(results) == []
    assert sum(results) + reminders.sweep(at=DUE + timedelta(minutes=1)) == 20
    assert Firing.objects.filter(result="told").count() == 20


def test_it_leaves_a_request_that_somebody_is_writing_to_until_the_next_sweep(desk: Desk):
    """§6: without waiting, and without holding up the others."""
    busy, free = (log_ticket(desk, officer=desk.alice) for _number in range(2))

    with held(Ticket.objects.filter(pk=busy.pk)):
        assert reminders.sweep(at=DUE) == 1
    told_meanwhile = set(Breach.objects.values_list("milestone__clock__ticket_clock__ticket", flat=True))
    reminders.sweep(at=DUE + timedelta(seconds=15))

    assert told_meanwhile == {free.pk}
    assert Breach.objects.count() == 2


def test_it_gets_past_more_busy_requests_than_a_batch_holds(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """§6."""
    busy = log_ticket(desk, officer=desk.alice)
    log_ticket(desk, officer=desk.alice, at=later(minutes=1))
    monkeypatch.setattr(batches, "LIMIT", 1)

    with held(Ticket.objects.filter(pk=busy.pk)):
        assert reminders.sweep(at=DUE + timedelta(hours=1)) == 1


def test_it_passes_by_what_another_sweep_has_in_hand_without_waiting(desk: Desk):
    """§6: FOR UPDATE SKIP LOCKED."""
    for _number in range(2):
        log_ticket(desk, officer=desk.alice)
    theirs = Milestone.objects.values_list("pk", flat=True)[0]

    with held(Milestone.objects.filter(pk=theirs)):
        (count,) = at_once(lambda: reminders.sweep(at=DUE))

    assert count == 1


def test_it_makes_one_ticket_of_one_submission_sent_eight_times_at_once(desk: Desk):
    """P14: and one requester, one code."""
    request = a_request(submission="once")

    results = at_once(*[lambda: intake.log(desk.agency, request, by=desk.lan, at=MORNING)] * 8)

    assert raised(results) == []
    assert len({result.ticket.pk for result in results}) == 1
    assert [result.is_new for result in results].count(True) == 1
    assert [bool(result.lookup_code) for result in results].count(True) == 1
    assert (Ticket.objects.count(), Requester.objects.count(), Milestone.objects.count()) == (1, 1, 1)


def test_it_gives_each_request_a_code_of_its_own_without_gaps(desk: Desk):
    def five() -> list[str]:
        return [log_ticket(desk, at=MORNING).code for _number in range(5)]

    results = at_once(*[five] * 6)

    assert raised(results) == []
    codes = sorted(code for some in results for code in some)
    assert codes == [f"SCT-2026-{number:06d}" for number in range(1, 31)]


def test_it_tells_the_second_of_two_officers_what_the_first_did(desk: Desk):
    """Both had the same page before them; one reply goes, the other officer is asked again."""
    ticket = log_ticket(desk, officer=desk.alice)

    def reply(by: User) -> Reply:
        return replies.send(ticket, a_reply("answer", "call"), by=by, at=later(hours=1), seen_seq=ticket.ledger_seq)

    results = at_once(lambda: reply(desk.alice), lambda: reply(desk.bob))

    (error,) = raised(results)
    assert isinstance(error, locking.ChangedMeanwhile)
    assert error.event.kind == "reply_recorded"
    assert ticket.replies.count() == 1


def test_it_writes_one_chain_when_many_write_to_one_ticket(desk: Desk):
    """P14."""
    ticket = log_ticket(desk, officer=desk.alice)

    jobs = [lambda n=n: assignment.note(ticket, f"Ghi chú {n}", by=desk.alice, at=later(minutes=n)) for n in range(8)]
    results = at_once(*jobs)

    assert raised(results) == []
    assert ticket.events.filter(kind="noted").count() == 8
    all_is_right()


@pytest.mark.parametrize("place", range(3))
def test_it_comes_to_one_end_when_a_reply_and_the_timer_meet_at_the_due_instant(desk: Desk, place: int):
    """P3, P6: whoever is first, a reply one minute late is late, once."""
    ticket = log_ticket(desk, officer=desk.alice)
    late = DUE + timedelta(minutes=1)

    results = at_once(
        lambda: replies.send(ticket, a_reply("answer", "call"), by=desk.alice, at=late),
        *[lambda: reminders.sweep(at=late)] * 3,
    )
    reminders.sweep(at=late + timedelta(seconds=15))

    assert raised(results) == []
    assert Breach.objects.filter(voided_at__isnull=True).count() == 1
    assert Notification.objects.filter(cause="alert:breach").count() == 2
    all_is_right()


def test_it_ends_in_order_when_acceptance_bounce_timer_and_ending_all_come_at_once(desk: Desk):
    """N7: the sender, a webhook, two sweeps and an officer lock the same rows; nobody waits for ever or loses."""
    tickets = [log_ticket(desk, officer=desk.alice) for _number in range(6)]
    keys = [replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1)).key for ticket in tickets]
    rows = {row.key: row for row in outbox.claim("email", at=later(hours=1), limit=99, lease_seconds=60, owner="x")}
    mails = [rows[outbox_row(key).key] for key in keys]

    def send() -> None:
        for row in mails:
            assert outbox.begin_attempt(row, at=later(hours=1), lease_seconds=60)
            with transaction.atomic():
                outcome = outbox.record(row, Result.accepted(), at=later(hours=1))
                if outcome:
                    replies.take_up([outcome], at=later(hours=1))

    def bounce() -> None:
        for row in mails:
            while True:
                with transaction.atomic():
                    outcome = outbox.bounced(row.message_id, at=later(hours=2), reason="5.1.1")
                    if outcome:
                        replies.take_up([outcome], at=later(hours=2))
                        break

    def close() -> None:
        for ticket in tickets:
            closing.close(ticket, "withdrawn", note="Thôi.", by=desk.bob, at=later(hours=3))

    results = at_once(send, bounce, close, *[lambda: reminders.sweep(at=DUE - timedelta(hours=20))] * 2)
    reminders.sweep(at=later(days=9))

    assert raised(results) == []
    assert not Notification.objects.filter(outcome_at__isnull=False, settled_at__isnull=True).exists()
    assert Ticket.objects.filter(state="closed", ending="withdrawn").count() == 6
    assert not Breach.objects.exists()
    all_is_right()


def test_it_sends_and_wakes_nobody_while_the_transaction_is_open(desk: Desk):
    """N7: an eager worker would hide this, so the broker itself is asked."""
    ticket = log_ticket(desk, officer=desk.alice)
    broker = redis.Redis.from_url(
        django_settings.CELERY_BROKER_URL.replace("redis+socket", "unix").replace("virtual_host", "db")
    )
    at_once(lambda: outbox.claim("email", at=MORNING, limit=99, lease_seconds=9999, owner="aside"))
    before = broker.llen("mail")

    with transaction.atomic():
        replies.send(ticket, a_reply(), by=desk.alice, at=later(minutes=1))
        (seen,) = at_once(lambda: outbox.claim("email", at=later(minutes=1), limit=9, lease_seconds=60, owner="other"))
        woken = broker.llen("mail")

    assert (seen, woken) == ([], before)
    assert broker.llen("mail") == before + 1
    assert len(outbox.claim("email", at=later(minutes=1), limit=9, lease_seconds=60, owner="other")) == 1


def test_it_wakes_nobody_for_what_was_rolled_back(desk: Desk):
    """N7."""
    ticket = log_ticket(desk, officer=desk.alice)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        replies.send(ticket, a_reply(), by=desk.alice, at=later(minutes=1))
        raise ZeroDivisionError

    assert not Notification.objects.filter(cause="reply").exists()
    assert Milestone.objects.get().is_open


def test_it_loses_nothing_when_the_database_drops_a_sweep_before_its_commit(desk: Desk):
    """N7: the connection is killed while the sweep holds everything."""
    ticket = log_ticket(desk, officer=desk.alice)

    def dies() -> None:
        with transaction.atomic():
            reminders.fire_due(at=DUE, limit=10)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    (error,) = at_once(dies)
    assert isinstance(error, Exception)
    assert not Breach.objects.exists()

    reminders.sweep(at=DUE + timedelta(seconds=15))

    assert Breach.objects.count() == 1
    assert ticket.events.filter(kind="alert_told").count() == 1


def test_it_takes_each_row_of_a_register_over_once_with_two_workers(desk: Desk) -> None:
    rows = [f"{n},0{n % 9 + 1}/03/2025,Công ty {n % 7},09500000{n % 7:02},Câu hỏi {n},Đã trả lời,," for n in range(24)]
    register, _is_new = importing.read(desk.agency, a_file(*rows), "so.csv", by=desk.root, at=MORNING)
    importing.map_columns(register, register.mapping, channel="letter", at=MORNING)
    work = partial(importing.work, register, clock=lambda: MORNING, until=DUE, progress=lambda _rows: None)
    work()
    importing.begin(register, at=MORNING)

    results = at_once(work, work, work)

    assert results == [True, True, True]
    assert Ticket.objects.count() == 24
    assert Ticket.objects.values("old_number").distinct().count() == 24
    # One requester, however many workers met them at the same moment.
    assert Requester.objects.count() == 7
    assert ledger_queries.verify(on_progress=lambda _lines: None).ok


def test_it_lets_what_is_said_land_where_a_request_lives_on_that_is_merged_that_moment(desk: Desk) -> None:
    """P8: the words waited for the merge to end, and would open a request of their own."""
    survivor, absorbed = (log_ticket(desk, officer=desk.alice) for _number in range(2))

    with meanwhile(lambda: merging.merge(survivor, absorbed, reason="Một việc.", by=desk.bob, at=later(hours=1))):
        taken = cycles.message_received(absorbed, Words("Xin bổ sung."), by=None, at=later(hours=1))

    assert (taken.ticket, taken.opened) == (survivor, "")
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("act", ["contact", "code", "data"])
def test_it_finds_a_request_whose_requester_got_a_record_of_their_own_that_moment(desk: Desk, act: str) -> None:
    """Two numbers sent from one page at once: the row changed under the join that named its requester."""
    ticket, _other = (log_ticket(desk, officer=desk.alice) for _number in range(2))
    acts: dict[str, Callable[[], Any]] = {
        "contact": lambda: contacts.change(ticket, email="", phone="0950000003", at=later(hours=1)),
        "code": lambda: one_time.send(ticket, "email", at=later(hours=1)),
        "data": lambda: data_rights.ask(ticket, "Xin xóa.", at=later(hours=1)),
    }

    with meanwhile(lambda: contacts.change(ticket, email="", phone="0950000002", at=later(hours=1))):
        acts[act]()

    ticket.refresh_from_db()
    assert ticket.requester.phones.get().number in ("+84950000002", "+84950000003")
    all_is_right()
