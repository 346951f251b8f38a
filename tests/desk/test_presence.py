"""The screens of who is away and who is on duty (N3, N4): forms, rights, and what is wrong said beside the field."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone

from requests_desk.people.models import Absence, Agency, Duty, User
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk

PAGE, OWN = "/settings/presence/", "/desk/away/"


def span(prefix: str = "", hours: int = 8) -> dict[str, str]:
    at = timezone.localtime()
    ends = (at, at + timedelta(hours=hours))
    return {f"{prefix}{name}": f"{end:%Y-%m-%dT%H:%M}" for name, end in zip(("from_at", "to_at"), ends, strict=True)}


def test_it_puts_somebody_on_duty_and_takes_them_off(desk: Desk) -> None:
    admin = signed_in(desk.root)

    answer = admin.post(PAGE, {"action": "duty", "duty-user": desk.ivan.pk, **span("duty-")})
    assert answer.status_code == 302
    assert "Ivan" in admin.get(PAGE).text

    admin.post(PAGE, {"action": "remove_duty", "pk": Duty.objects.get().pk})
    assert not Duty.objects.exists()


def test_it_notes_an_absence_with_its_deputy(desk: Desk) -> None:
    data = {"action": "absence", "absence-user": desk.alice.pk, "absence-deputy": desk.bob.pk, **span("absence-")}

    signed_in(desk.root).post(PAGE, data)

    absence = Absence.objects.get()
    assert (absence.user, absence.deputy) == (desk.alice, desk.bob)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"absence-deputy": "alice"}, "chọn người khác"),
        ({"absence-user": "charlie"}, "Hãy chọn"),
        ({"absence-to_at": "2026-01-01T08:00"}, "sau thời điểm bắt đầu"),
    ],
)
def test_it_says_what_is_wrong_with_an_absence(desk: Desk, changes: dict[str, str], said: str) -> None:
    data = {"action": "absence", "absence-user": str(desk.alice.pk), **span("absence-")}
    data |= {key: str(getattr(desk, value).pk) if hasattr(desk, value) else value for key, value in changes.items()}

    page = signed_in(desk.root).post(PAGE, data)

    assert page.status_code == 422
    assert not Absence.objects.exists()
    assert any(said in text for errors in page.context["forms"]["absence"].errors.values() for text in errors) or (
        "absence-user" in changes
    )


def test_it_sets_the_quiet_hours(desk: Desk) -> None:
    data = {"quiet-quiet_from": "22:30", "quiet-quiet_to": "05:00", "quiet-sms_monthly_cap": "200"}

    signed_in(desk.root).post(PAGE, {"action": "quiet", **data})

    agency = Agency.objects.get(pk=desk.agency.pk)
    assert (agency.quiet_from, agency.quiet_to, agency.sms_monthly_cap) == (time(22, 30), time(5), 200)


def test_it_uses_an_address_again(desk: Desk) -> None:
    User.objects.filter(pk=desk.alice.pk).update(email_failed_at=timezone.now())
    admin = signed_in(desk.root)
    assert desk.alice.email in admin.get(PAGE).text

    admin.post(PAGE, {"action": "use_again", "pk": desk.alice.pk})

    assert User.objects.get(pk=desk.alice.pk).email_failed_at is None


@pytest.mark.parametrize(("who", "get", "post"), [("leader", 200, 403), ("alice", 403, 403), ("charlie", 403, 403)])
def test_it_lets_administrators_alone_change_it(desk: Desk, who: str, get: int, post: int) -> None:
    client = signed_in(getattr(desk, who))
    data = {"action": "duty", "duty-user": desk.ivan.pk, **span("duty-")}

    assert (client.get(PAGE).status_code, client.post(PAGE, data).status_code) == (get, post)
    assert not Duty.objects.exists()


def test_it_takes_nothing_from_another_agency(desk: Desk) -> None:
    theirs = Absence.objects.create(
        user=desk.charlie, from_at=timezone.now(), to_at=timezone.now() + timedelta(hours=1)
    )

    signed_in(desk.root).post(PAGE, {"action": "remove_absence", "pk": theirs.pk})

    assert Absence.objects.filter(pk=theirs.pk).exists()


def test_it_lets_everybody_note_their_own_absence(desk: Desk) -> None:
    alice = signed_in(desk.alice)

    alice.post(OWN, {"action": "absence", "deputy": desk.bob.pk, **span()})
    assert Absence.objects.get().user == desk.alice
    assert "Bob" in alice.get(OWN).text

    alice.post(OWN, {"action": "remove", "pk": Absence.objects.get().pk})
    assert not Absence.objects.exists()


@pytest.mark.parametrize(("who", "is_asked"), [("leader", True), ("alice", False)])
def test_it_asks_a_leader_alone_about_the_nights(desk: Desk, who: str, is_asked: bool) -> None:
    """N4."""
    client = signed_in(getattr(desk, who))
    assert (client.get(OWN).context["night"] is not None) is is_asked

    client.post(OWN, {"action": "night", "holds_night_sms": "on"})

    assert User.objects.get(username="leader").holds_night_sms is is_asked
