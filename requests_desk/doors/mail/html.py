"""HTML of strangers: cleaned to what a letter needs, and as text where nothing else was sent."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser

import nh3

LONGEST = 500_000
# A tree so deep takes its reader longer than its length squared; no letter is built like that.
DEEPEST = 400
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.I)
_NEVER_CLOSED = {"br", "hr", "img", "meta", "link", "col", "input", "p", "li", "td", "th", "tr", "dd", "dt", "option"}
_TAGS = set(
    "a abbr b blockquote br caption center code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins"
    " li ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u ul".split()
)
# No address of an image: nothing is fetched from anywhere, so nobody learns when a mail is read.
_ATTRIBUTES = {
    "*": {"dir", "lang", "align", "valign"},
    "a": {"href", "title"},
    "img": {"alt"},
    "td": {"colspan", "rowspan", "width"},
    "th": {"colspan", "rowspan", "width"},
    "table": {"border", "cellpadding", "cellspacing", "width"},
    "ol": {"start", "type"},
    "font": {"color", "size"},
}
_LINES = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "ul",
    "ol",
    "pre",
    "hr",
    "dd",
    "dt",
}
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote"}


def clean(html: str) -> str:
    """Return HTML without scripts, styles, forms, frames and anything that is fetched from elsewhere."""
    # Before anything is parsed: the parser's time grows with what it is given.
    html = html[:LONGEST]
    if _depth(html) > DEEPEST:
        return f"<pre>{escape(unescape(re.sub('<[^<>]*>', ' ', html)))}</pre>"
    return nh3.clean(
        html,
        tags=_TAGS,
        # Dropped with what they hold: the text of a style sheet is no word of the sender.
        clean_content_tags={"script", "style", "title"},
        attributes=_ATTRIBUTES,
        # No data: and no cid: either: what a link opens must be seen to lead out of here.
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def _depth(html: str) -> int:
    deepest = depth = 0
    for found in _TAG.finditer(html):
        if found[2].lower() not in _NEVER_CLOSED:
            depth = max(depth - 1, 0) if found[1] else depth + 1
            # Counted on the raw tags: building the tree to measure it is what must not happen.
            deepest = max(deepest, depth)
    return deepest


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "blockquote":
            self._break(paragraph=True)
            self.quoted += 1
            self.lines[-1] = self._mark()
        elif tag == "img" and (alt := dict(attrs).get("alt")):
            self.lines[-1] += f"[{alt}]"
        elif tag in ("td", "th") and self.lines[-1].strip("> "):
            self.lines[-1] += "  "
        elif tag in _LINES:
            self._break(paragraph=tag in _PARAGRAPHS)
            self.lines[-1] += "- " if tag == "li" else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self._break(paragraph=False)
            self.quoted = max(self.quoted - 1, 0)
            self.lines[-1] = self._mark()
        elif tag in _LINES:
            self._break(paragraph=tag in _PARAGRAPHS)

    def handle_data(self, data: str) -> None:
        words = re.sub(r"\s+", " ", data)
        if self.lines[-1].endswith((" ", "\xa0")) or self.lines[-1] == self._mark():
            words = words.lstrip(" ")
        self.lines[-1] += words

    def _mark(self) -> str:
        # Five levels tell who answered whom; a hundred would push the words off the page.
        return "> " * min(self.quoted, 5)

    def _break(self, *, paragraph: bool) -> None:
        if self.lines[-1].strip("> "):
            self.lines += ["", self._mark()] if paragraph else [self._mark()]
            if paragraph:
                self.lines[-2] = self._mark().rstrip()


def as_text(cleaned: str) -> str:
    """Return cleaned HTML as plain text: lines as they were set, quotations marked with `>`."""
    reader = _Reader()
    reader.feed(cleaned)
    reader.close()
    text = "\n".join(line.rstrip() for line in reader.lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
