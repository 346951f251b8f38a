"""Explanations, durations and errors in words, in the language that is active.

The only module of the arithmetic that knows Django's gettext. Times are on the office's clock, 24 h, dd/mm/yyyy.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from sla.errors import DocumentError, WorktimeError
from sla.explain import Explanation, Line
from sla.hours import Why
from sla.worktime import Rule

WHY: Final[dict[Why, str]] = {
    "open": _("working hours"),
    "special_hours": _("working hours set for this date"),
    "working_day": _("working day"),
    "consecutive": _("every hour counts, days off too"),
    "outside_hours": _("outside working hours"),
    "break": _("break in the working hours"),
    "closed_weekend": _("weekend"),
    "closed_weekday": _("weekday without working hours"),
    "closed_holiday": _("public holiday or day off in its place"),
    "closed_special": _("closed on this date"),
    "closed_break": _("break all day"),
    "pause": _("clock paused"),
    "day_of_receipt": _("day of receipt"),
}
RULES: Final[dict[Rule, str]] = {
    "consecutive": _("%(amount)s without interruption, days off included"),
    "skip_days_off": _("%(amount)s, days off left out"),
    "working": _("%(amount)s of working time"),
    "working_days": _("%(amount)s after the day of receipt, until closing"),
}

# The same for somebody who never saw an office's rules; the reasons of `WHY` that take no whole day are left out.
PLAINLY: Final[dict[Rule, str]] = {
    "consecutive": _("From then on we have %(amount)s; nights and days off count too."),
    "skip_days_off": _("From then on we have %(amount)s; days on which the office is closed are not counted."),
    "working": _("From then on we have %(amount)s of office hours; other hours are not counted."),
    "working_days": _("From the next day on we have %(amount)s, up to closing."),
}
WHY_PLAINLY: Final[dict[Why, str]] = {
    "closed_weekend": _("weekend"),
    "closed_weekday": _("the office is closed that day of the week"),
    "closed_holiday": _("public holiday"),
    "closed_special": _("the office was closed"),
    "closed_break": _("the office was closed"),
    "pause": _("we waited for your answer"),
}


def moment(at: datetime, tz: ZoneInfo, *, ends: bool = True) -> str:
    """Say an instant on the office's clock: `16:45 on 27/11/2026`, with seconds when there are any.

    A midnight that ends something is `24:00` of the day before (P2), one that begins something `00:00` of its day.
    """
    local = at.astimezone(tz)
    # Officials write the end of a day as its 24 giờ; 0 giờ of the next would read as a day later.
    if ends and local.time() == time.min:
        day = local.date() - timedelta(days=1)
        return gettext("24:00 on %(date)s") % {"date": day.strftime("%d/%m/%Y")}
    clock = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    return gettext("%(time)s on %(date)s") % {"time": clock, "date": local.strftime("%d/%m/%Y")}


def duration(seconds: int) -> str:
    """Say a length of time: `48 hours`, `1 hour 30 minutes`, `0 minutes`."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    words = [
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes} if minutes else "",
        ngettext("%(count)d second", "%(count)d seconds", rest) % {"count": rest} if rest else "",
    ]
    return " ".join(filter(None, words)) or ngettext("%(count)d minute", "%(count)d minutes", 0) % {"count": 0}


def counted(explanation: Explanation, amount: int) -> str:
    """Say an amount in the unit of an explanation."""
    if explanation.unit == "seconds":
        return duration(amount)
    return ngettext("%(count)d working day", "%(count)d working days", amount) % {"count": amount}


def line(explanation: Explanation, row: Line) -> str:
    """Say one line: from when to when, what it counted, why."""
    tz = explanation.calendar.tz
    words = {
        "from": moment(row.from_at, tz, ends=False),
        "to": moment(row.to_at, tz),
        "why": gettext(WHY[row.why]),
        "counted": counted(explanation, row.counted),
    }
    # What did not count is told as well: the sum alone would not show which holiday was left out (P11).
    if row.counted:
        return gettext("%(from)s to %(to)s: %(counted)s counted (%(why)s)") % words
    return gettext("%(from)s to %(to)s: not counted (%(why)s)") % words


def rule(explanation: Explanation) -> str:
    """Say the rule and its budget: `48 hours, days off left out`."""
    return gettext(RULES[explanation.rule]) % {"amount": counted(explanation, explanation.amount)}


def sentences(explanation: Explanation) -> list[str]:
    """Say a whole explanation: received, rule, each line, due."""
    tz = explanation.calendar.tz
    return [
        gettext("Received: %(at)s") % {"at": moment(explanation.received_at, tz, ends=False)},
        gettext("Time allowed: %(rule)s") % {"rule": rule(explanation)},
        *(line(explanation, row) for row in explanation.lines),
        gettext("Due: %(at)s") % {"at": moment(explanation.due_at, tz, ends=explanation.amount > 0)},
    ]


def plainly(explanation: Explanation) -> list[str]:
    """Say a whole explanation to the public: received, how long we have, which days were left out, due (P11)."""
    tz = explanation.calendar.tz
    left_out = [
        f"{_days(row, tz)} ({gettext(WHY_PLAINLY[row.why])})"
        for row in explanation.lines
        if not row.counted and row.why in WHY_PLAINLY
    ]
    return [
        gettext("We received your request at %(at)s.") % {"at": moment(explanation.received_at, tz, ends=False)},
        gettext(PLAINLY[explanation.rule]) % {"amount": counted(explanation, explanation.amount)},
        *([gettext("Not counted: %(days)s.") % {"days": "; ".join(left_out)}] if left_out else []),
        gettext("So you hear from us by %(at)s at the latest.")
        % {"at": moment(explanation.due_at, tz, ends=explanation.amount > 0)},
    ]


def _days(row: Line, tz: ZoneInfo) -> str:
    """Say the days of a line, `05/02/2027 to 11/02/2027`; with hours where it is no whole days."""
    begins, ends = row.from_at.astimezone(tz), row.to_at.astimezone(tz)
    if begins.time() != time.min or ends.time() != time.min:
        return gettext("%(from)s to %(to)s") % {
            "from": moment(row.from_at, tz, ends=False),
            "to": moment(row.to_at, tz),
        }
    last = ends.date() - timedelta(days=1)
    days = [day.strftime("%d/%m/%Y") for day in dict.fromkeys((begins.date(), last))]
    return gettext("%(from)s to %(to)s") % {"from": days[0], "to": days[-1]} if len(days) > 1 else days[0]


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as plain JSON values, its times with the offset of the office's zone."""
    tz = explanation.calendar.tz

    # With its offset: a program must not have to know where the office is.
    def local(at: datetime) -> str:
        return at.astimezone(tz).isoformat()

    return {
        "received_at": local(explanation.received_at),
        "due_at": local(explanation.due_at),
        "rule": explanation.rule,
        "amount": explanation.amount,
        "unit": explanation.unit,
        "zone": tz.key,
        "lines": [
            {
                "from": local(row.from_at),
                "to": local(row.to_at),
                "counted": row.counted,
                "why": row.why,
                "text": line(explanation, row),
            }
            for row in explanation.lines
        ],
    }


def error(problem: WorktimeError) -> str:
    """Say what is wrong with a calendar, a policy, an instant or a budget, and where."""
    sentence = gettext(problem.template) % problem.details
    return f"{problem.path}: {sentence}" if isinstance(problem, DocumentError) and problem.path else sentence
