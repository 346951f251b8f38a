"""Sorting at the desk, the words for it, and the seal."""

from __future__ import annotations

import pytest
import time_machine
from django.utils import timezone

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import closing
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk, later, log_ticket

WINE = "Hồ sơ gia hạn giấy phép bán buôn rượu gồm những gì?"
STAFF = "Ông Alice Nguyễn ở Phòng Quản lý thương mại gợi ý bồi dưỡng khi nộp hồ sơ."


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, unit=None, text=WINE, at=timezone.now())


def test_it_shows_what_waits_with_a_suggestion_and_its_reasons(desk, ticket):
    page = signed_in(desk.lan).get("/desk/triage/")

    assert ticket.code in page.text
    assert "“giấy phép”" in page.text
    assert f'<option value="{desk.unit.pk}" selected>' in page.text


def test_it_is_accepted_by_one_click(desk, ticket):
    client = signed_in(desk.lan)
    form = client.get("/desk/triage/").context["rows"][0]["form"]

    client.post("/desk/triage/", {"code": ticket.code} | {k: v for k, v in form.initial.items() if v})

    ticket.refresh_from_db()
    assert (ticket.field, ticket.unit, ticket.state) == ("cap_phep", desk.unit, "assigned")


def test_it_goes_on_to_the_hand_over_of_a_complaint_with_its_ground_filled_in(desk, ticket):
    page = signed_in(desk.lan).post("/desk/triage/", {"code": ticket.code, "kind": "complaint"}, follow=True)

    assert page.redirect_chain[-1][0] == f"{ticket.url}?reply=transfer#reply"
    assert "Luật Khiếu nại 2011" in page.text


def test_it_offers_the_seal_with_whom_it_names_and_hides_it_from_them(desk):
    log_ticket(desk, unit=None, text=STAFF, at=timezone.now())
    client = signed_in(desk.lan)
    form = client.get("/desk/triage/").context["rows"][0]["form"]
    assert form.initial["units"] == [desk.unit.pk]

    sent = {"code": Ticket.objects.get().code, **{k: v for k, v in form.initial.items() if v}}
    page = client.post("/desk/triage/", sent, follow=True)

    ticket = Ticket.objects.get()
    assert (page.status_code, ticket.sealed, ticket.unit) == (200, True, None)
    assert signed_in(desk.bob).get(ticket.url).status_code == 404
    assert signed_in(desk.lan).get(ticket.url).status_code == 404
    assert signed_in(desk.leader).get(ticket.url).status_code == 200


def test_it_says_beside_the_field_what_is_wrong(desk, ticket):
    page = signed_in(desk.lan).post("/desk/triage/", {"code": ticket.code, "kind": "nonsense"})

    assert page.status_code == 422
    assert page.context["rows"][0]["form"].errors["kind"]


@pytest.mark.parametrize(("name", "status"), [("lan", 200), ("bob", 200), ("alice", 403), ("ivan", 403), ("root", 403)])
def test_it_is_for_those_who_assign(desk, name, status):
    assert signed_in(getattr(desk, name)).get("/desk/triage/").status_code == status


def test_it_seals_from_the_request_s_page_and_leads_whoever_did_it_away(desk, ticket):
    page = signed_in(desk.lan).post(ticket.url, {"action": "seal", "units": [desk.unit.pk]}, follow=True)

    assert page.redirect_chain[-1][0] == "/desk/"
    page = signed_in(desk.leader).post(ticket.url, {"action": "unseal", "reason": "Nhầm"}, follow=True)
    assert page.status_code == 200
    assert not Ticket.objects.get().sealed


def test_it_gives_the_code_of_a_report_sealed_by_its_kind_to_whoever_logs_it(desk):
    typed = {"channel": "hotline", "text": STAFF, "kind": "harassment", "phone": "0950000001"}

    page = signed_in(desk.lan).post("/desk/new/", typed, follow=True)

    ticket = Ticket.objects.get()
    assert ticket.code in page.text
    assert STAFF not in page.text
    assert signed_in(desk.lan).get(f"{ticket.url}saved/").status_code == 404


def test_it_asks_for_two_people_to_end_as_invalid_what_a_machine_took_in(desk):
    """P15."""
    ticket = log_ticket(desk, unit=None)
    Ticket.objects.filter(pk=ticket.pk).update(logged_by=None)

    with pytest.raises(closing.ReplyMissing, match="một người đề nghị"):
        closing.close(ticket, "spam", note="Quảng cáo", by=desk.bob, at=later(hours=30))
    signed_in(desk.lan).post(ticket.url, {"action": "propose_spam", "reason": "Quảng cáo"})
    with pytest.raises(closing.ReplyMissing):
        closing.close(ticket, "spam", note="Quảng cáo", by=desk.lan, at=later(hours=30))

    assert closing.close(ticket, "spam", note="Quảng cáo", by=desk.bob, at=later(hours=30)).ending == "spam"
    with time_machine.travel(later(days=20), tick=False):
        assert "1 yêu cầu" in signed_in(desk.lan).get("/desk/triage/").text


# --- the words ---------------------------------------------------------------------------------------------------


def test_it_keeps_an_agency_s_words_and_goes_back_to_those_that_came(desk):
    client, target = signed_in(desk.root), {"about": "field", "target": "cap_phep"}

    client.post("/settings/words/", target | {"phrases": "giấm\nmắm"})
    assert "giấm\nmắm" in client.get("/settings/words/").text
    client.post("/settings/words/", target | {"phrases": "", "default": "1"})

    assert "giấm" not in client.get("/settings/words/").text


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"about": "field", "target": "vu_tru"}, 400), ({"about": "staff", "target": "", "phrases": "x" * 101}, 422)],
)
def test_it_refuses_words_for_nothing_or_too_many(desk, sent, status):
    assert signed_in(desk.root).post("/settings/words/", sent).status_code == status


def test_it_lets_the_leadership_read_the_words_and_administrators_change_them(desk):
    assert signed_in(desk.leader).get("/settings/words/").status_code == 200
    assert signed_in(desk.leader).post("/settings/words/", {"about": "staff", "phrases": "x"}).status_code == 403
