"""Mail that waits, as the desk sees it: listed, opened, decided on; and what came with a request, in its frame."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.doors.mail import pipeline
from requests_desk.doors.mail.bounded import Reader
from requests_desk.people.models import User
from requests_desk.tickets.models import Exclusion, Mail, Mailbox, Ticket
from requests_desk.tickets.services import reply_address
from tests.support.cast import Desk
from tests.support.mail import a_mail, a_mailbox, signed_address, take


def opened(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mailbox(desk: Desk) -> Mailbox:
    return a_mailbox(desk.agency)


def arrived(mailbox: Mailbox, raw: bytes) -> Mail:
    with Reader() as child:
        return take(mailbox, raw, child, at=timezone.now())


@pytest.fixture
def parked(mailbox: Mailbox) -> Mail:
    return arrived(mailbox, a_mail("Nội dung thư chờ.", List_Id="<tin.example>", Subject="Ban tin"))


def test_it_lists_what_waits_and_why(desk, parked):
    page = opened(desk.lan).get("/desk/mail/").content.decode()

    assert "Ban tin" in page and "Từ danh sách gửi thư" in page
    assert "/desk/mail/" in opened(desk.lan).get("/desk/").content.decode()


def test_it_opens_to_those_who_sort_mail_alone(desk, parked):
    people = (desk.lan, desk.chief, desk.leader, desk.root, desk.alice, desk.bob, desk.ivan, desk.charlie)
    answers = [opened(person).get("/desk/mail/").status_code for person in people]
    single = [opened(person).get(parked.url).status_code for person in people]

    assert answers == [200, 200, 200, 200, 403, 403, 403, 403]
    assert single == [200, 200, 200, 200, 404, 404, 404, 404]


def test_it_dismisses_with_a_reason_and_keeps_the_mail(desk, parked):
    without = opened(desk.lan).post(parked.url, {"dismiss": "1", "reason": " "})
    opened(desk.lan).post(parked.url, {"dismiss": "1", "reason": "Quảng cáo"})

    parked.refresh_from_db()
    assert without.status_code == 422
    assert (parked.state, parked.dismiss_reason, parked.settled_by) == ("dismissed", "Quảng cáo", desk.lan)
    assert "Quảng cáo" in opened(desk.lan).get("/desk/mail/?dismissed=1").content.decode()


def test_it_makes_a_request_of_it(desk, parked):
    opened(desk.lan).post(parked.url, {"request": "1"})
    with Reader() as child:
        pipeline.take_all(child, clock=timezone.now)

    parked.refresh_from_db()
    assert parked.state == "done" and parked.ticket


def test_it_decides_once(desk, parked):
    opened(desk.lan).post(parked.url, {"dismiss": "1", "reason": "Quảng cáo"})

    assert opened(desk.lan).post(parked.url, {"request": "1"}).status_code == 422


def test_it_hands_out_the_original_as_it_came(desk, parked):
    answer = opened(desk.lan).get(f"{parked.url}original.eml")

    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"List-Id: <tin.example>" in answer.content


def test_it_shows_html_in_a_frame_that_runs_and_fetches_nothing(desk, mailbox):
    raw = a_mail('<p>Xin <b>chào</b><img src="https://x.example/a.gif"><script>x()</script>', Content_Type="text/html")
    mail = arrived(mailbox, raw)

    answer = opened(desk.lan).get(f"{mail.url}as-sent/")

    assert "<b>chào</b>" in answer.content.decode()
    assert "x.example" not in answer.content.decode() and "x()" not in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "allow-scripts" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("part", ["", "original.eml", "as-sent/"])
def test_it_shows_the_mail_of_a_sealed_request_to_nobody_else(desk, mailbox, part):
    mail = arrived(mailbox, a_mail())
    Ticket.objects.update(sealed=True)
    Exclusion.objects.create(ticket=mail.ticket, user=desk.lan)

    assert opened(desk.lan).get(f"{mail.url}{part}").status_code == 404
    assert opened(desk.leader).get(f"{mail.url}{part}").status_code == 200


def test_it_folds_the_quotation_and_names_a_stranger_on_the_page_of_the_request(desk, mailbox):
    ticket = arrived(mailbox, a_mail()).ticket
    address = signed_address(desk, reply_address.token(ticket))
    text = "Bổ sung.\n\nVào Th 2 Sở <a@so.example> đã viết:\n> Thư cũ"
    arrived(mailbox, a_mail(text, To=address, From="la@khac.example"))

    page: Any = opened(desk.lan).get(ticket.url).content.decode()

    assert "<details" in page and "&gt; Thư cũ" in page
    assert "la@khac.example" in page


# --- mailboxes ------------------------------------------------------------------------------------------------------

WANTED = {
    "address": "HoTro@so.example",
    "host": "mail.so.example",
    "security": "tls",
    "user": "hotro",
    "secret": "support",
    "folder": "INBOX",
    "gets_answers": "on",
    "has_plus": "on",
    "is_active": "on",
}


def test_it_sets_up_a_mailbox_by_the_name_of_its_secret(desk):
    answer = opened(desk.root).post("/settings/mailboxes/new/", WANTED)

    assert answer.status_code == 302
    box = Mailbox.objects.get()
    desk.agency.refresh_from_db()
    assert (box.address, box.port, box.secret, box.uid_validity) == ("hotro@so.example", 993, "support", 0)
    assert (desk.agency.reply_address, desk.agency.reply_plus) == ("hotro@so.example", True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user": ""}, "user"),
        ({"secret": "../../etc/passwd"}, "secret"),
        ({"done_folder": "INBOX"}, "done_folder"),
        ({"address": "a"}, "address"),
        ({"port": "70000"}, "port"),
    ],
)
def test_it_says_what_is_wrong_with_a_mailbox(desk, changes, field):
    answer: Any = opened(desk.root).post("/settings/mailboxes/new/", {**WANTED, **changes})

    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Mailbox.objects.exists()


def test_it_refuses_the_same_mailbox_twice(desk, mailbox):
    answer: Any = opened(desk.root).post("/settings/mailboxes/new/", {**WANTED, "address": mailbox.address.upper()})

    assert "address" in answer.context["form"].errors


def test_it_starts_anew_with_a_mailbox_that_lies_elsewhere_now(desk, mailbox):
    Mailbox.objects.update(uid_validity=7, last_uid=9)

    opened(desk.root).post(f"/settings/mailboxes/{mailbox.pk}/", {**WANTED, "address": mailbox.address})

    box = Mailbox.objects.get()
    assert (box.last_uid, box.take_from_at > mailbox.take_from_at) == (0, True)


def test_it_lets_answers_go_nowhere_when_no_mailbox_gets_them(desk, mailbox):
    changed = {name: value for name, value in WANTED.items() if name not in ("gets_answers", "has_plus")}

    opened(desk.root).post(f"/settings/mailboxes/{mailbox.pk}/", {**changed, "address": mailbox.address})

    desk.agency.refresh_from_db()
    assert desk.agency.reply_address == ""


def test_it_is_for_administrators_to_change_and_for_the_chief_to_read(desk, mailbox):
    pages = ("/settings/mailboxes/", "/settings/mailboxes/new/", f"/settings/mailboxes/{mailbox.pk}/")

    assert {opened(desk.root).get(page).status_code for page in pages} == {200}
    assert opened(desk.chief).get(pages[0]).status_code == 200
    assert opened(desk.chief).post(pages[1], WANTED).status_code == 403
    assert opened(desk.lan).get(pages[0]).status_code == 403


def test_it_hides_the_mailboxes_of_other_agencies(desk):
    other = a_mailbox(desk.other_agency, "hotro@sxd.example")

    assert opened(desk.root).get(f"/settings/mailboxes/{other.pk}/").status_code == 404


def test_it_says_on_the_page_what_keeps_a_mailbox_from_being_read(desk, mailbox):
    Mailbox.objects.update(trouble="MailboxLoginError: no", trouble_since=timezone.now())

    assert "MailboxLoginError" in opened(desk.root).get("/settings/mailboxes/").content.decode()
    assert mailbox.address in opened(desk.lan).get("/desk/mail/").content.decode()
