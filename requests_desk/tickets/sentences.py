"""What each kind of event says to a person: the closed list of the ledger, in words (P14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from requests_desk.tickets.models import Event
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.templatetags.desk import word
from requests_desk.tickets.words import EventKind

SENTENCES: dict[str, Any] = {
    EventKind.LOGGED: _("Request logged: %(kind)s, by %(channel)s, received at %(received_at)s"),
    EventKind.ASSIGNED: _("Assigned to %(unit)s, %(officer)s"),
    EventKind.HANDED_OVER: _("Handed over to %(unit)s, which must accept it"),
    EventKind.HANDOVER_ACCEPTED: _("Hand-over accepted by %(unit)s"),
    EventKind.HANDOVER_RETURNED: _("Hand-over returned with a reason: back to %(unit)s, %(officer)s"),
    EventKind.IMPORTED: _("Taken over from an earlier register, row %(row)s"),
    EventKind.REQUESTER_CHANGED: _("Two records of the requester made one, or told apart again"),
    EventKind.SORTED: _("Sorted: %(kind)s, field %(field)s"),
    EventKind.SEALED: _("Sealed: open only to those who must see it"),
    EventKind.UNSEALED: _("No longer sealed"),
    EventKind.SPAM_PROPOSED: _("Proposed to end as invalid; a second person decides"),
    EventKind.NOTED: _("Internal note added"),
    EventKind.MESSAGE_RECEIVED: _("Message received from the requester"),
    EventKind.ACKNOWLEDGED: _("Receipt acknowledged automatically by %(channel)s"),
    EventKind.RESENT: _("A message that had failed was sent again by %(channel)s"),
    EventKind.LOOKUP_REISSUED: _("New look-up code issued; the old one no longer opens anything"),
    EventKind.LINK_ISSUED: _("New secret link to the public page issued"),
    EventKind.LINKS_REVOKED: _("Secret links revoked: %(count)s"),
    EventKind.CALLER_VERIFIED: _("Caller verified: %(method)s"),
    EventKind.CALLER_NOT_VERIFIED: _("Caller not verified: the look-up code was wrong"),
    EventKind.CONTACT_ASKED: _("New e-mail address asked for by the requester; it waits to be confirmed"),
    EventKind.CONTACT_CHANGED: _("Contact of the requester changed: %(what)s"),
    EventKind.DATA_SHOWN: _("The requester saw what is held about them"),
    EventKind.DATA_TAKEN: _("The requester took away what is held about them"),
    EventKind.ERASED: _("%(why)s"),
    EventKind.REPLY_RECORDED: _("%(reply)s written, to go by %(channel)s"),
    EventKind.REPLY_SUBMITTED: _("%(reply)s submitted for approval: %(desk)s"),
    EventKind.REPLY_RETURNED: _("%(reply)s returned for revision"),
    EventKind.REPLY_TAKEN_BACK: _("%(reply)s taken back to be written anew"),
    EventKind.REPLY_APPROVED: _("%(reply)s approved"),
    EventKind.REPLY_HELD: _("%(reply)s waits to go at %(goes_at)s"),
    EventKind.REPLY_SENT: _("%(reply)s handed over to be sent"),
    EventKind.APOLOGY_SUBMITTED: _("Apology submitted for the leadership to sign"),
    EventKind.APOLOGY_RETURNED: _("Apology returned for revision"),
    EventKind.APOLOGY_SIGNED: _("Apology signed and sent by %(channel)s"),
    EventKind.SURVEY_INVITED: _("Asked by %(channel)s how they found it"),
    EventKind.SURVEY_ANSWERED: _("Survey answered: %(way)s"),
    EventKind.REPLY_REACHED: _("%(reply)s reached the requester at %(reached_at)s"),
    EventKind.REPLY_NOT_REACHED: _("%(reply)s by %(channel)s did not reach the requester (%(reason)s)"),
    EventKind.REPLY_VOIDED: _("%(reply)s no longer counts as delivered"),
    EventKind.MILESTONE_OPENED: _("%(milestone)s due at %(due_at)s"),
    EventKind.MILESTONE_MET: _("%(milestone)s met at %(met_at)s"),
    EventKind.MILESTONE_REOPENED: _("%(milestone)s open again, due at %(due_at)s as before"),
    EventKind.MILESTONE_ENDED: _("%(milestone)s ended without a reply (%(reason)s)"),
    EventKind.ALERT_TOLD: _("Alert sent to: %(rung)s"),
    EventKind.ALERT_SUPERSEDED: _("Alert to %(rung)s skipped: a later one took its place"),
    EventKind.ALERT_CLIMBED: _("Alert not acknowledged in time: sent on to %(rung)s"),
    EventKind.ALERT_ACKNOWLEDGED: _("Alert acknowledged"),
    EventKind.BREACH_RECORDED: _("Deadline missed: %(milestone)s was due at %(due_at)s"),
    EventKind.BREACH_VOIDED: _("Missed deadline annotated void (%(reason)s)"),
    EventKind.POLICY_APPLIED: _(
        "New version of the rules applied: %(milestone)s due at %(due_at)s, before that %(was_due_at)s"
    ),
    EventKind.RECEIVED_CORRECTED: _("Time of receipt corrected from %(was_at)s to %(received_at)s"),
    EventKind.MILESTONE_MOVED: _("%(milestone)s now due at %(due_at)s, before that %(was_due_at)s"),
    EventKind.CYCLE_OPENED: _("Taken up again, cycle %(cycle)s, received at %(received_at)s (%(reason)s)"),
    EventKind.CYCLE_ANNULLED: _("Cycle %(cycle)s annulled: a mere thank-you"),
    EventKind.LINKED: _("%(link)s %(code)s"),
    EventKind.PAUSED: _("Counting stopped until the requester answers, at the latest %(until_at)s"),
    EventKind.RESUMED: _("Counting goes on since %(since_at)s"),
    EventKind.MERGED: _("Merged into %(code)s"),
    EventKind.ABSORBED: _("Took in %(code)s; received at %(received_at)s, the earlier of the two"),
    EventKind.UNMERGED: _("Merge with %(code)s taken back"),
    EventKind.SPLIT_OFF: _("A part split off as %(code)s, received at the same moment"),
    EventKind.PART_ASKED: _("%(unit)s asked for its part by %(due_at)s"),
    EventKind.PART_DELIVERED: _("%(unit)s delivered its part"),
    EventKind.PART_RETURNED: _("%(unit)s returned what it was asked for, with a reason"),
    EventKind.PART_WITHDRAWN: _("The part of %(unit)s is no longer needed"),
    EventKind.PART_REMINDED: _("%(unit)s reminded of its part, due at %(due_at)s"),
    EventKind.FILE_ADDED: _("File added"),
    EventKind.FILE_REFUSED: _("File not kept: %(reason)s"),
    EventKind.ITEMS_SPLIT: _("Questions told apart: %(count)s"),
    EventKind.ITEMS_CHANGED: _("Questions told apart anew: %(count)s"),
    EventKind.ITEM_SETTLED: _("Question %(number)s settled: %(result)s, at %(settled_at)s"),
    EventKind.ITEM_REOPENED: _("Question %(number)s open again"),
    EventKind.CLOSED: _("Request closed: %(ending)s"),
}
ICONS = {
    EventKind.LOGGED: "phone",
    EventKind.ASSIGNED: "user",
    EventKind.HANDED_OVER: "user",
    EventKind.HANDOVER_ACCEPTED: "check",
    EventKind.HANDOVER_RETURNED: "user",
    EventKind.SEALED: "lock",
    EventKind.UNSEALED: "lock",
    EventKind.NOTED: "note",
    EventKind.ACKNOWLEDGED: "mail",
    EventKind.RESENT: "send",
    EventKind.LINK_ISSUED: "send",
    EventKind.LINKS_REVOKED: "lock",
    EventKind.CALLER_VERIFIED: "check",
    EventKind.CALLER_NOT_VERIFIED: "alert",
    EventKind.CONTACT_ASKED: "mail",
    EventKind.CONTACT_CHANGED: "mail",
    EventKind.ERASED: "lock",
    EventKind.REPLY_RECORDED: "send",
    EventKind.REPLY_SUBMITTED: "pen",
    EventKind.REPLY_RETURNED: "pen",
    EventKind.REPLY_TAKEN_BACK: "pen",
    EventKind.REPLY_APPROVED: "check",
    EventKind.REPLY_HELD: "clock",
    EventKind.REPLY_SENT: "send",
    EventKind.APOLOGY_SUBMITTED: "pen",
    EventKind.APOLOGY_RETURNED: "pen",
    EventKind.APOLOGY_SIGNED: "send",
    EventKind.SURVEY_INVITED: "mail",
    EventKind.SURVEY_ANSWERED: "check",
    EventKind.REPLY_REACHED: "check",
    EventKind.REPLY_NOT_REACHED: "alert",
    EventKind.ALERT_TOLD: "bell",
    EventKind.ALERT_CLIMBED: "bell",
    EventKind.ALERT_ACKNOWLEDGED: "check",
    EventKind.BREACH_RECORDED: "alert",
    EventKind.MILESTONE_MET: "check",
    EventKind.MILESTONE_OPENED: "clock",
    EventKind.POLICY_APPLIED: "pen",
    EventKind.RECEIVED_CORRECTED: "pen",
    EventKind.MILESTONE_MOVED: "clock",
    EventKind.CYCLE_OPENED: "clock",
    EventKind.PAUSED: "hourglass",
    EventKind.RESUMED: "clock",
    EventKind.MERGED: "swap",
    EventKind.ABSORBED: "swap",
    EventKind.UNMERGED: "swap",
    EventKind.SPLIT_OFF: "swap",
    EventKind.PART_ASKED: "user",
    EventKind.PART_DELIVERED: "check",
    EventKind.PART_RETURNED: "user",
    EventKind.PART_WITHDRAWN: "user",
    EventKind.PART_REMINDED: "bell",
    EventKind.FILE_ADDED: "letter",
    EventKind.FILE_REFUSED: "alert",
    EventKind.ITEMS_SPLIT: "note",
    EventKind.ITEMS_CHANGED: "note",
    EventKind.ITEM_SETTLED: "check",
    EventKind.ITEM_REOPENED: "alert",
    EventKind.CLOSED: "lock",
}
_REASONS = ("outcome", "ending", "void", "cycle", "file")
_MESSAGES = (EventKind.ACKNOWLEDGED, EventKind.RESENT, EventKind.SURVEY_INVITED)
_REPLY_KINDS = tuple(kind for kind in EventKind if kind.value.startswith("reply_"))


# What moves a request to a unit and an officer: each says from whom to whom.
MOVES = frozenset(
    {
        EventKind.ASSIGNED,
        EventKind.HANDED_OVER,
        EventKind.HANDOVER_ACCEPTED,
        EventKind.HANDOVER_RETURNED,
    }
)
# What names a unit that the request does not move to.
PARTS = frozenset(kind for kind in EventKind if kind.value.startswith("part_"))


def sentence(event: Event, names: Mapping[str, str]) -> str:
    """Return an event in words. `names` turns the ids it holds (`unit:3`, `user:7`) into what people read."""
    facts = event.facts
    spoken = {key: _moment(value) if key.endswith("_at") else value for key, value in facts.items()}
    spoken["milestone"] = word(facts.get("name", ""), "milestone")
    spoken["rung"] = word(str(facts.get("rung", "")).partition("-")[0], "rung")
    spoken["ending"] = word(facts.get("ending", ""), "ending")
    spoken["reason"] = _why(str(facts.get("reason", "")))
    spoken["desk"] = word(str(facts.get("desk", "")), "desk")
    spoken["result"] = word(str(facts.get("result", "")), "item")
    spoken["method"] = word(str(facts.get("method", "")), "caller_proof")
    spoken["what"] = word(str(facts.get("what", "")), "contact")
    spoken["why"] = word(str(facts.get("why", "")), "erased")
    spoken["way"] = word(str(facts.get("way", "")), "survey_way")
    spoken["link"] = word(str(facts.get("link", "")), "link")
    is_reply = event.kind in _REPLY_KINDS
    spoken["reply"] = word(facts.get("kind", ""), "reply") if is_reply else ""
    spoken["kind"] = word(facts.get("kind", ""), "kind")
    channel = str(facts.get("channel", ""))
    spoken["channel"] = word(channel, "reply_channel" if is_reply else "way" if event.kind in _MESSAGES else "channel")
    if event.kind in PARTS:
        spoken["unit"] = names.get(f"unit:{facts['unit']}", "")
    if event.kind in MOVES:
        spoken["unit"] = names.get(f"unit:{facts['unit'][1]}", "")
        spoken["officer"] = names.get(f"user:{facts['officer'][1]}", str(_("no officer yet")))
    return str(SENTENCES[EventKind(event.kind)] % spoken)


def _why(reason: str) -> str:
    """Return a reason in words, whichever closed list it comes from."""
    return next((said for group in _REASONS if (said := word(reason, group)) != reason), reason)


def _moment(value: str) -> str:
    return office_time(datetime.fromisoformat(value))
