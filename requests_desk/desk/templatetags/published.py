"""The panel of published answers, wherever a template asks for it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from requests_desk.desk.views import offering

register = template.Library()


@register.inclusion_tag("desk/_offered.html", takes_context=True)
def offered_now(context: Context, asked: str) -> dict[str, Any]:
    """Show what was published about what a form holds, where its button `asked` for it: what works without a script."""
    request = context["request"]
    # The button may be named or be a step: without a script either leads to the same panel.
    if asked not in (request.POST.get("step"), *request.POST):
        return {}
    is_reply = asked == "offer"
    return offering.beside(request, "" if is_reply else request.POST.get("text", ""), context.get("ticket"))
