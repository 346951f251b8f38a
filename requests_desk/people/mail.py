"""Mails about accounts. They hold secrets, so none lies in the outbox: made in a worker and handed over at once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from requests_desk.people.models import Agency, User


class Unavailable(Exception):
    """No relay is set up."""


def is_available() -> bool:
    """Tell whether mail can be sent at all."""
    return bool(settings.EMAIL_URL)


def send(user: User, name: str, *, language: str = "", **context: Any) -> None:
    """Send the mail called `name` to a person, in their language. Raises Unavailable, and OSError as smtplib does."""
    # Before anything is rendered: a text with a secret in it is not even made.
    if not is_available():
        raise Unavailable
    language = language or user.language
    context |= {"user": user, "language": language, "agency": _agency_of(user), "base_url": settings.PUBLIC_BASE_URL}
    with translation.override(language):
        # One line: a name with a line break in it must not begin a header of its own.
        subject = " ".join(render_to_string(f"mail/{language}/{name}.subject.txt", context).split())
        text = render_to_string(f"mail/{language}/{name}.txt", context).strip()
        html = render_to_string("mail/letter.html", context | {"subject": subject, "text": text})
    message = EmailMultiAlternatives(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [user.email],
        # So that no out-of-office program answers it (RFC 3834).
        headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
    )
    message.attach_alternative(html, "text/html")
    message.send()


def _agency_of(user: User) -> Agency | None:
    return Agency.objects.filter(memberships__user=user).order_by("pk").first() or Agency.objects.order_by("pk").first()
