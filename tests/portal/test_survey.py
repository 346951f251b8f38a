"""The survey behind its link: opening it answers nothing, sending it twice counts once, a dead link tells nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from notifications.models import Notification
from requests_desk.people.models import Agency
from requests_desk.tickets.models import Event, Survey, Ticket
from requests_desk.tickets.services import reminders, replies, survey
from tests.portal.cast import PHONE, ask, logged, page
from tests.support.cast import Desk, a_reply, answered_by_call, later, log_ticket

ANSWERED = {"overall": "satisfied", "timeliness": "on_time", "comment": "Cảm ơn"}


@pytest.fixture
def link(desk: Desk, clock: Any) -> str:
    """Return the address that a firm got on Wednesday morning, after a call on Monday."""
    Agency.objects.update(hotline="02613000000")
    answered_by_call(log_ticket(desk), by=desk.alice, at=later(hours=2))
    reminders.sweep(at=later(days=1, hours=23.5))
    clock.move_to(later(days=2))
    (path,) = re.findall(r"/survey/[\w-]+/", Notification.objects.get(cause="survey").text)
    return str(path)


def test_it_asks_five_questions_and_names_the_request_alone(client: Client, link: str):
    answer = client.get(link)

    shown = page(answer)
    ticket = Ticket.objects.get()
    assert ticket.code in shown
    assert shown.count("<legend>") == 5
    assert ticket.text not in shown
    assert ticket.requester.name not in shown
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_answers_nothing(client: Client, link: str, method: str):
    getattr(client, method)(f"{link}?overall=very_dissatisfied&harassed=yes")

    assert Survey.objects.get().answered_at is None


def test_it_keeps_an_answer_and_thanks_for_it(client: Client, link: str):
    shown = page(client.post(link, ANSWERED, follow=True))

    assert "Trân trọng cảm ơn" in shown
    assert "Sửa phiếu trả lời" in shown
    assert Survey.objects.get().overall == "satisfied"


def test_it_counts_an_answer_sent_twice_once_and_the_last_word_holds(client: Client, link: str):
    for overall in ("satisfied", "satisfied", "dissatisfied"):
        client.post(link, {**ANSWERED, "overall": overall})

    shown = page(client.get(link))
    assert Survey.objects.get().overall == "dissatisfied"
    assert 'value="dissatisfied" required id="id_overall_3" checked' in shown
    assert Event.objects.filter(kind="survey_answered").count() == 2


def test_it_says_what_is_missing_and_loses_nothing(client: Client, link: str):
    answer = client.post(link, {"comment": "Rất tốt", "harassment": "Không có"})

    assert answer.status_code == 422
    assert "Vui lòng trả lời ít nhất câu hỏi này." in page(answer)
    assert "Rất tốt" in page(answer)
    assert Ticket.objects.count() == 1


def test_an_expired_a_used_up_and_an_unknown_link_look_alike(client: Client, link: str, clock: Any):
    unknown = client.get("/survey/AbCdEfGhIjKlMnOpQrStUv/")
    clock.move_to(later(days=40))

    expired, posted = client.get(link), client.post(link, ANSWERED)

    assert [answer.status_code for answer in (unknown, expired, posted)] == [404, 404, 404]
    assert "Phiếu khảo sát không mở" in page(unknown)
    assert "02613000000" in page(unknown)
    assert len({re.sub(r"\d\d:\d\d.*?\d{4}", "", page(answer)) for answer in (unknown, expired, posted)}) == 1


def test_harassment_goes_on_as_a_request_its_sender_can_follow(client: Client, link: str):
    shown = page(
        client.post(link, {"overall": "dissatisfied", "harassed": "yes", "harassment": "Đòi tiền"}, follow=True)
    )

    report = Ticket.objects.get(kind="harassment")
    (receipt,) = re.findall(r"/ask/received/[\w-]+/", shown)
    assert "Đòi tiền" in report.text
    assert "Đòi tiền" not in shown
    assert report.code in page(client.get(receipt))


def test_it_slows_down_who_sends_again_and_again(client: Client, link: str):
    codes = [client.post(link, {"overall": "satisfied"}).status_code for _ in range(12)]

    assert codes[0] == 302
    assert codes[-1] == 429


def test_front_desk_enters_what_was_answered_on_paper(client: Client, desk: Desk):
    ticket = log_ticket(desk)
    answered_by_call(ticket, by=desk.alice, at=later(hours=2), draft=a_reply("answer", "letter"))
    client.force_login(desk.lan)

    answer = client.post(f"{ticket.url}survey/", {"way": "paper", **ANSWERED})

    assert answer.status_code == 302
    assert Survey.objects.get().way == "paper"
    assert f"{ticket.url}survey/" in page(client.get(ticket.url))


def test_the_leadership_reads_totals_with_their_sample_and_no_names(client: Client, desk: Desk, link: str):
    client.post(link, {**ANSWERED, "harassment": "Đòi tiền"})
    for overall in ("very_satisfied", "neutral", "satisfied", "satisfied"):
        ticket = log_ticket(desk)
        answered_by_call(ticket, by=desk.alice, at=later(days=1))
        survey.enter(ticket, survey.Answers(overall), way="phone", by=desk.lan, at=later(days=1, hours=1))
    report = Ticket.objects.get(kind="harassment")

    seen = {}
    for person in (desk.leader, desk.chief):
        client.force_login(person)
        seen[person.username] = page(client.get("/leadership/survey/"))

    assert "4 trong số 5 người trả lời hài lòng" in seen["chief"]
    assert "80&nbsp;%" in seen["chief"]
    assert "chưa đạt chỉ tiêu 85 %" in seen["chief"]
    assert "Cảm ơn" in seen["chief"]
    assert "qua điện thoại 4" in seen["chief"]
    assert not any(name in seen["leader"] for name in ("Trần Thị B", "Alice", "Đòi tiền"))
    assert report.code in seen["leader"]
    assert report.code not in seen["chief"]


def test_the_status_page_links_to_it_while_it_is_open_and_only_in_full(client: Client, desk: Desk, clock: Any):
    """Whoever got a letter has no other link."""
    asked = logged(desk)
    replies.send(asked.ticket, a_reply("answer", "letter"), by=desk.alice, at=later(hours=2))
    shown = {}
    for when, at in {"before": later(hours=3), "open": later(days=2), "over": later(days=40)}.items():
        clock.move_to(at)
        reminders.sweep(at=at)
        shown[when] = page(client.get(f"/s/{asked.link_token}/"))

    (link,) = re.findall(r"/survey/[\w-]+/", shown["open"])
    assert not re.findall("/survey/", shown["before"] + shown["over"])
    clock.move_to(later(days=2))
    assert client.get(link).status_code == 200
    assert link in page(ask(client, asked.ticket.code, lookup=asked.lookup_code))
    assert "/survey/" not in page(ask(client, asked.ticket.code, phone=PHONE))
