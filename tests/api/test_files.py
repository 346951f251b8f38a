"""Files over the API: listed with their request, downloaded by who may read it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from requests_desk.tickets.services import attachments
from tests.support import files
from tests.support.cast import Desk, log_ticket


def test_it_lists_files_and_hands_them_out(desk: Desk, as_: Any) -> None:
    ticket = log_ticket(desk, at=timezone.now())
    taken = attachments.take_in([files.upload()], [], by=None, at=timezone.now())
    attachments.attach(taken.files, ticket)

    (file,) = as_(desk.lan).get(f"tickets/{ticket.code}/").json()["files"]
    path = file["url"].partition("/api/v1/")[2]

    assert (file["name"], file["state"], file["size"]) == ("giấy phép.pdf", "kept", len(files.PDF))
    answer = as_(desk.lan).client.get(f"/api/v1/{path}")
    assert files.body(answer) == files.PDF
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert as_(desk.charlie).client.get(f"/api/v1/{path}").status_code == 404
