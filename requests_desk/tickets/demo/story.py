"""What happened to the invented requests before the desk was first opened, and what is about to happen.

Each row is shifted to the moment of the first start. Three of them are timed so that within three minutes of watching a
reminder fires, a breach alert goes out and a promised time falls due, by the real timer at whatever hour it is. No
reminder rings in a closed office (N1): there the first is of a request logged at the start, whose reminder was due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

HOUR = timedelta(hours=1)
PROMISE = 48 * HOUR
# The desk needs a moment to come up after its data is there; the three events are counted from then.
TO_COME_UP = timedelta(seconds=25)
REMINDER_IN, BREACH_IN, PROMISED_IN = (TO_COME_UP + timedelta(seconds=s) for s in (35, 70, 105))


@dataclass(frozen=True, slots=True)
class Act:
    """Something an officer did, so long after receipt: `kind` of reply, `close`, or `ask` another unit for its part.

    `items` are the questions a reply settles, all where it names none; `unit` is who is asked.
    """

    after: timedelta
    by: str
    kind: str
    text: str
    promised_in: timedelta | None = None  # from the first start
    ending: str = ""
    items: tuple[int, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One sample: how long ago it came in, who holds it, and what they did."""

    sample: str
    ago: timedelta
    unit: str = ""
    officer: str = ""
    acts: tuple[Act, ...] = field(default_factory=tuple)
    # Why it is logged only at the first start, where its reminder could not fall due then.
    late_reason: str = ""


def _answered(after: timedelta, by: str, text: str) -> tuple[Act, ...]:
    return (Act(after, by, "answer", text), Act(after + HOUR, by, "close", "", ending="answered"))


def _interim(after: timedelta, by: str, text: str, promised_in: timedelta) -> tuple[Act, ...]:
    return (Act(after, by, "interim", text, promised_in),)


ROWS: tuple[Row, ...] = (
    # The three to watch.
    Row("SR-31", PROMISE / 2 - REMINDER_IN, "QLTM", "minh", late_reason="Nhập lại từ sổ trực"),
    Row("SR-03", PROMISE - BREACH_IN, "QLTM", "minh"),
    Row(
        "SR-37",
        120 * HOUR,
        "QLCN",
        "hoa",
        _interim(30 * HOUR, "hoa", "Đã gửi lấy ý kiến của Sở Xây dựng và Công an tỉnh.", PROMISED_IN),
    ),
    # Open, each at another distance from its deadline.
    Row("SR-18", 0.2 * HOUR),
    Row("SR-30", 1 * HOUR, "QLTM"),
    Row("SR-09", 3 * HOUR, "QLTM", "minh"),
    Row("SR-19", 7 * HOUR, "KTAT"),
    Row("SR-06", 12 * HOUR, "QLTM", "minh"),
    Row("SR-25", 17 * HOUR),
    Row("SR-35", 22 * HOUR, "QLTM", "minh"),
    Row("SR-33", 29 * HOUR, "QLTM", "minh"),
    Row("SR-16", 35 * HOUR, "VP", "lan"),
    Row("SR-39", 41 * HOUR, "VP", "lan"),
    Row("SR-40", 44.5 * HOUR, "QLCN", "hoa"),
    # Progress notified, the promised time still to come.
    Row("SR-07", 70 * HOUR, "VP", "lan", _interim(26 * HOUR, "lan", "Đang tổng hợp danh mục quỹ đất.", 50 * HOUR)),
    Row(
        "SR-21", 90 * HOUR, "QLNL", "tuan", _interim(40 * HOUR, "tuan", "Đã rà soát năm trên chín nội dung.", 20 * HOUR)
    ),
    # Answered in part, while another unit is asked for the rest.
    Row(
        "SR-28",
        100 * HOUR,
        "VP",
        "lan",
        (
            *_interim(47 * HOUR, "lan", "Đã chia nội dung cho bốn phòng.", 100 * HOUR),
            Act(70 * HOUR, "lan", "answer", "Quỹ đất và chi phí gian hàng như biểu gửi kèm.", items=(1, 3)),
            Act(80 * HOUR, "lan", "ask", "Đề nghị cho ý kiến về giá điện giờ cao điểm.", 60 * HOUR, unit="QLNL"),
        ),
    ),
    # Missed, and one of them still open.
    Row("SR-13", 53 * HOUR, "VP", "lan"),
    Row(
        "SR-12",
        200 * HOUR,
        "VP",
        "binh",
        (
            Act(60 * HOUR, "an", "transfer", "Đơn được chuyển đến cơ quan có thẩm quyền giải quyết khiếu nại."),
            Act(61 * HOUR, "binh", "close", "", ending="transferred"),
        ),
    ),
    # Sealed: only the leadership sees it.
    Row("SR-10", 20 * HOUR),
    # Answered in time.
    Row(
        "SR-01",
        260 * HOUR,
        "QLCN",
        "hoa",
        _answered(20 * HOUR, "hoa", "Quyết định phê duyệt được gửi kèm; còn 12,4 ha đất trống."),
    ),
    Row(
        "SR-24",
        230 * HOUR,
        "QLCN",
        "hoa",
        _answered(5 * HOUR, "hoa", "Đã ghi nhận phần bổ sung và trả lời tại yêu cầu trước."),
    ),
    Row("SR-22", 180 * HOUR, "QLCN", "hoa", _answered(2 * HOUR, "hoa", "Nội dung đã trả lời, xin gửi lại đường dẫn.")),
    Row(
        "SR-04",
        170 * HOUR,
        "QLTM",
        "minh",
        _answered(30 * HOUR, "minh", "Đăng ký tại UBND xã, không thu phí; mẫu đơn nhận tại Sở."),
    ),
    Row(
        "SR-15",
        150 * HOUR,
        "VP",
        "lan",
        _answered(25 * HOUR, "lan", "Sở không xác nhận; ưu đãi thuế do cơ quan thuế hướng dẫn."),
    ),
    Row("SR-34", 140 * HOUR, "QLNL", "tuan", _answered(9 * HOUR, "tuan", "Đã báo Công ty Điện lực; đội xử lý đã đến.")),
    Row("SR-38", 130 * HOUR, "VP", "lan", _answered(4 * HOUR, "lan", "Đã gỡ thông tin khỏi trang công khai.")),
)
# The spam of the samples ends as spam.
SPAM = Row("SR-27", 160 * HOUR, "VP", "lan", (Act(3 * HOUR, "lan", "close", "Quảng cáo", ending="spam"),))
