"""Every panel of a request's page beside reply, assign, note and close."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.views import (
    apologies,
    approval,
    assigning,
    callers,
    closing,
    cooperation,
    corrections,
    cycles,
    erasing,
    handovers,
    merging,
    parting,
    pauses,
    questions,
    sealing,
)
from requests_desk.desk.views.verb import Verb
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket

VERBS: dict[str, Verb] = {
    "approve": approval.APPROVE,
    "return": approval.RETURN,
    "carry_out": approval.CARRY_OUT,
    "take_back": approval.TAKE_BACK,
    "undo": approval.UNDO,
    "accept": handovers.ACCEPT,
    "give_back": handovers.GIVE_BACK,
    "assign": assigning.ASSIGN,
    "hand_over": handovers.HAND_OVER,
    "ask_part": cooperation.ASK,
    "deliver_part": cooperation.DELIVER,
    "return_part": cooperation.GIVE_BACK,
    "withdraw_part": cooperation.WITHDRAW,
    "apologise": apologies.SUBMIT,
    "sign_apology": apologies.SIGN,
    "return_apology": apologies.GIVE_BACK,
    "caller": callers.VERIFY,
    "links": callers.LINKS,
    "lookup": callers.LOOKUP,
    "message": cycles.MESSAGE,
    "thanks": cycles.THANKS,
    "pause": pauses.PAUSE,
    "link": merging.LINK,
    "resume": pauses.RESUME,
    "merge": merging.MERGE,
    "unmerge": merging.UNMERGE,
    "items": questions.ITEMS,
    "split": parting.SPLIT,
    "erase": erasing.ERASE,
    "correct": corrections.CORRECT,
    "propose_spam": sealing.PROPOSE_SPAM,
    "seal": sealing.SEAL,
    "unseal": sealing.UNSEAL,
    "close": closing.CLOSE,
}

# What stands under one heading on the page; what is in none of them waits for the reader and stands first.
GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("whose", "", ("assign",)),
    ("handling", _("Handling"), ("hand_over", "ask_part", "withdraw_part", "pause")),
    ("requester", _("With the requester"), ("apologise", "caller", "links", "message", "thanks", "lookup")),
    ("asked", _("What is asked"), ("items", "split", "link", "merge")),
    ("record", _("The record"), ("correct", "erase", "propose_spam", "seal", "unseal", "close")),
)


class Panel(NamedTuple):
    """A verb as the page shows it: without its form it is closed, and brings it when it is opened."""

    action: str
    verb: Verb
    form: forms.Form | None
    is_open: bool

    @property
    def look(self) -> str:
        """Return how it stands: under a heading with others, or by itself."""
        return "act" if any(name and self.action in actions for _key, name, actions in GROUPS) else "panel"


class Group(NamedTuple):
    """Panels under one heading; those that have none stand each by itself."""

    key: str
    title: Any
    panels: list[Panel]


class Panels(list[Panel]):
    """What a person may do now, in the order of VERBS."""

    @property
    def groups(self) -> list[Group]:
        """Return the same under the headings of GROUPS, what waits for its reader first and without one."""
        grouped = {action for _key, _title, actions in GROUPS for action in actions}
        offered = {panel.action: panel for panel in self}
        waiting = Group("waiting", "", [panel for panel in self if panel.action not in grouped])
        under = [Group(key, name, [offered[one] for one in acts if one in offered]) for key, name, acts in GROUPS]
        return [waiting, *under]


def panels(ticket: Ticket, rights: Collection[Right], bound: Mapping[str, forms.Form], *, asked: str = "") -> Panels:
    """Return what a person with these rights may do now, the panel `asked` for open.

    A form just sent back keeps what was typed, and stands open.
    """
    return Panels(
        _panel(ticket, action, bound.get(action), asked=asked)
        for action, verb in VERBS.items()
        if verb.right in rights and (verb.fits(ticket, rights) or action in bound)
    )


def _panel(ticket: Ticket, action: str, bound: forms.Form | None, *, asked: str) -> Panel:
    verb = VERBS[action]
    is_open = bound is not None or action == asked or verb.stands_open(ticket)
    # What is typed right after a key must not fall on the keys of the page: such a panel waits for nothing.
    is_here = is_open or verb.key
    return Panel(action, verb, bound or (verb.form(ticket, None) if is_here else None), is_open)


def opened(ticket: Ticket, action: str, *, rights: Collection[Right], seen_seq: int) -> Panel | None:
    """Return a panel with its form for a page that was made when line `seen_seq` was the last of the history.

    None where it cannot be done now.
    """
    if not VERBS[action].fits(ticket, rights):
        return None
    panel = _panel(ticket, action, None, asked=action)
    # What happened since that page was made its reader has not seen: sent from it, the form must find that out.
    panel.form.initial["seen_seq"] = min(seen_seq, ticket.ledger_seq)  # type: ignore[union-attr]
    return panel
