"""Turn the label of a rung into people who may be told and can be reached (N1, N3, N4, N8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from notifications import channels
from requests_desk.people.models import Agency, Membership, Role, Unit, User
from requests_desk.people.services.presence import Presence, quiet_until
from requests_desk.tickets import access
from requests_desk.tickets.models import Exclusion, Reply, Ticket
from requests_desk.tickets.words import Because

LADDER = ("officer", "unit_head", "chief", "leadership")
DUTY, ALARM = "duty", "alarm"
FALLBACK_CHANNELS = ("email", "sms")
_ROLES = {"unit_head": Role.UNIT_HEAD, "chief": Role.CHIEF, "leadership": Role.LEADER}


class Recipient(NamedTuple):
    """One person (or the agency's alarm address) and one way to reach them."""

    key: str
    name: str
    language: str
    channel: str
    destination: str


class Told(NamedTuple):
    """Somebody to be told, by every way that reaches them, and why it is they.

    `level` is the rung they were found on; `absent` names whom they stand in for; `missing` the channels that were
    wanted and do not reach them now.
    """

    person: User | None
    level: str
    ways: tuple[Recipient, ...]
    because: str = ""
    absent: str = ""
    missing: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the opaque name messages know them by."""
        return self.ways[0].key


class Holder(NamedTuple):
    """Somebody who stands on a rung, or stands in for who does."""

    person: User
    because: str = ""
    absent: str = ""


class Directory:
    """Everybody who works at some agencies and who of them is there at one moment, read once for many tickets."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at
        self.members: dict[int, list[Membership]] = {}
        # The same again by person and by role: an office of a thousand is not gone through for each of its tickets.
        self.of_person: dict[tuple[int, int], list[Membership]] = defaultdict(list)
        self.of_role: dict[tuple[int, str], list[Membership]] = defaultdict(list)
        self.everybody: dict[int, set[int]] = defaultdict(set)
        self.agencies: dict[int, Agency] = {}
        self.presence: dict[int, Presence] = {}
        self.exclusions: dict[int, list[Exclusion]] = defaultdict(list)
        self.barred: dict[int, set[str]] = defaultdict(set)

    def know(self, tickets: Iterable[Ticket]) -> Directory:
        """Read what is not known yet of these tickets' agencies, and whom the sealed ones exclude."""
        tickets = list(tickets)
        new = {t.agency_id: t.agency for t in tickets if t.agency_id not in self.agencies}
        if new:
            self.agencies |= new
            self.members |= {agency: [] for agency in new}
            rows = Membership.objects.filter(agency__in=new, user__is_active=True).select_related("user")
            for member in rows.order_by("pk"):
                self.members[member.agency_id].append(member)
                self.of_person[member.agency_id, member.user_id].append(member)
                self.of_role[member.agency_id, member.role].append(member)
                self.everybody[member.agency_id].add(member.user_id)
            self.presence |= dict.fromkeys(new, Presence(list(new), at=self.at))
        sealed = [ticket.pk for ticket in tickets if ticket.sealed and ticket.pk not in self.exclusions]
        for exclusion in Exclusion.objects.filter(ticket__in=sealed) if sealed else ():
            self.exclusions[exclusion.ticket_id].append(exclusion)
        return self

    def find(self, ticket: Ticket, label: str, wanted: Sequence[str], *, besides: Collection[str] = ()) -> list[Told]:
        """Return whom to tell for a rung; an empty one goes to the next, the last to the alarm address and admins.

        `besides` are keys of people who are passed over. Nobody on the duty roster leaves that rung empty: it only
        stands beside another.
        """
        if label == DUTY:
            return self._told(ticket, label, self._on_duty(ticket), wanted, besides)
        if label == ALARM:
            return self._alarm(ticket, wanted, besides)
        # A label nobody here knows goes to the top: better one too high than nobody (N3).
        place = LADDER.index(label) if label in LADDER else len(LADDER) - 1
        for rung in LADDER[place:]:
            if found := self._told(ticket, rung, self._holders(ticket, rung), wanted, besides):
                return found if rung == label else [_as(one, Because.EMPTY_RUNG) for one in found]
        return self._alarm(ticket, wanted, besides)

    def may_be_told(self, ticket: Ticket, person: User) -> bool:
        """Tell whether a person still works here and may know of the ticket."""
        return person.pk in self._tellable(ticket)

    def held_until(self, ticket: Ticket, told: Told, channel: str, *, is_breach: bool) -> datetime | None:
        """Return until when quiet hours hold a message to somebody, or None when it goes at once (N4)."""
        if told.person is None or (is_breach and not (channel == "sms" and told.person.holds_night_sms)):
            return None
        return self.quiet_for(ticket.agency_id, told.person)

    def quiet_for(self, agency: int, person: User) -> datetime | None:
        """Return until when quiet hours hold what can wait, None outside them and for who is on duty (N1, N4)."""
        until = quiet_until(self.agencies[agency], at=self.at)
        return None if until and self.presence[agency].is_on_duty(person) else until

    def without(self, ticket: Ticket) -> tuple[str, ...]:
        """Return the channels an agency may use no more for alerts: its SMS of the month may be spent (N8)."""
        return tuple(self.barred.get(ticket.agency_id, ()))

    def _told(
        self, ticket: Ticket, level: str, holders: Iterable[Holder], wanted: Sequence[str], besides: Collection[str]
    ) -> list[Told]:
        found: dict[int, Told] = {}
        for person, because, absent in holders:
            ways = tuple(ways_to(person, wanted, without=self.without(ticket)))
            if ways and ways[0].key not in besides:
                # Named in the message that arrives: a leader must know that the SMS they count on does not (N8).
                missing = tuple(channel for channel in wanted if channel not in {way.channel for way in ways})
                found.setdefault(person.pk, Told(person, level, ways, because, absent, missing))
        return list(found.values())

    def _holders(self, ticket: Ticket, rung: str) -> list[Holder]:
        """Return who stands on a rung, the absent and the excluded replaced by their deputies (N3, P13)."""
        because = ""
        if rung == "officer" and ticket.officer_id:
            own = _people(self.of_person[ticket.agency_id, ticket.officer_id])
        elif rung == "officer":  # nobody holds it yet: whoever could give it to somebody
            because = str(Because.UNASSIGNED)
            front, heads = self.in_role(ticket, Role.FRONT_DESK), self.in_role(ticket, Role.UNIT_HEAD)
            own = list({person.pk: person for person in (*front, *heads)}.values())
        else:
            own = self.in_role(ticket, _ROLES[rung])
        return [
            Holder(there, Because.DEPUTY, person.full_name) if there is not person else Holder(person, because)
            for person, there in self.stand_ins(ticket, own)
        ]

    def stand_ins(self, ticket: Ticket, people: Iterable[User]) -> list[tuple[User, User]]:
        """Return each with who is there in their place, they themselves where they are; without those nobody is for."""
        tellable, presence = self._tellable(ticket), self.presence[ticket.agency_id]
        found = [(person, presence.stand_in(person, lambda someone: someone.pk in tellable)) for person in people]
        return [(person, there) for person, there in found if there]

    def in_role(self, ticket: Ticket, role: str) -> list[User]:
        """Return who holds a role that answers for the ticket: a unit's roles in its own unit alone."""
        members = self.of_role[ticket.agency_id, role]
        return _people(m for m in members if role not in access.UNIT_ROLES or m.unit_id == ticket.unit_id)

    def of_unit(self, ticket: Ticket, unit: Unit) -> list[User]:
        """Return who heads another unit, its officers where nobody does."""
        for role in (Role.UNIT_HEAD, Role.OFFICER):
            if found := _people(m for m in self.of_role[ticket.agency_id, role] if m.unit_id == unit.pk):
                return found
        return []

    def _on_duty(self, ticket: Ticket) -> list[Holder]:
        tellable = self._tellable(ticket)
        spells = self.presence[ticket.agency_id].on_duty[ticket.agency_id]
        return [Holder(person, Because.ON_DUTY) for person in spells if person.pk in tellable]

    def _tellable(self, ticket: Ticket) -> set[int]:
        if not ticket.sealed:
            return self.everybody[ticket.agency_id]
        members = self.members[ticket.agency_id]
        excluded = access.excluded(members, self.exclusions[ticket.pk])
        return {member.user_id for member in members if access.may_be_told(ticket, member, excluded)}

    def _alarm(self, ticket: Ticket, wanted: Sequence[str], besides: Collection[str]) -> list[Told]:
        agency = self.agencies[ticket.agency_id]
        # An administrator may read no sealed report; the alarm address learns its code and time alone (P13, N10).
        admins = [] if ticket.sealed else self.of_role[agency.pk, Role.ADMIN]
        holders = [Holder(person, Because.NOBODY) for person in _people(admins)]
        found = self._told(ticket, ALARM, holders, wanted, besides)
        if agency.alarm_email and f"agency:{agency.pk}" not in besides:
            way = Recipient(f"agency:{agency.pk}", agency.name, "vi", "email", agency.alarm_email)
            found.append(Told(None, ALARM, (way,), Because.NOBODY))
        return found


def about_reply(ticket: Ticket, reply: Reply, *, at: datetime) -> list[Recipient]:
    """Return whom to tell that a reply did not arrive: its author, else who answers for the ticket (P4, N3)."""
    directory = Directory(at=at).know([ticket])
    ways = ways_to(reply.author, ["email"]) if directory.may_be_told(ticket, reply.author) else []
    return ways or [way for told in directory.find(ticket, "officer", ["email"]) for way in told.ways]


def ways_to(person: User, wanted: Iterable[str], *, without: Collection[str] = ()) -> list[Recipient]:
    """Return the wanted ways that reach a person now; where none does, the first other one that can (N8)."""
    found = [way for channel in wanted if channel not in without and (way := _way(person, channel))]
    if found:
        return found
    return [way for channel in FALLBACK_CHANNELS if channel not in without and (way := _way(person, channel))][:1]


def _way(person: User, channel: str) -> Recipient | None:
    destination = {
        # An address that bounced is tried no more until it is mended: alerts must not vanish there one by one (N8).
        "email": "" if person.email_failed_at else person.email,
        "sms": "" if person.phone_failed_at else person.phone,
        "in_app": person.username,
    }.get(channel, "")
    if (
        not destination
        or channels.availability(channel) == "unavailable"
        or not channels.get(channel).accepts(destination)
    ):
        return None
    return Recipient(f"user:{person.pk}", person.full_name, person.language, channel, destination)


def _as(told: Told, because: str) -> Told:
    return told._replace(because=told.because or because)


def _people(members: Iterable[Membership]) -> list[User]:
    return list({member.user_id: member.user for member in members}.values())
