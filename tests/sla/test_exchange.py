"""Special days in and out of files: what a spreadsheet or another calendar may say, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import exchange, seed
from sla.calendar_json import CLOSED_KINDS, KINDS
from sla.exchange import from_csv, from_ics, to_csv, to_ics
from sla.hours import Span
from sla.special_days import SpecialDay, put, put_year, special_days, without
from sla.worktime import Calendar, CalendarError
from tests.sla.vietnam import ZONE, calendar, document

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
OFFICE = calendar()
SEEDED = Calendar.from_json(seed.vietnamese_calendar([2026]))
MORNING = Span(450, 690)
names = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)
dates = st.dates(date(2026, 1, 1), date(2026, 12, 31))
hours = st.sampled_from([(MORNING,), (MORNING, Span(810, 1020)), (Span(0, 1440),)])
closed = st.tuples(dates, st.sampled_from(sorted(CLOSED_KINDS)), names)
shorter = st.tuples(dates, st.sampled_from(["make_up", "half_day", "other"]), names, hours)
special = (closed | shorter).map(lambda parts: SpecialDay(*parts))
years = st.lists(special, unique_by=lambda day: day.date, max_size=12).map(sorted)


@given(years)
def test_it_reads_back_the_csv_it_writes(days):
    assert from_csv(to_csv(days), 2026) == days


@given(st.lists(special, unique_by=lambda day: day.date, max_size=4).map(sorted))
def test_it_reads_back_the_ics_it_writes(days):
    named = [day._replace(name=day.name or "x") for day in days]

    assert from_ics(to_ics(named, tz=ZONE, name="Sở", at=AT), 2026, calendar=OFFICE) == named


@given(years)
def test_it_puts_into_a_calendar_what_it_read(days):
    put_in = put_year(document(), 2026, days)

    found = special_days(Calendar.from_json(put_in), 2026)
    assert found == days
    assert special_days(Calendar.from_json(put_in), 2027) == special_days(OFFICE, 2027)


def test_it_takes_days_out_whatever_part_of_the_calendar_named_them():
    busy = put(
        document(breaks={"2026-12-24": [["15:00", "17:00"]]}),
        [SpecialDay(date(2026, 12, 26), "make_up", "", (MORNING,))],
    )

    plain = without(busy, [date(2026, 12, 24), date(2026, 12, 26), date(2026, 11, 24)])

    named = [day.date.isoformat() for day in special_days(Calendar.from_json(plain), 2026)]
    assert named == ["2026-08-22", "2026-08-31", "2026-09-01", "2026-09-02"]


@pytest.mark.parametrize(
    "text",
    [
        "date,kind,name,hours\n2026-04-27,compensatory,Giỗ Tổ,\n2026-08-22,make_up,,07:30-11:30 13:30-17:00\n",
        "\ufeffNgày;Loại;Giờ;Tên\r\n27/4/2026;Nghỉ bù;;Giỗ Tổ\r\n22/08/2026;làm bù;7:30 – 11:30, 13:30–17:00;\r\n",
        'kind\tdate\tname\thours\nnghỉ bù\t27/04/2026\t"Giỗ Tổ"\n\nmake_up\t2026-08-22\t\t13:30-17:00;07:30-11:30\n',
    ],
)
def test_it_reads_what_spreadsheets_write(text):
    assert from_csv(text, 2026) == [
        SpecialDay(date(2026, 4, 27), "compensatory", "Giỗ Tổ"),
        SpecialDay(date(2026, 8, 22), "make_up", "", (MORNING, Span(810, 1020))),
    ]


def test_it_writes_no_formula_for_a_spreadsheet_to_run():
    assert ",'=1+1," in to_csv([SpecialDay(date(2026, 4, 27), "other", "=1+1")])


CSV_REFUSED = [
    ("", "1", "lacks the column date"),
    ("date,kind,note\n", "1", "“note” is not a known column; use date, kind, name, hours"),
    ("date,name\n", "1", "lacks the column kind"),
    ("date,kind,ngày\n", "1", "names the column date twice"),
    ("date,kind\n2027-01-01,holiday\n", "2:date", "2027-01-01 lies outside 2026"),
    ("date,kind\n2026-02-30,holiday\n", "2:date", "is not a date"),
    ("date,kind\n30/02/2026,holiday\n", "2:date", "is not a date"),
    ("date,kind\n2026-01-01,feast\n", "2:kind", "“feast” is not a kind of day"),
    ("date,kind\n2026-01-01,holiday\n\n01/01/2026,holiday\n", "4:date", "twice"),
    ("date,kind\n2026-01-01,holiday,07:30-11:30\n", "2", "more cells"),
    ("date,kind,hours\n2026-01-01,holiday,07:30-11:30\n", "2", "is a day off and has hours"),
    ("date,kind,hours\n2026-01-10,make_up,\n", "2", "give its hours"),
    ("date,kind,hours\n2026-01-10,make_up,11:30-07:30\n", "2:hours[0]", "ends at 07:30"),
    ("date,kind,hours\n2026-01-10,make_up,07:30-11:30 11:00-17:00\n", "2:hours", "overlap"),
    ("date,kind,hours\n2026-01-10,make_up,all day\n", "2:hours", "“all” are not hours"),
    ("date,kind,hours\n2026-01-10,make_up,07:30-24:30\n", "2:hours[0][1]", "“24:30” is not a time"),
]


@pytest.mark.parametrize(("text", "path", "said"), CSV_REFUSED, ids=[said for _, _, said in CSV_REFUSED])
def test_it_refuses_a_csv_naming_the_line_and_the_remedy(text, path, said):
    with pytest.raises(CalendarError) as raised:
        from_csv(text, 2026)

    assert raised.value.path == path
    assert said in str(raised.value)


def ics(*lines):
    start = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "SUMMARY:Tết"]
    return "\r\n".join([*start, *lines, "END:VEVENT", "END:VCALENDAR", ""])


def test_it_makes_a_day_off_of_each_day_of_an_event():
    found = from_ics(ics("DTSTART;VALUE=DATE:20260216", "DTEND;VALUE=DATE:20260219"), 2026, calendar=OFFICE)

    assert found == [SpecialDay(date(2026, 2, day), "holiday", "Tết") for day in (16, 17, 18)]


@pytest.mark.parametrize(
    ("lines", "kind", "day", "span"),
    [
        (["DTSTART:20260216T003000Z", "DTEND:20260216T043000Z"], "half_day", 16, MORNING),
        (["DTSTART:20260221T073000", "DTEND:20260221T113000"], "make_up", 21, MORNING),
        (["DTSTART;TZID=Asia/Tokyo:20260216T093000", "DTEND;TZID=Asia/Tokyo:20260216T133000"], "half_day", 16, MORNING),
        (["DTSTART:20260216T200000", "DTEND:20260217T000000", "CATEGORIES:work,other"], "other", 16, Span(1200, 1440)),
    ],
)
def test_it_gives_a_day_the_hours_of_an_event_on_the_office_s_clock(lines, kind, day, span):
    assert from_ics(ics(*lines), 2026, calendar=OFFICE) == [SpecialDay(date(2026, 2, day), kind, "Tết", (span,))]


ICS_REFUSED = [
    (["DTSTART;VALUE=DATE:20270216"], "lies outside 2026"),
    (["DTSTART;VALUE=DATE:20260216", "RRULE:FREQ=YEARLY"], "repeats"),
    (["DTSTART;VALUE=DATE:20260216", "DTEND;VALUE=DATE:20260401"], "lasts 44 days"),
    (["DTSTART;VALUE=DATE:20260216", "DTEND;VALUE=DATE:20260210"], "lasts -6 days"),
    ([], "has no start"),
    (["DTSTART:20260216T073000Z"], "must begin and end on one day"),
    (["DTSTART:20260216T220000", "DTEND:20260217T060000"], "write a span over midnight as two"),
    (["DTSTART:20260216T110000", "DTEND:20260216T100000"], "must begin and end on one day"),
    (["DTSTART;TZID=Mars/Olympus:20260216T073000", "DTEND;TZID=Mars/Olympus:20260216T113000"], "is not a time zone"),
    (["DTSTART;VALUE=DATE:20260216", "CATEGORIES:make_up"], "give its hours"),
]


@pytest.mark.parametrize(("lines", "said"), ICS_REFUSED, ids=[said for _, said in ICS_REFUSED])
def test_it_refuses_an_ics_naming_the_event_and_the_remedy(lines, said):
    with pytest.raises(CalendarError) as raised:
        from_ics(ics(*lines), 2026, calendar=OFFICE)

    assert raised.value.path == "Tết"
    assert said in str(raised.value)


@pytest.mark.parametrize("text", ["", "date,kind", "BEGIN:VCALENDAR", "BEGIN:VEVENT\r\nEND:VCALENDAR"])
def test_it_refuses_what_is_no_ics(text):
    with pytest.raises(CalendarError, match="is not an iCalendar file"):
        from_ics(text, 2026, calendar=OFFICE)


def test_it_refuses_two_events_that_exclude_each_other():
    meeting = ["BEGIN:VEVENT", "SUMMARY:Họp", "DTSTART:20260216T073000", "DTEND:20260216T080000"]
    both = ics("DTSTART;VALUE=DATE:20260216", "END:VEVENT", *meeting)

    with pytest.raises(CalendarError, match="exclude each other"):
        from_ics(both, 2026, calendar=OFFICE)


def test_it_exports_a_seeded_year_that_comes_back_the_same():
    days = special_days(SEEDED, 2026)

    assert from_csv(to_csv(days), 2026) == days
    assert from_ics(to_ics(days, tz=ZONE, name="Sở", at=AT), 2026, calendar=SEEDED) == days


def test_it_has_a_word_for_every_kind():
    assert set(exchange.KIND_WORDS) == set(KINDS)
