"""Print how well the pairs are judged, and which are judged wrong."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from requests_desk.tickets.queries.alike import OF_ONE  # noqa: E402  after the settings
from tests.tickets.alike.judge import judged, score  # noqa: E402
from tests.tickets.alike.pairs import HELD_OUT, TUNED  # noqa: E402

for name, pairs in (("tuned", TUNED), ("held out", HELD_OUT)):
    precision, recall = judged(pairs)
    print(f"{name}: {len(pairs)} pairs, precision {precision:.2f}, recall {recall:.2f}")  # noqa: T201
    for pair in pairs:
        if (found := score(pair.one, pair.other) >= OF_ONE) != pair.same:
            print(f"  {'called the same' if found else 'missed'}: {pair.one} | {pair.other}")  # noqa: T201
