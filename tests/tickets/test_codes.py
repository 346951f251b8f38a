"""Codes and numbers as people type them find what was kept."""

from __future__ import annotations

import pytest

from requests_desk.people import identifiers


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("SCT-2026-000123", "SCT-2026-000123"),
        ("sct-2026-000123", "SCT-2026-000123"),
        ("SCT 2026 123", "SCT-2026-000123"),
        ("SCT/2026/0123.", "SCT-2026-000123"),
        ("sct2026000123", "SCT-2026-000123"),
        ("SCT‑2026—123", "SCT-2026-000123"),
        ("СТ-2026-000123", "CT-2026-000123"),  # Cyrillic С and Т
        ("SСТ-2О26-ООО123", "SCT-2026-000123"),  # Cyrillic О for nought
        ("SCT-2O26-OOOI23", "SCT-2026-000123"),
        ("ＳＣＴ－２０２６－０００１２３", "SCT-2026-000123"),
        ("SKHĐT-2026-7", "SKHDT-2026-000007"),
        ("S2-2026-7", "S2-2026-000007"),
        ("A20-2026-000123", "A20-2026-000123"),
        ("SCT-2026-1234567", "SCT-2026-1234567"),
        ("mã của tôi", "MACUATOI"),
        ("\x00--", ""),
    ],
)
def test_it_reads_a_request_code(typed: str, kept: str):
    assert identifiers.read_code(typed) == kept


@pytest.mark.parametrize("typed", ["7K2M-9XPA", "7k2m9xpa", " 7K2M 9XPA ", "7К2М9ХРА"])
def test_it_knows_a_lookup_code_again(typed: str):
    kept = identifiers.lookup_digest("SCT-2026-000123", "7K2M9XPA")

    assert identifiers.lookup_digest("SCT-2026-000123", typed) == kept


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("0950000001", "+84 950 000 001"),
        ("01682345678", "0382345678"),
        ("0382345678", "0168 234 5678"),
        ("01682345678", "+84 168 234 5678"),
        ("0261 3 822 123", "02613822123"),
        ("+1 212 555 0123", "0012125550123"),
        ("0950000037", "0950000037; 0950000038"),
    ],
)
def test_it_knows_a_number_again(kept: str, typed: str):
    assert identifiers.read_phone(kept).number in identifiers.same_numbers(typed)


@pytest.mark.parametrize("typed", ["", "gọi sau", "12", "0950000038; 0950000037"])
def test_it_takes_no_number_for_another(typed: str):
    assert identifiers.read_phone("0950000037").number not in identifiers.same_numbers(typed)
