"""Which requests may be the same as one, by any door: bounded by its requester and by what came last (deliver 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Agency, User
from requests_desk.tickets import access, likeness
from requests_desk.tickets.likeness import Likeness, Word
from requests_desk.tickets.models import Requester, Ticket, TicketLink
from requests_desk.tickets.moments import duration
from requests_desk.tickets.queries.desk import dressed
from requests_desk.tickets.services import requesters
from requests_desk.tickets.services.incoming import Asked
from requests_desk.tickets.words import Ending, LinkKind, State

# How much alike two texts must read: of one requester, and of two who share nothing else.
OF_ONE, OF_OTHERS = 0.5, 0.65
REMEMBERED = timedelta(days=365)
WINDOW = timedelta(days=30)
# What is read at most, whatever the desk holds: the latest of a requester, and the latest open ones of the agency.
OF_REQUESTER, NEWEST_OPEN = 60, 400
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """A request that may be the same: how sure (0 to 100), why in words, and whether one click may merge them (P8).

    `is_twin`: its requester has another record that shares something, and is perhaps the same.
    """

    ticket: Ticket
    percent: int
    reasons: list[str]
    merges: bool
    is_twin: bool = False


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is looked for: its words, who asks, and which request it is itself."""

    words: Sequence[Word]
    asked: Asked
    own: Ticket | None = None


def while_typing(user: User, agency: Agency, text: str, asked: Asked, *, at: datetime) -> list[Alike]:
    """Return what may be the same as a request being logged, of what the person may see, the likeliest first."""
    return _found(user, agency, _Sought(likeness.words(text), asked), at=at)


def of(ticket: Ticket, user: User, *, at: datetime) -> list[Alike]:
    """Return what may be the same as a request, of what the person may see (P13), the likeliest first. Five queries."""
    requester = ticket.requester
    asked = Asked(
        name=requester.name,
        organisation=requester.organisation,
        tax_code=requester.tax_code,
        phones=tuple(phone.typed for phone in requester.phones.all()),
        email=requester.email,
    )
    return _found(user, ticket.agency, _Sought(likeness.words(ticket.text), asked, ticket), at=at)


def _found(user: User, agency: Agency, sought: _Sought, *, at: datetime) -> list[Alike]:
    if not sought.words:
        return []
    of_one = _sharing(agency, sought)
    scored: dict[int, Likeness] = {}
    for pk, requester, gist in _candidates(user, agency, sought, of_one, at=at):
        if sought.own is None or pk != sought.own.pk:
            alike = likeness.compare(sought.words, likeness.of_gist(gist))
            if alike.score >= (OF_ONE if requester in of_one else OF_OTHERS):
                scored[pk] = alike
    best = sorted(scored, key=lambda pk: (-scored[pk].score, -pk))[:SHOWN]
    rows = dressed(Ticket.objects.filter(pk__in=best)).prefetch_related("requester__phones")
    found = {row.pk: row for row in rows}
    return [_alike(found[pk], scored[pk], sought, at=at) for pk in best if pk in found]


def _sharing(agency: Agency, sought: _Sought) -> set[int]:
    numbers = [form for phone in _phones(sought.asked.phones) for form in identifiers.forms_of(phone)]
    tax_number = identifiers.tax_number(sought.asked.tax_code)
    rows = requesters.sharing(agency, numbers=numbers, email=sought.asked.email, tax_number=tax_number)
    own = {sought.own.requester_id} if sought.own else set()
    return own | set(rows.values_list("pk", flat=True)[: requesters.COMPARED])


def _phones(typed: Iterable[str]) -> list[identifiers.Phone]:
    return [phone for one in typed for phone in identifiers.read_phones(one)]


def _candidates(
    user: User | AnonymousUser, agency: Agency, sought: _Sought, of_one: set[int], *, at: datetime
) -> set[tuple[int, int, str]]:
    """Return (ticket, requester, gist) of what is compared: two index scans, each with an end."""
    seen = access.visible(user).filter(agency=agency).exclude(gist="")
    if sought.own is None or not sought.own.sealed:
        seen = seen.filter(sealed=False)  # beside a request that anybody reads nothing hints at a sealed one
    if sought.own is not None:  # a part split off repeats its words on purpose
        parted = TicketLink.objects.filter(kind=LinkKind.SPLIT_OFF)
        seen = seen.exclude(pk__in=parted.filter(other=sought.own).values("ticket"))
        seen = seen.exclude(pk__in=parted.filter(ticket=sought.own).values("other"))
    own = seen.filter(requester__in=of_one, received_at__gte=at - REMEMBERED).exclude(ending=Ending.MERGED)
    newest = seen.filter(closed_at__isnull=True, received_at__gte=at - WINDOW)
    columns = ("pk", "requester", "gist")
    found = list(own.order_by("-received_at").values_list(*columns)[:OF_REQUESTER]) if of_one else []
    found += newest.order_by("-received_at").values_list(*columns)[:NEWEST_OPEN]
    return set(found)


def _alike(ticket: Ticket, alike: Likeness, sought: _Sought, *, at: datetime) -> Alike:
    own = sought.own
    merges = (
        own is not None
        and own.requester_id == ticket.requester_id
        and own.sealed == ticket.sealed
        and State.CLOSED not in (own.state, ticket.state)
    )
    is_twin = own is not None and own.requester_id != ticket.requester_id and bool(_shared(ticket.requester, sought))
    return Alike(ticket, round(alike.score * 100), _reasons(ticket, alike, sought, at=at), merges, is_twin)


def _reasons(ticket: Ticket, alike: Likeness, sought: _Sought, *, at: datetime) -> list[str]:
    said = _shared(ticket.requester, sought)
    runs = ", ".join(f"“{run}”" for run in alike.shared)
    said.append(_("%(percent)s%% alike; both say %(runs)s") % {"percent": round(alike.score * 100), "runs": runs})
    when = sought.own.received_at if sought.own else at
    apart = {"time": duration(abs(when - ticket.received_at)), "channel": ticket.get_channel_display()}
    template = _("%(time)s earlier, %(channel)s") if ticket.received_at <= when else _("%(time)s later, %(channel)s")
    return [*said, template % apart]


def _shared(requester: Requester, sought: _Sought) -> list[str]:
    """Return what makes it the same requester, in words."""
    if sought.own is not None and sought.own.requester_id == requester.pk:
        return [_("same requester")]
    asked = sought.asked
    told = {form for phone in _phones(asked.phones) for form in identifiers.forms_of(phone)}
    numbers = {form for phone in requester.phones.all() for form in identifiers.forms_of(_kept(phone.typed))}
    tax_number = identifiers.tax_number(asked.tax_code)
    shared = (
        (bool(told & numbers), _("same phone number")),
        (bool(asked.email) and asked.email.lower() == requester.email.lower(), _("same e-mail address")),
        (bool(tax_number) and tax_number == requester.tax_number, _("same tax code")),
    )
    return [said for is_so, said in shared if is_so]


def _kept(typed: str) -> identifiers.Phone:
    return identifiers.read_phone(typed)
