"""Who is there: absences with their deputies, the duty roster, and the quiet hours of an agency (N1, N3, N4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from requests_desk.people.models import Absence, Agency, Duty, Membership, User


class Presence:
    """Who is away and who is on duty at one moment, read once for some agencies."""

    def __init__(self, agencies: Collection[int], *, at: datetime) -> None:
        away = Absence.objects.filter(user__memberships__agency__in=agencies, from_at__lte=at, to_at__gt=at)
        self.deputies: dict[int, User | None] = {}
        # Where two absences overlap, one that names a deputy wins, the latest of them.
        for absence in away.select_related("deputy").order_by("deputy", "pk").distinct():
            if absence.user_id not in self.deputies or absence.deputy:
                self.deputies[absence.user_id] = absence.deputy
        self._asked = (list(agencies), at)

    @cached_property
    def on_duty(self) -> dict[int, list[User]]:
        """Return by agency who is on its roster; asked for by the first who needs it, and most sweeps do not."""
        agencies, at = self._asked
        roster: dict[int, list[User]] = defaultdict(list)
        spells = Duty.objects.filter(agency__in=agencies, from_at__lte=at, to_at__gt=at, user__is_active=True)
        for spell in spells.select_related("user").order_by("from_at", "pk"):
            roster[spell.agency_id].append(spell.user)
        return roster

    def is_on_duty(self, person: User) -> bool:
        """Tell whether somebody is on any roster at this moment: no hour is quiet for them (N1)."""
        return any(person.pk == other.pk for spells in self.on_duty.values() for other in spells)

    def stand_in(self, person: User, is_there: Callable[[User], bool]) -> User | None:
        """Return who takes a person's place, or they themselves when they are there; None when nobody is (N3).

        `is_there` says whether somebody may be told at all. A deputy who is away is replaced in turn, and a circle of
        deputies who are all away is nobody.
        """
        asked: set[int] = set()
        # Who may not be told of a sealed request counts as away, and their deputy is asked (P13).
        while person.pk in self.deputies or not is_there(person):
            asked.add(person.pk)
            deputy = self.deputies.get(person.pk)
            if deputy is None or deputy.pk in asked:
                return None
            person = deputy
        return person


def quiet_until(agency: Agency, *, at: datetime) -> datetime | None:
    """Return when the quiet hours of an agency that hold at `at` end, or None outside them (N4)."""
    local = at.astimezone(ZoneInfo(agency.timezone))
    start, end = agency.quiet_from, agency.quiet_to
    wall = local.time()
    # The usual hours span midnight; a department with night shifts may be quiet by day.
    is_quiet = start <= wall < end if start <= end else wall >= start or wall < end
    if not is_quiet:
        return None
    # Before midnight they end tomorrow, after it today.
    day = local.date() + timedelta(days=1) if wall >= end else local.date()
    return datetime.combine(day, end, tzinfo=local.tzinfo)


def add_duty(agency: Agency, *, user: User, from_at: datetime, to_at: datetime) -> Duty:
    """Put somebody of the agency on the duty roster. Raises ValidationError with the fields to change."""
    _require_span(from_at, to_at)
    _require_colleague(agency, user, "user")
    if Duty.objects.filter(agency=agency, user=user, from_at__lt=to_at, to_at__gt=from_at).exists():
        raise ValidationError({"user": _("This person is on duty then already.")})
    return Duty.objects.create(agency=agency, user=user, from_at=from_at, to_at=to_at)


def add_absence(agency: Agency, *, user: User, deputy: User | None, from_at: datetime, to_at: datetime) -> Absence:
    """Note that somebody is away and who stands in. Raises ValidationError with the fields to change."""
    _require_span(from_at, to_at)
    _require_colleague(agency, user, "user")
    if deputy:
        # A deputy reads what they stand in for: nobody hands that to another department.
        _require_colleague(agency, deputy, "deputy")
        if deputy.pk == user.pk:
            raise ValidationError({"deputy": _("Choose somebody else: they are away themselves.")})
        if _leads_back(user, deputy, from_at=from_at, to_at=to_at):
            raise ValidationError(
                {"deputy": _("Choose somebody else: they are away then too, and you stand in for them.")}
            )
    return Absence.objects.create(user=user, deputy=deputy, from_at=from_at, to_at=to_at)


def set_quiet(agency: Agency, *, quiet_from: time, quiet_to: time, alarm_email: str, sms_monthly_cap: int) -> None:
    """Set when an agency's reminders wait, who hears what nobody else can, and its SMS a month."""
    agency.quiet_from, agency.quiet_to = quiet_from, quiet_to
    agency.alarm_email, agency.sms_monthly_cap = alarm_email, sms_monthly_cap
    agency.save(update_fields=["quiet_from", "quiet_to", "alarm_email", "sms_monthly_cap"])


def hold_night_sms(person: User, *, holds_night_sms: bool) -> None:
    """Let the SMS of a breach at night wait until the quiet hours end, or not (N4)."""
    person.holds_night_sms = holds_night_sms
    person.save(update_fields=["holds_night_sms"])


def mail_notices(person: User, *, mails_notices: bool) -> None:
    """Send somebody their everyday notices by mail too, or not."""
    person.mails_notices = mails_notices
    person.save(update_fields=["mails_notices"])


def use_again(agency: Agency, pk: int) -> None:
    """Use the address and the number of somebody of the agency again, whatever they refused before (N8)."""
    person = User.objects.filter(pk=pk, memberships__agency=agency)
    User.objects.filter(pk__in=person.values("pk")).update(email_failed_at=None, phone_failed_at=None)


def _leads_back(user: User, deputy: User, *, from_at: datetime, to_at: datetime) -> bool:
    """Tell whether the deputies of a deputy, who are away in the same time, end with the person themselves."""
    asked: set[int] = set()
    ahead = {deputy.pk}
    while ahead:
        asked |= ahead
        away = Absence.objects.filter(user__in=ahead, from_at__lt=to_at, to_at__gt=from_at, deputy__isnull=False)
        # Each is asked once: circles among others must not keep us here.
        ahead = set(away.values_list("deputy", flat=True)) - asked
        if user.pk in ahead:
            return True
    return False


def _require_span(from_at: datetime, to_at: datetime) -> None:
    if to_at <= from_at:
        raise ValidationError({"to_at": _("The end must come after the beginning.")})


def _require_colleague(agency: Agency, person: User, field: str) -> None:
    if not Membership.objects.filter(agency=agency, user=person, user__is_active=True).exists():
        raise ValidationError({field: _("This person does not work here.")})
