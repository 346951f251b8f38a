"""What a request is about, from its words and from earlier ones: the same every time, with its reasons."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from requests_desk.tickets import triage, triage_words
from requests_desk.tickets.demo import people, samples
from requests_desk.tickets.triage import Earlier, Words
from requests_desk.tickets.words import About, Kind


def lines(text: str) -> list[str]:
    return text.splitlines()


WORDS = Words(
    fields={code: [*lines(triage_words.default(About.FIELD, code)), names[0]] for code, names in people.FIELDS.items()},
    kinds={kind: lines(triage_words.default(About.KIND, kind)) for kind in Kind.values},
    misconduct=lines(triage_words.MISCONDUCT),
    staff=lines(triage_words.STAFF),
    advertising=lines(triage_words.ADVERTISING),
    names={"user:7": ["Trần Quang Minh"], "unit:3": ["Phòng Quản lý thương mại"]},
    units={"cap_phep": 3, "quy_hoach": 4},
)


def right(judged: Iterable[bool]) -> float:
    found = list(judged)
    return sum(found) / len(found)


def test_it_sorts_the_samples():
    seen = [(one.request, triage.suggest(one.request.text, WORDS)) for one in samples.read()]

    assert right(seems.kind.value == request.kind for request, seems in seen) == 1
    assert right(seems.field.value == request.field for request, seems in seen) >= 0.85
    assert [request.text[:9] for request, seems in seen if seems.seal] == ["Phan anh "]
    assert [request.text[:13] for request, seems in seen if seems.advertising] == ["KHUYẾN MÃI 50"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hồ sơ gia hạn giấy phép gồm những gì?", "information"),
        ("Đơn khiếu nại quyết định thu hồi giấy phép", "complaint"),
        ("toi to cao giam doc cong ty X", "denunciation"),
        ("Cán bộ một cửa nhũng nhiễu, tôi khiếu nại", "harassment"),
        ("Đề nghị xóa dữ liệu của tôi", "personal_data"),
        ("Kính nộp hồ sơ theo mẫu đính kèm", "procedure"),
        ("Phản ánh việc cắt điện liên tục", "feedback"),
        ("", "information"),
    ],
)
def test_it_knows_a_kind_by_its_words(text, kind):
    assert triage.suggest(text, WORDS).kind.value == kind


@pytest.mark.parametrize(
    ("text", "seal", "named"),
    [
        ("Ông Trần Quang Minh vòi tiền", True, ("user:7",)),
        ("tran quang minh goi y boi duong", True, ("user:7",)),
        ("Phòng Quản lý thương mại gây khó dễ", True, ("unit:3",)),
        ("Cán bộ thụ lý có thái độ hách dịch", True, ()),
        ("Xin gặp ông Trần Quang Minh, Phòng Quản lý thương mại", False, ()),
        ("Công ty bạn đòi tiền chúng tôi vô lý", False, ()),
        ("Tôi tố cáo hành vi làm hàng giả", True, ()),
    ],
)
def test_it_offers_to_seal_what_names_our_people_with_a_fault(text, seal, named):
    found = triage.suggest(text, WORDS)

    assert bool(found.seal) is seal
    assert found.named == named


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("cho hoi thu tuc", ""),
        ("Ban quản lý chợ tăng tiền thuê sạp", "thuong_mai_noi_dia"),
        ("Hỏi.\nChợ phiên", "thuong_mai_noi_dia"),
        ("giay phep ban buon ruou", "cap_phep"),
        ("GP bán buôn rượu", "cap_phep"),
    ],
)
def test_it_looks_for_whole_phrases_and_takes_no_bare_syllable_for_a_word(text, field):
    assert triage.suggest(text, WORDS).field.value == field


def test_it_gives_its_reasons():
    found = triage.suggest("Gia hạn giấy phép bán buôn rượu", WORDS, [Earlier("SCT-2026-000001", "cap_phep", 3, 0.8)])

    assert found.field == ("cap_phep", ("giấy phép", "bán buôn rượu"), ("SCT-2026-000001",))
    assert found.unit == 3


def test_it_follows_earlier_requests_where_the_words_say_nothing():
    earlier = [Earlier(f"SCT-2026-00000{n}", "quy_hoach", 4, 0.7) for n in range(2)]

    assert triage.suggest("Em gửi lại như lần trước", WORDS, earlier).field.value == "quy_hoach"


def test_it_follows_where_most_earlier_requests_alike_went():
    def went(*units: int) -> int | None:
        earlier = [Earlier("SCT-2026-000001", "cap_phep", unit, 0.7) for unit in units]
        return triage.suggest("giấy phép bán buôn rượu", WORDS, earlier).unit

    assert (went(), went(9), went(9, 9), went(9, 9, 3), went(3, 9)) == (3, 3, 9, 9, 3)


def test_it_says_the_same_twice():
    text = "Quy hoạch và giấy phép"

    assert triage.suggest(text, WORDS) == triage.suggest(text, WORDS)
