"""Put a newer version of a policy or a calendar to work on clocks that run under an earlier one (P10).

Only a first reply or a statutory limit that is still open and not yet due moves. What was met or missed stays as it
was: a breach is a fact (P6), and a deadline must stay explicable by the version it was counted with. A promised time
was told to somebody and never moves; nor does one that another body set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from sla import clocks, worktime
from sla import moves as counting
from sla.changes import Change, change
from sla.clocks import Dues
from sla.models import BreachCause, CalendarVersion, Clock, Milestone, MilestoneName, Pause, PolicyVersion
from sla.policies import Policy

Version = PolicyVersion | CalendarVersion


@dataclass(frozen=True, slots=True)
class Move:
    """An open milestone that counts from the receipt, and when another version would have it due."""

    milestone: Milestone
    dues: Dues | datetime

    @property
    def due_at(self) -> datetime:
        """Return the new due instant."""
        return self.dues if isinstance(self.dues, datetime) else self.dues.due_at

    @property
    def is_moved(self) -> bool:
        """Tell whether the due instant would change at all."""
        return self.due_at != self.milestone.due_at

    def is_missed(self, at: datetime) -> bool:
        """Tell whether it would be overdue at once."""
        return self.due_at <= at


def open_under_others(version: Version, *, at: datetime) -> QuerySet[Milestone]:
    """Return what counts from the receipt, not yet due at `at`, pinned to another version of the same document.

    A version that sets no statutory limit leaves those that run alone: nothing says when they would be due.
    """
    # Past ones stay: a longer policy would make a missed deadline look kept (P6, P10).
    rows = Milestone.objects.filter(clocks.OPEN, name__in=counting.COUNTED, due_at__gt=at).select_related("clock")
    if isinstance(version, PolicyVersion):
        if not Policy.from_json(version.document).statutory_days:
            rows = rows.exclude(name=MilestoneName.STATUTORY)
        same = rows.filter(clock__policy_version__policy=version.policy_id)
        return same.exclude(clock__policy_version=version.pk)
    same = rows.filter(clock__calendar_version__calendar=version.calendar_id)
    return same.exclude(clock__calendar_version=version.pk)


def moves(milestones: Collection[Milestone], version: Version) -> list[Move]:
    """Return what `version` would make of these milestones; every document is read once, however many they are."""
    # Once a document and not once a row: an agency applies a version to thousands of open requests.
    policies = {pk: Policy.from_json(document) for pk, document in _documents(PolicyVersion, milestones, version)}
    calendars = {
        pk: worktime.Calendar.from_json(document) for pk, document in _documents(CalendarVersion, milestones, version)
    }
    pauses: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for clock, *pause in Pause.objects.filter(clock__in=[m.clock_id for m in milestones]).values_list(
        "clock", "began_at", "ends_at"
    ):
        # What stood still under the old version stands still under the new one: it is a fact of the clock (P9).
        pauses[clock].append((pause[0], pause[1]))
    found = []
    for milestone in milestones:
        policy, calendar = _pinned(milestone.clock, version)
        dues = counting.counted(
            milestone.name,
            policies[policy],
            calendars[calendar],
            started_at=milestone.clock.started_at,
            pauses=pauses[milestone.clock_id],
        )
        found.append(Move(milestone, dues))
    return found


def repin(found: Iterable[Move], version: Version, *, at: datetime) -> list[Change]:
    """Pin the clocks of these locked milestones to `version` and move what moves; in the caller's transaction.

    What is overdue by the new count becomes a breach here and now, dated when it was due and recorded at `at`.
    """
    found = list(found)
    # Kept before it is overwritten: the history must show old and new side by side (P10).
    was = {move.milestone.pk: move.milestone.due_at for move in found}
    changes = []
    for move in found:
        milestone, clock = move.milestone, move.milestone.clock
        clock.policy_version_id, clock.calendar_version_id = _pinned(clock, version)
        # The sweep looks at once: a moved due instant, or another ladder, has other alerts to tell.
        milestone.next_look_at = at
        facts = {
            "clock": clock.pk,
            "policy_version": clock.policy_version_id,
            "calendar_version": clock.calendar_version_id,
            "was_due_at": was[milestone.pk].isoformat(),
            **counting.set_dues(milestone, move.dues),
        }
        changes.append(change("policy_applied", milestone, at, **facts))
    milestones = [move.milestone for move in found]
    pin = {"policy_version" if isinstance(version, PolicyVersion) else "calendar_version": version}
    Clock.objects.filter(pk__in=[milestone.clock_id for milestone in milestones]).update(**pin)
    # Only what moves: whole rows would write back what a reply changed in the same moment.
    fields = ["due_at", "due_a_at", "due_b_at", "next_look_at"]
    Milestone.objects.bulk_update(milestones, fields, batch_size=500)
    # A shorter promise may already be past: it is missed here and now, and the confirmation counted it.
    missed = [move.milestone for move in found if move.is_missed(at)]
    among = [milestone.pk for milestone in missed]
    return changes + clocks.record_missed([m.clock for m in missed], cause=BreachCause.NO_REPLY, at=at, among=among)


def _documents(
    model: type[PolicyVersion] | type[CalendarVersion], milestones: Collection[Milestone], version: Version
) -> list[tuple[int, dict[str, object]]]:
    place = 0 if model is PolicyVersion else 1
    wanted = {_pinned(milestone.clock, version)[place] for milestone in milestones}
    return list(model._default_manager.filter(pk__in=wanted).values_list("pk", "document"))


def _pinned(clock: Clock, version: Version) -> tuple[int, int]:
    """Return the ids of the policy and calendar versions a clock would be pinned to."""
    if isinstance(version, PolicyVersion):
        return version.pk, clock.calendar_version_id
    return clock.policy_version_id, version.pk
