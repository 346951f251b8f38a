"""An answer's way: written, submitted, published, put right, taken down; nothing of who asked gets through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from requests_desk.library import personal_data
from requests_desk.library.models import Answer, AnswerEvent
from requests_desk.library.personal_data import NOBODY, Known
from requests_desk.library.queries import answers as queries
from requests_desk.library.services import answers
from requests_desk.library.services.answers import Texts
from tests.support.cast import Desk, later

TEXTS = Texts(
    title="Gia hạn giấy phép bán buôn rượu",
    question="Hồ sơ gia hạn giấy phép bán buôn rượu gồm những gì?",
    answer="Hồ sơ gồm đơn đề nghị và bản sao giấy phép đã cấp.",
    field="cap_phep",
)


def written(desk: Desk, **changes: Any) -> Answer:
    return answers.write(desk.agency, replace(TEXTS, **changes), by=desk.alice, at=later(hours=1))


def published(desk: Desk, **changes: Any) -> Answer:
    return answers.publish(written(desk, **changes), known=NOBODY, by=desk.bob, at=later(hours=2))


def kinds(answer: Answer) -> list[str]:
    return list(answer.events.order_by("pk").values_list("kind", flat=True))


def test_it_is_read_by_nobody_until_it_is_published(desk: Desk):
    answer = answers.submit(written(desk), known=NOBODY, by=desk.alice, at=later(hours=1))

    assert queries.page().rows == []
    answers.publish(answer, known=NOBODY, by=desk.bob, at=later(hours=2))
    assert [row.title for row in queries.page().rows] == [TEXTS.title]
    assert kinds(answer) == ["written", "submitted", "published"]


@pytest.mark.parametrize("left", ["0912 345 678", "a@b.vn", "MST 0101243150", "CCCD 001085012345", "SCT-2026-000123"])
@pytest.mark.parametrize("act", ["submit", "publish"])
def test_it_refuses_what_still_says_who_asked_and_shows_the_place(desk: Desk, left: str, act: str):
    answer = written(desk, answer=f"Quý đơn vị có {left} nộp hồ sơ.")

    with pytest.raises(answers.StillPersonal) as refused:
        getattr(answers, act)(answer, known=NOBODY, by=desk.bob, at=later(hours=2))

    (said,) = refused.value.fields["answer"]
    assert left.rsplit(maxsplit=1)[-1] in said
    assert "nộp hồ sơ." in said
    answer.refresh_from_db()
    assert answer.state == "draft"


def test_it_lets_a_person_decide_on_what_merely_looks_like_a_name(desk: Desk):
    answer = written(desk, question="Bà Lê Thị C hỏi về phí.")

    with pytest.raises(answers.StillPersonal) as refused:
        answers.publish(answer, known=NOBODY, by=desk.bob, at=later(hours=2))
    looked = personal_data.mark(refused.value.places)
    answers.publish(answer, known=NOBODY, looked=looked, by=desk.bob, at=later(hours=2))

    assert refused.value.undecided
    assert queries.get(answer.pk).question == "Bà Lê Thị C hỏi về phí."


def test_it_refuses_a_number_on_file_that_nobody_would_take_for_one(desk: Desk):
    answer = written(desk, answer="Theo số 12.345 của đơn vị.")

    with pytest.raises(answers.StillPersonal):
        answers.publish(answer, known=Known(numbers=("12345",)), by=desk.bob, at=later(hours=2))


def test_it_is_put_right_under_a_date_for_everybody_to_read(desk: Desk):
    answer = published(desk)

    answers.correct(
        answer,
        replace(TEXTS, answer="Nay gồm ba giấy tờ."),
        "Bổ sung giấy tờ.",
        known=NOBODY,
        by=desk.bob,
        at=later(days=3),
    )

    shown = queries.get(answer.pk)
    assert shown.answer == "Nay gồm ba giấy tờ."
    assert shown.corrected_at == later(days=3)
    assert [one.note for one in shown.corrections.all()] == ["Bổ sung giấy tờ."]
    assert [row.pk for row in queries.page(q="ba giay to").rows] == [answer.pk]


def test_it_can_be_found_no_more_once_it_is_withdrawn(desk: Desk):
    answer = published(desk)

    answers.withdraw(answer, "Văn bản đã hết hiệu lực.", by=desk.bob, at=later(days=3))

    assert queries.page(q="ruou").rows == queries.most_read() == []
    assert queries.withdrawn(answer.pk).withdrawn_reason == "Văn bản đã hết hiệu lực."


def test_it_notices_that_somebody_else_rewrote_it(desk: Desk):
    answer = written(desk)
    answers.rewrite(answer, replace(TEXTS, answer="Khác."), by=desk.bob, at=later(hours=2), seen=answer.version)

    with pytest.raises(answers.ChangedMeanwhile):
        answers.publish(answer, known=NOBODY, by=desk.bob, at=later(hours=3), seen=answer.version)


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("submit", {"known": NOBODY}),
        ("give_back", {"reason": "?"}),
        ("rewrite", {"texts": TEXTS}),
        ("publish", {"known": NOBODY}),
    ],
)
def test_it_takes_no_step_that_its_state_does_not_allow(desk: Desk, act: str, more: dict[str, Any]):
    answer = published(desk)

    with pytest.raises(answers.NotNow):
        getattr(answers, act)(answer, by=desk.bob, at=later(days=1), **more)


@pytest.mark.parametrize(
    "statement", ["UPDATE library_answerevent SET kind='written'", "DELETE FROM library_answerevent"]
)
def test_it_keeps_a_history_that_nobody_rewrites(desk: Desk, statement: str):
    published(desk)

    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AnswerEvent.objects.count() == 2


def test_it_tells_what_was_read_most(desk: Desk):
    published(desk)
    often = published(desk, title="Bán lẻ rượu")
    answers.count_view(often.pk)

    assert [row.title for row in queries.most_read(desk.agency, limit=1)] == ["Bán lẻ rượu"]
    assert queries.most_read(desk.other_agency) == []


def test_it_goes_on_from_its_mark(desk: Desk):
    made = [published(desk, title=f"Rượu {number}").pk for number in range(5)]
    first = queries.page(limit=3)
    found = queries.page(q="ruou", limit=3)

    assert [row.pk for row in first.rows] == made[:1:-1]
    assert [row.pk for row in queries.page(limit=3, cursor=first.next or "").rows] == made[1::-1]
    rest = queries.page(q="ruou", limit=3, cursor=found.next or "")
    assert sorted(row.pk for row in found.rows + rest.rows) == made
    assert rest.next is None


@pytest.mark.parametrize("cursor", ["x", "bnVsbA==", "W10=", "WyIyMDI2LTAxLTAxIiwgMV0="])
def test_it_takes_no_mark_it_did_not_give_out(desk: Desk, cursor: str):
    with pytest.raises(queries.BadCursor):
        queries.page(cursor=cursor)


@pytest.mark.parametrize("typed", ["' | 'x", "a & b", "!!!", "\\", "giấy'phép", "x" * 10_000, "<->", "😀"])
def test_it_is_asked_for_anything_at_all(desk: Desk, typed: str):
    published(desk)

    assert len(queries.page(q=typed).rows) <= 1
