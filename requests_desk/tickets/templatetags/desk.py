"""What templates need to speak of requests; a builtin of every template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.db.models import TextChoices
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from requests_desk.files import file_types
from requests_desk.people import identifiers
from requests_desk.people.models import Role
from requests_desk.tickets import folding, mail_lists, moments, survey_words, words
from requests_desk.tickets.models import Ticket

register = template.Library()

WORDS: dict[str, type[TextChoices]] = {
    "channel": words.Channel,
    "kind": words.Kind,
    "state": words.State,
    "reply": words.ReplyKind,
    "reply_channel": words.ReplyChannel,
    "outcome": words.CallOutcome,
    "reason": words.Reason,
    "ending": words.Ending,
    "cycle": words.CycleReason,
    "desk": words.Desk,
    "reply_state": words.ReplyState,
    "notice": words.NoticeKind,
    "mail_state": mail_lists.MailState,
    "mail_nature": mail_lists.MailNature,
    "mail_reason": mail_lists.MailReason,
    "caller_proof": words.CallerProof,
    "erased": words.ErasedWhy,
    "role": Role,
    "survey_way": survey_words.SurveyWay,
    "satisfaction": survey_words.Satisfaction,
}
LISTS: dict[str, dict[str, Any]] = {
    "file": file_types.REASONS,
    "sign": {
        "honeypot": _("A box that only programs see was filled in"),
        "too_fast": _("Sent faster than anybody writes"),
        "too_many": _("Many from one connection"),
    },
    "mail_oddity": {
        "no_sender": _("no usable address of its sender"),
        "deceptive_name": _("its sender's name pretends to be another address"),
        "many_senders": _("several senders"),
        "no_message_id": _("no Message-ID"),
        "many_recipients": _("more than a hundred recipients"),
        "too_deep": _("parts within parts, too deep to be read"),
        "too_many_parts": _("too many parts to be read"),
        "text_cut": _("longer than what is shown"),
        "no_text": _("no readable text"),
    },
    # How a question was settled.
    "item": {"answer": _("Answered"), "refusal": _("Refused"), "transfer": _("Transferred")},
    "contact": {"email": _("e-mail address"), "phone": _("phone number")},
    "milestone": {
        "first_reply": _("First reply"),
        "promised": _("Promised reply"),
        "statutory": _("Statutory limit"),
        "external": _("Limit set from outside"),
    },
    "rung": {
        "officer": _("Handling officer"),
        "unit_head": _("Head of unit"),
        "chief": _("Chief of Office"),
        "leadership": _("Leadership"),
        "duty": _("Duty officer"),
        "alarm": _("Alarm address and administrators"),
    },
    "outbox": {
        "pending": _("Waiting"),
        "leased": _("Being sent"),
        "sent": _("Sent"),
        "delivered": _("Delivered"),
        "uncertain": _("Being verified"),
        "failed": _("Failed"),
    },
    "cause": {
        "acknowledgement": _("Acknowledgement of receipt"),
        "reply": _("Reply"),
        "apology": _("Apology"),
        "survey": _("Invitation to rate the answer"),
        "alert:reminder": _("Reminder"),
        "alert:breach": _("Report of a breach"),
        "not_delivered": _("Reply not delivered"),
        "morning": _("Morning list"),
        "sms_cap": _("SMS of the month nearly used up"),
        "notice": _("Notice"),
        "contact": _("Change of contact"),
        "one_time_code": _("One-time code"),
        "no_reply": _("No reply in time"),
        "sent_not_delivered": _("Sent in time, not delivered"),
        "not_reachable": _("Requester could not be reached"),
    },
    "void": {
        "delivered_in_time": _("Delivered in time"),
        "received_at_corrected": _("Time of receipt corrected"),
        "thanks": _("A mere thank-you"),
        "merged": _("Merged with another request"),
        "unmerged": _("Merge taken back"),
        "imported": _("Ended before it was taken over"),
    },
    # Both ends of a link: what a request is to the other one.
    "link": {
        "follow_up": _("Follows up"),
        "followed_by": _("Followed up by"),
        "possibly_about": _("Possibly about the same as"),
        "merged_into": _("Merged into"),
        "merged_from": _("Took in"),
        "split_off": _("Split off from"),
        "split_into": _("Split off from it:"),
    },
    "day_kind": {
        "holiday": _("Public holiday"),
        "compensatory": _("Compensatory day off"),
        "swap": _("Swapped day off"),
        "make_up": _("Make-up working day"),
        "half_day": _("Half a day off"),
        "other": _("Other"),
    },
    "weekday": {
        "mon": _("Monday"),
        "tue": _("Tuesday"),
        "wed": _("Wednesday"),
        "thu": _("Thursday"),
        "fri": _("Friday"),
        "sat": _("Saturday"),
        "sun": _("Sunday"),
    },
    "weekday_short": {
        "mon": pgettext_lazy("weekday", "Mo"),
        "tue": pgettext_lazy("weekday", "Tu"),
        "wed": pgettext_lazy("weekday", "We"),
        "thu": pgettext_lazy("weekday", "Th"),
        "fri": pgettext_lazy("weekday", "Fr"),
        "sat": pgettext_lazy("weekday", "Sa"),
        "sun": pgettext_lazy("weekday", "Su"),
    },
    "rule": {
        "A": _("A: consecutive hours, days off too"),
        "B": _("B: days off left out"),
        "W": _("W: working hours or days"),
    },
    "approver": {
        "none": _("Nobody"),
        "unit": _("As the unit says"),
        "unit_head": _("Head of unit"),
        "leader": _("Leadership"),
    },
    "way": {
        "email": _("E-mail"),
        "sms": _("SMS"),
        "in_app": _("In the desk"),
        "status_page": _("The status page"),
    },
}


# The first that fits: each names itself after those it descends from.
BROWSERS = [("Edg/", "Edge"), ("coc_coc", "Cốc Cốc"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet")]
BROWSERS += [("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
SYSTEMS = [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")]
SYSTEMS += [("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")]


@register.filter
def folded(text: str) -> list[folding.Piece]:
    """Return a mail's words in pieces: what is new, what is quoted, how it signs off."""
    return folding.fold(text)


@register.filter
def word(value: str, group: str) -> str:
    """Return what people read for a code of one of the closed lists; an unknown one as it is."""
    return str(_labels(group).get(value, value)) if value else ""


@cache
def _labels(group: str) -> dict[str, Any]:
    return dict(WORDS[group].choices) if group in WORDS else LISTS[group]


@register.filter
def lines(rows: Iterable[Ticket], at: datetime) -> Iterator[dict[str, Any]]:
    """Yield what a line of the queue shows of each request: made here, since a template asks five times as long."""
    for row in rows:
        urgent = moments.urgency(row.next_due_at, at)
        yield {
            "code": row.code,
            "url": row.url,
            "urgency": urgent,
            "left": time_left(row.next_due_at, at),
            "due": office_time(row.next_due_at),
            "call": row.calls_for_call,
            "channel": word(row.channel, "channel"),
            "was_late": bool(row.breach_count) and urgent != "overdue",  # type: ignore[attr-defined]
            "who": row.organisation or row.requester_name,
            "what": row.summary,
            "unit": str(row.unit or ""),
            "officer": str(row.officer or ""),
            "state": word(row.state, "state"),
            "waiting": word(row.waiting_for, "desk"),
            "milestone": word(row.open_milestone, "milestone"),  # type: ignore[attr-defined]
        }


@register.filter
def pairs(text: str) -> list[list[str]]:
    """Return `a:1 b:2` as its pairs: a short table within a template."""
    return [part.split(":") for part in text.split()]


@register.filter
def office_time(moment: datetime | None) -> str:
    """Return an instant as the office writes it."""
    return moments.office_time(moment) if moment else ""


@register.filter
def time_left(due_at: datetime | None, at: datetime) -> str:
    """Return the time left, or gone by, in words."""
    return moments.time_left(due_at, at) if due_at else ""


@register.filter
def duration(span: timedelta) -> str:
    """Return a length of time in words."""
    return moments.duration(span)


@register.filter
def urgency(due_at: datetime | None, at: datetime) -> str:
    """Return the suffix of the class that colours a due instant."""
    return moments.urgency(due_at, at)


@register.filter
def device(user_agent: str) -> str:
    """Return what a browser calls itself in two words people know: `Firefox · Windows`."""
    found = [next((name for mark, name in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or user_agent


@register.filter
def phone(number: str) -> str:
    """Return a number as it is dialled here, in groups."""
    return identifiers.group_phone(number)


# What is escaped already stands in it as an entity; a dot or bracket at its end belongs to the sentence.
_LINK = re.compile(r"https?://(?:(?!&(?:quot|lt|gt|#x27);)[^\s<>])*[\w/=-]")


@register.filter
def letter(text: str) -> SafeString:
    """Return a plain text as the paragraphs of a mail, its addresses as links."""
    paragraphs = re.split(r"\n{2,}", str(escape(text)).strip())
    lines = [_LINK.sub(r'<a href="\g<0>">\g<0></a>', part).replace("\n", "<br>") for part in paragraphs]
    return mark_safe("\n\n".join(f"<p>{line}</p>" for line in lines))  # noqa: S308  escaped above
