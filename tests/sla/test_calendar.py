"""Calendars: what a date holds, what JSON is read, and what is refused with what to change."""

from __future__ import annotations

import json
from datetime import date

import pytest

from sla.worktime import Calendar, CalendarError, Span
from tests.sla.vietnam import WEEK, calendar

NOON = Span(7 * 60 + 30, 11 * 60 + 30)
EVENING = Span(13 * 60 + 30, 17 * 60)
TZ = "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("day", "spans", "why"),
    [
        (date(2026, 11, 23), (NOON, EVENING), None),
        (date(2026, 11, 22), (), "closed_weekend"),
        (date(2026, 11, 24), (), "closed_holiday"),
        (date(2026, 8, 22), (NOON, EVENING), None),  # a make-up Saturday
        (date(2026, 12, 24), (NOON, Span(13 * 60 + 30, 15 * 60)), None),  # a break at the end of the day
        (date(2026, 12, 25), (), "closed_break"),
        (date(2026, 12, 26), (), "closed_weekend"),
        (date(2026, 12, 28), (), "closed_special"),
        (date(2026, 12, 29), (Span(7 * 60 + 30, 9 * 60), Span(9 * 60 + 15, 11 * 60 + 30), EVENING), None),
    ],
)
def test_it_knows_what_a_date_holds(day, spans, why):
    office = calendar(
        breaks={
            "2026-12-24": [["15:00", "17:00"]],
            "2026-12-25": [["00:00", "24:00"]],
            "2026-12-26": [["10:00", "11:00"]],
            "2026-12-29": [["09:00", "09:15"], ["12:00", "13:00"]],
        },
        special_hours={"2026-08-22": WEEK["mon"], "2026-12-28": []},
    )

    assert (office.spans(day), office.day_off_reason(day)) == (spans, why)
    assert office.is_working_day(day) is (why is None)


def test_it_closes_a_holiday_even_with_special_hours():
    office = calendar(holidays=["2026-08-22"])

    assert not office.is_working_day(date(2026, 8, 22))


def test_it_closes_a_weekday_without_hours():
    office = calendar(hours={"mon": WEEK["mon"]})

    assert office.day_off_reason(date(2026, 11, 25)) == "closed_weekday"


def test_it_takes_the_season_s_hours_between_its_dates():
    winter = {"from": "2026-10-16", "to": "2027-04-12", "hours": {"mon": [["08:00", "12:00"]]}}
    office = calendar(seasons=[winter], breaks={day: [["11:00", "12:00"]] for day in ("2026-11-30", "2027-04-12")})

    assert office.spans(date(2026, 10, 12)) == (NOON, EVENING)
    assert office.spans(date(2026, 10, 19)) == (Span(480, 720),)
    assert office.spans(date(2026, 11, 30)) == office.spans(date(2027, 4, 12)) == (Span(480, 660),)
    assert office.day_off_reason(date(2026, 10, 16)) == "closed_weekday"
    assert office.spans(date(2027, 4, 19)) == (NOON, EVENING)


def test_it_reads_spans_in_any_order_and_lets_them_meet():
    office = calendar(hours={"mon": [["11:30", "12:00"], ["07:30", "11:30"], ["22:00", "24:00"]]})

    assert office.spans(date(2026, 11, 23)) == (Span(450, 720), Span(1320, 1440))


def test_it_reads_text_and_mappings_alike_and_writes_what_it_reads():
    office = calendar(seasons=[{"from": "2026-10-16", "to": "2027-04-15", "hours": {"mon": [["08:00", "12:00"]]}}])

    written = office.to_json()

    assert Calendar.from_json(written) == Calendar.from_json(json.dumps(written)) == office
    assert written["special_hours"] == {"2026-08-22": [["07:30", "11:30"], ["13:30", "17:00"]]}


def test_it_keeps_what_people_call_a_date_and_counts_nothing_for_it():
    called = {"2026-11-24": {"kind": "holiday", "name": "Ngày Văn hóa Việt Nam"}}
    plain, office = calendar(), calendar(names=called)

    assert office.names[date(2026, 11, 24)] == ("holiday", "Ngày Văn hóa Việt Nam")
    assert office.to_json()["names"] == called
    assert [office.spans(date(2026, 11, d)) for d in range(1, 31)] == [
        plain.spans(date(2026, 11, d)) for d in range(1, 31)
    ]


def with_hours(*spans):
    return {"tz": TZ, "hours": {"mon": list(spans)}}


def named(day, kind, **more):
    return {"tz": TZ, "hours": {}, "names": {day: {"kind": kind} | more}}


REFUSED = [
    ({"hours": {}}, "tz", "is missing"),
    ({"tz": TZ}, "hours", "is missing"),
    ({"tz": "Mars/Olympus", "hours": {}}, "tz", "is not a time zone"),
    ({"tz": "../etc/passwd", "hours": {}}, "tz", "is not a time zone"),
    ({"tz": "America", "hours": {}}, "tz", "is not a time zone"),
    ({"tz": 7, "hours": {}}, "tz", "is not a time zone"),
    ({"tz": TZ, "hours": {}, "holiday": []}, "holiday", "is not known here; use tz, hours, holidays"),
    ({"tz": TZ, "hours": {"monday": []}}, "hours.monday", "use mon, tue, wed"),
    ({"tz": TZ, "hours": []}, "hours", "must be an object"),
    ({"tz": TZ, "hours": {"mon": "07:30"}}, "hours.mon", "must be a list"),
    (with_hours(["07:30"]), "hours.mon[0]", "must be a pair"),
    (with_hours(["07:30", "11:30"], ["11:00", "17:00"]), "hours.mon", "07:30–11:30 and 11:00–17:00 overlap"),
    (with_hours(["11:30", "07:30"]), "hours.mon[0]", "write a span over midnight as two"),
    (with_hours(["11:30", "11:30"]), "hours.mon[0]", "write a span over midnight as two"),
    (with_hours(["24:00", "24:00"]), "hours.mon[0]", "write a span over midnight as two"),
    (with_hours(["7:30", "11:30"]), "hours.mon[0][0]", "“7:30” is not a time"),
    (with_hours(["07:30", "25:00"]), "hours.mon[0][1]", "“25:00” is not a time"),
    (with_hours(["07:30", "24:01"]), "hours.mon[0][1]", "“24:01” is not a time"),
    (with_hours(["07:30", "1१:30"]), "hours.mon[0][1]", "is not a time"),
    (with_hours([450, 690]), "hours.mon[0][0]", "is not a time"),
    ({"tz": TZ, "hours": {}, "holidays": ["2026-02-30"]}, "holidays[0]", "“2026-02-30” is not a date"),
    ({"tz": TZ, "hours": {}, "holidays": ["20260228"]}, "holidays[0]", "write it as 2027-02-05"),
    ({"tz": TZ, "hours": {}, "holidays": [20260228]}, "holidays[0]", "is not a date"),
    ({"tz": TZ, "hours": {}, "holidays": ["1815-06-18"]}, "holidays[0]", "between 1900 and 2199"),
    ({"tz": TZ, "hours": {}, "holidays": "2026-02-28"}, "holidays", "must be a list"),
    ({"tz": TZ, "hours": {}, "special_hours": []}, "special_hours", "must be an object"),
    ({"tz": TZ, "hours": {}, "special_hours": {"22/08/2026": []}}, "special_hours.22/08/2026", "is not a date"),
    (
        {"tz": TZ, "hours": {}, "breaks": {"2026-08-22": [["15:00", "14:00"]]}},
        "breaks.2026-08-22[0]",
        "ends at 14:00",
    ),
    ({"tz": TZ, "hours": {}, "seasons": [{"from": "2026-10-16"}]}, "seasons[0].to", "is missing"),
    (
        {"tz": TZ, "hours": {}, "seasons": [{"from": "2027-04-15", "to": "2026-10-16", "hours": {}}]},
        "seasons[0].to",
        "swap the two dates",
    ),
    (
        {"tz": TZ, "hours": {}, "seasons": [{"from": "2027-01-01", "to": "2027-04-15", "hours": {}}] * 2},
        "seasons[1]",
        "overlaps seasons[0]",
    ),
    (
        {
            "tz": TZ,
            "hours": {},
            "seasons": [
                {"from": "2026-10-16", "to": "2027-04-15", "hours": {}},
                {"from": "2027-04-15", "to": "2027-10-15", "hours": {}},
            ],
        },
        "seasons[1]",
        "end one before the other begins",
    ),
    ({"tz": TZ, "hours": {}, "seasons": [{"name": "winter"}]}, "seasons[0].name", "use from, to, hours"),
    ({"tz": TZ, "hours": {}, "names": []}, "names", "must be an object"),
    ({"tz": TZ, "hours": {}, "names": {"2026-02-30": {}}}, "names.2026-02-30", "is not a date"),
    (named("2026-02-17", "feast"), "names.2026-02-17.kind", "use holiday, compensatory, swap, make_up, half_day"),
    (named("2026-02-17", ["holiday"]), "names.2026-02-17.kind", "is not a kind of day"),
    (named("2026-02-17", "other", name="x" * 121), "names.2026-02-17.name", "at most 120"),
    (named("2026-02-17", "other", hours=[]), "names.2026-02-17.hours", "use kind, name"),
    (named("2026-02-17", "swap"), "names.2026-02-17", "put the date into “holidays”"),
    (named("2026-02-17", "make_up"), "names.2026-02-17", "give it “special_hours”"),
    (named("2026-02-17", "half_day"), "names.2026-02-17", "give it “special_hours” or “breaks”"),
    ("[]", "", "must be an object"),
    ("{", "1:2", "is not JSON"),
    ("[" * 100_000, "1:1", "is not JSON"),
    ('{"tz": "UTC", "hours": {"mon": [], "mon": []}}', "mon", "is named twice"),
]


@pytest.mark.parametrize(("data", "path", "said"), REFUSED, ids=[said for _, _, said in REFUSED])
def test_it_refuses_a_bad_calendar_naming_the_place_and_the_remedy(data, path, said):
    with pytest.raises(CalendarError) as raised:
        Calendar.from_json(data)

    assert raised.value.path == path
    assert said in str(raised.value)
    assert str(raised.value).startswith(path)
