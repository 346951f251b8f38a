"""The checker of texts: what it finds in code and templates, and what it lets pass."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return tools/texts.py at work on an empty house of its own."""
    spec = importlib.util.spec_from_file_location("texts", ROOT / "tools" / "texts.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "texts", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "LOCALES", tmp_path / "locale")
    (tmp_path / "templates").mkdir()
    (tmp_path / "sla").mkdir()
    return module


def page(texts: ModuleType, source: str) -> None:
    (texts.ROOT / "templates" / "page.html").write_text(source)


def catalogue(texts: ModuleType, entries: str) -> None:
    path = texts.LOCALES / "vi" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + entries)


def test_it_finds_texts_in_code(texts: ModuleType):
    (texts.ROOT / "sla" / "x.py").write_text(
        '_("one")\nngettext_lazy("%(n)d day", "%(n)d days", n)\npgettext("duty", "on")\n'
    )

    found = [text[:2] for text in texts.texts()]

    assert found == [(None, "one"), (None, ("%(n)d day", "%(n)d days")), ("duty", "on")]


def test_it_finds_texts_in_templates(texts: ModuleType):
    page(
        texts,
        '{% translate "Queue" %}<p title="{% translate "Later" context "button" %}">{{ _("Now") }}\n'
        "{% blocktranslate trimmed count n=left %}\n  One\n  hour\n"
        "  {% plural %}\n  {{ n }} hours\n  {% endblocktranslate %}",
    )

    found = [text[:2] for text in texts.texts()]

    assert found == [(None, "Queue"), ("button", "Later"), (None, "Now"), (None, ("One hour", "%(n)s hours"))]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "has no vi text"),
        ('msgid "Due in %(left)s"\nmsgstr ""\n', "has no vi text"),
        ('#, fuzzy\nmsgid "Due in %(left)s"\nmsgstr "Còn %(left)s"\n', "only a guess"),
        ('msgid "Due in %(left)s"\nmsgstr "Còn %(rest)s"\n', "different placeholders"),
        ('msgid "Due in %(left)s"\nmsgstr "Còn %(left)s"\n', None),
    ],
)
def test_it_finds_a_text_that_lacks_its_vietnamese(
    texts: ModuleType, capsys: pytest.CaptureFixture[str], entry: str, fault: str | None
):
    page(texts, "{% blocktranslate %}Due in {{ left }}{% endblocktranslate %}")
    catalogue(texts, entry)

    code = texts.check_all()

    assert code == (1 if fault else 0)
    assert (fault or "1 translated") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("<p>Hello there</p>", ["Hello there"]),
        ('<input placeholder="Your name">', ["Your name"]),
        ("<p>{{ ticket.code }} · 12:30</p><style>p { color: red }</style><!-- a note -->", []),
        (
            '{% blocktranslate %}Hello{% endblocktranslate %}<a href="/desk/" class="button">{% translate "Go" %}</a>',
            [],
        ),
        ("{% comment %}why so{% endcomment %}<p>SMS</p>", []),
        ('<p class="{% if late %}is-late{% endif %} row">{{ left }}</p>', []),
    ],
)
def test_it_finds_words_that_were_never_marked(texts: ModuleType, source: str, bare: list[str]):
    page(texts, source)

    found = [line.split("“")[1].split("”")[0] for line in texts.unmarked()]

    assert found == bare


def test_it_keeps_translations_when_new_texts_come(texts: ModuleType):
    catalogue(texts, 'msgid "Old"\nmsgstr "Cũ"\n\nmsgid "Gone"\nmsgstr "Đã bỏ"\n')
    page(texts, '{% translate "Old" %}{% translate "New" %}')

    texts.extract_all()

    written = (texts.LOCALES / "vi" / "LC_MESSAGES" / "django.po").read_text()
    assert written.endswith('msgid "New"\nmsgstr ""\n\nmsgid "Old"\nmsgstr "Cũ"\n')


def test_it_compiles_only_what_changed(texts: ModuleType):
    catalogue(texts, 'msgid "Queue"\nmsgstr "Hàng đợi"\n')
    texts.compile_all()
    compiled = texts.LOCALES / "vi" / "LC_MESSAGES" / "django.mo"
    first = compiled.stat().st_mtime_ns

    texts.compile_all()

    assert compiled.stat().st_mtime_ns == first


def test_it_sets_the_tone_on_the_main_vowel_as_official_texts_do():
    """`xóa`, `hòa`, `hủy`; never `xoá`, `hoà`, `huỷ`."""
    vietnamese = (ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po").read_text()

    assert re.findall(r"\b\w*(?:o[àáảãạèéẻẽẹ]|(?<![qQ])u[ỳýỷỹỵ])\b", vietnamese) == []
