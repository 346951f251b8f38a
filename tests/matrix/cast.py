"""Who knocks: somebody of each role, somebody with every role elsewhere, somebody with none, and a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from http.cookies import SimpleCookie

from django.template.base import Origin
from django.template.loaders.base import Loader
from django.test import Client
from django.utils import timezone

from requests_desk.people.models import Membership, Role, User
from requests_desk.people.services import tokens
from tests.support.cast import Desk, a_person

ROLES = tuple(str(role) for role in Role)
COLLEAGUE, ELSEWHERE, NOBODY, STRANGER = "colleague", "elsewhere", "nobody", "stranger"
EVERYONE = (*ROLES, COLLEAGUE, ELSEWHERE, NOBODY, STRANGER)


class Cast:
    """Everyone who knocks, each with a browser and, where they have an account, a token."""

    def __init__(self, desk: Desk, *, at: datetime) -> None:
        self.desk = desk
        self.users = {
            "front_desk": desk.lan,
            "officer": desk.alice,
            "unit_head": desk.bob,
            "chief": desk.chief,
            "leader": desk.leader,
            "inspector": desk.ivan,
            "admin": desk.root,
            "auditor": a_person("ada", desk.agency, Role.AUDITOR),
            COLLEAGUE: a_person("cara", desk.agency, Role.OFFICER, desk.office),
            ELSEWHERE: _with_every_role_elsewhere(desk),
            NOBODY: User.objects.create_user("nemo", password="open-sesame-2026", full_name="Nemo"),
        }
        self.tokens = {name: tokens.issue(user, name="matrix", at=at) for name, user in self.users.items()}
        self._browsers = {is_strict: self._open(is_strict=is_strict) for is_strict in (False, True)}
        self._cookies = {name: self._signed_in(user) for name, user in self.users.items()}

    def browser(self, name: str, *, enforce_csrf_checks: bool = False) -> Client:
        """Return a browser, forgetful of what it did, in which somebody is signed in, or nobody for the stranger."""
        client = self._browsers[enforce_csrf_checks]
        client.cookies = SimpleCookie(self._cookies.get(name, {}))
        return client

    def _open(self, *, is_strict: bool) -> Client:
        return Client(enforce_csrf_checks=is_strict, raise_request_exception=False)

    def _signed_in(self, user: User) -> dict[str, str]:
        client = self._open(is_strict=False)
        client.force_login(user)
        return {name: cookie.value for name, cookie in client.cookies.items()}

    def key(self, name: str) -> dict[str, str]:
        """Return the header that shows somebody's token."""
        return {"Authorization": f"Token {self.tokens[name]}"} if name in self.tokens else {}


def _with_every_role_elsewhere(desk: Desk) -> User:
    user = a_person("zoe", desk.other_agency, Role.OFFICER, desk.other_unit)
    for role in set(Role) - {Role.OFFICER}:
        Membership.objects.create(user=user, agency=desk.other_agency, unit=desk.other_unit, role=role)
    return user


def now() -> datetime:
    return timezone.now()


class Blank(Loader):
    """Every template, empty: the matrix asks what a page answers, not what it shows, and would spend its time there."""

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        """Name the template itself as its source."""
        yield Origin(template_name, template_name, self)

    def get_contents(self, origin: Origin) -> str:
        """Return nothing."""
        return ""
