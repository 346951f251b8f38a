"""A calendar's screens: each edit is a version, and what is wrong is said beside its field."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from requests_desk.tickets.queries import promises
from sla.models import CalendarVersion
from tests.desk.settings_pages import HOURS, YEAR, accepted, filled, office, said, signed_in
from tests.sla.vietnam import document
from tests.support.cast import Desk

DAY = {"action": "put", "base": 1, "first": "2026-12-24", "kind": "other", "name": "Hội nghị", "note": "CV 12/SCT"}


@pytest.fixture
def client(desk: Desk) -> Client:
    return signed_in(desk.root)


def upload(client: Client, name: str, text: str | bytes, **more: object) -> object:
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(YEAR, {"action": "import", "base": 1, "file": SimpleUploadedFile(name, data)} | more)


def test_it_shows_a_year_with_a_letter_for_each_day_off(client: Client) -> None:
    page = client.get(YEAR)

    november = page.context["months"][10]
    assert (november.open_days, november.weeks[4][1].mark) == (20, "L")
    assert "Ngày làm bù" in page.text


def test_it_saves_a_day_as_a_new_version_with_note_and_author(client: Client, desk: Desk) -> None:
    response = client.post(YEAR, DAY)

    version = promises.calendar(desk.agency, "office")
    assert (response.status_code, version.number) == (302, 2)
    assert (version.note, version.author) == ("CV 12/SCT", f"user:{desk.root.pk}")
    assert office(desk).names[date(2026, 12, 24)] == ("other", "Hội nghị")
    assert not office(desk).is_working_day(date(2026, 12, 24))


def test_it_saves_a_run_of_days(client: Client, desk: Desk) -> None:
    client.post(YEAR, DAY | {"first": "2026-02-16", "last": "2026-02-20", "kind": "holiday", "name": "Tết"})

    assert [office(desk).is_working_day(date(2026, 2, day)) for day in range(16, 21)] == [False] * 5


def test_it_saves_a_half_day_with_its_hours(client: Client, desk: Desk) -> None:
    client.post(YEAR, DAY | {"kind": "half_day", "hours": "7:30-11:30"})

    assert [tuple(span) for span in office(desk).spans(date(2026, 12, 24))] == [(450, 690)]


def test_it_takes_a_day_away(client: Client, desk: Desk) -> None:
    client.post(YEAR, {"action": "remove", "base": 1, "day": "2026-11-24"})

    assert office(desk).is_working_day(date(2026, 11, 24))


def test_it_switches_the_day_of_culture_off_and_on(client: Client, desk: Desk) -> None:
    client.post(YEAR, {"action": "culture", "base": 1})
    off = office(desk).is_working_day(date(2026, 11, 24))
    client.post(YEAR, {"action": "culture", "base": 2})

    assert (off, office(desk).is_working_day(date(2026, 11, 24))) == (True, False)


def test_it_confirms_a_year_and_keeps_it_confirmed(client: Client, desk: Desk) -> None:
    client.post("/settings/calendars/office/2027/", {"action": "confirm", "base": 1})
    client.post(YEAR, DAY | {"base": 2})

    assert promises.calendar(desk.agency, "office").confirmed_years == [2026, 2027]


def test_it_takes_the_holidays_as_they_are_known(client: Client, desk: Desk) -> None:
    client.post("/settings/calendars/office/2028/", {"action": "seed", "base": 1})

    assert office(desk).names[date(2028, 1, 26)].name == "Tết Nguyên Đán"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"first": ""}, "Trường này là bắt buộc"),
        ({"kind": "make_up"}, "đề nghị ghi giờ làm việc"),
        ({"kind": "make_up", "hours": "11:30-07:30"}, "kết thúc lúc 07:30"),
        ({"kind": "half_day", "hours": "sáng"}, "“sáng” không phải là giờ làm việc"),
        ({"kind": "holiday", "hours": "07:30-11:30"}, "là ngày nghỉ nhưng lại có giờ làm việc"),
        ({"last": "2026-12-20"}, "trong vòng 31 ngày"),
        ({"last": "2027-12-20"}, "trong vòng 31 ngày"),
        ({"kind": "feast"}, "feast"),
        ({"base": 0}, "Đã có người khác lưu phiên bản 1"),
        ({"base": ""}, "Trường này là bắt buộc"),
    ],
)
def test_it_saves_nothing_that_is_wrong_and_says_what(client: Client, changes: dict[str, str], error: str) -> None:
    response = client.post(YEAR, DAY | changes)

    assert response.status_code == 422
    assert any(error in text for text in said(response)), said(response)
    assert CalendarVersion.objects.filter(calendar__key="office").count() == 2  # one of each agency


def test_it_makes_no_version_that_says_the_same(client: Client) -> None:
    response = client.post("/settings/calendars/office/2026/", {"action": "confirm", "base": 1})

    assert response.status_code == 422
    assert "Không có gì thay đổi" in response.text


@pytest.mark.parametrize("kind", ["csv", "ics", "json"])
def test_it_reads_back_what_it_hands_out(client: Client, desk: Desk, kind: str) -> None:
    before = office(desk)
    exported = client.get(f"{YEAR}office-2026.{kind}").content
    client.post(YEAR, {"action": "culture", "base": 1})

    shown = upload(client, f"lich.{kind}", exported, base=2)
    between = promises.calendar(desk.agency, "office").number
    response = accepted(client, shown, YEAR)

    assert (shown.status_code, between, response.status_code) == (200, 2, 302), said(response)
    assert [(one.place, one.which) for one in shown.context["found"]] == [("day", "2026-11-24")]
    assert office(desk).holidays == before.holidays
    assert office(desk).special_hours == before.special_hours


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("lich.csv", "date,kind,colour\n", "“colour” không phải là cột được dùng"),
        ("lich.csv", "date,kind\n2027-01-01,holiday\n", "2:date: 2027-01-01 không thuộc năm 2026"),
        ("lich.csv", "date,kind,hours\n2026-08-22,make_up,07:30-11:30 11:00-17:00\n", "2:hours"),
        ("lich.csv", "date,kind,hours\n2026-08-22,make_up,11:30-07:30\n", "2:hours"),
        ("lich.csv", "ngày,loại\n2026-01-01,nghỉ lễ\n".encode("utf-16"), "UTF-8"),
        ("lich.csv", "x" * 300_000, "quá lớn"),
        ("lich.ics", "BEGIN:NOTHING", "không phải là tệp iCalendar"),
        ("lich.json", '{"tz": "Mars/Olympus", "hours": {}}', "tz: “Mars/Olympus” không phải là múi giờ"),
    ],
)
def test_it_refuses_a_bad_file_whole(client: Client, name: str, text: str, error: str) -> None:
    response = upload(client, name, text)

    assert response.status_code == 422
    assert error in " ".join(said(response))
    assert CalendarVersion.objects.filter(calendar__key="office").count() == 2


def test_it_changes_the_weekly_hours_and_adds_a_season(client: Client, desk: Desk) -> None:
    winter = {"season-0-first": "2026-10-16", "season-0-last": "2027-04-15", "season-0-mon": "08:00-11:30 13:00-17:00"}
    page = client.get(HOURS)

    response = client.post(HOURS, filled(page, "form", "seasons", fri="07:30-11:30", **winter))

    assert response.status_code == 302
    assert [tuple(span) for span in office(desk).hours[4]] == [(450, 690)]
    assert office(desk).seasons[0].first == date(2026, 10, 16)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"tue": "07:30-11:30 11:00-12:00"}, "11:00"),
        ({"tue": "cả ngày"}, "“cả” không phải là giờ làm việc"),
        ({"tz": "Mars/Olympus"}, "Mars/Olympus"),
        # P2: days off would be skipped without end, and no request could be taken in.
        (dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ""), "không có giờ làm việc vào ngày nào"),
        ({"season-0-first": "2027-04-15", "season-0-last": "2026-10-16"}, "“from”"),
        ({"season-0-first": "2027-04-15"}, "không phải là ngày"),
    ],
)
def test_it_says_which_hours_are_wrong(client: Client, changes: dict[str, str], error: str) -> None:
    page = client.get(HOURS)

    response = client.post(HOURS, filled(page, "form", "seasons", **changes))

    assert response.status_code == 422
    assert error in " ".join(said(response))


def test_it_compares_two_versions(client: Client) -> None:
    client.post(YEAR, DAY)

    page = client.get("/settings/calendars/office/versions/")

    assert [(one.place, one.which, one.before) for one in page.context["found"]] == [("day", "2026-12-24", "")]
    assert "Hội nghị" in page.text
    assert "Root" in page.text


def test_it_starts_a_further_calendar_once(client: Client, desk: Desk) -> None:
    made = [client.post("/settings/calendars/new/", {"name": "Một cửa", "key": "one-stop"}) for _ in range(2)]

    assert [response.status_code for response in made] == [302, 422]
    assert promises.calendar(desk.agency, "one-stop").confirmed_years == []


def test_it_keeps_what_it_does_not_show(client: Client, desk: Desk) -> None:
    """An edit of one day leaves every other day, break and season as it is."""
    before = office(desk)

    client.post(YEAR, DAY)

    assert office(desk).holidays - before.holidays == {date(2026, 12, 24)}
    assert office(desk).special_hours == before.special_hours
    assert document()["tz"] == office(desk).tz.key


def test_it_saves_of_a_file_only_what_was_shown(client: Client, desk: Desk) -> None:
    shown = upload(client, "lich.csv", "date,kind,name\n2026-01-01,holiday,Tết Dương lịch\n")
    forged = filled(shown, "form", action="accept") | {"sealed": "abc"}

    assert client.post(YEAR, forged).status_code == 422
    assert promises.calendar(desk.agency, "office").number == 1


def test_it_shows_nothing_of_a_file_that_a_colleague_overtook(client: Client) -> None:
    client.post(YEAR, DAY)

    response = upload(client, "lich.csv", "date,kind\n2026-01-01,holiday\n")

    assert response.status_code == 422
    assert "phiên bản 2" in " ".join(said(response))


def test_it_accepts_nothing_that_a_colleague_overtook(client: Client, desk: Desk) -> None:
    shown = upload(client, "lich.csv", "date,kind\n2026-01-01,holiday\n")
    client.post(YEAR, DAY)

    response = accepted(client, shown, YEAR)

    assert response.status_code == 422
    assert promises.calendar(desk.agency, "office").number == 2


def test_it_says_that_a_file_holds_nothing_new(client: Client) -> None:
    same = client.get(f"{YEAR}office-2026.csv").content

    response = upload(client, "lich.csv", same)

    assert (response.status_code, "Không có gì thay đổi" in response.text) == (422, True)
