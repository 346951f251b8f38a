"""What workers do about accounts: every secret is made where it is sent, and the broker carries none."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import Task, shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from requests_desk.people import mail
from requests_desk.people.models import User
from requests_desk.people.services import invitations

log = logging.getLogger(__name__)
# A relay that is away is asked again for a quarter of an hour; then the person asks again.
AGAIN: dict[str, Any] = {"autoretry_for": (OSError,), "retry_backoff": 10, "retry_backoff_max": 300, "max_retries": 8}


def start(task: Task[Any, Any], **arguments: Any) -> None:
    """Wake a worker with a task; a broker that is away fails nobody's page."""
    try:
        task.apply_async(kwargs=arguments)
    except OperationalError:
        log.exception("%s waits for nobody: the broker does not answer", task.name)


@shared_task(name="people.mail_reset", **AGAIN)
def mail_reset(*, email: str, language: str) -> None:
    """Send a link for a new password to everybody who signs in by a password and has this address."""
    # Two accounts may share an office's address: each gets its own link, and the mail names which.
    for user in User.objects.filter(email__iexact=email, is_active=True):
        # Who never had a password was invited, or comes by single sign-on: neither gets one by this way.
        if user.has_usable_password():
            key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
            path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
            url = settings.PUBLIC_BASE_URL + path.replace("UID-KEY", key)
            _send(user, "account_reset", language=language, url=url)


@shared_task(name="people.mail_invitation", **AGAIN)
def mail_invitation(*, user_id: int, by_id: int) -> None:
    """Invite somebody, or invite them again: the link before this one stops working."""
    user = User.objects.get(pk=user_id)
    # Made here and not at the click: the broker keeps what it is given on its disk.
    secret = invitations.issue(user, by=User.objects.get(pk=by_id), at=timezone.now())
    _send(user, "account_invitation", url=invitations.url(secret), days=settings.INVITATION_DAYS)


@shared_task(name="people.mail_notice", **AGAIN)
def mail_notice(*, user_id: int, notice: str) -> None:
    """Tell somebody what happened to their account."""
    user = User.objects.get(pk=user_id)
    with translation.override(user.language):
        # In the reader's language: the task carries the English text, which is the key of both.
        said = translation.gettext(notice)
    _send(user, "account_notice", said=said, at=timezone.now())


def _send(user: User, name: str, **context: Any) -> None:
    if not user.email:
        return
    try:
        mail.send(user, name, **context)
    except mail.Unavailable:
        log.warning("%s was not sent: no relay is set up", name)
