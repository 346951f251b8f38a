"""Every panel of a request's page beside reply, assign, note and close."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django import forms

from requests_desk.desk.views import (
    apologies,
    approval,
    callers,
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
}


class Panel(NamedTuple):
    """A verb as the page shows it."""

    action: str
    verb: Verb
    form: forms.Form


def panels(ticket: Ticket, rights: Collection[Right], bound: Mapping[str, forms.Form]) -> list[Panel]:
    """Return what a person with these rights may do now; a form just sent back keeps what was typed."""
    return [
        Panel(action, verb, bound.get(action) or verb.form(ticket, None))
        for action, verb in VERBS.items()
        if verb.right in rights and (verb.fits(ticket, rights) or action in bound)
    ]
