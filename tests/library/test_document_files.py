"""Files of documents: read by a worker, scanned, swept up; a file that kills its readers is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage

from requests_desk.files import reading
from requests_desk.files.store import FileRefused
from requests_desk.library.models import DocumentFile
from requests_desk.library.queries import documents as queries
from requests_desk.library.services import document_files
from tests.library.cast import a_document, a_file
from tests.support.cast import MORNING, Desk, later


def test_a_worker_reads_what_waits_and_it_is_found(desk: Desk) -> None:
    document = a_document(desk, file=a_file("Hội chợ Phú Sơn năm 2026".encode(), "mời.txt"))

    read = [document_files.read_next(at=MORNING) for _round in range(2)]

    assert read == [True, False]
    assert [one.document for one in queries.search(queries.Wanted(q="hoi cho phu son")).found] == [document]


def test_a_scan_is_said_to_be_one_and_is_found_by_its_fields(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "read", lambda *_file: reading.Read("", 2))
    document = a_document(desk)

    document_files.read_next(at=MORNING)

    document.file.refresh_from_db()
    assert (document.file.text_state, document.file.pages) == ("none", 2)
    assert str(document.file.get_text_state_display()) == "PDF không có chữ: bản quét"
    assert queries.search(queries.Wanted(q="lãi suất vay vốn")).found


def test_a_file_that_takes_its_workers_with_it_is_left_alone(desk: Desk) -> None:
    document = a_document(desk)
    claims = [document_files._claim(at=later(minutes=6 * number)) for number in range(4)]

    document.file.refresh_from_db()

    assert [bool(claim) for claim in claims] == [True, True, True, False]
    assert document.file.text_state == "unread"


def test_two_workers_take_two_files(desk: Desk) -> None:
    first, second = a_document(desk, number="1"), a_document(desk, number="2")

    taken = [document_files._claim(at=MORNING) for _worker in range(3)]

    assert taken == [first.file, second.file, None]


def test_a_form_never_sent_leaves_nothing_behind(desk: Desk) -> None:
    kept, staged = a_document(desk).file, a_file()
    token = document_files.token_of(staged)

    assert document_files.staged(token) == staged
    assert document_files.forget_staged(at=later(days=2)) == 1

    assert list(DocumentFile.objects.all()) == [kept]
    assert not default_storage.exists(staged.place)
    with pytest.raises(FileRefused):
        document_files.staged(token)
