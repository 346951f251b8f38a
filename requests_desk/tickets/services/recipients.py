"""Turn the label of a rung into people who may be told and can be reached (N1, N3, N8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from notifications import channels
from requests_desk.people.models import Agency, Membership, Role, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Exclusion, Reply, Ticket

LADDER = ("officer", "unit_head", "chief", "leadership")
FALLBACK_CHANNELS = ("email", "sms")


class Recipient(NamedTuple):
    """One person (or the agency's alarm address) and one way to reach them."""

    key: str
    name: str
    language: str
    channel: str
    destination: str


class Directory:
    """Everybody who works at some agencies, read once for a batch of tickets."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        agencies = {ticket.agency_id for ticket in tickets}
        self.members: dict[int, list[Membership]] = defaultdict(list)
        for member in Membership.objects.filter(agency__in=agencies, user__is_active=True).select_related("user"):
            self.members[member.agency_id].append(member)
        self.agencies = Agency.objects.in_bulk(agencies)
        self.exclusions: dict[int, list[Exclusion]] = defaultdict(list)
        sealed = [ticket.pk for ticket in tickets if ticket.sealed]
        for exclusion in Exclusion.objects.filter(ticket__in=sealed) if sealed else ():
            self.exclusions[exclusion.ticket_id].append(exclusion)

    def reach(self, ticket: Ticket, label: str, wanted: Iterable[str]) -> list[Recipient]:
        """Return whom to tell for a rung; an empty one goes to the next, the last to the alarm address and admins."""
        place = LADDER.index(label) if label in LADDER else len(LADDER) - 1
        for rung in LADDER[place:]:
            if found := self._reachable(self._holders(ticket, rung), wanted):
                return found
        return self._alarm(ticket, wanted)

    def _holders(self, ticket: Ticket, rung: str) -> list[User]:
        told = self._tellable(ticket)
        if rung == "officer" and ticket.officer_id:
            return _people(m for m in told if m.user_id == ticket.officer_id)
        if rung == "officer":  # nobody holds it yet: whoever could give it to somebody
            return _people(
                m
                for m in told
                if m.role == Role.FRONT_DESK or (m.role == Role.UNIT_HEAD and m.unit_id == ticket.unit_id)
            )
        if rung == "unit_head":
            return _people(m for m in told if m.role == Role.UNIT_HEAD and m.unit_id == ticket.unit_id)
        return _people(m for m in told if m.role == {"chief": Role.CHIEF, "leadership": Role.LEADER}[rung])

    def _tellable(self, ticket: Ticket) -> list[Membership]:
        members = self.members[ticket.agency_id]
        excluded = access.excluded(members, self.exclusions[ticket.pk])
        return [member for member in members if access.may_be_told(ticket, member, excluded)]

    def may_be_told(self, ticket: Ticket, person: User) -> bool:
        """Tell whether a person still works here and may know of the ticket."""
        return any(member.user_id == person.pk for member in self._tellable(ticket))

    def _reachable(self, people: Iterable[User], wanted: Iterable[str]) -> list[Recipient]:
        return [recipient for person in people for recipient in ways_to(person, wanted)]

    def _alarm(self, ticket: Ticket, wanted: Iterable[str]) -> list[Recipient]:
        agency = self.agencies[ticket.agency_id]
        admins = [] if ticket.sealed else [m for m in self.members[agency.pk] if m.role == Role.ADMIN]
        found = self._reachable(_people(admins), wanted)
        if agency.alarm_email:
            found.append(Recipient(f"agency:{agency.pk}", agency.name, "vi", "email", agency.alarm_email))
        return found


def about_reply(ticket: Ticket, reply: Reply) -> list[Recipient]:
    """Return whom to tell that a reply did not arrive: its author, else who answers for the ticket (P4, N3)."""
    directory = Directory([ticket])
    ways = ways_to(reply.author, ["email"]) if directory.may_be_told(ticket, reply.author) else []
    return ways or directory.reach(ticket, "officer", ["email"])


def ways_to(person: User, wanted: Iterable[str]) -> list[Recipient]:
    """Return the wanted ways that reach a person now; where none does, the first other one that can (N8)."""
    found = [way for channel in wanted if (way := _way(person, channel))]
    if found:
        return found
    return [way for channel in FALLBACK_CHANNELS if (way := _way(person, channel))][:1]


def _way(person: User, channel: str) -> Recipient | None:
    destination = {"email": person.email, "sms": person.phone, "in_app": person.username}.get(channel, "")
    if (
        not destination
        or channels.availability(channel) == "unavailable"
        or not channels.get(channel).accepts(destination)
    ):
        return None
    return Recipient(f"user:{person.pk}", person.full_name, person.language, channel, destination)


def _people(members: Iterable[Membership]) -> list[User]:
    return list({member.user_id: member.user for member in members}.values())
