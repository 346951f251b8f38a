"""Mail: a hundred mails from their bytes to requests, raw kept, beside the bare parse of the library."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import compat32

from django.utils import timezone

from requests_desk.doors.mail import pipeline
from requests_desk.doors.mail.bounded import Reader
from requests_desk.tickets.models import Mail, Mailbox
from requests_desk.tickets.services import mails
from tests.support.cast import Desk
from tests.support.raw_mail import a_mail
from tools.bench.measure import Row, both

MANY = 100
TEXT = "Kính gửi Quý Sở,\n\nCông ty chúng tôi đề nghị được hướng dẫn hồ sơ gia hạn giấy phép.\n\n" * 5
_turns = itertools.count()


def rows(desk: Desk) -> Iterator[Row]:
    """Measure mails kept raw and read in the child, and the whole way to requests with their receipts; one worker."""
    mailbox = Mailbox.objects.create(agency=desk.agency, address="bench@so.example", take_from_at=timezone.now())
    with Reader() as reader:
        yield _row(f"{MANY} mails kept raw and read", lambda: _read(mailbox, reader))
        yield _row(f"{MANY} mails to requests", lambda: _taken_in(mailbox, reader))


def _row(work: str, ours: Callable[[], None]) -> Row:
    taken, floor = both(ours, _bare_parse, times=3)
    rate = round(MANY * 1000 / taken.median)
    return Row(work, "ms", taken, floor, "the library's bare parse", note=f"{rate} mails/s")


def _read(mailbox: Mailbox, reader: Reader) -> None:
    at = timezone.now()
    for raw in _mails():
        mail, _is_new = mails.store(mailbox, raw, received_at=at, at=at)
        mails.keep_parsed(mail, reader.read(mails.raw_of(mail)), at=at)
    Mail.objects.filter(mailbox=mailbox, next_look_at__isnull=False).update(state="done", next_look_at=None)


def _taken_in(mailbox: Mailbox, reader: Reader) -> None:
    at = timezone.now()
    for raw in _mails():
        mails.store(mailbox, raw, received_at=at, at=at)
    assert pipeline.take_all(reader, clock=timezone.now) == MANY


def _mails() -> list[bytes]:
    turn = next(_turns)
    return [
        a_mail(TEXT, From=f"Doanh nghiep {n} <dn{turn}-{n}@khach.example>", Subject=f"Hoi {turn} {n}")
        for n in range(MANY)
    ]


def _bare_parse() -> None:
    for raw in _mails():
        message = message_from_bytes(raw, policy=compat32)
        str(message.get_payload(decode=True), "utf-8")
