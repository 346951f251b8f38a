"""A policy's screens: editing, rehearsing, choosing by the table, applying to open requests."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from notifications.models import Notification
from requests_desk.tickets.models import Application, PolicyRule, Ticket
from requests_desk.tickets.queries import promises
from sla.models import PolicyVersion
from tests.desk.settings_pages import POLICY, accepted, filled, said, signed_in
from tests.support.cast import Desk, log_ticket

RULE = {
    "kind": "feedback",
    "channel": "",
    "field": "",
    "priority": "",
    "policy_key": "first-reply",
    "calendar_key": "office",
}


@pytest.fixture
def client(desk: Desk) -> Client:
    return signed_in(desk.root)


def post(client: Client, **changes: object) -> object:
    return client.post(POLICY, filled(client.get(POLICY), "form", "ladder", **changes))


def document(desk: Desk) -> dict[str, object]:
    return promises.policy(desk.agency, "first-reply").document


def test_it_saves_everything_a_policy_says(client: Client, desk: Desk) -> None:
    changes = {"rule": "B", "first_reply": "24h", "statutory_days": 15, "pause_days": 5, "acknowledge_reminder": "30m"}

    response = post(client, **changes, approval_answer="leader", note="Kết luận giao ban")

    saved = document(desk)
    assert response.status_code == 302, said(response)
    assert (saved["rule"], saved["first_reply"], saved["statutory_days"], saved["pause_days"]) == ("B", "24h", 15, 5)
    assert (saved["acknowledge"]["reminder"], saved["approval"]["answer"]) == ("30m", "leader")
    assert promises.policy(desk.agency, "first-reply").note == "Kết luận giao ban"


def test_it_takes_a_rung_away_and_adds_one(client: Client, desk: Desk) -> None:
    added = {"rung-6-before": "1h", "rung-6-to": "duty", "rung-6-by": ["sms"]}

    post(client, **{"rung-0-before": ""}, **added)

    ladder = document(desk)["ladder"]
    assert {"to": "duty", "before": "1h", "by": ["sms"]} in ladder
    assert "24h" not in [rung["before"] for rung in ladder]


def test_it_gives_room_for_one_rung_more_without_a_script(client: Client) -> None:
    page = client.get(POLICY)

    more = client.post(POLICY, filled(page, "form", "ladder", more="1", first_reply="47h"))

    assert len(more.context["ladder"].forms) == len(page.context["ladder"].forms) + 1
    assert more.context["form"]["first_reply"].value() == "47h"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"first_reply": "two days"}, "“two days” không phải là khoảng thời gian"),
        ({"first_reply": "2d"}, "chỉ quy tắc W"),
        ({"pause_days": 3}, "phải là 0 theo quy tắc A"),
        ({"acknowledge_breach": "soon"}, "“soon” không phải là khoảng thời gian"),
        ({"rung-5-before": ""}, "không ai được báo khi quá hạn"),
        ({f"rung-{n}-before": "" for n in range(6)}, "không có thang đôn đốc"),
        ({"rung-1-before": "soon"}, "“soon” không phải là khoảng thời gian"),
        ({"rung-1-by": []}, "phải có ít nhất một kênh gửi"),
        ({"rung-1-before": "24h"}, "được ghi hai lần"),
        ({"base": 7, "first_reply": "24h"}, "Đã có người khác lưu phiên bản 1"),
        ({}, "Không có gì thay đổi"),
    ],
)
def test_it_saves_no_policy_that_cannot_stand(client: Client, changes: dict[str, object], error: str) -> None:
    before = PolicyVersion.objects.count()

    response = post(client, **changes)

    assert response.status_code == 422
    assert error in " ".join(said(response)), said(response)
    assert PolicyVersion.objects.count() == before


def test_it_rehearses_what_is_typed_before_it_is_saved(client: Client, desk: Desk) -> None:
    response = post(client, rehearse="1", first_reply="4h")

    done = response.context["rehearsal"]
    assert (done.due_at - done.received_at).total_seconds() == 4 * 3600
    assert document(desk)["first_reply"] == "48h"
    assert Notification.objects.count() == 0


def test_it_rehearses_at_a_moment_with_a_unit_and_an_officer(client: Client, desk: Desk) -> None:
    asked = {"policy": "first-reply", "received_at": "2026-11-25T08:00", "unit": desk.unit.pk, "officer": desk.alice.pk}

    page = client.get("/settings/rehearse/", asked)

    assert [told.person for told in page.context["rehearsal"].moments[1].told] == ["Alice"]
    assert "08:00 27/11/2026" in page.text
    assert Ticket.objects.count() == 0


def test_it_asks_for_the_officer_s_unit(client: Client, desk: Desk) -> None:
    page = client.get("/settings/rehearse/", {"policy": "first-reply", "officer": desk.alice.pk})

    assert (page.status_code, page.context["rehearsal"]) == (422, None)


def test_it_compares_two_versions_of_a_policy(client: Client) -> None:
    post(client, first_reply="24h", **{"rung-1-by": ["email", "sms"]})

    found = client.get(f"{POLICY}versions/").context["found"]

    assert [(one.place, one.which) for one in found] == [("first_reply", ""), ("rung", "officer-480m")]


def test_it_starts_a_further_policy_once(client: Client, desk: Desk) -> None:
    made = [client.post("/settings/policies/new/", {"name": "24 giờ", "key": "quick"}) for _ in range(2)]

    assert [response.status_code for response in made] == [302, 422]
    assert promises.policy(desk.agency, "quick").policy.name == "24 giờ"


def test_it_keeps_its_own_addresses_free_of_keys(client: Client) -> None:
    assert client.post("/settings/policies/new/", {"name": "Mới", "key": "new"}).status_code == 422


def test_it_adds_a_line_to_the_table_and_takes_it_away(client: Client) -> None:
    client.post("/settings/rules/", RULE)
    rule = PolicyRule.objects.get()

    client.post("/settings/rules/", {"remove": rule.pk})

    assert (rule.kind, PolicyRule.objects.count()) == ("feedback", 0)


def test_it_adds_the_line_of_personal_data_where_it_is_missing(client: Client) -> None:
    missing = [client.get(page).context["lacks_personal_data"] for page in ("/settings/", "/settings/rules/")]

    shown = client.post("/settings/rules/", {"personal_data": "1"}, follow=True)

    assert missing == [True, True]
    assert PolicyRule.objects.get().policy_key == "personal-data"
    assert not shown.context["lacks_personal_data"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [({}, "Đã có dòng"), ({"policy_key": "nine-lives"}, "nine-lives"), ({"kind": "poem"}, "poem")],
)
def test_it_refuses_a_line_that_cannot_count(client: Client, changes: dict[str, str], error: str) -> None:
    client.post("/settings/rules/", RULE)

    response = client.post("/settings/rules/", RULE | changes)

    assert response.status_code == 422
    assert error in " ".join(said(response))


def test_it_applies_a_version_after_it_was_seen_with_a_reason(client: Client, desk: Desk) -> None:
    """P10."""
    log_ticket(desk, at=timezone.now())
    post(client, first_reply="72h")
    seen = client.get(f"{POLICY}apply/").context["preview"]

    response = client.post(f"{POLICY}apply/", {"missed": seen.missed, "sure": "on", "reason": "Kết luận giao ban"})

    assert response.status_code == 302
    assert (seen.moved, Application.objects.get().moved) == (1, 1)
    assert client.get(POLICY).context["waiting"] == 0


@pytest.mark.parametrize("missing", ["reason", "sure"])
def test_it_applies_nothing_without_a_reason_or_a_confirmation(client: Client, desk: Desk, missing: str) -> None:
    log_ticket(desk, at=timezone.now())
    post(client, first_reply="72h")
    answers = {"missed": 0, "sure": "on", "reason": "Kết luận giao ban"}

    response = client.post(f"{POLICY}apply/", {k: v for k, v in answers.items() if k != missing})

    assert response.status_code == 422
    assert not Application.objects.exists()


def test_it_asks_again_when_more_would_be_overdue_than_were_shown(client: Client, desk: Desk) -> None:
    """P6."""
    now = timezone.now()
    log_ticket(desk, at=now, received_at=now - timedelta(hours=5), received_reason="Trực đêm")
    post(client, first_reply="4h")

    response = client.post(f"{POLICY}apply/", {"missed": 0, "sure": "on", "reason": "Kết luận giao ban"})

    assert response.status_code == 422
    assert "Đến lúc này có 1 yêu cầu sẽ quá hạn ngay" in response.text


FILE = f"{POLICY}file/"


def upload(client: Client, said_: object) -> object:
    text = said_ if isinstance(said_, str) else json.dumps(said_)
    return client.post(FILE, {"base": 1, "file": SimpleUploadedFile("quy-dinh.json", text.encode())})


def test_it_shows_what_a_file_changes_before_it_is_saved(client: Client, desk: Desk) -> None:
    exported = json.loads(client.get(f"{POLICY}first-reply.json").content)

    shown = upload(client, exported | {"first_reply": "24h", "statutory_days": 15})
    between = document(desk)["first_reply"]
    response = accepted(client, shown, FILE)

    assert {(one.place, one.after) for one in shown.context["found"]} == {
        ("first_reply", "24h"),
        ("statutory_days", "15"),
    }
    assert (between, response.status_code, document(desk)["first_reply"]) == ("48h", 302, "24h")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "không đúng định dạng JSON"),
        ("[" * 20_000, "không đúng định dạng JSON"),
        ("[]", "không phải là quy định"),
        ('{"rule": "A", "first_reply": "48h"}', "không có thang đôn đốc"),
        ('{"rule": "A", "first_reply": "48h", "ladder": []}', "không có thang đôn đốc"),
        ('{"rule": "Z"}', "rule"),
        ('{"rule": "A", "first_reply": 48}', "first_reply"),
        ('{"colour": 1}', "colour"),
        ({"ladder": [{"to": "mayor", "before": "0m", "by": ["email"]}]}, "mayor"),
        ({"ladder": [{"to": "officer", "before": "0m", "by": ["pigeon"]}]}, "pigeon"),
        ({"ladder": ["officer"]}, "ladder[0]"),
        ({"acknowledge": []}, "acknowledge"),
        ({"acknowledge": {"from": "soon"}}, "acknowledge"),
        ({"approval": 3}, "approval"),
        ({"approval": {"answer": "mayor"}}, "approval"),
        ({"statutory_days": -1}, "statutory_days"),
        ({"statutory_days": "ten"}, "statutory_days"),
        ({"pause_days": 5}, "pause_days"),
    ],
)
def test_it_refuses_a_bad_file_whole(client: Client, text: object, error: str) -> None:
    if isinstance(text, dict):
        text = json.loads(client.get(f"{POLICY}first-reply.json").content) | text

    response = upload(client, text)

    assert response.status_code == 422
    assert error in " ".join(said(response)), said(response)
    assert PolicyVersion.objects.filter(policy__key="first-reply").count() == 2  # one of each agency


def test_it_saves_of_a_file_only_what_was_shown(client: Client, desk: Desk) -> None:
    client.post("/settings/policies/new/", {"name": "24 giờ", "key": "quick"})
    shown = upload(client, json.loads(client.get(f"{POLICY}first-reply.json").content) | {"first_reply": "24h"})

    elsewhere = accepted(client, shown, "/settings/policies/quick/file/")

    assert elsewhere.status_code == 422
    assert promises.policy(desk.agency, "quick").number == 1
