"""Where somebody is signed in, in two words they know."""

from __future__ import annotations

import pytest

from requests_desk.tickets.templatetags.desk import device

HEAD = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (HEAD, "Chrome · Windows"),
        (f"{HEAD} Edg/130.0.0.0", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
    ],
)
def test_it_names_a_browser_and_its_machine(user_agent: str, said: str) -> None:
    assert device(user_agent) == said
