"""One thing that can be done to a request from a panel of its page, as a row: what it asks, says and calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django import forms

from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket

Data = Mapping[str, Any]


class Verb(NamedTuple):
    """`form` makes its form, empty or bound; `act` makes the one call and returns what to say; `fits` when to offer.

    A panel with a `key`, or one that `stands_open`, comes with its page; any other when somebody opens it.
    """

    right: Right
    title: Any
    hint: Any
    button: Any
    form: Callable[[Ticket, Data | None], forms.Form]
    act: Callable[[Ticket, dict[str, Any], User, datetime], Any]
    fits: Callable[[Ticket, Collection[Right]], bool] = lambda ticket, rights: True
    key: str = ""
    stands_open: Callable[[Ticket], bool] = lambda ticket: False


class Seen(forms.Form):
    """A form that remembers which line of the history its reader had seen last."""

    seen_seq = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, ticket: Ticket, data: Data | None = None, *, prefix_id: str, **initial: Any) -> None:
        super().__init__(data, initial={"seen_seq": ticket.ledger_seq} | initial, auto_id=f"id_{prefix_id}_%s")
