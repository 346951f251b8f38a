"""Whose address and whose language a request has."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers

from requests_desk.people.accounts.adapters import asks_second_factor_elsewhere
from requests_desk.people.services.signing_in import has_second_factor

Handler = Callable[[HttpRequest], HttpResponse]
YEAR = 365 * 24 * 3600
KEPT = "second_factor"


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    # What listens for both families writes ::ffff:1.2.3.4: unread, no trusted network would hold it, and the throttle
    # would take everybody of IPv4 for one subscriber.
    return getattr(address, "ipv4_mapped", None) or address


class ClientAddress:
    """Set REMOTE_ADDR to the client's: behind a trusted proxy the last address it did not add itself."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chain = [
            request.META.get("REMOTE_ADDR", ""),
            # From the end: each proxy adds its caller there, and everything before ours is the client's own word.
            *reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")),
        ]
        for text in chain:
            address = _address(text)
            if address is None:
                break
            request.META["REMOTE_ADDR"] = str(address)
            if not any(address in network for network in self.trusted):
                break
        return self.get_response(request)


class Language:
    """Speak Vietnamese unless the cookie or `?lang=` says otherwise: a browser's own language does not decide."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang")
        # An address shared with `?lang=` shows what its sender saw; after that the cookie speaks.
        code = next((c for c in (asked, self._remembered(request)) if c in self.known), settings.LANGUAGE_CODE)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
        # A view that spoke the language of its reader, as the API does, has said so already.
        response.headers.setdefault("Content-Language", code)
        # Or a cache on the way would keep one reader's language for everybody.
        patch_vary_headers(response, ["Accept-Language" if request.path.startswith("/api/") else "Cookie"])
        if asked in self.known:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response

    def _remembered(self, request: HttpRequest) -> str | None:
        # Programs keep no cookies; they say in each request what they read.
        if request.path.startswith("/api/"):
            return translation.get_language_from_request(request) if "HTTP_ACCEPT_LANGUAGE" in request.META else None
        return request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or getattr(request.user, "language", None)


class SecondFactor:
    """Where a second factor is required, open no page of the staff to whoever has none; their account stays open."""

    STAFF = ("/desk/", "/settings/", "/leadership/", "/accounts/tokens/")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # By path and not by view: a page added tomorrow is covered before anybody thinks of it.
        if request.path.startswith(self.STAFF) and lacks_second_factor(request):
            return redirect("mfa_index")
        return self.get_response(request)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Tell whether somebody signed in without the second factor that is required of them.

    Asked once per session: taking the last factor away is refused, and a reset by others ends the sessions.
    """
    if not settings.REQUIRE_SECOND_FACTOR or not request.user.is_authenticated:
        return False
    if not request.session.get(KEPT):
        # That there is one suffices: logging in asks for it, and the sessions before it were ended.
        if not (has_second_factor(request.user) or asks_second_factor_elsewhere(request)):
            return True
        request.session[KEPT] = True
    return False
