"""What is typed is not lost: saved at each pause, found again from any browser, gone once it was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from requests_desk.tickets.models import Draft, Ticket
from requests_desk.tickets.services import drafts
from tests.support.browser import OpenPage, browser, open_page  # noqa: F401  fixtures
from tests.support.cast import MORNING, Desk, later, log_ticket

NEW = "new:" + "a" * 32
DEADLINE_S = 10


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.lan)
    return client


def keep(client: Client, place: str = NEW, **typed: str) -> Any:
    return client.post("/desk/drafts/", {"draft_place": place, **typed})


def test_it_keeps_what_is_typed_and_offers_it_again(client: Client, desk: Desk) -> None:
    assert keep(client, phone="0950000001", text="Hồ sơ gồm những gì").status_code == 204

    draft = Draft.objects.get()
    assert "0950000001" in client.get("/desk/new/").text
    page = client.get(f"/desk/new/?draft={draft.pk}")
    assert page.context["form"]["text"].value() == "Hồ sơ gồm những gì"
    assert page.context["form"]["submission"].value() == "a" * 32


def test_it_keeps_the_latest_words_alone(client: Client, desk: Desk) -> None:
    keep(client, text="Hồ sơ", name="B")
    keep(client, text="Hồ sơ gồm")

    assert Draft.objects.get().data == {"text": "Hồ sơ gồm"}


def test_it_forgets_a_draft_that_became_a_request(client: Client, desk: Desk) -> None:
    keep(client, text="Hồ sơ gồm những gì")
    typed = {"channel": "hotline", "kind": "information", "text": "Hồ sơ gồm những gì", "submission": "a" * 32}

    client.post("/desk/new/", typed | {"draft_place": NEW})

    assert Ticket.objects.count() == 1
    assert not Draft.objects.exists()


def test_it_takes_no_draft_of_what_was_sent_already(client: Client, desk: Desk) -> None:
    log_ticket(desk, submission="a" * 32)

    assert keep(client, text="Hồ sơ").status_code == 400
    assert not Draft.objects.exists()


def test_it_keeps_a_draft_whose_form_was_refused(client: Client, desk: Desk) -> None:
    keep(client, phone="0950000001")

    client.post("/desk/new/", {"channel": "hotline", "text": "", "draft_place": NEW})

    assert Draft.objects.count() == 1


def test_it_puts_a_half_written_reply_back_into_its_form(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk)
    keep(client, f"reply:{ticket.code}", kind="interim", text="Đang hỏi Sở Xây dựng", seen_seq="0")

    page = client.get(ticket.url)

    assert page.context["reply_form"]["text"].value() == "Đang hỏi Sở Xây dựng"
    assert page.context["reply_form"].kind == "interim"
    assert page.context["reply_form"]["seen_seq"].value() == Ticket.objects.get().ledger_seq


def test_it_shows_nobody_the_drafts_of_another(client: Client, desk: Desk) -> None:
    drafts.keep(desk.alice, NEW, {"text": "Của An"}, agency=desk.agency, at=MORNING)

    assert "Của An" not in client.get("/desk/new/").text
    assert client.get(f"/desk/new/?draft={Draft.objects.get().pk}").context["form"]["text"].value() in (None, "")
    client.post("/desk/drafts/drop/", {"draft_place": NEW})
    assert Draft.objects.exists()


def test_it_throws_away_what_its_writer_wants_no_more(client: Client, desk: Desk) -> None:
    keep(client, text="Hồ sơ")

    client.post("/desk/drafts/drop/", {"draft_place": NEW})

    assert not Draft.objects.exists()


@pytest.mark.parametrize("place", ["", "new:", "x:1", "new:../x", "new:" + "a" * 81, "reply:é:answer"])
def test_it_keeps_only_forms_of_the_desk(client: Client, desk: Desk, place: str) -> None:
    assert keep(client, place, text="Hồ sơ").status_code == 400


def test_it_keeps_no_more_than_a_form_takes(client: Client, desk: Desk) -> None:
    assert keep(client, text="x" * drafts.LARGEST).status_code == 400


def test_it_forgets_what_nobody_came_back_to(desk: Desk) -> None:
    drafts.keep(desk.lan, NEW, {"text": "cũ"}, agency=desk.agency, at=MORNING - drafts.KEPT - timedelta(days=1))
    drafts.keep(desk.lan, "new:b", {"text": "mới"}, agency=desk.agency, at=MORNING)

    assert drafts.forget_old(at=later(hours=1)) == 1
    assert Draft.objects.get().place == "new:b"


def sign_in(page: Any) -> Any:
    page.goto("/accounts/login/")
    page.fill("[name=login], [name=username]", "lan")
    page.fill("[name=password]", "open-sesame-2026")
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk/**")
    return page


@pytest.mark.django_db(transaction=True)
def test_it_finds_a_draft_again_in_a_new_browser(open_page: OpenPage, desk: Desk) -> None:  # noqa: F811
    first = sign_in(open_page())
    first.goto("/desk/new/")
    first.fill("#id_text", "Xin hỏi thủ tục gia hạn")
    first.get_by_text("Đã lưu nháp").wait_for()
    first.close()

    second = sign_in(open_page())
    second.goto("/desk/new/")
    second.click("a[href*='draft=']")

    assert second.input_value("#id_text") == "Xin hỏi thủ tục gia hạn"


@pytest.mark.django_db(transaction=True)
def test_it_keeps_words_in_the_browser_while_the_desk_is_away(open_page: OpenPage, desk: Desk) -> None:  # noqa: F811
    page = sign_in(open_page())
    page.goto("/desk/new/")
    page.context.set_offline(True)
    page.fill("#id_text", "Xin hỏi thủ tục gia hạn")
    page.get_by_text("được giữ trong trình duyệt").wait_for()

    page.context.set_offline(False)
    with page.expect_response("**/desk/drafts/"):
        page.goto("/desk/new/")

    assert Draft.objects.get().data["text"] == "Xin hỏi thủ tục gia hạn"
