from __future__ import annotations

import pytest

from notifications import channels, outbox
from notifications.models import Attempt
from tests.notifications.cast import MORNING, a_draft, an_sms, dispatched, enqueued, later, stored


@pytest.mark.parametrize("name", ["email", "sms"])
@pytest.mark.parametrize(("demo", "expected"), [(True, "demo"), (False, "unavailable")])
def test_it_cannot_be_used_without_a_provider_outside_the_demo(settings, name, demo, expected):
    settings.DESK_DEMO = demo

    assert channels.availability(name) == expected


def test_it_uses_its_provider_in_the_demo_too(settings):
    settings.DESK_DEMO, settings.EMAIL_URL = True, "smtp://mail.example"

    assert channels.availability("email") == "available"


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"])
def test_it_needs_all_of_twilios_settings(settings, missing):
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"):
        setattr(settings, name, "" if name == missing else "x")

    assert channels.availability("sms") == "unavailable"


def test_it_always_reaches_people_inside_the_desk():
    assert channels.availability("in_app") == "available"


def test_it_names_the_channel_that_is_unavailable():
    with pytest.raises(channels.ChannelUnavailable, match="sms"):
        channels.get("sms")


def test_it_knows_no_other_channel():
    with pytest.raises(channels.UnknownChannel):
        channels.availability("pigeon")


@pytest.mark.django_db
@pytest.mark.parametrize("draft", [a_draft(), an_sms()], ids=lambda d: d.channel)
def test_it_delivers_at_once_in_the_demo(settings, draft):
    settings.DESK_DEMO = True
    enqueued(draft)

    dispatched(draft.channel)

    row = stored(draft.key)
    assert (row.state, row.delivered_at) == ("delivered", MORNING)


@pytest.mark.django_db
def test_it_refuses_in_the_demo_what_it_would_refuse_elsewhere(settings):
    settings.DESK_DEMO = True
    enqueued(an_sms(destination="0243 825 1234"))

    dispatched("sms")

    assert stored("ack:1:sms").reason == "bad_destination"


@pytest.mark.django_db
def test_it_delivers_inside_the_desk_by_writing_it():
    enqueued(a_draft(channel="in_app", destination="", not_before=later(hours=8)))

    row = stored("reply:1:email")
    assert (row.state, row.delivered_at, row.next_attempt_at) == ("delivered", MORNING, None)


@pytest.mark.django_db
def test_it_says_that_a_waiting_message_has_lost_its_channel():
    enqueued(a_draft())

    dispatched("email")

    row = stored("reply:1:email")
    assert (row.state, row.reason) == ("failed", "unavailable")
    assert not Attempt.objects.exists()


@pytest.mark.django_db
def test_it_goes_on_past_a_message_that_breaks_its_own_code(settings, monkeypatch, caplog):
    settings.DESK_DEMO = True
    outbox.enqueue([a_draft("bad", destination="bad@so.example"), a_draft("good")], at=MORNING)
    monkeypatch.setattr(channels.Demo, "accepts", lambda self, to: 1 / (to != "bad@so.example"))

    dispatched("email")

    assert (stored("bad").state, stored("good").state) == ("uncertain", "delivered")
    assert "ZeroDivisionError" in caplog.text
