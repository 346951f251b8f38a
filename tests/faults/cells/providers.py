"""The relay and Twilio: gone, refusing, slow, hanging, dropping."""

from __future__ import annotations

import time

from tests.faults.cell import cell, span, until_used
from tests.faults.house import House

REFUSED = 4


@cell("the relay refuses connections for 15 s")
def _relay_gone(house: House) -> int:
    with house.relay_gone():
        time.sleep(15)
    return 1


@cell("SMTP 421 ten times")
def _smtp_421(house: House) -> int:
    house.relay.at_mail.extend(["421"] * 10)
    return until_used(house)


@cell("SMTP 451 ten times")
def _smtp_451(house: House) -> int:
    house.relay.at_data.extend(["451"] * 10)
    return until_used(house)


@cell("SMTP 550 for four addresses", away=False)
def _smtp_550(house: House) -> int:
    house.relay.refused |= {one["mail"]: [] for one in house.expected[4 : 4 + REFUSED]}
    time.sleep(span())
    return REFUSED


@cell("SMTP 550 and Twilio 21211 for the same four people: the alarm address is told", away=False, short=True)
def _both_refused(house: House) -> int:
    for one in house.expected[4 : 4 + REFUSED]:
        house.relay.refused[one["mail"]] = []
        house.twilio.refused[one["phone"]] = "21211"
        one["also"] = one["alarm"]
    time.sleep(span())
    return 2 * REFUSED


@cell("the relay takes a second for each mail", away=False)
def _smtp_slow(house: House) -> int:
    house.relay.slowness = 1
    house.relay.at_data.extend(["slow"] * 20)
    return until_used(house)


@cell("the relay hangs up after it took the text, five times", doubtful=5)
def _smtp_drop(house: House) -> int:
    house.relay.at_data.extend(["drop"] * 5)
    return until_used(house)


@cell("the relay takes the text and answers after our patience, twice", doubtful=2)
def _smtp_hang(house: House) -> int:
    house.relay.slowness = 25
    house.relay.at_data.extend(["slow"] * 2)
    return until_used(house)


@cell("Twilio 429 with Retry-After, six times")
def _twilio_429(house: House) -> int:
    house.twilio.retry_after = 5
    house.twilio.next_answers.extend(["429"] * 6)
    return until_used(house)


@cell("Twilio 500 six times")
def _twilio_500(house: House) -> int:
    house.twilio.next_answers.extend(["500"] * 6)
    return until_used(house)


@cell("Twilio 401 six times")
def _twilio_401(house: House) -> int:
    house.twilio.next_answers.extend(["401"] * 6)
    return until_used(house)


@cell("Twilio 21211 for four numbers", away=False)
def _twilio_21211(house: House) -> int:
    return _refuse(house, "21211")


@cell("Twilio 21610 for four numbers", away=False)
def _twilio_21610(house: House) -> int:
    return _refuse(house, "21610")


@cell("Twilio takes it and hangs up, six times")
def _twilio_drop(house: House) -> int:
    house.twilio.next_answers.extend(["drop"] * 6)
    return until_used(house)


@cell("Twilio takes it and answers after our patience, twice")
def _twilio_hang(house: House) -> int:
    house.twilio.hang_seconds = 20
    house.twilio.next_answers.extend(["hang"] * 2)
    return until_used(house)


def _refuse(house: House, code: str) -> int:
    house.twilio.refused |= {one["phone"]: code for one in house.expected[4 : 4 + REFUSED]}
    time.sleep(span())
    return REFUSED
