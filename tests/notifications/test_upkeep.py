"""Old texts are forgotten, silent messages asked about, orphaned reports dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from notifications import outbox, upkeep
from notifications.models import Notification, Receipt
from tests.notifications.cast import MORNING, a_draft, an_sms, enqueued, later, sent, stored

pytestmark = pytest.mark.django_db


def settled(draft, *, provider_id=""):
    outcome = sent(draft, provider_id=provider_id)
    outbox.mark_settled([outcome], at=MORNING)
    return stored(draft.key)


def asked(*, at, settle=lambda outcome: None):
    return upkeep.ask("sms", at=at, settle=settle)


def a_silent_sms(twilio):
    """An SMS that Twilio took and never reported on."""
    message = twilio.take({"To": "+84912345678", "Body": "x"})
    return settled(an_sms(), provider_id=message["sid"])


# --- texts -------------------------------------------------------------------------------------------------------


def test_it_forgets_the_words_and_keeps_the_proof():
    row = settled(a_draft(html="<p>x</p>"))

    assert upkeep.forget_texts(before=later(1)) == 1

    kept = stored(row.key)
    assert (kept.title, kept.text, kept.html, kept.headers) == ("", "", "", {})
    assert (kept.state, kept.accepted_at, kept.destination) == ("sent", MORNING, row.destination)


def test_it_forgets_nothing_twice():
    settled(a_draft())
    upkeep.forget_texts(before=later(1))

    assert upkeep.forget_texts(before=later(1)) == 0


def test_it_forgets_nothing_younger():
    settled(a_draft())

    assert upkeep.forget_texts(before=MORNING) == 0


def test_it_forgets_nothing_that_still_must_go_or_be_settled():
    enqueued(a_draft("waits"))
    sent(a_draft("unsettled"))

    assert upkeep.forget_texts(before=later(days=999)) == 0


def test_it_looks_at_no_younger_row_for_what_to_forget():
    """Every five minutes, in an outbox that keeps two years of messages."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = upkeep.oldest_texts(before=later(1)).explain()

    assert "notification_oldest_text" in plan and "(created_at <" in plan


def test_it_forgets_by_the_batch():
    for number in range(3):
        settled(a_draft(f"a:{number}"))

    assert [upkeep.forget_texts(before=later(1), limit=2) for _ in range(3)] == [2, 1, 0]


# --- reports -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [("delivered", None, "delivered"), ("undelivered", 30003, "failed"), ("sent", None, "sent")],
)
def test_it_asks_what_became_of_an_sms_whose_report_never_came(twilio, status, code, state):
    row = a_silent_sms(twilio)
    twilio.move(row.provider_id, status, code)

    assert asked(at=later(minutes=11)) == 1

    assert stored(row.key).state == state
    assert stored(row.key).reason == (f"twilio_{code}" if code else "")


def test_it_hands_up_what_it_learned(twilio):
    row = a_silent_sms(twilio)
    twilio.move(row.provider_id, "delivered")
    outcomes = []

    asked(at=later(minutes=11), settle=outcomes.append)

    assert [(o.key, o.state) for o in outcomes] == [(row.key, "delivered")]


@pytest.mark.parametrize("age", [timedelta(minutes=9), timedelta(days=3)])
def test_it_asks_neither_too_soon_nor_for_ever(twilio, age):
    a_silent_sms(twilio)

    assert asked(at=MORNING + age) == 0


def test_it_asks_ever_more_seldom(twilio):
    a_silent_sms(twilio)

    counts = [asked(at=later(minutes=m)) for m in (10, 15, 20, 30, 40, 79, 80)]

    assert counts == [1, 0, 1, 0, 1, 0, 1]


def test_it_asks_no_further_when_twilio_cannot_tell(twilio):
    row = a_silent_sms(twilio)
    twilio.next_lists.append("500")

    asked(at=later(minutes=11))

    assert stored(row.key).state == "sent"


def test_it_asks_nobody_where_there_is_no_provider():
    settled(an_sms(), provider_id="SM1")

    assert asked(at=later(hours=1)) == 0


def test_it_drops_reports_that_nobody_claimed():
    outbox.callback("SM-stranger", "delivered", at=MORNING)

    upkeep.forget_receipts(at=later(days=6))
    assert Receipt.objects.count() == 1

    upkeep.forget_receipts(at=later(days=8))
    assert not Receipt.objects.exists()
    assert not Notification.objects.exists()
