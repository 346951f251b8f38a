"""What somebody with a phone in hand meets who has never been here."""

from __future__ import annotations

import pytest

from tests.support.browser import OpenPage

pytestmark = pytest.mark.browser


def test_it_knows_no_page_at_a_strangers_guess_under_the_desk(open_page: OpenPage):
    page = open_page(javascript=False)

    answer = page.goto("/desk/nowhere/")

    assert answer and answer.status == 404
    assert page.get_attribute("html", "lang") == "vi"
