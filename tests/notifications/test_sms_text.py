from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.sms_text import BASIC, EXTENSION, e164, is_mobile, segments, to_gsm7


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Sở Công Thương đã tiếp nhận yêu cầu", "So Cong Thuong da tiep nhan yeu cau"),
        ("ĐÔN ĐỐC: còn 02 giờ", "DON DOC: con 02 gio"),
        ("hủy, thủy, Hòa, ưỡn ẹo", "huy, thuy, Hoa, uon eo"),
        ("“Mã” – SCT-2026-000123…", '"Ma" - SCT-2026-000123...'),
        ("[a] {b}", "(a) (b)"),
        ("16:58\u00a025/11/2026", "16:58 25/11/2026"),
        ("giá 5 €, 👍", "gia 5 €, ?"),
        ("Đ\u0302ng\u0301", "Dng"),
        ("", ""),
    ],
)
def test_it_writes_vietnamese_without_marks(text, plain):
    assert to_gsm7(text) == plain


@given(st.text())
def test_it_never_leaves_a_letter_outside_the_alphabet(text):
    assert set(to_gsm7(text)) <= BASIC | EXTENSION


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),
        ("a" * 152 + "€" * 77 + "a", 3),  # a pair that would straddle two parts moves on whole
        ("đ" * 70, 1),
        ("đ" * 71, 2),
        ("đ" * 134, 2),
        ("đ" * 135, 3),
        ("a" * 70 + "đ", 2),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
    ],
    ids=lambda value: value[:8] if isinstance(value, str) else value,
)
def test_it_counts_the_parts_of_a_text(text, parts):
    assert segments(text) == parts


def test_it_has_the_whole_alphabet():
    assert (len(BASIC), len(EXTENSION)) == (127, 10)


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("0912345678", True),
        ("+84 912 345 678", True),
        ("0084912345678", True),
        ("0243 825 1234", False),
        ("1900 1234", False),
        ("+82 10-1234-5678", True),
        ("091234567", False),
        ("số điện thoại", False),
        ("", False),
    ],
)
def test_it_knows_which_numbers_receive_an_sms(number, mobile):
    assert is_mobile(number) is mobile


def test_it_writes_a_number_as_the_world_does():
    assert e164("0912 345 678") == "+84912345678"
