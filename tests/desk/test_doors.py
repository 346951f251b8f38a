"""Every door at the desk: what it asks, when it counts from, and the slip it gives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from requests_desk.desk.entries import LAYOUTS
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import intake, replies
from requests_desk.tickets.services.incoming import Refused
from tests.sla.vietnam import local
from tests.support import files
from tests.support.cast import MORNING, Desk, a_reply, a_request, later

AT = later(hours=8)  # Monday, 16:00


@pytest.fixture
def lan(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.lan)
    return client


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def through(client: Client, door: str, **typed: Any) -> Any:
    """Send a door's own form as its page holds it, with what was typed."""
    form = client.get(f"/desk/new/?door={door}").context["form"]
    held = {field.name: field.value() or "" for field in form if field.name != "received_at"}
    return client.post("/desk/new/", {**held, **typed})


@pytest.mark.parametrize("door", LAYOUTS)
def test_each_door_opens_with_its_own_first_field(lan: Client, door: str) -> None:
    page = lan.get(f"/desk/new/?door={door}")

    first = LAYOUTS[door].front[0][0]
    assert page.context["form"][first].field.widget.attrs["autofocus"]
    assert page.text.count(" autofocus") == 1
    assert {field.name for field in page.context["form"].behind}.isdisjoint(dict(LAYOUTS[door].front))


def test_a_missed_call_is_a_task_to_call_back_whose_time_runs(lan: Client, desk: Desk) -> None:
    through(lan, "missed_call", phone="0950000009", received_at="2026-11-23T15:10")

    ticket = Ticket.objects.get()
    page = lan.get(ticket.url).text
    assert (ticket.channel, ticket.entry, ticket.calls_for_call) == ("hotline", "missed_call", True)
    assert ticket.received_at == local("23/11/2026 15:10")
    assert ticket.next_due_at == local("25/11/2026 15:10")
    assert ticket.received_reason == "Theo thời điểm cuộc gọi"
    assert "Cuộc gọi nhỡ: cần gọi lại." in page and "tel:+84950000009" in page
    assert "Gọi lại" in lan.get("/desk/tickets/").text


def test_the_prompt_to_call_back_goes_once_they_were_reached(lan: Client, desk: Desk) -> None:
    through(lan, "missed_call", phone="0950000009")
    ticket = Ticket.objects.get()

    replies.send(ticket, a_reply("answer", "call", call_outcome="no_answer"), by=desk.lan, at=AT)
    missed = Ticket.objects.get().calls_for_call
    replies.send(ticket, a_reply("answer", "call"), by=desk.lan, at=AT + timedelta(hours=2))

    assert (missed, Ticket.objects.get().calls_for_call) == (True, False)


def test_a_voicemail_counts_from_its_own_time(lan: Client) -> None:
    through(lan, "voicemail", phone="0950000009", text="Xin gọi lại về phí", received_at="2026-11-21T22:48")

    ticket = Ticket.objects.get()
    assert (ticket.entry, ticket.received_at) == ("voicemail", local("21/11/2026 22:48"))
    assert ticket.calls_for_call


def test_a_letter_without_an_hour_counts_from_that_days_opening(lan: Client) -> None:
    typed = {"arrival_number": "1234", "arrived_date": "2026-11-20", "external_number": "15/CV-VPS", "text": "Đề nghị"}

    through(lan, "letter", **typed, organisation="Công ty A", files=[files.upload(files.JPG, "bản quét.jpg")])

    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.arrival_number, ticket.external_number) == ("letter", "1234", "15/CV-VPS")
    assert ticket.received_at == local("20/11/2026 07:30")
    assert ticket.received_reason == "Theo dấu ĐẾN"
    assert ticket.files.get().name == "bản quét.jpg"
    assert "1234" in lan.get(ticket.url).text


def test_a_letter_with_an_hour_counts_from_it(lan: Client) -> None:
    through(lan, "letter", arrived_date="2026-11-20", arrived_time="10:15", text="Đề nghị", organisation="Công ty A")

    assert Ticket.objects.get().received_at == local("20/11/2026 10:15")


@pytest.mark.parametrize(
    ("day", "at", "opening"),
    [
        ("20/11/2026", "23/11/2026 16:00", "20/11/2026 07:30"),
        ("21/11/2026", "23/11/2026 16:00", "21/11/2026 00:00"),  # a Saturday
        ("23/11/2026", "23/11/2026 07:10", "23/11/2026 07:10"),  # before today's opening
        ("23/11/2026", "23/11/2026 16:00", "23/11/2026 07:30"),
    ],
)
def test_a_stamp_without_an_hour_means_the_opening(desk: Desk, day: str, at: str, opening: str) -> None:
    stamped = local(f"{day} 12:00").date()
    request = a_request(channel="letter", arrived_date=stamped, received_reason="Theo dấu ĐẾN")

    ticket = intake.log(desk.agency, request, by=desk.lan, at=local(at)).ticket

    assert ticket.received_at == local(opening)


def test_a_stamp_of_tomorrow_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        intake.log(desk.agency, a_request(arrived_date=local("25/11/2026 00:00").date()), by=desk.lan, at=MORNING)

    assert "received_at" in refused.value.fields


def test_a_zalo_message_is_logged_with_its_time(lan: Client) -> None:
    through(lan, "zalo", phone="0950000009", name="Anh Tư", text="Cho hỏi", received_at="2026-11-23T11:37")

    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.received_at) == ("zalo", local("23/11/2026 11:37"))


def test_a_referral_keeps_its_number_and_deadline(lan: Client) -> None:
    typed = {"external_number": "4567/UBND-VP", "external_deadline": "2026-11-30T17:00", "arrival_number": "88"}

    through(lan, "referral", **typed, organisation="Công ty B", text="Chuyển đơn")

    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.external_number, ticket.arrival_number) == ("referral", "4567/UBND-VP", "88")
    assert ticket.external_deadline == local("30/11/2026 17:00")


def test_a_door_keeps_its_channel_whatever_is_posted(lan: Client) -> None:
    through(lan, "walk_in", channel="zalo", text="Hỏi tại quầy", name="Chị Năm")

    assert Ticket.objects.get().channel == "in_person"


def test_a_walk_in_gets_a_slip_with_the_due_time(lan: Client) -> None:
    through(lan, "walk_in", name="Chị Năm", phone="0950000010", text="Hỏi tại quầy")
    ticket = Ticket.objects.get()

    saved = lan.get(f"{ticket.url}saved/")
    slip = lan.get(f"{ticket.url}slip.pdf")

    assert "<svg" in saved.text and f"{ticket.url}slip.pdf" in saved.text
    assert (slip["Content-Type"], slip.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_slip_is_for_those_who_see_the_request(lan: Client, desk: Desk) -> None:
    through(lan, "walk_in", name="Chị Năm", text="Hỏi tại quầy")
    stranger = Client()
    stranger.force_login(desk.charlie)

    assert stranger.get(f"{Ticket.objects.get().url}slip.pdf").status_code == 404


def test_an_unknown_door_is_the_call(lan: Client) -> None:
    assert lan.get("/desk/new/?door=x").context["form"].layout.entry == "call"


# --- a meeting ---------------------------------------------------------------------------------------------------


def of_meeting(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    usual = {
        "title": "Hội nghị đối thoại quý IV",
        "received_at": "2026-11-23T14:00",
        "submission": "m1",
        "row-TOTAL_FORMS": "5",
        "row-INITIAL_FORMS": "0",
    }
    typed = {f"row-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
    return {**usual, **typed, **more}


def test_a_meeting_makes_a_ticket_of_each_question_with_its_unit(lan: Client, desk: Desk) -> None:
    field = desk.agency.fields.get()
    rows = [
        {"organisation": "Công ty A", "text": "Hỏi về đất", "unit": desk.office.pk},
        {},
        {"organisation": "Công ty B", "text": "Hỏi về phép", "field": field.pk},
    ]

    answer = lan.post("/desk/new/meeting/", of_meeting(rows), follow=True)

    tickets = list(Ticket.objects.order_by("pk"))
    assert [(t.organisation, t.unit, t.channel) for t in tickets] == [
        ("Công ty A", desk.office, "meeting"),
        ("Công ty B", desk.unit, "meeting"),
    ]
    assert {t.received_at for t in tickets} == {local("23/11/2026 14:00")}
    assert all(t.code in answer.text for t in tickets)
    assert answer.context["rows"][0]["lookup_code"] in answer.text


def test_a_meeting_sent_twice_is_saved_once(lan: Client, desk: Desk) -> None:
    form = of_meeting([{"text": "Hỏi", "name": "Ông A", "unit": desk.unit.pk}])

    for _time in range(2):
        assert lan.post("/desk/new/meeting/", form).status_code == 302

    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "bad", [{"text": "Hỏi", "name": "Ông C"}, {"name": "Ông C"}, {"text": "a\x00b", "unit": "unit"}]
)
def test_nothing_of_a_meeting_is_half_saved(lan: Client, desk: Desk, bad: dict[str, Any]) -> None:
    good = {"text": "Hỏi về đất", "name": "Ông A", "unit": desk.unit.pk}
    bad = {name: desk.unit.pk if value == "unit" else value for name, value in bad.items()}

    page = lan.post("/desk/new/meeting/", of_meeting([good, bad]))

    assert page.status_code == 422
    assert "Hỏi về đất" in page.text and "note-error" in page.text
    assert not Ticket.objects.exists()


def test_what_all_rows_share_is_said_above_them(lan: Client, desk: Desk) -> None:
    row = {"text": "Hỏi", "name": "Ông A", "unit": desk.unit.pk}

    page = lan.post("/desk/new/meeting/", of_meeting([row], received_at="2026-12-01T08:00"))

    assert page.status_code == 422
    assert page.context["form"].errors["received_at"]
    assert not Ticket.objects.exists()


def test_more_rows_keep_what_was_typed(lan: Client) -> None:
    page = lan.post("/desk/new/meeting/", of_meeting([{"text": "Đã gõ"}], more="1"))

    assert page.context["rows"].total_form_count() == 10
    assert "Đã gõ" in page.text


def test_an_empty_meeting_says_so(lan: Client) -> None:
    page = lan.post("/desk/new/meeting/", of_meeting([]))

    assert (page.status_code, Ticket.objects.count()) == (422, 0)


def test_a_letter_is_found_by_its_arrival_number(lan: Client) -> None:
    through(
        lan, "letter", arrival_number="VB-4711", arrived_date="2026-11-20", text="Đề nghị", organisation="Công ty A"
    )

    assert Ticket.objects.get().code in lan.get("/desk/tickets/?q=VB-4711").text
