"""What Twilio reports: signed, repeatable, in any order (N7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from tests.notifications.cast import an_sms, sent, stored

pytestmark = pytest.mark.django_db
PUBLIC = "https://desk.so.example"
TOKEN = "a" * 32
SID = "SM" + "0" * 32


@pytest.fixture(autouse=True)
def twilio_account(settings: Settings) -> None:
    settings.PUBLIC_BASE_URL, settings.TWILIO_AUTH_TOKEN = PUBLIC, TOKEN
    settings.SECURE_SSL_REDIRECT = False


def report(client: Client, status: str, *, base: str = PUBLIC, signature: str | None = None, **more: str) -> Any:
    path = "/hooks/twilio/status/"
    form = {"MessageSid": SID, "MessageStatus": status, **more}
    signature = RequestValidator(TOKEN).compute_signature(base + path, form) if signature is None else signature
    headers = {"X-Twilio-Signature": signature} if signature else {}
    return client.post(path, form, headers=headers)


def test_it_takes_in_that_an_sms_was_delivered(client: Client) -> None:
    sent(an_sms("alert:1", cause="alert:breach"), provider_id=SID)

    response = report(client, "delivered")

    row = stored("alert:1")
    assert response.status_code == 204
    assert row.state == "delivered"
    assert row.settled_at is not None


def test_it_keeps_the_reason_of_a_failure(client: Client) -> None:
    sent(an_sms("alert:1", cause="alert:breach"), provider_id=SID)

    report(client, "undelivered", ErrorCode="30003")

    assert (stored("alert:1").state, stored("alert:1").reason) == ("failed", "twilio_30003")


def test_it_changes_nothing_when_the_report_comes_again(client: Client) -> None:
    sent(an_sms("alert:1", cause="alert:breach"), provider_id=SID)
    report(client, "delivered")
    first = stored("alert:1").delivered_at

    responses = [report(client, "delivered"), report(client, "sent"), report(client, "undelivered")]

    assert [response.status_code for response in responses] == [204, 204, 204]
    assert (stored("alert:1").state, stored("alert:1").delivered_at) == ("delivered", first)


def test_it_keeps_a_report_that_outran_our_own_commit(client: Client) -> None:
    response = report(client, "delivered")

    sent(an_sms("alert:1", cause="alert:breach"), provider_id=SID)

    assert response.status_code == 204
    assert stored("alert:1").state == "delivered"


@pytest.mark.parametrize("signature", ["", "bm90IGl0"])
def test_it_refuses_a_report_nobody_signed(client: Client, signature: str) -> None:
    sent(an_sms("alert:1", cause="alert:breach"), provider_id=SID)

    response = report(client, "delivered", signature=signature)

    assert response.status_code == 403
    assert stored("alert:1").state == "sent"


def test_it_trusts_the_public_address_and_not_the_host_header(client: Client) -> None:
    response = report(client, "delivered", base="http://testserver")

    assert response.status_code == 403


def test_it_refuses_every_report_while_no_account_is_set_up(client: Client, settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKEN = ""

    assert report(client, "delivered").status_code == 403


def test_it_takes_nothing_but_a_post(client: Client) -> None:
    assert client.get("/hooks/twilio/status/").status_code == 405


def test_it_survives_a_signed_report_without_a_status(client: Client) -> None:
    form: dict[str, str] = {}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/hooks/twilio/status/", form)

    response = client.post("/hooks/twilio/status/", form, headers={"X-Twilio-Signature": signature})

    assert response.status_code == 204


def test_it_logs_no_content(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        report(client, "delivered", To="+84912345678")

    assert "84912345678" not in caplog.text and SID not in caplog.text
