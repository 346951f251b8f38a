"""Forget what need not be kept any more: words of old messages, and requests whose term is over (retention)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from notifications import upkeep
from requests_desk.people.models import Agency, User
from requests_desk.people.services import ledger as people_ledger
from requests_desk.tickets.models import RetentionRule, Ticket
from requests_desk.tickets.services import erasing, notices
from requests_desk.tickets.words import Ending, ErasedWhy, Kind, State

BATCH = 200


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


# --- requests whose term is over --------------------------------------------------------------------------------------


def keep_for(agency: Agency, years: dict[str, int | None], *, by: User, at: datetime) -> list[str]:
    """Say for how many years after its ending each kind is kept; None keeps it for good. Return what changed.

    The change stands in the history of the department.
    """
    was: dict[str, int] = dict(RetentionRule.objects.filter(agency=agency).values_list("kind", "years"))
    changed = sorted(kind for kind, wanted in years.items() if was.get(kind) != wanted)
    with transaction.atomic():
        for kind in changed:
            if (wanted := years[kind]) is None:
                RetentionRule.objects.filter(agency=agency, kind=kind).delete()
            else:
                RetentionRule.objects.update_or_create(agency=agency, kind=kind, defaults={"years": wanted})
        if changed:
            facts = {"retention": {kind: [was.get(kind), years[kind]] for kind in changed}}
            people_ledger.append("agency_changed", agency=agency, actor=by, at=at, facts=facts)
    return changed


def kept_until(ticket: Ticket, rules: dict[str, int]) -> datetime | None:
    """Return when the term of a closed request is over by its agency's `rules`, None where nothing says so."""
    years = rules.get(ticket.kind)
    return _years_later(ticket.closed_at, years) if ticket.closed_at and years else None


def rules_of(agency: Agency) -> dict[str, int]:
    """Return the years of each kind that has a term."""
    return dict(RetentionRule.objects.filter(agency=agency).values_list("kind", "years"))


def due(*, at: datetime, agency: Agency | None = None) -> QuerySet[Ticket]:
    """Return the requests whose term is over and whose words are still there, the oldest first.

    A merged one goes with the one it lives on in.
    """
    rules = RetentionRule.objects.filter(agency=agency) if agency else RetentionRule.objects.all()
    # Nothing, unless a rule says otherwise: without a term everything is kept.
    over = Q(pk__in=[])
    for rule in rules:
        over |= Q(agency=rule.agency_id, kind=rule.kind, closed_at__lte=_years_later(at, -rule.years))
    # Taken up again after it was forgotten, it has words once more.
    with_words = Q(erased_at=None) | Q(erased_at__lt=F("closed_at"))
    return Ticket.objects.filter(over, with_words, state=State.CLOSED).exclude(ending=Ending.MERGED).order_by("pk")


def planned(*, at: datetime) -> list[tuple[str, str, int]]:
    """Return by agency and kind how many requests `anonymise` would forget, and change nothing."""
    rows = due(at=at).order_by().values_list("agency__code", "kind").annotate(count=Count("pk"))
    return [(agency, str(Kind(kind).label), count) for agency, kind, count in rows.order_by("agency__code", "kind")]


def anonymise(*, at: datetime, by: User | None = None, limit: int | None = None) -> Iterator[int]:
    """Forget every request whose term is over, each in a transaction of its own; yield how many so far, by the batch.

    What was stopped goes on where it stopped: a row says for itself whether it was forgotten. One that a message of
    is still on its way is left for the next time.
    """
    done, last = 0, 0
    while rows := list(due(at=at).filter(pk__gt=last)[: min(BATCH, limit - done if limit else BATCH)]):
        # On from here and not from the start: what must be left this time would come first for ever.
        last = rows[-1].pk
        for ticket in rows:
            try:
                erasing.erase(ticket, why=ErasedWhy.RETENTION, is_whole=True, by=by, at=at)
            except erasing.StillInUse:
                continue
            done += 1
        yield done
        if limit and done >= limit:
            return


def anonymise_strays(*, at: datetime) -> int:
    """Forget what became no request, by the term of information requests. Return how much of it there was."""
    rules = RetentionRule.objects.filter(kind=Kind.INFORMATION).select_related("agency")
    done = [erasing.erase_strays(rule.agency, before=_years_later(at, -rule.years), at=at) for rule in rules]
    return sum(sum(one.counts.values()) for one in done if one)


def _years_later(moment: datetime, years: int) -> datetime:
    """Return the same day of another year; 29 February has its day before where there is none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)
