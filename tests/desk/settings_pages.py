"""Short ways through the administrators' screens."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from requests_desk.people.models import User
from requests_desk.tickets.queries import promises
from sla.calendars import Calendar
from tests.support.cast import Desk

YEAR = "/settings/calendars/office/2026/"
HOURS = "/settings/calendars/office/hours/"
POLICY = "/settings/policies/first-reply/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def office(desk: Desk) -> Calendar:
    """Return the calendar in force."""
    return Calendar.from_json(promises.calendar(desk.agency, "office").document)


def filled(page: Any, *names: str, **changes: Any) -> dict[str, Any]:
    """Return what a page's forms would send, with changes: `names` are the forms in its context."""
    sent: dict[str, Any] = {}
    for name in names:
        forms = page.context[name]
        if hasattr(forms, "management_form"):
            sent |= _values(forms.management_form)
        for form in forms if hasattr(forms, "management_form") else [forms]:
            sent |= _values(form)
    return {key: value for key, value in (sent | changes).items() if value is not None}


def said(response: HttpResponse) -> list[str]:
    """Return the errors a page shows."""
    page: Any = response
    forms = [form for name in ("form", "failed", "day_form", "file_form") if (form := page.context.get(name))]
    rows = [row for name in ("ladder", "seasons") for row in page.context.get(name) or ()]
    return [str(text) for form in [*forms, *rows] if form.is_bound for texts in form.errors.values() for text in texts]


def _values(form: Any) -> dict[str, Any]:
    return {field.html_name: field.value() for field in form}


def accepted(client: Client, shown: Any, address: str) -> Any:
    """Return the answer to the screen of differences, once its button is pressed."""
    return client.post(address, filled(shown, "form", action="accept"))
