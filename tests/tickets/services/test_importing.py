"""An old register taken over: each row once whatever happens, nothing invented about the past, nothing of it sent."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils.translation import override

from notifications.models import Notification
from requests_desk.tickets.models import Event, Message, Register, Ticket
from requests_desk.tickets.queries import ledger, rebuilt
from requests_desk.tickets.register import files
from requests_desk.tickets.services import cycles, importing, refusing, reminders, taking_over
from requests_desk.tickets.services.cycles import Words
from sla.models import Breach, Milestone
from tests.sla.vietnam import local
from tests.support.cast import MORNING, Desk, later

HEAD = "STT,Ngày tiếp nhận,Doanh nghiệp,Điện thoại,Nội dung,Tình trạng,Ngày trả lời,Nội dung trả lời\n"
ROWS = [
    "1,01/03/2025 08:30,Công ty A,0950000001,Hỏi hồ sơ rượu,Đã trả lời,10/03/2025,Gồm ba giấy tờ",
    "2,23/11/2026 07:45,Công ty B,0950000002,Hỏi quy hoạch,Đang xử lý,,",
    "3,18/11/2026 09:00,Công ty C,0950000003,Hỏi giá điện,,,",
    "4,32/01/2026,Công ty D,0950000004,,hmm,,",
]


def a_file(*rows: str) -> io.BytesIO:
    return io.BytesIO((HEAD + "\n".join(rows or ROWS)).encode("utf-8-sig"))


def kept(desk: Desk, *rows: str, at: datetime = MORNING) -> Register:
    register, _is_new = importing.read(desk.agency, a_file(*rows), "so-2025.csv", by=desk.root, at=at)
    return register


def worked(register: Register, *, at: datetime = MORNING, moments: int = 100) -> Register:
    """Work until nothing is left, or for so many looks at the clock."""
    left = iter(range(moments))
    importing.work(register, clock=clock(at, left), until=at + timedelta(hours=1), progress=lambda _n: None)
    register.refresh_from_db()
    return register


def clock(at: datetime, left: object) -> Callable[[], datetime]:
    return lambda: at if next(left, None) is not None else at + timedelta(hours=2)  # type: ignore[call-overload]


def tried(desk: Desk, *rows: str) -> Register:
    register = kept(desk, *rows)
    return worked(importing.map_columns(register, register.mapping, channel="letter", at=MORNING))


def taken(desk: Desk, *rows: str) -> Register:
    return worked(importing.begin(tried(desk, *rows), at=MORNING))


def states(register: Register) -> list[str]:
    return list(register.rows.order_by("number").values_list("state", flat=True))


def test_it_reads_maps_and_tries_without_a_trace(desk):
    register = tried(desk)

    assert (register.step, states(register)) == ("checked", ["right", "right", "right", "wrong"])
    assert [row.is_open for row in register.rows.order_by("number")] == [False, True, True, False]
    assert set(register.rows.get(number=5).errors) == {"received_at", "text", "ending"}
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("language", "said"),
    [("vi", "Nội dung yêu cầu: Vui lòng nhập thông tin này"), ("en", "What they ask: This is needed")],
)
def test_it_says_what_is_wrong_in_the_language_of_the_reader(desk, language, said):
    register = tried(desk)

    with override(language):
        told = importing.said(register.rows.get(number=5))
        (mended,) = list(files.read(io.BytesIO(importing.wrong_rows(register)), "x.xlsx").rows)

    assert said in told
    assert mended[1][-1] == told


def test_it_takes_over_what_is_right_with_a_code_of_its_year_and_its_old_number(desk):
    register = taken(desk)

    assert (register.step, states(register)) == ("done", ["taken", "taken", "taken", "wrong"])
    found = Ticket.objects.order_by("received_at").values_list("code", "old_number", "state", "channel", "imported")
    assert list(found) == [
        ("SCT-2025-000001", "1", "closed", "letter", True),
        ("SCT-2026-000002", "3", "received", "letter", True),
        ("SCT-2026-000001", "2", "received", "letter", True),
    ]


def test_it_invents_no_miss_and_keeps_what_was_answered_for_what_had_ended(desk):
    taken(desk, ROWS[0])

    ticket = Ticket.objects.get()
    assert (ticket.received_at, ticket.closed_at) == (local("01/03/2025 08:30"), local("10/03/2025 17:00"))
    milestone = Milestone.objects.get()
    assert (milestone.met_at, milestone.end_reason, milestone.next_look_at) == (None, "imported", None)
    assert Message.objects.get().text.endswith("Gồm ba giấy tờ")
    assert reminders.sweep(at=later(hours=1)) == 0
    assert not Breach.objects.exists()


def test_it_sends_nothing_for_the_past_and_tells_once_what_is_overdue_now(desk):
    """P1, P6, N6."""
    taken(desk)
    assert not Notification.objects.exists()

    reminders.sweep(at=later(minutes=1))
    told = Notification.objects.filter(cause="alert:breach").count()
    reminders.sweep(at=later(minutes=2))

    overdue = Ticket.objects.get(old_number="3")
    breach = Breach.objects.get()
    assert (breach.due_at, breach.milestone) == (
        local("20/11/2026 09:00"),
        Milestone.objects.get(pk=breach.milestone_id),
    )
    assert overdue.next_due_at == breach.due_at
    assert told > 0
    assert Notification.objects.filter(cause="alert:breach").count() == told


def test_it_starts_the_true_clock_of_what_is_open(desk):
    taken(desk, ROWS[1])

    assert Ticket.objects.get().next_due_at == local("25/11/2026 07:45")


def test_it_writes_a_history_that_proves_itself(desk):
    taken(desk)

    kinds = list(Event.objects.filter(ticket__old_number="1").values_list("kind", flat=True).order_by("seq"))
    assert kinds == ["logged", "imported", "milestone_opened", "noted", "milestone_ended", "closed"]
    assert ledger.verify(on_progress=lambda _n: None).ok
    assert list(rebuilt.differing(on_progress=lambda _n: None)) == []


def test_it_makes_a_new_request_of_what_comes_after_a_closed_one(desk):
    """P7."""
    taken(desk, ROWS[0])

    after = cycles.message_received(Ticket.objects.get(), Words("Hỏi thêm"), by=desk.lan, at=later(hours=1))

    assert after.opened == "ticket"


def test_it_takes_each_row_once_however_often_it_is_told(desk):
    register = taken(desk)

    again, is_new = importing.read(desk.agency, a_file(), "khac.csv", by=desk.root, at=later(hours=1))
    worked(importing.begin(register, at=later(hours=1)) if register.step != "done" else register)

    assert (again, is_new) == (register, False)
    assert Ticket.objects.count() == 3


def test_it_knows_the_rows_of_a_mended_file_that_were_taken_before(desk):
    taken(desk)
    mended = [*ROWS[:3], "4,31/01/2026,Công ty D,0950000004,Hỏi phí,Đã trả lời,,"]

    register = taken(desk, *mended)

    assert states(register) == ["known", "known", "known", "taken"]
    assert Ticket.objects.count() == 4


def test_it_knows_a_row_that_stands_twice_in_one_file(desk):
    assert states(taken(desk, ROWS[0], ROWS[0])) == ["taken", "known"]


@pytest.mark.parametrize("moments", [3, 4, 6])
def test_it_goes_on_where_it_stopped(desk, moments):
    rows = [f"{n},0{n % 9 + 1}/03/2025,Công ty {n},09500000{n:02},Câu hỏi {n},Đã trả lời,," for n in range(50)]
    register = importing.begin(tried(desk, *rows), at=MORNING)

    worked(register, moments=moments)
    assert Ticket.objects.count() < 50
    worked(register)

    assert Ticket.objects.count() == 50
    assert set(states(register)) == {"taken"}


def test_it_loses_nothing_to_a_crash_in_the_middle_of_a_row(desk, monkeypatch):
    register = importing.begin(tried(desk), at=MORNING)
    real = taking_over.due.refresh

    def killed(ticket: Ticket) -> None:
        if ticket.old_number == "2":
            raise KeyboardInterrupt
        real(ticket)

    monkeypatch.setattr(taking_over.due, "refresh", killed)
    with pytest.raises(KeyboardInterrupt):
        worked(register)
    monkeypatch.undo()
    worked(register)

    assert states(register) == ["taken", "taken", "taken", "wrong"]
    assert Ticket.objects.count() == 3


def test_it_gives_back_what_is_wrong_as_a_file_that_reads_again(desk):
    raw = importing.wrong_rows(tried(desk))

    table = files.read(io.BytesIO(raw), "can-sua.xlsx")
    ((_number, cells),) = list(table.rows)
    assert cells[:2] == ["4", "32/01/2026"]
    assert "Thời điểm tiếp nhận" in cells[-1]


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"text": 4}, "received_at"),
        ({"text": 4, "received_at": 4}, "mapping"),
        ({"text": 4, "received_at": 99}, "mapping"),
    ],
)
def test_it_refuses_a_mapping_that_cannot_be(desk, mapping, field):
    with pytest.raises(refusing.Refused) as error:
        importing.map_columns(kept(desk), mapping, channel="letter", at=MORNING)

    assert list(error.value.fields) == [field]


def test_it_takes_nothing_over_untried(desk):
    with pytest.raises(refusing.Refused):
        importing.begin(kept(desk), at=MORNING)


def test_it_seals_what_is_sealed_by_its_kind(desk):
    head = "Ngày,Nội dung,Loại\n"
    register, _new = importing.read(
        desk.agency, io.BytesIO(f"{head}01/03/2025,Đơn tố cáo,Tố cáo\n".encode()), "a.csv", by=desk.root, at=MORNING
    )
    worked(importing.map_columns(register, register.mapping, channel="letter", at=MORNING))
    worked(importing.begin(register, at=MORNING))

    assert Ticket.objects.get().sealed
