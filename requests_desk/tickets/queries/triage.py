"""What waits to be sorted, and what each seems to be (P12): nothing leaves this machine or learns by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from requests_desk.people.models import Agency, Membership, Unit, User
from requests_desk.tickets import access, likeness, triage, triage_words
from requests_desk.tickets.models import Field, Ticket, WordList
from requests_desk.tickets.queries.desk import dressed
from requests_desk.tickets.triage import Earlier, Suggestion, Words
from requests_desk.tickets.words import About, Ending, Kind, State

# The latest requests that somebody put in a field, of which the most alike speak for theirs.
REMEMBERED, HEARD, ALIKE = 400, 3, 0.45
PAGE = 12
COUNTED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One request that waits, with what it seems to be: `unit` and whom it names as rows of their own."""

    ticket: Ticket
    suggestion: Suggestion
    unit: Unit | None
    units: list[Unit]
    people: list[User]


def waiting(user: User) -> QuerySet[Ticket]:
    """Return the open requests nobody was given yet, of those the person may assign."""
    return access.visible(user, access.Right.ASSIGN).filter(
        closed_at__isnull=True, state=State.RECEIVED, unit__isnull=True
    )


def page(user: User, agency: Agency, *, limit: int = PAGE) -> list[Row]:
    """Return the requests to sort in one agency, what is due next first, each with its suggestion."""
    tickets = list(dressed(waiting(user).filter(agency=agency)).order_by("queue_at", "pk")[:limit])
    words, seen = words_of(agency), _remembered(user, agency) if tickets else []
    return [_row(ticket, suggest(ticket.text, words, seen), agency) for ticket in tickets]


def of(ticket: Ticket, user: User) -> Row:
    """Return what one request seems to be, by the lists of its agency and what the person may see of earlier ones."""
    seen = [row for row in _remembered(user, ticket.agency) if row[0] != ticket.code]
    return _row(ticket, suggest(ticket.text, words_of(ticket.agency), seen), ticket.agency)


def of_text(text: str, user: User, agency: Agency) -> Suggestion:
    """Return what a text being typed seems to be about."""
    return suggest(text, words_of(agency), _remembered(user, agency))


def suggest(text: str, words: Words, seen: list[tuple[str, str, int | None, str]]) -> Suggestion:
    """Return the suggestion for a text; `seen` are (code, field, unit, gist) of earlier requests, the newest first."""
    said = likeness.words(text)
    alike = [
        Earlier(code, field, unit, score)
        for code, field, unit, gist in seen
        if (score := likeness.compare(said, likeness.of_gist(gist)).score) >= ALIKE
    ]
    nearest = sorted(alike, key=lambda one: (-one.score, one.code))[:HEARD]
    return triage.suggest(text, words, nearest)


def words_of(agency: Agency) -> Words:
    """Return the phrases of an agency: its own lists, those that come with the product where it has none."""
    own = {(row.about, row.target): row.phrases for row in WordList.objects.filter(agency=agency)}

    def lines(about: str, target: str = "") -> list[str]:
        text = own.get((about, target), triage_words.default(about, target))
        return [line.strip() for line in text.splitlines() if line.strip()]

    fields = list(Field.objects.filter(agency=agency).order_by("code"))
    return Words(
        fields={row.code: [*lines(About.FIELD, row.code), row.name] for row in fields},
        kinds={kind: lines(About.KIND, kind) for kind in Kind.values},
        misconduct=lines(About.MISCONDUCT),
        staff=lines(About.STAFF),
        advertising=lines(About.ADVERTISING),
        names=_names(agency),
        units={row.code: row.unit_id for row in fields},
    )


def ended_as_invalid(user: User, *, at: datetime) -> int:
    """Count what ended as invalid in the last thirty days: it stays counted (P15)."""
    since = at - timedelta(days=COUNTED_DAYS)
    return access.visible(user).filter(ending=Ending.SPAM, closed_at__gte=since).count()


def _names(agency: Agency) -> dict[str, list[str]]:
    """Return how the people and units of an agency are called, by their keys; a name of one word names too many."""
    members = Membership.objects.filter(agency=agency, user__is_active=True).select_related("user")
    people = {f"user:{one.user_id}": [one.user.full_name] for one in members if " " in one.user.full_name}
    return people | {f"unit:{unit.pk}": [unit.name] for unit in agency.units.all()}


def _remembered(user: User, agency: Agency) -> list[tuple[str, str, int | None, str]]:
    rows = access.visible(user).filter(agency=agency, sealed=False).exclude(Q(field="") | Q(gist=""))
    return list(rows.order_by("-pk").values_list("code", "field", "unit", "gist")[:REMEMBERED])


def _row(ticket: Ticket, suggestion: Suggestion, agency: Agency) -> Row:
    keys = [key.split(":") for key in suggestion.named]
    units = {unit.pk: unit for unit in agency.units.all()} if keys or suggestion.unit else {}
    people = User.objects.filter(pk__in=[pk for kind, pk in keys if kind == "user"]) if keys else []
    return Row(
        ticket,
        suggestion,
        units.get(suggestion.unit or 0),
        [units[int(pk)] for kind, pk in keys if kind == "unit"],
        list(people),
    )
