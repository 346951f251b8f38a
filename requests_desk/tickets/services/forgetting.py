"""Forget what messages said once it need not be kept: the proof that they went stays."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from notifications import upkeep
from requests_desk.tickets.services import notices


class Old(NamedTuple):
    """How many messages still have words, and how many notices were read, from before some day."""

    texts: int
    notices: int


def count(*, before: datetime) -> Old:
    """Return what `forget` would forget, and change nothing."""
    return Old(upkeep.old_texts(before=before).count(), notices.old(before=before).count())


def forget(*, before: datetime) -> Old:
    """Empty the words of finished messages written before then, some at a time, and drop notices read before then."""
    dropped, _by_model = notices.old(before=before).delete()
    return Old(upkeep.forget_texts(before=before), dropped)


def forget_all(*, before: datetime) -> Old:
    """Do so until nothing is left."""
    texts, dropped = 0, 0
    while any(some := forget(before=before)):
        texts, dropped = texts + some.texts, dropped + some.notices
    return Old(texts, dropped)
