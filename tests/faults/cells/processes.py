"""Processes that are killed or sent away."""

from __future__ import annotations

import os
import signal
import time

from tests.faults.cell import HANDFUL, MOST, cell, span
from tests.faults.house import House

WORKERS = ("worker-sweep", "worker-mail", "worker-sms")


@cell("kill -9 of the mail child between claim and send", doubtful=MOST)
def _claimed(house: House) -> int:
    # A relay that takes its time lets a batch stand claimed while its first mails go.
    house.relay.slowness = 0.4
    house.relay.at_data.extend(["slow"] * 24)
    struck, deadline = set[str](), time.monotonic() + 60
    waiting = (
        "SELECT lease_owner FROM notifications_notification WHERE channel = 'email' AND state = 'leased'"
        " AND began_at IS NULL AND lease_owner <> ALL(%s) LIMIT 1"
    )
    while len(struck) < 3 and time.monotonic() < deadline:
        if found := house.query(waiting, list(struck)):
            house.kill("worker-mail", child=True)
            struck.add(found[0][0])
        time.sleep(0.02)
    house.relay.at_data.clear()
    return len(struck)


@cell("kill -9 of the mail child in SMTP, before the text", doubtful=MOST)
def _before_data(house: House) -> int:
    house.strike(house.relay, "mail", times=3, blow=lambda: house.kill("worker-mail", child=True)).wait(60)
    return 3


@cell("kill -9 of the mail child after the relay took it, before our commit", doubtful=MOST)
def _after_taken(house: House) -> int:
    house.strike(house.relay, "taken", times=3, blow=lambda: house.kill("worker-mail", child=True)).wait(60)
    return 3


@cell("kill -9 of the SMS child after Twilio took it, before our commit")
def _after_sms(house: House) -> int:
    house.strike(house.twilio, "taken", times=3, blow=lambda: house.kill("worker-sms", child=True)).wait(60)
    return 3


@cell("kill -9 of both children after each had handed over, before our commits", doubtful=MOST, short=True)
def _after_both(house: House) -> int:
    mail = house.strike(house.relay, "taken", times=3, blow=lambda: house.kill("worker-mail", child=True))
    sms = house.strike(house.twilio, "taken", times=3, blow=lambda: house.kill("worker-sms", child=True))
    return 3 * (mail.wait(60) + sms.wait(60))


@cell("kill -9 of each whole worker", doubtful=MOST)
def _workers(house: House) -> int:
    for _ in range(3):
        for part in WORKERS:
            house.kill(part)
        time.sleep(3)
    return 9


@cell("rolling SIGTERM of workers and web under load", doubtful=HANDFUL)
def _rolling(house: House) -> int:
    for part in (*WORKERS, "web"):
        os.kill(house.head(part), signal.SIGTERM)
        time.sleep(2)
    return 4


@cell("an old worker beside the new one", away=False)
def _old_and_new(house: House) -> int:
    with house.old_worker():
        time.sleep(span() + 10)
    return 1


@cell("an old worker alone on the new database", away=False)
def _old_alone(house: House) -> int:
    # The moment of a rolling update between the migration and the new workers.
    with house.old_worker(), house.frozen(*WORKERS):
        time.sleep(span() + 20)
    return 1
