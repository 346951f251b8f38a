"""How alike two requests read: marks, short forms and order of words matter little, the matter itself does."""

from __future__ import annotations

import pytest

from requests_desk.tickets import likeness
from tests.tickets.alike.judge import judged, score
from tests.tickets.alike.pairs import HELD_OUT, TUNED


@pytest.mark.parametrize(("pairs", "precision", "recall"), [(TUNED, 0.85, 0.95), (HELD_OUT, 0.75, 0.9)])
def test_it_tells_the_same_request_from_another(pairs, precision, recall):
    found = judged(pairs)

    assert found[0] >= precision
    assert found[1] >= recall


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Kính gửi Quý Sở, cho em hỏi GP bán buôn rượu ạ", "so giay phep ban buon ruou"),
        ("CCN Tân Hòa và CCN Tân Hoà", "cum cong nghiep tan hoa cum cong nghiep tan hoa"),
        ("Ho\u0300a Pha\u0301t", "hoa phat"),
        ("C/O form VK", "chung nhan xuat xu form vk"),
        ("", ""),
        ("🙂 … !!!", ""),
    ],
)
def test_it_keeps_what_a_text_says_without_marks_filler_and_short_forms(text, kept):
    assert likeness.gist(text) == kept


def test_it_is_even_handed_and_sure_of_itself():
    for pair in TUNED:
        assert score(pair.one, pair.other) == pytest.approx(score(pair.other, pair.one))
        assert 0 <= score(pair.one, pair.other) <= 1
    long = TUNED[6].other
    assert score(long, long) == 1


def test_it_names_what_both_say_as_the_first_wrote_it():
    found = likeness.compare(
        likeness.words("Xin hỏi gia hạn giấy phép bán buôn rượu"), likeness.words("giay phep ban buon ruou het han")
    )

    assert found.shared[0] == "giấy phép bán buôn rượu"


def test_it_reads_no_further_than_it_must():
    assert len(likeness.gist("quy hoạch chi tiết " * 100_000)) <= 600
