"""What loads by itself leaves the keyboard where it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.desk.settings_pages import signed_in
from tests.support import cast
from tests.support.browser import DESK, OpenPage, browser, open_page
from tests.support.cast import log_ticket

__all__ = ["browser", "open_page"]


@pytest.mark.django_db(transaction=True)
def test_it_takes_the_focus_from_nobody(settings: Any, live_server: Any, open_page: OpenPage) -> None:
    settings.DESK_DEMO = True
    desk = cast.open_desk()
    first, again = (log_ticket(desk, at=timezone.now(), text="Gia hạn giấy phép bán buôn rượu") for _ in range(2))
    page = open_page(viewport=DESK)
    session = signed_in(desk.lan).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    page.goto(again.url)
    page.get_by_role("link", name=first.code).wait_for()

    assert page.evaluate("document.activeElement.tagName") == "BODY"
