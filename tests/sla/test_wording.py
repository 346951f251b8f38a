"""Deadlines in words, Vietnamese and English: midnight is `24 giờ` of the day that ends (P2)."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from sla import wording
from sla.explain import explain
from sla.worktime import Calendar, CalendarError
from tests.sla.vietnam import ZONE, calendar, local

HOUR = 3600
ACROSS_TET = explain(calendar(), local("07/02/2027 09:10"), "skip_days_off", 48 * HOUR)


def test_it_tells_a_deadline_across_tet_in_vietnamese():
    with override("vi"):
        told = wording.sentences(ACROSS_TET)

    assert told == [
        "Thời điểm tiếp nhận: 09:10 ngày 07/02/2027",
        "Thời hạn: 48 giờ, không tính ngày nghỉ",
        "Từ 09:10 ngày 07/02/2027 đến 24 giờ ngày 07/02/2027: không tính (ngày nghỉ hằng tuần)",
        "Từ 00:00 ngày 08/02/2027 đến 24 giờ ngày 11/02/2027: không tính (ngày nghỉ lễ, tết, nghỉ bù hoặc hoán đổi)",
        "Từ 00:00 ngày 12/02/2027 đến 24 giờ ngày 12/02/2027: tính 24 giờ (ngày làm việc)",
        "Từ 00:00 ngày 13/02/2027 đến 24 giờ ngày 14/02/2027: không tính (ngày nghỉ hằng tuần)",
        "Từ 00:00 ngày 15/02/2027 đến 24 giờ ngày 15/02/2027: tính 24 giờ (ngày làm việc)",
        "Hạn xử lý: 24 giờ ngày 15/02/2027",
    ]


def test_it_tells_a_deadline_across_tet_in_english():
    with override("en"):
        told = wording.sentences(ACROSS_TET)

    assert told[0] == "Received: 09:10 on 07/02/2027"
    assert told[1] == "Time allowed: 48 hours, days off left out"
    assert told[3] == (
        "00:00 on 08/02/2027 to 24:00 on 11/02/2027: not counted (public holiday or day off in its place)"
    )
    assert told[4] == "00:00 on 12/02/2027 to 24:00 on 12/02/2027: 24 hours counted (working day)"
    assert told[-1] == "Due: 24:00 on 15/02/2027"


@pytest.mark.parametrize(
    ("rule", "amount", "expected"),
    [
        ("consecutive", 48 * HOUR, "48 giờ liên tục, kể cả ngày nghỉ"),
        ("working", 8 * HOUR + 1800, "8 giờ 30 phút theo giờ làm việc"),
        ("working_days", 5, "5 ngày làm việc, không tính ngày tiếp nhận, đến hết giờ làm việc"),
        ("working", 0, "0 phút theo giờ làm việc"),
    ],
)
def test_it_names_each_rule(rule, amount, expected):
    explanation = explain(calendar(), local("04/02/2027 09:10"), rule, amount)

    with override("vi"):
        assert wording.rule(explanation) == expected


@pytest.mark.parametrize(
    ("at", "ends", "expected"),
    [
        ("16/02/2027 00:00", True, "24 giờ ngày 15/02/2027"),
        ("16/02/2027 00:00", False, "00:00 ngày 16/02/2027"),
        ("01/01/2027 00:00", True, "24 giờ ngày 31/12/2026"),
        ("15/02/2027 16:45", True, "16:45 ngày 15/02/2027"),
        ("15/02/2027 00:00:01", True, "00:00:01 ngày 15/02/2027"),
    ],
)
def test_it_writes_a_moment_on_the_office_clock(at, ends, expected):
    with override("vi"):
        assert wording.moment(local(at), ZONE, ends=ends) == expected


@pytest.mark.parametrize(
    ("seconds", "vietnamese", "english"),
    [
        (0, "0 phút", "0 minutes"),
        (3661, "1 giờ 1 phút 1 giây", "1 hour 1 minute 1 second"),
        (172_800, "48 giờ", "48 hours"),
    ],
)
def test_it_says_a_length_of_time(seconds, vietnamese, english):
    with override("vi"):
        assert wording.duration(seconds) == vietnamese
    with override("en"):
        assert wording.duration(seconds) == english


def test_it_says_what_is_wrong_with_a_calendar_in_the_reader_s_language():
    with pytest.raises(CalendarError) as raised:
        Calendar.from_json({"tz": "Asia/Saigon_", "hours": {}})

    with override("vi"):
        said = wording.error(raised.value)

    assert said == "tz: “Asia/Saigon_” không phải là múi giờ; đề nghị ghi tên như Asia/Ho_Chi_Minh"


PLAIN = {
    "vi": "Sở tiếp nhận yêu cầu lúc 09:10 ngày 07/02/2027. "
    "Từ lúc đó Sở có 48 giờ; những ngày cơ quan không làm việc không tính. "
    "Không tính: 09:10 ngày 07/02/2027 đến 24 giờ ngày 07/02/2027 (ngày nghỉ hằng tuần); "
    "08/02/2027 đến 11/02/2027 (ngày nghỉ lễ, tết); 13/02/2027 đến 14/02/2027 (ngày nghỉ hằng tuần). "
    "Chậm nhất 24 giờ ngày 15/02/2027 Quý đơn vị nhận được phản hồi.",
    "en": "We received your request at 09:10 on 07/02/2027. "
    "From then on we have 48 hours; days on which the office is closed are not counted. "
    "Not counted: 09:10 on 07/02/2027 to 24:00 on 07/02/2027 (weekend); "
    "08/02/2027 to 11/02/2027 (public holiday); 13/02/2027 to 14/02/2027 (weekend). "
    "So you hear from us by 24:00 on 15/02/2027 at the latest.",
}


@pytest.mark.parametrize("language", PLAIN)
def test_it_tells_the_public_in_plain_words(language):
    """P11."""
    with override(language):
        assert " ".join(wording.plainly(ACROSS_TET)) == PLAIN[language]


def test_it_leaves_nothing_out_of_hours_that_all_count():
    told = explain(calendar(), local("23/11/2026 08:00"), "consecutive", 48 * HOUR)

    with override("en"):
        said = wording.plainly(told)

    assert said[1:] == [
        "From then on we have 48 hours; nights and days off count too.",
        "So you hear from us by 08:00 on 25/11/2026 at the latest.",
    ]
