"""The texts of messages: each rendered once, and shown as a page from that."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.signals import template_rendered

from notifications.models import Notification
from requests_desk.tickets.services import intake
from requests_desk.tickets.services.incoming import Asked
from requests_desk.tickets.templatetags.desk import letter
from tests.support.cast import MORNING, Desk, a_request


@pytest.mark.parametrize(("language", "name"), [("vi", "Sở Công Thương"), ("en", "Department of Industry and Trade")])
def test_it_renders_a_mail_once_and_shows_its_text_as_a_page(desk: Desk, language: str, name: str):
    desk.agency.name, desk.agency.name_en = "Sở Công Thương", "Department of Industry and Trade"
    rendered: list[str] = []

    def note(template: Any, **_more: Any) -> None:
        rendered.append(template.name)

    template_rendered.connect(note)
    asked = Asked(name="Trần <b>B</b>", email="b@khach.example")
    intake.log(desk.agency, a_request(asked=asked, language=language), by=desk.lan, at=MORNING)
    template_rendered.disconnect(note)

    mail = Notification.objects.get()
    assert letter(mail.text) in mail.html and f"<h2>{name}</h2>" in mail.html
    assert rendered.count(f"mail/{language}/acknowledgement.txt") == 1
