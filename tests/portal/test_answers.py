"""The answers others got already: found, read, said to be useful once, taken along."""

from __future__ import annotations

import csv
import io
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from requests_desk.library.models import Answer
from requests_desk.library.personal_data import NOBODY
from requests_desk.library.services import answers
from requests_desk.library.services.answers import Texts
from tests.portal.cast import page
from tests.support.cast import Desk, later

TITLE = "Gia hạn giấy phép bán buôn rượu"


def published(desk: Desk, **changes: Any) -> Answer:
    usual = {"title": TITLE, "question": "Hồ sơ gồm những gì?", "answer": "Gồm ba giấy tờ.", "field": "cap_phep"}
    written = answers.write(desk.agency, Texts(**usual | {"unit": desk.unit} | changes), by=desk.alice, at=later())
    return answers.publish(written, known=NOBODY, by=desk.bob, at=later(minutes=1))


@pytest.fixture
def answer(desk: Desk) -> Answer:
    return published(desk)


def votes(answer: Answer) -> tuple[int, int]:
    answer.count.refresh_from_db()
    return answer.count.useful, answer.count.not_useful


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?q=gia+han+ruou",
        "?q=GIA HẠN RƯỢU",
        "?field=cap_phep",
        "?after=x",
        "?after=WyIyMDk5LTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwgMTAwMDAwMF0=",
        "?field=none",
    ],
)
def test_it_is_found(client: Client, answer: Answer, query: str):
    shown = page(client.get(f"/answers/{query}"))

    assert f'href="{answer.path}"' in shown


def test_it_says_that_nothing_answers_this_and_where_to_ask(client: Client, answer: Answer):
    shown = page(client.get("/answers/?q=khong+co+gi+nhu+vay"))

    assert TITLE not in shown
    assert 'href="/ask/"' in shown


def test_it_goes_on_page_by_page(client: Client, desk: Desk):
    for number in range(21):
        published(desk, title=f"Câu {number}")

    first = client.get("/answers/")
    rest = client.get(f"/answers/{first.context['next_url']}")

    assert len(first.context["rows"]) == 20
    assert [one.title for one, _field in rest.context["rows"]] == ["Câu 0"]


def test_it_is_read_with_its_unit_its_dates_and_what_was_put_right(client: Client, desk: Desk, answer: Answer):
    texts = answers.texts_of(answer)
    answers.correct(answer, texts, "Bổ sung lệ phí.", known=NOBODY, by=desk.bob, at=later(days=1))

    shown = page(client.get(answer.path))

    for said in (TITLE, "Gồm ba giấy tờ.", desk.unit.name, "Cấp phép", "23/11/2026", "24/11/2026", "Bổ sung lệ phí."):
        assert said in shown


@pytest.mark.parametrize("path", ["/answers/{}/", "/answers/{}-other-words/"])
def test_it_leads_from_its_number_to_its_address(client: Client, answer: Answer, path: str):
    led = client.get(path.format(answer.pk))

    assert (led.status_code, led["Location"]) == (301, answer.path)


def test_it_says_when_and_why_it_was_withdrawn(client: Client, desk: Desk, answer: Answer):
    answers.withdraw(answer, "Văn bản đã hết hiệu lực.", by=desk.bob, at=later(days=1))

    gone = client.get(answer.path)

    assert gone.status_code == 410
    assert "Văn bản đã hết hiệu lực." in page(gone)
    assert TITLE not in page(gone)


def test_it_hides_what_is_not_published(client: Client, desk: Desk):
    draft = answers.write(desk.agency, Texts(TITLE, "?", "!"), by=desk.alice, at=later())

    assert client.get(draft.path).status_code == 404
    assert TITLE not in page(client.get("/answers/"))


def test_it_counts_its_readers_but_not_the_staff(client: Client, desk: Desk, answer: Answer):
    client.get(answer.path)
    client.head(answer.path)
    client.force_login(desk.alice)
    client.get(answer.path)

    answer.count.refresh_from_db()
    assert answer.count.views == 1


def test_it_is_useful_once_to_a_browser(client: Client, answer: Answer):
    for said in ("yes", "no", "yes"):
        assert client.post(f"/answers/{answer.pk}/useful/", {"useful": said}).status_code == 302

    assert votes(answer) == (1, 0)
    assert 'name="useful"' not in page(client.get(answer.path))


def test_it_counts_no_more_votes_from_one_connection_than_an_office_sends(answer: Answer):
    for _reader in range(8):
        Client().post(f"/answers/{answer.pk}/useful/", {"useful": "no"})

    assert votes(answer) == (0, 5)


@pytest.mark.parametrize(("sent", "cookie"), [("maybe", ""), ("", ""), ("yes", "x" * 5000)])
def test_it_bears_whatever_is_sent(client: Client, answer: Answer, sent: str, cookie: str):
    client.cookies["useful"] = cookie

    assert client.post(f"/answers/{answer.pk}/useful/", {"useful": sent}).status_code == 302
    assert votes(answer) == ((1, 0) if sent == "yes" else (0, 0))


def test_it_is_told_by_feed(client: Client, desk: Desk, answer: Answer):
    feed = ElementTree.fromstring(client.get("/answers/feed.atom").content)  # noqa: S314  our own

    (entry,) = feed.iter("{http://www.w3.org/2005/Atom}entry")
    assert entry.findtext("{http://www.w3.org/2005/Atom}title") == TITLE
    assert client.get("/answers/feed.atom?agency=SXD").content.count(b"<entry>") == 0
    assert client.get("/answers/feed.atom?agency=NONE").status_code == 404
    assert client.get("/answers/answers.csv?agency=%00").status_code == 404


def test_no_answer_pasted_from_word_breaks_the_feed(client: Client, desk: Desk):
    published(desk, answer="Dòng một\x0bDòng hai\x01")

    feed = client.get("/answers/feed.atom")

    assert "Dòng một\nDòng hai" in feed.content.decode()


def test_it_is_taken_along_as_a_table_in_which_nothing_runs(client: Client, desk: Desk):
    made = published(desk, title="=SUM(A1)", answer="Dòng một\nDòng hai")

    answer = client.get("/answers/answers.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    _headings, row = csv.reader(io.StringIO(text))
    assert row[2:5] == ["'=SUM(A1)", "Hồ sơ gồm những gì?", "Dòng một\nDòng hai"]
    assert row[-1].endswith(made.path)


def test_it_is_shown_to_search_engines(client: Client, answer: Answer):
    assert answer.path in client.get("/sitemap.xml").content.decode()
    assert "Sitemap: " in client.get("/robots.txt").content.decode()
    assert "noindex" in page(client.get("/answers/?q=x"))
    shown = page(client.get(answer.path))
    assert "noindex" not in shown
    assert 'rel="canonical" href="http' in shown
