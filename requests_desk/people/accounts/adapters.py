"""How allauth behaves here: nobody registers themselves, secrets are encrypted at rest, mails go by a worker."""

from __future__ import annotations

import base64
import secrets
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from requests_desk.people import tasks
from requests_desk.people.accounts.words import NOTICES
from requests_desk.people.models import User
from requests_desk.people.services.signing_in import FACTORS, end_sessions, has_one_factor

ADDED = frozenset({"mfa/email/totp_activated", "mfa/email/webauthn_added"})


class Account(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by invitation; what happens to one is told to its owner by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Let nobody in who was not invited."""
        # Invitations alone make accounts: a door for strangers would be one more to guard.
        return False

    def send_notification_mail(self, template_prefix: str, user: User, *_args: Any, **_kwargs: Any) -> None:
        """Tell the owner; a worker writes the mail, so that no page waits for a relay."""
        if template_prefix in ADDED and has_one_factor(user):
            # A session begun by the password alone would pass for one that showed the factor just set up.
            end_sessions(user, but=self.request.session.session_key)
        if template_prefix in NOTICES:
            tasks.start(tasks.mail_notice, user_id=user.pk, notice=NOTICES[template_prefix])


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: named after the office, encrypted with a key made of SECRET_KEY."""

    def get_totp_issuer(self) -> str:
        """Return the name the phone's program shows: plain letters, whatever the phone."""
        # The host beside it: who serves several departments sees several codes on one phone.
        return f"Requests Desk ({settings.PUBLIC_BASE_URL.partition('://')[2]})"

    def get_totp_label(self, user: User) -> str:
        """Return the name somebody signs in with."""
        return user.username

    def build_totp_svg(self, url: str) -> str:
        """Draw the code with what draws our other codes."""
        return str(segno.make(url, error="m").svg_inline(scale=5, border=2, light="#fff"))

    def encrypt(self, text: str) -> str:
        """Return what is stored: who reads the database alone learns no secret."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. After SECRET_KEY changed it is lost: then no code fits, as with a fresh one."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last factor where one is required."""
        # Recovery codes may always go: they are no factor by themselves.
        if not settings.REQUIRE_SECOND_FACTOR or authenticator.type not in FACTORS:
            return True
        others = Authenticator.objects.filter(user=authenticator.user_id, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The directory says who it is; whether they work here, our own list of people says."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Join the directory's account with ours at the first visit, or refuse whom nobody invited."""
        if sociallogin.is_existing:
            return
        found = _people_behind(sociallogin.account.extra_data)
        # Two people with one address, or none: a guess would open somebody else's desk.
        if len(found) != 1:
            raise ImmediateHttpResponse(render(request, "account/unknown.html", status=403))
        sociallogin.email_addresses = []  # ours are kept by the administrators
        sociallogin.connect(request, found[0])


def asks_second_factor_elsewhere(request: HttpRequest) -> bool:
    """Tell whether this session came by a single sign-on that asks for a second factor itself."""
    records = get_authentication_records(request, request.user)
    return settings.OIDC_SECOND_FACTOR and any(record.get("method") == "socialaccount" for record in records)


def _people_behind(data: dict[str, Any]) -> list[User]:
    claims = data.get("userinfo") or data.get("id_token") or data
    people = User.objects.filter(is_active=True)
    if settings.OIDC_MATCH == "username":
        name = str(claims.get("preferred_username") or "")
        return list(people.filter(username=name)[:2]) if name else []
    email = str(claims.get("email") or "")
    # Whoever may write any address into their profile there would be whoever they like here.
    # Some directories write the truth as a word, and "false" would count as said.
    if not email or str(claims.get("email_verified", True)).lower() == "false":
        return []
    return list(people.filter(email__iexact=email)[:2])


def _cipher() -> Fernet:
    # Drawn from SECRET_KEY and not it: what is signed elsewhere by that key opens nothing here.
    key = salted_hmac("requests_desk.second_factor", "key", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
