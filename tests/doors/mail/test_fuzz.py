"""A short run of `python -m tests.fuzz`, and some of its mails through the real stages: none crashes, none is lost."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, Phase, given, settings

from requests_desk.doors.mail import pipeline
from requests_desk.doors.mail.bounded import Reader
from requests_desk.tickets.models import Mail
from requests_desk.tickets.services import mails
from tests.fuzz.mails import CORPUS, PIECES, any_mail, judge
from tests.support.cast import MORNING, later
from tests.support.mail import a_mailbox


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(any_mail())
def test_it_reads_mails_nobody_would_write(raw: bytes):
    judge(raw)


def test_it_loses_none_of_them_on_the_way(desk):
    box, dice = a_mailbox(desk.agency), random.Random(5)
    raws = [bend(dice.choice(CORPUS), dice) for _ in range(60)]

    with Reader() as child:
        for raw in raws:
            mails.store(box, raw, received_at=MORNING, at=MORNING)
        for minute in range(3):
            pipeline.take_all(child, clock=lambda minute=minute: later(minutes=minute))

    assert Mail.objects.count() == len(set(raws))
    assert not Mail.objects.filter(state__in=["stored", "parsed", "set_aside"]).exists()


def bend(raw: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(raw))
        raw = raw[:place] + dice.choice(PIECES) + raw[place + dice.randint(0, 30) :]
    return raw
