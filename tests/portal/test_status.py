"""A status check: what opens with what, and what it says (journey 5)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from requests_desk.people.models import Agency, Unit
from requests_desk.tickets.services import intake
from requests_desk.tickets.services.intake import Logged
from requests_desk.tickets.services.reminders import sweep
from tests.portal.cast import PHONE, QUESTION, ask, logged, page, replied
from tests.support import compiled
from tests.support.cast import ASKED, Desk, later


def test_it_opens_the_state_with_code_and_phone(client: Client, desk: Desk, asked: Logged):
    Agency.objects.update(hotline="02613000000")

    shown = page(ask(client, asked.ticket.code, phone=PHONE))

    assert "08:00 23/11/2026" in shown  # received
    assert "08:00 25/11/2026" in shown  # due
    assert "Đã phân công" in shown
    assert desk.unit.name in shown
    assert "tel:02613000000" in shown


def test_the_other_language_looks_up_the_same_again(client: Client, asked: Logged):
    shown = page(ask(client, asked.ticket.code, lookup=asked.lookup_code))

    (action,) = re.findall(r'<form method="post" action="([^"]+)"> <input type="hidden" name="code"', shown)
    typed = dict(re.findall(r'<input type="hidden" name="(code|phone|lookup)" value="([^"]*)">', shown))
    english = page(client.post(f"/status/{action}", typed))
    assert "Request code" in english
    assert QUESTION in english


def test_it_keeps_the_words_closed_to_code_and_phone(client: Client, desk: Desk, asked: Logged):
    replied(desk, asked, "answer", at=later(hours=3))

    shown = page(ask(client, asked.ticket.code, phone=PHONE))

    assert "11:00 23/11/2026" in shown
    assert QUESTION not in shown
    assert "ba giấy tờ" not in shown


@pytest.mark.parametrize(
    "spelling",
    ["sct-2026-000001", " SCT 2026 1 ", "SCT2026000001", "SCT–2026–000001", "ЅСТ-2026-000001", "sct-2o26-oool"],
)
def test_it_reads_a_code_however_it_is_typed(client: Client, asked: Logged, spelling: str):
    answer = ask(client, spelling, phone=PHONE)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "spelling", ["+84 950 000 001", "84950000001", "0084950000001", "0950.000.001", "(095) 0000 001"]
)
def test_it_reads_a_number_however_it_is_typed(client: Client, asked: Logged, spelling: str):
    answer = ask(client, asked.ticket.code, phone=spelling)

    assert answer.status_code == 200


def test_it_opens_the_words_with_the_lookup_code(client: Client, desk: Desk, asked: Logged):
    replied(desk, asked, "answer", at=later(hours=3))

    shown = page(ask(client, asked.ticket.code, lookup=asked.lookup_code))

    assert QUESTION in shown
    assert "ba giấy tờ" in shown


def test_it_reads_a_lookup_code_however_it_is_typed(client: Client, asked: Logged):
    typed = f" {asked.lookup_code[:4].lower()} - {asked.lookup_code[4:]}"

    answer = ask(client, asked.ticket.code, lookup=typed)

    assert QUESTION in page(answer)


def test_it_opens_what_fits_when_one_of_two_proofs_is_wrong(client: Client, asked: Logged):
    shown = page(ask(client, asked.ticket.code, phone=PHONE, lookup="WRONGXYZ"))

    assert "08:00 25/11/2026" in shown
    assert QUESTION not in shown


def test_it_forgets_a_lookup_code_given_anew(client: Client, desk: Desk, asked: Logged):
    intake.reissue_lookup(asked.ticket, by=desk.lan, at=later(hours=1))

    answer = ask(client, asked.ticket.code, lookup=asked.lookup_code)

    assert answer.status_code == 404


def test_it_never_opens_a_sealed_request_by_phone(client: Client, desk: Desk):
    sealed = logged(desk, kind="harassment")

    answers = [ask(client, sealed.ticket.code, phone=PHONE), ask(client, sealed.ticket.code, lookup=sealed.lookup_code)]

    assert [answer.status_code for answer in answers] == [404, 200]


def test_it_knows_no_number_that_could_not_be_read(client: Client, desk: Desk):
    asked = logged(desk, asked=type(ASKED)(name="B", phones=("gọi sau",)))

    answer = ask(client, asked.ticket.code, phone="gọi sau")

    assert answer.status_code == 422
    assert "không giống số điện thoại" in page(answer)


def test_it_says_both_dates_after_an_interim_reply(client: Client, desk: Desk, asked: Logged):
    replied(desk, asked, "interim", at=later(hours=20))

    shown = page(ask(client, asked.ticket.code, phone=PHONE))

    assert "04:00 24/11/2026" in shown  # when it was told
    assert "08:00 27/11/2026" in shown  # what was promised
    assert "Đã phân công" not in shown


def test_it_says_plainly_that_a_reply_is_late(client: Client, asked: Logged, clock: object):
    clock.move_to(later(hours=49))  # type: ignore[attr-defined]

    shown = page(ask(client, asked.ticket.code, phone=PHONE))

    assert "standing-late" in shown
    assert "Việc trả lời đã chậm" in shown


def test_it_does_not_forget_that_a_promise_was_broken(client: Client, desk: Desk, asked: Logged, clock: object):
    sweep(at=later(hours=48))
    replied(desk, asked, "answer", at=later(hours=50))
    clock.move_to(later(hours=51))  # type: ignore[attr-defined]

    shown = page(ask(client, asked.ticket.code, phone=PHONE))

    assert "trả lời chậm, lúc 10:00 25/11/2026" in shown


def test_it_explains_how_the_time_is_counted(client: Client, asked: Logged):
    shown = page(ask(client, asked.ticket.code, phone=PHONE))

    assert "48 giờ liên tục, kể cả ngày nghỉ" in shown


def test_it_speaks_english(client: Client, desk: Desk, asked: Logged):
    Unit.objects.filter(pk=desk.unit.pk).update(name_en="Division of Trade")

    shown = page(ask(client, asked.ticket.code, phone=PHONE, query_params={"lang": "en"}))

    assert "Division of Trade" in shown
    assert "You will have the answer or a notice of progress before" in shown


def test_it_lets_nothing_keep_what_it_shows(client: Client, asked: Logged):
    answers = [ask(client, asked.ticket.code, phone=PHONE), ask(client, asked.ticket.code, phone="0950000002")]

    for answer in answers:
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"code": ""}, "Vui lòng nhập mã yêu cầu."),
        ({"code": "SCT-2026-000001"}, "Vui lòng nhập số điện thoại đã cung cấp hoặc mã tra cứu."),
        ({"code": "SCT-2026-000001", "phone": "không có"}, "không giống số điện thoại"),
        ({"code": "SCT\x00", "phone": PHONE}, "SCT"),
        ({"code": "S" * 200_000, "phone": PHONE}, "64"),
    ],
)
def test_it_says_what_to_mend_and_keeps_what_was_typed(client: Client, desk: Desk, typed: dict[str, str], said: str):
    answer = client.post("/status/", typed)

    assert answer.status_code == 422
    assert said in page(answer)
    assert typed["code"] in answer.content.decode()


def test_it_keeps_the_lookup_code_too_when_it_was_wrong(client: Client, asked: Logged):
    answer = ask(client, asked.ticket.code, lookup="wrong xyz")

    assert 'value="wrong xyz"' in page(answer)


def test_it_needs_no_cookie(asked: Logged):
    strict = Client(enforce_csrf_checks=True)

    answer = ask(strict, asked.ticket.code, phone=PHONE, headers={"Origin": "null"})

    assert answer.status_code == 200


def test_it_asks_the_database_no_more_than_six_times(
    client: Client, desk: Desk, asked: Logged, django_assert_max_num_queries
):
    replied(desk, asked, "interim", at=later(hours=20))

    with django_assert_max_num_queries(6):
        ask(client, asked.ticket.code, lookup=asked.lookup_code)


def test_it_has_no_question_compiled_anew_for_code_and_phone(client: Client, asked: Logged, monkeypatch):
    asked_of_the_orm = compiled.noted(monkeypatch)

    assert ask(client, asked.ticket.code, phone=PHONE).status_code == 200

    assert asked_of_the_orm == []


def test_it_reads_a_version_of_the_rules_once(client: Client, asked: Logged, django_assert_num_queries):
    ask(client, asked.ticket.code, phone=PHONE)

    with django_assert_num_queries(3):
        ask(client, asked.ticket.code, phone=PHONE)


def test_it_prints_how_the_time_is_counted_in_plain_words(client: Client, asked: Logged):
    """P11: paper cannot be unfolded, so the words stand there once more."""
    answer = page(ask(client, asked.ticket.code, phone=PHONE))

    assert answer.count("Từ lúc đó Sở có 48 giờ; ban đêm và ngày nghỉ đều tính.") == 2
    assert '<div class="only-print">' in answer


NUMBERED = "Hỏi:\n1. Hồ sơ gồm gì?\n2. Nộp ở đâu?"


def test_it_shows_each_question_and_what_became_of_it(client: Client, desk: Desk):
    asked = logged(desk, text=NUMBERED)
    replied(desk, asked, "answer", at=later(hours=3), items=(2,))

    status = ask(client, asked.ticket.code, lookup=asked.lookup_code)

    told = [(one.number, one.text, one.result) for one in status.context["ticket"].questions]
    assert told == [(1, "Hồ sơ gồm gì?", ""), (2, "Nộp ở đâu?", "answer")]
    assert "Chưa trả lời" in page(status)
    assert "Về các câu hỏi:</strong> 2" in page(status)


def test_it_keeps_the_questions_closed_to_code_and_phone(client: Client, desk: Desk):
    asked = logged(desk, text=NUMBERED)

    status = ask(client, asked.ticket.code, phone=PHONE)

    assert status.context["ticket"].questions == ()
    assert "Nộp ở đâu" not in page(status)
