"""A plain text as the paragraphs of a mail."""

from __future__ import annotations

import pytest

from requests_desk.tickets.templatetags.desk import letter


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kính gửi\nÔng/Bà", "<p>Kính gửi<br>Ông/Bà</p>"),
        ("Một\n\n\nHai", "<p>Một</p>\n\n<p>Hai</p>"),
        ("<b>&", "<p>&lt;b&gt;&amp;</p>"),
        ("https://x.vn/s/a-_B/", '<p><a href="https://x.vn/s/a-_B/">https://x.vn/s/a-_B/</a></p>'),
        ("http://x.vn/?a=1&b=2", '<p><a href="http://x.vn/?a=1&amp;b=2">http://x.vn/?a=1&amp;b=2</a></p>'),
        ("(xem http://x.vn/a).", '<p>(xem <a href="http://x.vn/a">http://x.vn/a</a>).</p>'),
        ('"http://x.vn/a"', '<p>&quot;<a href="http://x.vn/a">http://x.vn/a</a>&quot;</p>'),
        ("http://x.vn/<script>", '<p><a href="http://x.vn/">http://x.vn/</a>&lt;script&gt;</p>'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
    ],
)
def test_it_writes_paragraphs_with_links_and_nothing_of_anybodys_own_markup(text: str, shown: str):
    assert letter(text) == shown
