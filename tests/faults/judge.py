"""Compare what the sinks took with what the seeds said must be told."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.house import House

Span = tuple[float, float]


@dataclass(frozen=True)
class Verdict:
    """One cell: what was injected, what came, how much of it after the fault had begun.

    `late_*` in seconds after the due instant, without those in which something the desk needs was away.
    """

    cell: str
    injected: int
    expected: int
    under_fault: int
    lost: int
    mail_extra: int
    other_id: int
    sms_extra: int
    early: int
    breach_rows_wrong: int
    late_p50: float
    late_p99: float

    def holds(self, *, doubtful_mails: int) -> bool:
        """Tell whether the promise of the outbox was kept."""
        never = (self.lost, self.other_id, self.sms_extra, self.early, self.breach_rows_wrong)
        is_proof = self.under_fault > 0 or not self.injected
        return is_proof and not any(never) and self.mail_extra <= doubtful_mails and self.late_p99 <= 60


def arrivals(house: House) -> dict[str, list[tuple[float, str]]]:
    """Return by address or number when something came, and under which id, the earliest first."""
    came: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for mail, moment in zip(list(house.relay.taken), list(house.relay.moments), strict=False):
        came[str(mail["To"])].append((moment, str(mail["Message-ID"])))
    for message in reversed(list(house.twilio.messages)):
        came[message["to"]].append((house.twilio.moments[message["sid"]], message["body"]))
    return came


def ways(house: House, one: dict[str, Any]) -> list[str]:
    """Return the addresses and numbers by which a promise must be told: what refuses for good is left out."""
    refused = {*house.relay.refused, *house.twilio.refused}
    return [way for way in (one["mail"], one["phone"], one.get("also", "")) if way and way not in refused]


def missing(house: House) -> set[str]:
    """Return the addresses and numbers that have not been told."""
    came = arrivals(house)
    return {way for one in house.expected for way in ways(house, one) if not came[way]}


def wait(house: House, *, seconds: float) -> None:
    """Wait until everybody was told, then a little longer for what comes twice."""
    deadline = time.time() + seconds
    while time.time() < deadline and (missing(house) or _under_way(house)):
        time.sleep(0.5)
    time.sleep(2)


def _under_way(house: House) -> bool:
    # Asked only to know when to stop waiting for repeats; what came is read from the sinks alone.
    waiting = "SELECT 1 FROM notifications_notification WHERE next_attempt_at IS NOT NULL AND id > 0 LIMIT 1"
    return bool(house.query(waiting))


def judge(house: House, cell: str, *, injected: int, began_at: float, broken: Sequence[Span]) -> Verdict:
    """Return the verdict of one cell that began at `began_at`; `broken` is when something the desk needs was away."""
    came = arrivals(house)
    first, late, early, extra, ids = [], list[float](), 0, Counter[str](), 0
    for one in house.expected:
        for way in ways(house, one):
            early += sum(moment < one["due_at"] for moment, _ in came[way])
            first += [moment for moment, _ in came[way][:1]]
            late += [lateness(one["due_at"], moment, broken) for moment, _ in came[way][:1]]
        for way in (one["mail"], one["phone"]):
            extra["mail" if "@" in way else "sms"] += max(len(came[way]) + tries_refused(house, way) - 1, 0)
        ids += max(len({message_id for _, message_id in came[one["mail"]]}) - 1, 0)
    late.sort()
    return Verdict(
        cell=cell,
        injected=injected,
        expected=sum(len(ways(house, one)) for one in house.expected),
        under_fault=sum(moment >= began_at for moment in first),
        lost=len(missing(house)),
        mail_extra=extra["mail"],
        other_id=ids,
        sms_extra=extra["sms"],
        early=early,
        breach_rows_wrong=_wrong_breaches(house, house.expected),
        late_p50=round(late[len(late) // 2], 1) if late else math.inf,
        late_p99=round(late[int(len(late) * 0.99)], 1) if late else math.inf,
    )


def lateness(due_at: float, came_at: float, broken: Sequence[Span]) -> float:
    """Return how many seconds something was late, those left out in which what the desk needs was away."""
    away = sum(max(min(end, came_at) - max(start, due_at), 0.0) for start, end in broken)
    return max(came_at - due_at - away, 0.0)


def tries_refused(house: House, way: str) -> int:
    """Return how often an address or number that refuses for good was tried: more than once is once too many."""
    if way in house.twilio.refused:
        return sum(asked.form.get("To") == way for asked in house.twilio.asked)
    return len(house.relay.refused.get(way, ()))


def _wrong_breaches(house: House, expected: Sequence[dict[str, Any]]) -> int:
    found = Counter(
        code
        for (code,) in house.query(
            "SELECT t.code FROM sla_breach b JOIN sla_milestone m ON m.id = b.milestone_id"
            " JOIN tickets_ticketclock l ON l.clock_id = m.clock_id JOIN tickets_ticket t ON t.id = l.ticket_id"
            " WHERE t.code = ANY(%s)",
            [one["code"] for one in expected],
        )
    )
    return sum(found[one["code"]] != 1 for one in expected)
