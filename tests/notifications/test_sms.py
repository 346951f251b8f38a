from __future__ import annotations

import pytest

from notifications.channels import sms
from notifications.models import Attempt
from tests.notifications.cast import LEASE, an_sms, begun, dispatched, enqueued, later, stored
from tests.support import openapi
from tests.support.smtp import free_port
from tests.support.twilio import ACCOUNT

pytestmark = pytest.mark.django_db

HOOK = "https://desk.so.example/hooks/twilio/status/"


def posts(twilio):
    return [asked for asked in twilio.asked if asked.method == "POST"]


# --- sending ---------------------------------------------------------------------------------------------------


def test_it_hands_an_sms_to_twilio(twilio):
    enqueued(an_sms())

    dispatched("sms")

    row = stored("ack:1:sms")
    assert (row.state, row.provider_id) == ("sent", twilio.messages[0]["sid"])
    assert posts(twilio)[0].form == {
        "To": "+84912345678",
        "From": "+15005550006",
        "Body": row.text,
        "StatusCallback": HOOK,
    }


def test_it_sends_through_a_messaging_service(twilio, settings):
    settings.TWILIO_FROM = "MG" + "1" * 32
    enqueued(an_sms())

    dispatched("sms")

    assert posts(twilio)[0].form["MessagingServiceSid"] == settings.TWILIO_FROM
    assert "From" not in posts(twilio)[0].form


def test_it_writes_a_national_number_as_the_world_does(twilio):
    enqueued(an_sms(destination="0912 345 678"))

    dispatched("sms")

    assert twilio.messages[0]["to"] == "+84912345678"


@pytest.mark.parametrize("number", ["", "0243 825 1234", "12345", "không có"])
def test_it_sends_nothing_to_what_is_no_mobile(twilio, number):
    enqueued(an_sms(destination=number))

    assert [(r.kind, r.reason) for r in dispatched("sms")] == [("permanent", "bad_destination")]

    assert twilio.asked == []


@pytest.mark.parametrize("sender", ["+15005550006", "SOCONGTHUONG", "MG" + "1" * 32])
def test_it_asks_what_twilios_own_description_allows(twilio, settings, sender):
    description = openapi.messages()
    settings.TWILIO_FROM = sender
    enqueued(an_sms())
    twilio.next_answers.append("garbage")
    dispatched("sms")
    dispatched("sms", at=later(60))

    assert [asked.method for asked in twilio.asked] == ["POST", "GET"]
    for asked in twilio.asked:
        openapi.check(description, asked)


def test_it_writes_no_number_and_no_text_into_the_log(twilio, caplog):
    caplog.set_level("INFO")
    enqueued(an_sms())
    twilio.next_answers.append("drop")

    dispatched("sms")
    dispatched("sms", at=later(60))

    assert "84912345678" not in caplog.text
    assert "SCT" not in caplog.text


# --- what can go wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "reason", "outage"),
    [
        ("21211", "permanent", "twilio_21211", False),
        ("21610", "permanent", "twilio_21610", False),
        ("21606", "temporary", "twilio_21606", True),
        ("429", "temporary", "twilio_20429", True),
        ("500", "temporary", "twilio_20500", True),
        ("401", "temporary", "twilio_20003", True),
        ("hang", "uncertain", "no_answer", True),
        ("drop", "uncertain", "no_answer", True),
        ("lost", "uncertain", "no_answer", True),
        ("garbage", "uncertain", "unreadable", True),
    ],
)
def test_it_tells_failures_apart(twilio, answer, kind, reason, outage):
    enqueued(an_sms())
    twilio.next_answers.append(answer)

    results = dispatched("sms")

    assert [(r.kind, r.reason, r.outage) for r in results] == [(kind, reason, outage)]
    assert Attempt.objects.get().detail == reason


def test_it_waits_when_twilio_is_away(twilio, settings):
    settings.TWILIO_API_BASE = f"http://127.0.0.1:{free_port()}"
    enqueued(an_sms())

    assert [(r.kind, r.reason) for r in dispatched("sms")] == [("temporary", "unreachable")]


def test_it_waits_as_long_as_twilio_asks(twilio):
    enqueued(an_sms())
    twilio.next_answers.append("429")
    twilio.retry_after = 300

    dispatched("sms")

    assert stored("ack:1:sms").next_attempt_at == later(300)


# --- one whose fate is unknown ---------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["hang", "drop", "garbage"])
def test_it_does_not_send_again_what_twilio_took(twilio, answer):
    enqueued(an_sms())
    twilio.next_answers.append(answer)
    dispatched("sms")

    dispatched("sms", at=later(60))

    row = stored("ack:1:sms")
    assert (row.state, row.provider_id, len(twilio.messages)) == ("sent", twilio.messages[0]["sid"], 1)
    assert [t.detail for t in row.tries.all()] == ["reconciled"]


def test_it_sends_again_what_twilio_never_saw(twilio):
    enqueued(an_sms())
    twilio.next_answers.append("lost")
    dispatched("sms")

    dispatched("sms", at=later(60))

    assert (stored("ack:1:sms").state, len(twilio.messages)) == ("sent", 1)
    assert [t.result for t in stored("ack:1:sms").tries.all()] == ["uncertain", "accepted"]


def test_it_sends_nothing_while_twilio_cannot_say(twilio):
    enqueued(an_sms())
    twilio.next_answers.append("drop")
    dispatched("sms")
    twilio.next_lists.append("500")

    dispatched("sms", at=later(60))

    assert (stored("ack:1:sms").state, len(twilio.messages)) == ("uncertain", 1)


@pytest.mark.parametrize(
    ("status", "state"),
    [("queued", "sent"), ("delivered", "delivered"), ("undelivered", "failed"), ("failed", "failed")],
)
def test_it_learns_from_the_record_how_it_ended(twilio, status, state):
    enqueued(an_sms())
    twilio.next_answers.append("drop")
    dispatched("sms")
    twilio.move(twilio.messages[0]["sid"], status, 30005)

    dispatched("sms", at=later(60))

    assert stored("ack:1:sms").state == state


def test_it_asks_first_when_its_last_holder_fell_silent(twilio):
    row = begun(an_sms())
    twilio.take({"To": row.destination, "Body": row.text})

    dispatched("sms", at=later(LEASE))

    assert (stored(row.key).state, len(twilio.messages)) == ("sent", 1)


def test_it_takes_no_other_message_that_reads_alike_for_its_own(twilio):
    enqueued(an_sms("first"))
    dispatched("sms")
    enqueued(an_sms("second"))
    twilio.next_answers.append("lost")
    dispatched("sms")

    dispatched("sms", at=later(60))

    assert len(twilio.messages) == 2
    assert stored("first").provider_id != stored("second").provider_id


def test_it_takes_no_older_message_for_its_own(twilio):
    twilio.take({"To": "+84912345678", "Body": an_sms().text})
    twilio.messages[0]["date_created"] = "Mon, 01 Jun 2026 08:00:00 +0000"
    enqueued(an_sms())
    twilio.next_answers.append("lost")
    dispatched("sms")

    dispatched("sms", at=later(60))

    assert len(twilio.messages) == 2


# --- signed reports --------------------------------------------------------------------------------------------


def a_report(twilio, **changes):
    enqueued(an_sms())
    dispatched("sms")
    request = twilio.callback_request(twilio.messages[0]["sid"], "delivered", **changes)
    form = {"MessageSid": twilio.messages[0]["sid"], "SmsSid": twilio.messages[0]["sid"], "MessageStatus": "delivered"}
    return form | {"AccountSid": ACCOUNT}, request.get_header("X-twilio-signature")


def test_it_believes_what_twilio_signed(twilio):
    form, signature = a_report(twilio)

    assert sms.validate_signature(HOOK, form, signature)


@pytest.mark.parametrize("forged", ["", None, "c2lnbmF0dXJl"])
def test_it_believes_no_forged_signature(twilio, forged):
    form, _ = a_report(twilio)

    assert not sms.validate_signature(HOOK, form, forged)


def test_it_believes_no_report_signed_with_another_token(twilio):
    form, signature = a_report(twilio, token="b" * 32)

    assert not sms.validate_signature(HOOK, form, signature)


def test_it_believes_no_changed_report(twilio):
    form, signature = a_report(twilio)

    assert not sms.validate_signature(HOOK, form | {"MessageStatus": "failed"}, signature)


def test_it_believes_nobody_where_no_token_is_set(twilio, settings):
    form, signature = a_report(twilio)
    settings.TWILIO_AUTH_TOKEN = ""

    assert not sms.validate_signature(HOOK, form, signature)
