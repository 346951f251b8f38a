"""Valkey and PostgreSQL: killed, gone, mute, read-only, full."""

from __future__ import annotations

import time

import redis

from tests.faults.cell import HANDFUL, MOST, cell
from tests.faults.house import House


@cell("Valkey killed and flushed", short=True)
def _valkey(house: House) -> int:
    for _ in range(2):
        house.kill("valkey")
        time.sleep(2)
        _ask_valkey(house, "FLUSHALL")
        time.sleep(2)
    return 4


@cell("Valkey unreachable for 60 s")
def _valkey_gone(house: House) -> int:
    with house.hidden("valkey.sock"):
        _ask_valkey(house, "CLIENT KILL TYPE normal SKIPME yes", name="valkey.sock.hidden")
        time.sleep(60)
    return 1


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


@cell("PostgreSQL killed", doubtful=MOST, short=True)
def _postgres(house: House) -> int:
    for _ in range(3):
        house.kill("postgres")
        time.sleep(3)
    return 3


@cell("PostgreSQL 60 s away", doubtful=HANDFUL)
def _postgres_gone(house: House) -> int:
    with house.hidden(".s.PGSQL.5432"):
        house.hang_up()
        time.sleep(60)
    return 1


@cell("PostgreSQL does not answer for 20 s", doubtful=HANDFUL)
def _postgres_deaf(house: House) -> int:
    with house.frozen("postgres"):
        time.sleep(20)
    return 1


@cell("the database's disk full for 20 s", doubtful=HANDFUL, cramped=True)
def _disk_full(house: House) -> int:
    with house.full_disk():
        time.sleep(20)
    return 1


def _ask_valkey(house: House, command: str, *, name: str = "valkey.sock") -> None:
    with redis.Redis(unix_socket_path=str(house.run.data / "run" / name)) as valkey:
        valkey.execute_command(*command.split())
