"""What every view of this face does."""

from __future__ import annotations

from typing import Any, cast

from django.utils import translation
from django.utils.cache import add_never_cache_headers
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from requests_desk.api.outputs import ErrorOut
from requests_desk.people.models import User

# What may be wrong with any body, beside what an operation names itself.
BODY = (400, 403, 413, 415)


class ApiView(APIView):
    """Speak the language asked for, else the one of the token's owner; let nothing be kept on the way."""

    def perform_authentication(self, request: Request) -> None:
        """Find out who asks, and speak their language from here on; the middleware ends what this begins."""
        super().perform_authentication(request)
        if request.user.is_authenticated and "HTTP_ACCEPT_LANGUAGE" not in request.META and "lang" not in request.GET:
            # Only where nothing was asked: a program that names its language gets that one.
            translation.activate(request.user.language)

    @property
    def user(self) -> User:
        """Return who asks: the permission class lets nobody else through."""
        return cast(User, self.request.user)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Say which language this is, and that it is for the asker alone."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Content-Language"] = translation.get_language() or ""
        # The same address answers each person otherwise; a cache between would mix them.
        add_never_cache_headers(response)
        return response


def answers(good: dict[Any, Any], *bad: int) -> dict[Any, Any]:
    """Return the answers of an operation for the schema: its own, the errors named, and the one anybody may get."""
    return good | {status: OpenApiResponse(ErrorOut) for status in sorted({401, *bad})}
