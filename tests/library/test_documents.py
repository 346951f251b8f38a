"""What a document goes through: put in, changed, published, withdrawn, replaced, each with its line of history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from requests_desk.library.models import Document, DocumentEvent
from requests_desk.library.queries import documents as queries
from requests_desk.library.services import documents
from requests_desk.library.words import Standing
from tests.library.cast import a_document, a_file, facts
from tests.support.cast import MORNING, Desk, later


def test_it_publishes_a_document_and_keeps_each_step(desk: Desk) -> None:
    document = a_document(desk)

    document = documents.change(document, facts(abstract="Khác"), by=desk.bob, at=later(hours=1))
    document = documents.withdraw(document, reason="Đăng nhầm bản dự thảo", by=desk.bob, at=later(hours=2))

    kinds = [event.kind for event in queries.history(document)]
    assert kinds == ["withdrawn", "changed", "published", "put_in"]
    assert list(queries.published()) == []


def test_its_history_is_neither_changed_nor_removed(desk: Desk) -> None:
    a_document(desk)

    for act in (lambda rows: rows.update(reason="khác"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            act(DocumentEvent.objects.all())


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"effective_date": date(2026, 11, 1)}, "effective_date", "trước ngày ban hành 02/11/2026"),
        ({"expires_date": date(2026, 11, 5)}, "expires_date", "12/11/2026"),
        ({"link": "javascript:alert(1)"}, "link", "https://"),
        ({"category": "secret"}, "category", "nhóm tài liệu"),
        ({"number": "x" * 65}, "number", "64"),
        ({"abstract": "a\x00b"}, "abstract", "NUL"),
    ],
)
def test_it_refuses_what_cannot_be(desk: Desk, changes: dict[str, Any], name: str, said: str) -> None:
    with pytest.raises(documents.Refused) as refused:
        documents.put_in(desk.agency, facts(**changes), by=desk.bob, at=MORNING)

    assert said in refused.value.fields[name][0]
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"effective_date": date(2026, 11, 1)},
        {"expires_date": date(2026, 11, 1)},
        {"file": None},
        {"abstract": ""},
        {"state": "withdrawn"},
    ],
)
def test_the_database_refuses_it_too(desk: Desk, changes: dict[str, Any]) -> None:
    document = a_document(desk)

    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**changes)


def test_it_publishes_with_fields_missing_and_lists_them(desk: Desk) -> None:
    document = a_document(desk, number="", effective_date=None)

    assert document.missing == ["number", "effective_date"]
    assert list(queries.of_agency(desk.agency, missing=True)) == [document]


def test_it_publishes_nothing_that_opens_nothing(desk: Desk) -> None:
    draft = documents.put_in(desk.agency, facts(abstract=""), by=desk.bob, at=MORNING)

    with pytest.raises(documents.Refused) as refused:
        documents.publish(draft, by=desk.bob, at=MORNING)

    assert set(refused.value.fields) == {"abstract", "file"}


def test_a_procedure_is_a_link_and_lacks_no_file(desk: Desk) -> None:
    link = facts(category="procedure", document_type="", number="", issue_date=None, effective_date=None,
                 link="https://dichvucong.example/thu-tuc/1")  # fmt: skip

    document = documents.publish(documents.put_in(desk.agency, link, by=desk.bob, at=MORNING), by=desk.bob, at=MORNING)

    assert document.missing == []
    assert not queries.of_agency(desk.agency, missing=True).exists()


def test_it_keeps_the_same_document_once(desk: Desk) -> None:
    first = a_document(desk)

    with pytest.raises(documents.Refused) as refused:
        documents.put_in(desk.agency, facts(), by=desk.bob, at=MORNING)
    documents.withdraw(first, reason="Đăng nhầm", by=desk.bob, at=MORNING)
    documents.put_in(desk.agency, facts(), by=desk.bob, at=MORNING)

    assert "number" in refused.value.fields


def test_one_change_does_not_undo_anothers(desk: Desk) -> None:
    seen = a_document(desk)
    documents.change(seen, facts(abstract="Khác"), version=seen.version, by=desk.bob, at=later(hours=1))

    with pytest.raises(documents.ChangedMeanwhile):
        documents.change(seen, facts(number="1"), version=seen.version, by=desk.chief, at=later(hours=2))


def test_what_takes_its_place_ends_it_on_its_own_day(desk: Desk) -> None:
    old = a_document(desk)
    new = a_document(desk, number="20/2026/QĐ-UBND", effective_date=date(2026, 12, 1))

    old = documents.replace(old, new, by=desk.bob, at=MORNING)

    assert [old.standing(date(2026, 11, 30)), old.standing(date(2026, 12, 1))] == [
        Standing.IN_FORCE,
        Standing.REPLACED,
    ]
    with pytest.raises(documents.Refused):
        documents.replace(new, old, by=desk.bob, at=MORNING)


STANDINGS = [
    # effective, expires, on → what it is
    ((2026, 11, 12), None, (2026, 11, 11), "not_yet"),
    ((2026, 11, 12), None, (2026, 11, 12), "in_force"),
    ((2026, 11, 12), (2026, 12, 31), (2026, 12, 30), "in_force"),
    ((2026, 11, 12), (2026, 12, 31), (2026, 12, 31), "expired"),
    (None, None, (2026, 11, 1), "not_yet"),
    (None, None, (2026, 11, 2), "in_force"),
]


def test_it_holds_from_its_day_on_until_it_ends(desk: Desk) -> None:
    document = a_document(desk)
    told = []
    for effective, expires, on, _standing in STANDINGS:
        days = {"effective_date": effective and date(*effective), "expires_date": expires and date(*expires)}
        document = documents.change(document, facts(**days), by=desk.bob, at=MORNING)
        found = queries.search(queries.Wanted(in_force=True, day=date(*on))).found
        told.append((document.standing(date(*on)), bool(found)))

    assert told == [(standing, standing == "in_force") for *_days, standing in STANDINGS]


def test_it_says_how_long_after_its_issue_it_was_published(desk: Desk) -> None:
    assert a_document(desk).lag_days == 21


def test_the_newest_is_what_was_published_last(desk: Desk) -> None:
    first, second = a_document(desk), a_document(desk, number="2", at=later(hours=1))
    documents.put_in(desk.agency, facts(number="3"), file=a_file(), by=desk.bob, at=later(hours=2))

    assert queries.newest(desk.agency, 5) == [second, first]
    assert queries.newest(desk.other_agency) == []
