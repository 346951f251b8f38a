"""The schema, its page, and what lies at no address."""

from __future__ import annotations

from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import Http404
from django.utils.decorators import method_decorator
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api.authentication import KEYWORD
from requests_desk.api.base import ApiView


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names our authentication; found by its class, so importing it is enough."""

    target_class = "requests_desk.api.authentication.PersonalToken"
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme of OpenAPI."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": f"`{KEYWORD}`, a space and the token.",
        }


# Swagger writes its styles into the page; scripts stay files of our own here as everywhere.
@method_decorator(csp_update({"style-src": [UNSAFE_INLINE]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    url_name = "api-schema"
    metadata_class = None  # OPTIONS has nothing to tell of a page, and failed while it tried


class Nowhere(ApiView):
    """Answer in our own shape where no address is."""

    permission_classes = (AllowAny,)

    @extend_schema(exclude=True)
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer every method alike."""
        # Or DRF would answer 405 where nothing is, and name methods of an address that does not exist.
        self.http_method_names = [request.method.lower()]
        setattr(self, request.method.lower(), self._nothing)
        return super().dispatch(request, *args, **kwargs)

    def _nothing(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Http404
