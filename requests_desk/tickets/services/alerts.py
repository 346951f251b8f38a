"""Write who is told of what: a row for each person and moment, and their messages, many as one digest (N2 to N5)."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from notifications import outbox as notifications_outbox
from notifications.outbox import Draft
from requests_desk.tickets import alert_texts
from requests_desk.tickets.alert_texts import Telling
from requests_desk.tickets.models import Alert, Digest, Ticket
from requests_desk.tickets.services import notices, outbox
from requests_desk.tickets.services.recipients import ALARM, LADDER, Directory, Recipient, Told
from requests_desk.tickets.services.sms_cap import SmsCaps
from sla import versions, worktime
from sla.errors import WorktimeError
from sla.models import Milestone

log = logging.getLogger(__name__)
# More for one person in one sweep become one message a channel (N5).
MOST_SINGLE = 5
# Until it is tried again to tell somebody of what nobody could be told of.
NOBODY_THERE = timedelta(minutes=5)


class Due(NamedTuple):
    """One alert to write: whom to tell of which rung of a milestone, `before_s` ahead of it at the latest."""

    ticket: Ticket
    milestone: Milestone
    told: Told
    rung: str
    before_s: int
    is_breach: bool


class Storm:
    """What one sweep has told whom so far: its batches commit one by one and share a digest."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at
        self.forget()

    def forget(self) -> None:
        """Begin anew: what a batch that broke has written is gone with it."""
        self.caps = SmsCaps(at=self.at)
        self.count: Counter[tuple[int, str]] = Counter()
        self.digests: dict[tuple[int, str], Digest] = {}
        self.parts: Counter[str] = Counter()
        # Until when each part is held, None when it goes at once.
        self.held: dict[str, datetime | None] = {}


def tell(dues: Sequence[Due], *, directory: Directory, storm: Storm, at: datetime) -> None:
    """Write the alerts with their messages, in the caller's transaction."""
    if not dues:
        return
    _make_digests(dues, storm, at=at)
    tellings = [_telling(due, directory, storm, at=at) for due in dues]
    # Before the messages: their links name the rows.
    Alert.objects.bulk_create([telling.alert for telling in tellings])
    notices.ring(t.alert for t in tellings if any(way.channel == "in_app" for way in t.ways))
    single = [telling for telling in tellings if telling.alert.digest_id is None]
    drafts = [_single(telling, way, at=at) for telling in single for way in telling.ways]
    drafts += _digests(tellings, storm, at=at)
    outbox.post([*drafts, *_count_sms(drafts, dues, directory, storm)], at=at)


def _count_sms(drafts: Sequence[Draft], dues: Sequence[Due], directory: Directory, storm: Storm) -> list[Draft]:
    """Take the SMS off the month's; once they are spent the next alerts of this sweep go without (N8)."""
    warnings = []
    for agency in {due.ticket.agency_id: due.ticket.agency for due in dues}.values():
        # Without a limit nobody counts, and nothing is asked of the database (N8).
        if agency.sms_monthly_cap:
            own = [draft for draft in drafts if draft.owner == f"agency:{agency.pk}"]
            warnings += storm.caps.spend(agency, own)
    bar_spent(directory, storm)
    return warnings


def bar_spent(directory: Directory, storm: Storm) -> None:
    """Keep alerts off SMS where an agency's are spent; called before anybody is looked for, too."""
    for agency in directory.agencies.values():
        if storm.caps.is_spent(agency):
            directory.barred[agency.pk].add("sms")


def _make_digests(dues: Sequence[Due], storm: Storm, *, at: datetime) -> None:
    """Find out who is told too much in this sweep for single messages."""
    for due in dues:
        # Counted over all batches of a sweep: a storm must not pass for several light showers (N5).
        storm.count[_whom(due)] += 1
    agencies = {due.ticket.agency_id: due.ticket.agency for due in dues}
    stormed = [one for one in {_whom(due) for due in dues} if storm.count[one] > MOST_SINGLE]
    new = [
        Digest(agency=agencies[agency], recipient=key, at=at)
        for agency, key in stormed
        if not storm.digests.get((agency, key))
    ]
    for made in Digest.objects.bulk_create(new):
        storm.digests[made.agency_id, made.recipient] = made


def _whom(due: Due) -> tuple[int, str]:
    return due.ticket.agency_id, due.told.key


def _telling(due: Due, directory: Directory, storm: Storm, *, at: datetime) -> Telling:
    held = _held(due, directory)
    # It counts as told when the first of its messages goes.
    needs_ack, climb_at = _acknowledgement(due, at=at if len(held) < len(due.told.ways) else min(held.values()))
    row = Alert(
        ticket=due.ticket,
        milestone=due.milestone,
        due_at=due.milestone.due_at,
        rung=due.rung,
        level=due.told.level,
        is_breach=due.is_breach,
        person=due.told.person,
        recipient=due.told.key,
        because=due.told.because,
        told_at=at,
        digest=storm.digests.get(_whom(due)),
        needs_ack=needs_ack,
        climb_at=climb_at,
    )
    return Telling(row, due.ticket, due.told.ways, due.told.absent, held, due.told.missing)


def _held(due: Due, directory: Directory) -> dict[str, datetime]:
    """Return by channel until when quiet hours hold the message; a reminder that would come too late is not held."""
    held = {}
    for way in due.told.ways:
        try:
            until = directory.held_until(due.ticket, due.told, way.channel, is_breach=due.is_breach)
        except Exception:
            log.exception("cannot tell the quiet hours of ticket %s", due.ticket.code)
            continue
        # A reminder that woke nobody and came after the deadline would help nobody either.
        if until and (due.is_breach or until < due.milestone.due_at):
            held[way.channel] = until
    return held


def _acknowledgement(due: Due, *, at: datetime) -> tuple[bool, datetime | None]:
    """Return whether an alert read at `at` asks for action, and when it climbs unless somebody acts (N2)."""
    clock = due.milestone.clock
    is_top = due.told.level not in LADDER[:-1]  # nobody stands above: the morning list says it again
    # Asked before the policy, which may be what cannot be read; the alarm address must see that somebody can be told.
    if due.told.level == ALARM or (due.is_breach and is_top):
        return True, None
    wanted = versions.policy(clock.policy_version_id).acknowledge
    if not due.is_breach and due.before_s > wanted.from_s:
        return False, None
    if is_top:
        return True, None
    if due.is_breach:
        # On the wall: a breach at night does not wait for the office to open (N2).
        return True, at + timedelta(seconds=wanted.breach_s)
    try:
        return True, worktime.add_working(versions.calendar(clock.calendar_version_id), at, wanted.reminder_s)
    # An office that never opens again still gets its climb.
    except WorktimeError:
        return True, at + timedelta(seconds=wanted.reminder_s)


def _single(telling: Telling, way: Recipient, *, at: datetime) -> Draft:
    try:
        return alert_texts.alert(telling, way, at=at)
    except Exception:
        # Whatever is wrong with one text or one row: that a deadline passes must be told all the same.
        log.exception("cannot write the alert of ticket %s", telling.ticket.code)
        return alert_texts.bare(telling, way, at=at)


def _digests(tellings: Iterable[Telling], storm: Storm, *, at: datetime) -> list[Draft]:
    """Return the digests of this batch; one that an earlier batch wrote and nobody sent yet takes these in."""
    own: dict[int, list[Telling]] = defaultdict(list)
    for telling in tellings:
        if telling.alert.digest_id is not None:
            own[telling.alert.digest_id].append(telling)
    drafts = []
    for made in storm.digests.values():
        for channel, way in {way.channel: way for t in own.get(made.pk, ()) for way in t.ways}.items():
            mine = [t for t in own[made.pk] if channel in {w.channel for w in t.ways}]
            drafts += _digest(made, way, mine, storm, at=at)
    return drafts


def _digest(made: Digest, way: Recipient, tellings: Sequence[Telling], storm: Storm, *, at: datetime) -> list[Draft]:
    name = f"{made.pk}:{way.channel}"
    rows = [telling.alert for telling in tellings]
    held = _latest(telling.held.get(way.channel) for telling in tellings)
    # An earlier batch of this sweep wrote one: while it has not left, one message is still enough (N5).
    if storm.parts[name]:
        whole = list(Alert.objects.filter(digest=made).select_related("ticket__unit", "milestone"))
        # One breach among them and nothing of it waits, whichever batch it came with (N4).
        both = _latest([held, storm.held[name]])
        if notifications_outbox.rewrite(alert_texts.digest(made, way, whole, at=at, held=both, part=1), at=at):
            storm.held[name] = both
            return []
    storm.parts[name] += 1
    storm.held[name] = held
    try:
        return [alert_texts.digest(made, way, rows, at=at, held=held, part=storm.parts[name])]
    except Exception:
        log.exception("cannot write digest %s", made.pk)
        return [alert_texts.bare(telling, way, at=at) for telling in tellings]


def _latest(holds: Iterable[datetime | None]) -> datetime | None:
    """Return until when all of them are held, None as soon as one is not."""
    moments = list(holds)
    return None if None in moments else max(filter(None, moments))
