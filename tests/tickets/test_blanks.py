"""Blanks of a text: filled in where the desk knows, told with their place where it does not."""

from __future__ import annotations

import pytest
from django.utils import translation

from requests_desk.tickets import blanks, ready

KNOWN = {"code": "SCT-2026-000001", "due": "07:30 25/11/2026", "promised": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Mã {code}", "Mã SCT-2026-000001"),
        ("Mã {ma}, hạn { HAN }", "Mã SCT-2026-000001, hạn 07:30 25/11/2026"),
        ("trước {promised}", "trước {promised}"),
        ("{unknown} và ……", "{unknown} và ……"),
        ("điều {1}", "điều {1}"),
        ("{}{", "{}{"),
        ("", ""),
    ],
)
def test_it_fills_in_what_is_known_and_leaves_the_rest(text: str, filled: str) -> None:
    assert blanks.filled(text, KNOWN) == filled


def test_it_says_what_an_open_field_is_about() -> None:
    with translation.override("en"):
        assert blanks.worded("Mã {ma}, {x} ……") == "Mã [code of the request], {x} ……"


def test_it_names_the_line_of_what_is_left() -> None:
    assert blanks.left("Một\n{due} ……\n\n{x}") == [(2, "{due}"), (2, "……"), (4, "{x}")]


def test_a_known_value_is_not_filled_in_again() -> None:
    assert blanks.filled("{code}", {"code": "{due}", "due": "mai"}) == "{due}"


@pytest.mark.parametrize("one", ready.SHIPPED, ids=lambda one: one.key)
def test_every_text_of_the_product_names_known_fields_alone(one: ready.Shipped) -> None:
    assert blanks.unknown(one.text) == []
