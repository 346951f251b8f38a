"""Who asks: `Authorization: Token …` with a personal token, in one query."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from requests_desk.people.models import User
from requests_desk.people.services import tokens

KEYWORD = "Token"


class PersonalToken(BaseAuthentication):
    """Act as the owner of a live personal token. No session counts here, so no cookie can be misused."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the owner, or None when no token was sent. Raises AuthenticationFailed when it opens nothing."""
        keyword, _space, secret = get_authorization_header(request).partition(b" ")
        # Other schemes are not ours to judge: what follows is the same 401 as without any.
        if keyword.lower() != KEYWORD.lower().encode():
            return None
        try:
            return tokens.owner(secret.strip().decode("latin-1"), at=timezone.now()), None
        except tokens.TokenRefused as error:
            # Which of them is not said: a stranger who tries tokens learns nothing by it.
            raise AuthenticationFailed(_("This token is unknown, has expired or was revoked.")) from error

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return KEYWORD
