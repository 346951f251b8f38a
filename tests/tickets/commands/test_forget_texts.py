"""`manage.py forget_texts`: the words go, the proof stays, and one may look first."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from notifications.models import Notification
from requests_desk.tickets import tasks
from requests_desk.tickets.models import Notice
from tests.support.cast import Desk, log_ticket

LONG_AGO = timedelta(days=800)


@pytest.fixture
def old(desk: Desk) -> Notification:
    """A mail that went, and a notice that was read, two years and more ago; and the same of today."""
    for _number in range(2):
        log_ticket(desk, officer=desk.alice)
    now = timezone.now()
    Notification.objects.update(
        state="sent", next_attempt_at=None, accepted_at=now, outcome_at=now, settled_at=now, created_at=now
    )
    Notice.objects.update(read_at=now)
    mail = Notification.objects.filter(cause="notice").earliest("pk")
    Notification.objects.filter(pk=mail.pk).update(created_at=now - LONG_AGO)
    Notice.objects.filter(pk=Notice.objects.earliest("pk").pk).update(read_at=now - LONG_AGO)
    return mail


def forget(*options: str) -> str:
    out = StringIO()
    call_command("forget_texts", *options, stdout=out)
    return out.getvalue()


def test_it_counts_without_forgetting(old: Notification):
    assert forget("--dry-run").startswith("would forget 1 texts and 1 notices")

    old.refresh_from_db()
    assert old.text
    assert Notice.objects.count() == 2


def test_it_forgets_the_words_of_old_messages_and_keeps_who_got_them_and_when(old: Notification):
    assert forget().startswith("forgot 1 texts and 1 notices")

    old.refresh_from_db()
    assert (old.title, old.text, old.html, old.headers) == ("", "", "", {})
    assert (old.state, old.destination) == ("sent", "alice@so.example")
    assert Notification.objects.exclude(text="").count() == Notification.objects.count() - 1
    assert Notice.objects.count() == 1


def test_it_keeps_as_long_as_it_is_told(old: Notification):
    assert forget("--days", "900").startswith("forgot 0 texts")


@pytest.mark.parametrize("days", ["0", "-3"])
def test_it_asks_how_long_where_texts_are_kept_for_good(old: Notification, days: str):
    with pytest.raises(CommandError, match="--days"):
        forget("--days", days)


@pytest.mark.parametrize(("kept", "left"), [(730, ""), (0, "text")])
def test_it_happens_by_itself_as_the_policy_says(old: Notification, settings, kept: int, left: str):
    settings.KEEP_TEXTS_DAYS = kept

    tasks.upkeep()

    old.refresh_from_db()
    assert bool(old.text) is bool(left)
