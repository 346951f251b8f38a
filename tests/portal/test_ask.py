"""The public question form: one question one ticket, nothing lost, nothing refused that need not be."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from notifications.models import Notification
from requests_desk.portal import asking, signed
from requests_desk.tickets.models import Attachment, Held, Ticket
from tests.portal.cast import page
from tests.sla.vietnam import local
from tests.support import files
from tests.support.cast import Desk, later

AT = later(days=1)
RECEIVED = re.compile(r"/ask/received/([^/]+)/")


def filled(*, issued: timedelta = timedelta(minutes=2), **changes: Any) -> dict[str, Any]:
    """Return what a person sends who had the form before them for two minutes."""
    usual = {
        "text": "Hồ sơ cấp lại giấy phép gồm những gì?",
        "phone": "0950000123",
        "email": "hoi@khach.example",
        "organisation": "Công ty TNHH Mây Tre",
        "kind": "information",
        "consent": "on",
        "website": "",
        "signed": signed.new(at=AT - issued),
    }
    return {**usual, **changes}


def token_of(answer: Any) -> str:
    return RECEIVED.search(answer["Location"]).group(1)  # type: ignore[union-attr]


def test_it_makes_a_ticket_that_counts_from_now(client: Client, desk: Desk) -> None:
    answer = client.post("/ask/", filled())

    ticket = Ticket.objects.get()
    assert answer.status_code == 302
    assert (ticket.channel, ticket.received_at, ticket.logged_by) == ("qna", AT, None)
    assert ticket.requester.organisation == "Công ty TNHH Mây Tre"
    assert Notification.objects.filter(cause="acknowledgement", destination="hoi@khach.example").exists()


def test_its_receipt_opens_the_request_by_code_link_and_picture(client: Client, desk: Desk) -> None:
    token = token_of(client.post("/ask/", filled()))

    receipt = client.get(f"/ask/received/{token}/")
    lookup = receipt.context["receipt"].lookup_code

    code = Ticket.objects.get().code
    assert code in page(receipt) and lookup in page(receipt) and "<svg" in page(receipt)
    assert "16:" not in lookup
    assert client.post("/status/", {"code": code, "lookup": lookup}).status_code == 200
    assert client.get(f"/s/{token}/").status_code == 200
    assert receipt["Cache-Control"] == "no-store, private"


def test_its_slip_is_a_sheet_to_print(client: Client, desk: Desk) -> None:
    token = token_of(client.post("/ask/", filled()))

    slip = client.get(f"/ask/received/{token}/slip.pdf")

    assert slip["Content-Type"] == "application/pdf"
    assert slip.content.startswith(b"%PDF-")


def test_a_wrong_receipt_is_404(client: Client, desk: Desk) -> None:
    assert client.get("/ask/received/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    assert client.get("/ask/received/AAAAAAAAAAAAAAAAAAAAAA/slip.pdf").status_code == 404


def test_a_form_sent_a_thousand_times_is_one_ticket_with_one_receipt(client: Client, desk: Desk) -> None:
    form = filled()

    outcomes = {
        (answer.status_code, answer["Location"]) for answer in (client.post("/ask/", form) for _ in range(1000))
    }

    assert len(outcomes) == 1
    assert Ticket.objects.count() == 1
    assert not Held.objects.exists()
    assert Notification.objects.filter(cause="acknowledgement").count() == 1


def test_the_same_question_in_a_fresh_form_is_the_same_ticket_without_its_secrets(client: Client, desk: Desk) -> None:
    client.post("/ask/", filled())

    again = client.post("/ask/", filled(issued=timedelta(minutes=1)))

    assert Ticket.objects.count() == 1
    assert Ticket.objects.get().code in page(again)
    assert "/s/" not in page(again)


def test_the_way_back_and_another_question_make_another_ticket(client: Client, desk: Desk) -> None:
    form = filled()

    first = client.post("/ask/", form)
    second = client.post("/ask/", form | {"text": "Câu hỏi khác"})

    assert Ticket.objects.count() == 2
    assert token_of(first) != token_of(second)


# --- what was typed ---------------------------------------------------------------------------------------------


def test_only_the_question_and_the_consent_must_be_there(client: Client, desk: Desk) -> None:
    few = {"text": "Hỏi", "consent": "on", "kind": "information", "signed": filled()["signed"]}

    assert client.post("/ask/", few).status_code == 302


@pytest.mark.parametrize("missing", ["text", "consent"])
def test_an_error_keeps_what_was_typed(client: Client, desk: Desk, missing: str) -> None:
    answer = client.post("/ask/", filled(**{missing: ""}, name="Trần Văn Ất"))

    assert answer.status_code == 422
    assert "Trần Văn Ất" in page(answer) and "Công ty TNHH Mây Tre" in page(answer)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(("field", "odd"), [("tax_code", "0123"), ("phone", "gọi anh Ba"), ("phone", "01234567890")])
def test_it_warns_of_what_looks_odd_and_takes_it(client: Client, desk: Desk, field: str, odd: str) -> None:
    token = token_of(client.post("/ask/", filled(**{field: odd})))

    assert "note-warning" in page(client.get(f"/ask/received/{token}/"))


@pytest.mark.parametrize("bad", ["a\x00b", "x" * 50_001])
def test_it_says_what_cannot_be_kept(client: Client, desk: Desk, bad: str) -> None:
    answer = client.post("/ask/", filled(text=bad))

    assert answer.status_code == 422
    assert not Ticket.objects.exists()


def test_it_keeps_text_composed(client: Client, desk: Desk) -> None:
    client.post("/ask/", filled(text=unicodedata.normalize("NFD", "Đề nghị cung cấp")))

    assert Ticket.objects.get().text == "Đề nghị cung cấp"


def test_a_refused_file_costs_nothing_else(client: Client, desk: Desk) -> None:
    form = filled()
    refused = client.post("/ask/", form | {"files": [files.upload(), files.upload(files.EXE, "a.exe")]})
    (kept,) = refused.context["form"].taken.kept

    client.post("/ask/", form | {"kept": kept.token})

    assert refused.status_code == 422 and "a.exe:" in page(refused)
    assert [file.name for file in Ticket.objects.get().files.all()] == ["giấy phép.pdf"]


def test_the_history_says_which_text_was_agreed_to(client: Client, desk: Desk) -> None:
    client.post("/ask/", filled())

    assert Ticket.objects.get().events.get(kind="logged").facts["consent"] == "2026-11"


def test_it_keeps_no_more_bytes_of_one_connection_than_its_share(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_BYTES", len(files.PDF) + 10)
    first = client.post("/ask/", filled(consent="", files=[files.upload()]))

    second = client.post("/ask/", filled(files=[files.upload(files.DOCX, "b.docx")]))

    assert len(first.context["form"].taken.kept) == 1
    assert second.status_code == 422 and "b.docx:" in page(second)
    assert client.post("/ask/", filled()).status_code == 302


def test_a_report_of_harassment_is_sealed(client: Client, desk: Desk) -> None:
    client.post("/ask/", filled(kind="harassment"))

    assert Ticket.objects.get().sealed


@pytest.mark.parametrize("kind", ["denunciation", "x", ""])
def test_it_takes_no_kind_that_it_does_not_offer(client: Client, desk: Desk, kind: str) -> None:
    assert client.post("/ask/", filled(kind=kind)).status_code == 422


# --- likely spam -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sign"), [({"website": "https://x"}, "honeypot"), ({"issued": timedelta(seconds=1)}, "too_fast")]
)
def test_it_holds_likely_spam_and_says_so(client: Client, desk: Desk, changes: dict[str, Any], sign: str) -> None:
    answer = client.post("/ask/", filled(**changes, files=[files.upload()]))

    held = Held.objects.get()
    assert answer.status_code == 200 and f"số {held.pk} " in page(answer)
    assert (held.signs, held.data["text"], held.received_at) == (sign, filled()["text"], AT)
    assert held.files.get().name == "giấy phép.pdf"
    assert not Ticket.objects.exists()


def test_a_held_form_sent_again_only_counts_up(client: Client, desk: Desk) -> None:
    form = filled(website="x")

    for _time in range(3):
        client.post("/ask/", form)

    assert Held.objects.get().times == 3


def test_it_holds_many_from_one_address_and_then_turns_them_away(client: Client, desk: Desk) -> None:
    answers = [client.post("/ask/", filled(text=f"Câu hỏi {n}")) for n in range(102)]

    assert Ticket.objects.count() == 10
    assert Held.objects.filter(signs="too_many").count() == 90
    assert [answer.status_code for answer in answers[-2:]] == [429, 429]
    assert "Câu hỏi 101" in page(answers[-1])


@pytest.mark.parametrize("signature", ["", "x", "[1]:abc", None])
def test_an_unsigned_or_old_form_comes_back_with_what_was_typed(client: Client, desk: Desk, signature: Any) -> None:
    old = signed.new(at=AT - timedelta(days=8))

    answer = client.post("/ask/", filled(signed=old if signature is None else signature))
    fresh = answer.context["form"]["signed"].value()

    assert answer.status_code == 422 and "Công ty TNHH Mây Tre" in page(answer)
    with time_machine.travel(AT + timedelta(minutes=1), tick=False):
        assert client.post("/ask/", filled(signed=fresh)).status_code == 302


def test_files_of_held_submissions_stay(client: Client, desk: Desk) -> None:
    from requests_desk.tickets.services import attachments

    client.post("/ask/", filled(website="x", files=[files.upload()]))

    attachments.forget_staged(at=later(days=30))

    assert Attachment.objects.count() == 1


# --- the page ----------------------------------------------------------------------------------------------------


def test_it_says_out_of_hours_when_the_reply_comes(client: Client, desk: Desk) -> None:
    with time_machine.travel(local("28/11/2026 10:00"), tick=False):  # a Saturday
        said = page(client.get("/ask/"))

    assert "07:30 30/11/2026" in said
    assert "10:00 30/11/2026" in said


def test_no_other_site_may_hold_it_in_a_frame_unless_told(client: Client, desk: Desk) -> None:
    answer = client.get("/ask/?embed=1")

    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_named_sites_may_hold_it_in_a_frame(client: Client, desk: Desk, settings: Any) -> None:
    settings.ASK_EMBED_ORIGINS = ["https://so.example"]

    framed, plain = client.get("/ask/?embed=1&lang=en"), client.get("/ask/")
    sent = client.post("/ask/?embed=1&lang=en", filled())

    assert "frame-ancestors https://so.example" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed and "masthead" not in page(framed)
    assert plain["X-Frame-Options"] == "DENY"
    assert sent["Location"].endswith("/?embed=1&lang=en")
    assert Ticket.objects.get().language == "en"


def test_there_is_no_form_before_there_is_an_agency(client: Client, db: None) -> None:
    assert client.get("/ask/").status_code == 404


def test_search_engines_may_lead_to_the_form_and_keep_nothing_that_was_sent(client: Client, desk: Desk):
    shown, refused = client.get("/ask/"), client.post("/ask/", {})

    assert "X-Robots-Tag" not in shown
    assert shown["Cache-Control"] == "no-store, private"
    assert refused["X-Robots-Tag"] == "noindex"
    assert refused["Referrer-Policy"] == "no-referrer"
