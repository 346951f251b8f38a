"""What runs in workers: the sweep, and a sender per channel. Rows are the truth; a task that is lost costs a sweep."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from notifications import breaker, dispatch, outbox
from notifications import upkeep as upkeep_of_outbox
from notifications.models import Notification
from notifications.results import Result
from requests_desk.tickets.models import Register
from requests_desk.tickets.queries import audit, registers
from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import (
    attachments,
    dead_man,
    drafts,
    figures,
    forgetting,
    heartbeat,
    importing,
    operators,
    releasing,
    reminders,
    replies,
)
from requests_desk.tickets.services.outbox import SENDERS, wake

log = logging.getLogger(__name__)
SEND_AT_ONCE = 250
AT_A_REGISTER = timedelta(seconds=2)
# In the hours when nobody works, as many as a task has time for.
AT_NIGHT, ANONYMISED_AT_ONCE = range(1, 5), 1000


def database_clock() -> Callable[[], datetime]:
    """Return a clock that starts at the database's time and runs with this process: a worker's may be hours off."""
    start, began = database_now(), time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)


@shared_task(name="tickets.sweep")
def sweep() -> None:
    """Run one sweep and tell the watcher outside; beat asks for it every SWEEP_SECONDS."""
    run_sweep()
    dead_man.call(settings.DEAD_MAN_URL)


def run_sweep() -> int:
    """Fire what is due, leave a sign of life, and wake the senders: they ask for themselves whether anything waits.

    Return how many milestones were looked at.
    """
    at = database_now()
    # The sign of life comes after the work: a sweep that dies half-way must not look well (N9).
    looked = reminders.sweep(at=at)
    heartbeat.beat(heartbeat.SWEEP, at=at)
    # Each time, though nothing may wait: it brings back what the broker lost (N7).
    wake(SENDERS)
    return looked


@shared_task(name="tickets.let_go")
def let_go() -> None:
    """Let the replies go whose seconds to be taken back are over; one that is missed goes at the next sweep."""
    releasing.let_go(at=database_now())


@shared_task(name="tickets.send_mail")
def send_mail() -> None:
    """Send the mails that wait."""
    deliver("email")


@shared_task(name="tickets.send_sms")
def send_sms() -> None:
    """Send the SMS that wait."""
    deliver("sms")


@shared_task(name="tickets.upkeep")
def upkeep() -> None:
    """Ask for reports that never came, and forget what need not be kept."""
    at = database_now()
    upkeep_of_outbox.ask("sms", at=at, settle=lambda outcome: replies.take_up([outcome], at=at))
    upkeep_of_outbox.forget_receipts(at=at)
    drafts.forget_old(at=at)
    # Two minutes of silence in work that signs every few seconds: its worker is gone, or the broker lost it.
    for register in registers.stalled(before=at - timedelta(minutes=2)):
        importing.wake(register)
    if settings.KEEP_TEXTS_DAYS:
        forgetting.forget(before=at - timedelta(days=settings.KEEP_TEXTS_DAYS))


@shared_task(name="tickets.anonymise")
def anonymise() -> None:
    """Forget at night, some at a time, the requests whose term is over: beat asks every hour, where it is wished."""
    at = database_now()
    if settings.ANONYMISE_NIGHTLY and timezone.localtime(at).hour in AT_NIGHT:
        for done in forgetting.anonymise(at=at, limit=ANONYMISED_AT_ONCE):
            log.info("forgot %s requests whose term is over", done)
        forgetting.anonymise_strays(at=at)


@shared_task(name="tickets.tidy_files")
def tidy_files() -> None:
    """Scan what waits for the virus scanner, and drop files that became part of nothing."""
    at = database_now()
    attachments.rescan(at=at)
    attachments.forget_staged(at=at)
    attachments.forget_strays(at=at)


@shared_task(name="tickets.count_figures")
def count_figures() -> None:
    """Count what the first page says of the promise."""
    figures.count_all(at=database_now())


@shared_task(name="tickets.import_register")
def import_register(pk: int) -> None:
    """Go on with an old register for as long as a task may run; a fresh one goes on from there."""
    register = Register.objects.select_related("agency", "by").filter(pk=pk).first()
    if register is None:
        return
    clock = database_clock()
    with override(settings.LANGUAGE_CODE):
        done = importing.work(register, clock=clock, until=clock() + AT_A_REGISTER, progress=lambda _rows: None)
    if not done:
        importing.wake(register)


@shared_task(name="tickets.audit")
def look_for_gaps() -> None:
    """Say in the log what the timer or a sender has left undone (design §6)."""
    found = {name: count for name, count in audit.findings(at=database_now()).items() if count}
    if found:
        log.error("the audit found gaps: %s", ", ".join(f"{name}={count}" for name, count in found.items()))


def deliver(channel: str) -> int:
    """Send one batch of a channel and return how many; what came of each is stored and settled in one transaction."""
    clock = database_clock()
    heartbeat.beat(heartbeat.SENDERS[channel], at=clock())
    guard = breaker.guard(channel, at=clock())
    if guard is None:
        return 0
    # New for each batch: a process that took over a number must not take over the leases of the one before.
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    # While the provider is away one message asks whether it is back; the others lose no try by it.
    limit = 1 if guard.is_open else SEND_AT_ONCE
    with outbox.alive(owner):
        # First the messages of senders that were killed: they have waited longest.
        outbox.free_orphans(channel, at=clock())
        count = _send(channel, guard, clock=clock, limit=limit, owner=owner)
    if count == SEND_AT_ONCE or (limit == 1 and not guard.is_open):
        wake([channel])  # more may wait: a fresh task keeps each one short
    return count


def _send(channel: str, guard: breaker.Guard, *, clock: Callable[[], datetime], limit: int, owner: str) -> int:
    count = 0
    batch = dispatch.send(channel, clock=clock, limit=limit, lease_seconds=settings.OUTBOX_LEASE_SECONDS, owner=owner)
    for tried in batch:
        count += len(tried)
        keep_all(tried, at=clock())
        if guard.note((result for _, result in tried), at=clock()) == "opened":
            operators.tell_outage(channel, at=clock())
    return count


def keep_all(tried: dispatch.Tried, *, at: datetime) -> None:
    """Store what came of a handful: accepted ones that nothing hangs on together, every other one by itself."""
    # Most mails are alerts that nothing hangs on: one commit for a handful of them.
    plain = [(n, r) for n, r in tried if r.kind == "accepted" and not r.provider_id and n.cause != replies.CAUSE]
    outbox.record_accepted(plain, at=at)
    done = {notification.pk for notification, _ in plain}
    for notification, result in tried:
        if notification.pk not in done:
            keep(notification, result, at=at)


def keep(notification: Notification, result: Result, *, at: datetime) -> None:
    """Store what came of a try, and let the domain act on it in the same transaction.

    Where the domain fails, the result is kept all the same, or the message would go again: the sweep settles it.
    """
    try:
        with transaction.atomic():
            outcome = outbox.record(notification, result, at=at)
            if outcome is not None:
                replies.settle([outcome], at=at)
                outbox.mark_settled([outcome], at=at)
    except Exception:
        log.exception("an outcome could not be settled: notification=%s", notification.pk)
        outbox.record(notification, result, at=at)
