"""What a mail says anew stands; what it quotes and how it signs off folds away; nothing is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_desk.tickets import folding

OLD = "Kính gửi Quý Công ty, hồ sơ gồm ba giấy tờ."


@pytest.mark.parametrize(
    "rest",
    [
        f"Vào Th 2, 23 thg 11, 2026 vào lúc 08:00 Sở Công Thương <desk@so.example> đã viết:\n\n> {OLD}",
        f"Vào 08:00, Th 2, 23 thg 11, 2026 Sở Công Thương tỉnh Phú Sơn\n<desk@so.example> đã viết:\n> {OLD}",
        f"On Mon, Nov 23, 2026 at 8:00 AM Desk <desk@so.example> wrote:\n> {OLD}",
        f"Ngày 23/11/2026 08:00, Desk viết:\n{OLD}",
        f"-----Original Message-----\nFrom: desk@so.example\nSent: Monday\n\n{OLD}",
        f"-----Thư gốc-----\n{OLD}",
        f"Từ: desk@so.example\nĐã gửi: Thứ Hai, 23 Tháng Mười Một 2026\nĐến: b@x.example\nChủ đề: Re: hỏi\n\n{OLD}",
        f"________________________________\nFrom: Desk\nSent: Monday\nTo: B\nSubject: Re\n\n{OLD}",
        f"*Từ:* Desk\n*Ngày:* 23/11\n*Tới:* b@x.example\n*Tiêu đề:* Re\n{OLD}",
        f"> {OLD}\n> dòng hai",
        "-- \nTrần Thị B\nCông ty TNHH Gỗ",
        "Gửi từ iPhone của tôi",
        "Sent from my iPhone",
        "Được gửi từ thiết bị Samsung Galaxy",
        "Lấy Outlook cho Android<https://aka.ms/x>",
    ],
)
def test_it_folds_away_what_is_not_new(rest):
    text = f"Cảm ơn, tôi còn hỏi thêm.\n\n{rest}"

    assert folding.said(text) == "Cảm ơn, tôi còn hỏi thêm."
    assert "".join(piece.text for piece in folding.fold(text)) == text


def test_it_hears_who_answers_between_the_lines():
    text = "Vào Th 2, 23 thg 11 Desk <d@so.example> đã viết:\n> Một?\nCó.\n> Hai?\nKhông."

    assert folding.said(text) == "Có.\nKhông."


@pytest.mark.parametrize(
    "text",
    [
        "Vào lúc 8 giờ hôm nay tôi đã đến Sở.\nKhông ai tiếp.",
        "Từ: ngày mai\ntôi nghỉ.",
        "---------- Forwarded message ---------\nFrom: a@x.example\n\nHỏi về giấy phép.",
        "> chỉ có trích dẫn",
        "",
        "- gạch đầu dòng\n-- và hai gạch",
    ],
)
def test_it_folds_nothing_that_is_all_there_is_to_read(text):
    assert folding.said(text) == text.strip()


@given(
    st.lists(st.sampled_from(["> a", "b", "", "-- ", "On x y z wrote:", "From: x", "Sent: y", "To: z", "Vào x y z"]))
)
def test_it_never_cuts_a_letter(lines):
    text = "\n".join(lines)

    assert "".join(piece.text for piece in folding.fold(text)) == text


@pytest.mark.parametrize(
    ("text", "order"),
    [("Trả lời\nXong.", "Xong."), ("TRA LOI:\n\nXong.", "Xong."), ("Answer\nDone", "Done"), ("Trả lời xong rồi", None)],
)
def test_it_reads_an_order_in_the_first_line(text, order):
    assert folding.order_of(text, ("tra loi", "answer")) == order
