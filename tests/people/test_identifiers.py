"""Phones, tax codes and texts as people write them: read, never rewritten without a word."""

from __future__ import annotations

import pytest

from requests_desk.people import identifiers
from requests_desk.people.identifiers import BadText


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0912345678", "+84912345678"),
        ("0912 345 678", "+84912345678"),
        ("091.234.5678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("+84 912 345 678", "+84912345678"),
        ("0084912345678", "+84912345678"),
        ("(0261) 3 000 028", "+842613000028"),
        ("0261 3 000 028 (chị X)", "+842613000028"),
        ("+1 202 555 0107", "+12025550107"),
        ("0169 000 0018", "+841690000018"),
        ("12", ""),
        ("gọi lại sau", ""),
        ("", ""),
        ("9" * 60, ""),
        ("٠٩١٢٣٤٥٦٧٨", "+84912345678"),
    ],
)
def test_it_reads_a_number_in_its_many_spellings(typed, number):
    assert identifiers.read_phone(typed).number == number


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [("0169 000 0018", "0390000018"), ("01201234567", "0701234567"), ("01991234567", "0591234567"), ("0912345678", "")],
)
def test_it_suggests_today_s_form_of_an_old_number_and_keeps_what_was_said(typed, suggestion):
    phone = identifiers.read_phone(typed)

    assert (phone.typed, phone.suggestion) == (typed, suggestion)
    assert (phone.oddity is not None) is bool(suggestion)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0950000037; 0950000038 (anh Y)", ["+84950000037", "+84950000038"]),
        ("0950000037/0950000038", ["+84950000037", "+84950000038"]),
        ("0950000037 hoặc 0950000038", ["+84950000037", "+84950000038"]),
        ("0950000037\n0950000038,", ["+84950000037", "+84950000038"]),
        ("0950000037 0950000038", ["+84950000037", "+84950000038"]),
        ("0950 000 037 - 0950 000 038", ["+84950000037", "+84950000038"]),
        ("+1 202 555 0107 – 0261 3 000 028", ["+12025550107", "+842613000028"]),
        ("0261 3 000 028 máy lẻ 12", ["+842613000028"]),
        ("0950000037 0950", [""]),
        ("", []),
        (" ; , ", []),
    ],
)
def test_it_finds_every_number_of_a_field(text, numbers):
    assert [phone.number for phone in identifiers.read_phones(text)] == numbers


@pytest.mark.parametrize(
    ("code", "is_odd"),
    [
        ("", False),
        ("9900000016", False),
        ("99 0000 0016", False),
        ("9900000256-001", False),
        ("000000000009", False),
        ("9900000123", True),
        ("9900000017", True),
        ("990000001", True),
        ("99000000167", True),
        ("99000000²6", True),
        ("٩٩٠٠٠٠٠٠١٦", True),
        ("chưa rõ", True),
    ],
)
def test_it_warns_of_a_tax_code_that_cannot_be_right(code, is_odd):
    assert (identifiers.tax_code_oddity(code) is not None) is is_odd


@pytest.mark.parametrize(
    ("typed", "forms"),
    [
        ("0912345678", {"+84912345678"}),
        ("0169 000 0018", {"+841690000018", "+84390000018"}),
        ("0390000018", {"+841690000018", "+84390000018"}),
        ("+1 202 555 0107", {"+12025550107"}),
        ("gọi lại sau", set()),
    ],
)
def test_it_takes_an_old_number_and_its_new_form_for_one(typed, forms):
    assert set(identifiers.forms_of(identifiers.read_phone(typed))) == forms


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("9900000016", "9900000016"),
        ("99 0000.0016", "9900000016"),
        ("9900000256-001", "9900000256001"),
        ("9900000256001", "9900000256001"),
        ("000000000009", "000000000009"),
        ("990000001", ""),
        ("chưa rõ", ""),
        ("٩٩٠٠٠٠٠٠١٦", ""),
    ],
)
def test_it_compares_tax_codes_by_their_digits(typed, number):
    assert identifiers.tax_number(typed) == number


@pytest.mark.parametrize("text", ["a\x00", "\x00", "\ud83d", "a\udfffb", "a" * 50_001])
def test_it_refuses_a_text_that_cannot_be_kept(text):
    with pytest.raises(BadText):
        identifiers.clean_text(text)


@pytest.mark.parametrize(
    ("text", "kept"), [("  a\n", "a"), ("Hoa\u0300", "Ho\u00e0"), ("a" * 50_000, "a" * 50_000), ("😀", "😀"), ("", "")]
)
def test_it_keeps_a_text_composed_and_without_space_around_it(text, kept):
    assert identifiers.clean_text(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a\x0bb\x0cc", "a\nb\nc"), ("a\x01b\x1f", "ab"), ("a\tb\r\nc", "a\tb\r\nc"), ("\ufffea\uffff", "a")],
)
def test_it_keeps_nothing_that_no_feed_or_letter_can_hold(text, kept):
    assert identifiers.clean_text(text) == kept


def test_it_draws_look_up_codes_without_look_alikes():
    codes = {identifiers.new_lookup_code() for _number in range(200)}

    assert len(codes) == 200
    assert not set("01OIL") & set("".join(codes))


def test_it_knows_a_look_up_code_however_it_is_typed_and_only_for_its_ticket():
    digest = identifiers.lookup_digest("SCT-2026-000001", "ABCD2345")

    assert identifiers.lookup_digest("SCT-2026-000001", "abcd-2345 ") == digest
    assert identifiers.lookup_digest("SCT-2026-000002", "ABCD2345") != digest


def test_it_digests_texts_by_a_key_of_this_house(settings):
    before = identifiers.text_digest("Nội dung")
    settings.SECRET_KEY = "another-" * 8

    assert identifiers.text_digest("Nội dung") != before


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("02613000000", "0261 3000 000"),
        ("+842613000000", "0261 3000 000"),
        ("0261 3 000 000", "0261 3000 000"),
        ("+84912345678", "0912 345 678"),
        ("+861012345678", "+86 10 1234 5678"),
        ("19001000", "1900 1000"),
        ("1022", "1022"),
        ("+8426130", "026130"),
        ("số nội bộ 12", "số nội bộ 12"),
        ("", ""),
    ],
)
def test_it_groups_a_number_as_it_is_read_out(number, shown):
    assert identifiers.group_phone(number) == shown
