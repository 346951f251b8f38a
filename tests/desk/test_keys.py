"""The keys of the desk stand in one table: what pages carry, what the sheet shows and what the guide says."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils import translation

from requests_desk.desk.keys import GROUPS
from requests_desk.desk.views.verbs import VERBS
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = [key for group in GROUPS for key in group.keys]
# A page names its keys by hand, in a short list of pairs, or by the first letter of a kind of reply; panels by VERBS.
BY_HAND = re.compile(r"""data-key="([^"{]+)"|"data-key"\] = "(\w)"|(?<=[\w]):([a-z])(?=[ "])""")


def carried() -> set[str]:
    """Return the keys that something on some page carries."""
    sources = [*ROOT.glob("templates/desk/*.html"), ROOT / "requests_desk/desk/forms.py"]
    lines = [line for path in sources for line in path.read_text().splitlines() if "data-key" in line]
    by_hand = {found for line in lines for groups in BY_HAND.findall(line) for found in groups if found}
    return by_hand | {verb.key for verb in VERBS.values() if verb.key} | {"a", "i"}


def test_it_names_every_key_that_a_page_carries_and_no_other():
    named = {key.name.lower() for key in KEYS if not key.needs} | {"?"}

    assert carried() == named


def test_it_gives_no_key_twice():
    names = [key.name for key in KEYS]

    assert len(set(names)) == len(names)


def test_the_guide_says_the_same():
    guide = (ROOT / "docs/officers.md").read_text()

    with translation.override("en"):
        rows = [f"| {key.name} | {key.does} |" for key in KEYS]

    assert "\n".join(rows) in guide


def test_it_is_a_page_without_a_script_and_a_part_with_one(desk: Desk):
    alice = signed_in(desk.alice)

    page, part = alice.get("/desk/keys/"), alice.get("/desk/keys/", headers={"HX-Request": "true"})

    assert page.text.count("<kbd>") == part.text.count("<kbd>") == len(KEYS)
    assert "<html" not in part.text
    assert 'href="/desk/keys/"' in alice.get("/desk/").text
