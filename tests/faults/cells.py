"""What can go wrong, each as something done to the house while its promises come due."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults.house import House

DUES, APART_S = 24, 0.25
HANDFUL = 8  # as many mails as a sender begins together may be in doubt when it is killed


@dataclass(frozen=True)
class Cell:
    """One fault: how it is injected and how many mails it may leave in doubt."""

    inject: Callable[[House], int]
    doubtful_mails: int = 0
    dues: int = DUES
    is_short: bool = False


CELLS: dict[str, Cell] = {}


def cell(
    name: str, *, doubtful: int = 0, dues: int = DUES, short: bool = False
) -> Callable[[Callable[[House], int]], Callable[[House], int]]:
    """Put an injection into the table; it returns how often it struck."""

    def put(inject: Callable[[House], int]) -> Callable[[House], int]:
        CELLS[name] = Cell(inject, doubtful, dues, short)
        return inject

    return put


# --- processes -----------------------------------------------------------------------------------------------------
@cell("nothing: the normal run", short=True)
def _nothing(house: House) -> int:
    return 0


@cell("kill -9 of the mail child in SMTP, before the text", doubtful=3 * HANDFUL)
def _before_data(house: House) -> int:
    house.strike(house.relay, "mail", times=3, blow=lambda: house.kill("worker-mail", child=True)).wait(60)
    return 3


@cell("kill -9 of the mail child after the relay took it, before our commit", doubtful=3 * HANDFUL, short=True)
def _after_taken(house: House) -> int:
    house.strike(house.relay, "taken", times=3, blow=lambda: house.kill("worker-mail", child=True)).wait(60)
    return 3


@cell("kill -9 of the SMS child after Twilio took it, before our commit", short=True)
def _after_sms(house: House) -> int:
    house.strike(house.twilio, "taken", times=3, blow=lambda: house.kill("worker-sms", child=True)).wait(60)
    return 3


@cell("kill -9 of each whole worker", doubtful=3 * HANDFUL)
def _workers(house: House) -> int:
    for _ in range(3):
        for part in ("worker-sweep", "worker-mail", "worker-sms"):
            house.kill(part)
        time.sleep(3)
    return 9


@cell("rolling SIGTERM of workers and web under load")
def _rolling(house: House) -> int:
    for part in ("worker-sweep", "worker-mail", "worker-sms", "web"):
        os.kill(house.head(part), signal.SIGTERM)
        time.sleep(2)
    return 4


# --- stores --------------------------------------------------------------------------------------------------------
@cell("Valkey killed and flushed", short=True)
def _valkey(house: House) -> int:
    for _ in range(2):
        house.kill("valkey")
        time.sleep(2)
        _ask_valkey(house, "FLUSHALL")
        time.sleep(2)
    return 4


@cell("Valkey takes the call and does not answer for 20 s")
def _valkey_deaf(house: House) -> int:
    with house.frozen("valkey"):
        time.sleep(20)
    return 1


@cell("Valkey read-only for 15 s")
def _valkey_read_only(house: House) -> int:
    _ask_valkey(house, "REPLICAOF 127.0.0.1 1")
    time.sleep(15)
    _ask_valkey(house, "REPLICAOF NO ONE")
    return 1


@cell("PostgreSQL killed", doubtful=3 * HANDFUL, short=True)
def _postgres(house: House) -> int:
    for _ in range(3):
        house.kill("postgres")
        time.sleep(3)
    return 3


@cell("PostgreSQL does not answer for 20 s", doubtful=HANDFUL)
def _postgres_deaf(house: House) -> int:
    with house.frozen("postgres"):
        time.sleep(20)
    return 1


# --- the timer -----------------------------------------------------------------------------------------------------
@cell("beat away for the span of 200 deadlines", dues=200)
def _no_beat(house: House) -> int:
    with house.frozen("beat"):
        time.sleep(200 * APART_S + 10)
    return 1


@cell("three beats")
def _beats(house: House) -> int:
    with _programs(house, "-m", "celery", "--app=requests_desk", "beat", "--scheduler=celery.beat:Scheduler", many=2):
        time.sleep(DUES * APART_S + 8)
    return 2


@cell("eight sweepers at once")
def _sweepers(house: House) -> int:
    for _ in range(2):
        with _programs(house, "manage.py", "sweep", "--once", many=8, wait=True):
            time.sleep(1)
    return 16


# --- providers -----------------------------------------------------------------------------------------------------
@cell("the relay refuses connections for 15 s")
def _relay_gone(house: House) -> int:
    with house.relay_gone():
        time.sleep(15)
    return 1


@cell("SMTP 421 ten times")
def _smtp_421(house: House) -> int:
    house.relay.at_mail.extend(["421"] * 10)
    return _until_used(house)


@cell("SMTP 451 ten times")
def _smtp_451(house: House) -> int:
    house.relay.at_data.extend(["451"] * 10)
    return _until_used(house)


@cell("the relay hangs up after it took the text, five times", doubtful=5)
def _smtp_drop(house: House) -> int:
    house.relay.at_data.extend(["drop"] * 5)
    return _until_used(house)


@cell("the relay takes the text and answers after our patience, twice", doubtful=2)
def _smtp_hang(house: House) -> int:
    house.relay.slowness = 25
    house.relay.at_data.extend(["slow"] * 2)
    return _until_used(house)


@cell("Twilio 429 with Retry-After, six times")
def _twilio_429(house: House) -> int:
    house.twilio.retry_after = 5
    house.twilio.next_answers.extend(["429"] * 6)
    return _until_used(house)


@cell("Twilio 500 six times")
def _twilio_500(house: House) -> int:
    house.twilio.next_answers.extend(["500"] * 6)
    return _until_used(house)


@cell("Twilio 401 six times")
def _twilio_401(house: House) -> int:
    house.twilio.next_answers.extend(["401"] * 6)
    return _until_used(house)


@cell("Twilio takes it and hangs up, six times")
def _twilio_drop(house: House) -> int:
    house.twilio.next_answers.extend(["drop"] * 6)
    return _until_used(house)


@cell("Twilio takes it and answers after our patience, twice")
def _twilio_hang(house: House) -> int:
    house.twilio.hang_seconds = 20
    house.twilio.next_answers.extend(["hang"] * 2)
    return _until_used(house)


def _until_used(house: House) -> int:
    """Wait until every step of the sinks was used."""
    steps = (house.relay.at_mail, house.relay.at_data, house.twilio.next_answers)
    planned, deadline = sum(map(len, steps)), time.monotonic() + 120
    while any(steps) and time.monotonic() < deadline:
        time.sleep(0.2)
    return planned - sum(map(len, steps))


def _ask_valkey(house: House, command: str) -> None:
    import redis

    with redis.Redis(unix_socket_path=str(house.run.data / "run" / "valkey.sock")) as valkey:
        valkey.execute_command(*command.split())


@contextmanager
def _programs(house: House, *command: str, many: int, wait: bool = False) -> Iterator[None]:
    own = [house.program(*command) for _ in range(many)]
    try:
        yield
    finally:
        for program in own:
            if not wait:
                program.terminate()
            program.wait(60)
