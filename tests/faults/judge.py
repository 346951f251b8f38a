"""Compare what the sinks took with what the seeds said must be told."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.house import House


@dataclass(frozen=True)
class Verdict:
    """One cell: what was injected, what came, how much of it after the fault had begun.

    `late_*` in seconds after the due instant or the end of the fault.
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


def missing(house: House, expected: Sequence[dict[str, Any]], *, refused: frozenset[str] = frozenset()) -> set[str]:
    """Return the addresses and numbers that have not been told."""
    came = arrivals(house)
    return {way for one in expected for way in (one["mail"], one["phone"]) if way not in refused and not came[way]}


def wait(house: House, expected: Sequence[dict[str, Any]], *, seconds: float, refused: frozenset[str]) -> None:
    """Wait until everybody was told, then a little longer for what comes twice."""
    deadline = time.time() + seconds
    while time.time() < deadline and (missing(house, expected, refused=refused) or _under_way(house)):
        time.sleep(0.5)
    time.sleep(2)


def _under_way(house: House) -> bool:
    # Asked only to know when to stop waiting for repeats; what came is read from the sinks alone.
    return bool(house.query("SELECT 1 FROM notifications_notification WHERE next_attempt_at IS NOT NULL LIMIT 1"))


def judge(
    house: House,
    cell: str,
    expected: Sequence[dict[str, Any]],
    *,
    injected: int,
    began_at: float,
    well_at: float,
    refused: frozenset[str],
) -> Verdict:
    """Return the verdict of one cell, whose fault was there from `began_at` to `well_at`."""
    came = arrivals(house)
    first = [came[way][0][0] for one in expected for way in (one["mail"], one["phone"]) if came[way]]
    late, early, extra, ids = [], 0, Counter[str](), 0
    for one in expected:
        for way in (one["mail"], one["phone"]):
            early += sum(moment < one["due_at"] for moment, _ in came[way])
            late += [max(moment - max(one["due_at"], well_at), 0.0) for moment, _ in came[way][:1]]
            extra["mail" if "@" in way else "sms"] += max(len(came[way]) - 1, 0)
        ids += max(len({message_id for _, message_id in came[one["mail"]]}) - 1, 0)
    late.sort()
    return Verdict(
        cell=cell,
        injected=injected,
        expected=2 * len(expected),
        under_fault=sum(moment >= began_at for moment in first),
        lost=len(missing(house, expected, refused=refused)),
        mail_extra=extra["mail"],
        other_id=ids,
        sms_extra=extra["sms"],
        early=early,
        breach_rows_wrong=_wrong_breaches(house, expected),
        late_p50=round(late[len(late) // 2], 1) if late else math.inf,
        late_p99=round(late[int(len(late) * 0.99)], 1) if late else math.inf,
    )


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
