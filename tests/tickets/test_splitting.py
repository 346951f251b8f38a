"""What a business asks in one letter, one by one; what merely holds numbers is asked once."""

from __future__ import annotations

import unicodedata
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_desk.tickets.demo import samples
from requests_desk.tickets.splitting import MOST, questions, split

SAMPLES = {sample.id: sample.request.text for sample in samples.read()}
NUMBERED_SAMPLES = {"SR-01": 3, "SR-07": 4, "SR-28": 4}

# Pieces of letters and calls: numbers that count questions, and numbers that count anything else.
PIECES = st.sampled_from(
    "1. |2. |3)|(1)|(2) |a) |b)|đ. |Câu 1: |câu hỏi 2.|Thứ nhất, |Thứ hai, |- |+|Một là |Hai là |First, |\n|\n\n| |"
    "Điều 1.|khoản 2 |12/02/2027|1.500,5 đồng|0950000001|Giá thuê bao nhiêu?|Nộp ở đâu|Trân trọng.|Căn cứ:|Tên: X|; |"
    "và |\u0302|\r\n|\x85".split("|")
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Kính gửi Sở.\n1. Giá thuê?\n2. Nộp ở đâu?", ("Giá thuê?", "Nộp ở đâu?")),
        ("Hỏi:\n1) giá thuê\n2) nơi nộp", ("giá thuê", "nơi nộp")),
        ("1/ Thuế suất?\n2/ Hồ sơ?", ("Thuế suất?", "Hồ sơ?")),
        ("1 - Giá thuê\n2 - Nơi nộp", ("Giá thuê", "Nơi nộp")),
        ("1.Giá thuê\n2.Nơi nộp", ("Giá thuê", "Nơi nộp")),
        ("Câu 1: A là gì?\nCâu 2: B ở đâu?", ("A là gì?", "B ở đâu?")),
        ("Câu hỏi 1. A là gì?\nCâu hỏi 2. B ở đâu?", ("A là gì?", "B ở đâu?")),
        ("Câu hỏi số 1) A?\nCâu hỏi số 2) B?", ("A?", "B?")),
        ("cau 1: co can giay phep ko? cau 2: nop o dau?", ("co can giay phep ko?", "nop o dau?")),
        ("Nội dung 1: quy hoạch.\nNội dung 2: giá đất.", ("quy hoạch.", "giá đất.")),
        ("Thứ nhất, giá thuê đất. Thứ hai, thời hạn thuê.", ("giá thuê đất.", "thời hạn thuê.")),
        ("Một là, xin giá.\nHai là, xin sơ đồ.", ("xin giá.", "xin sơ đồ.")),
        ("a) giá\nb) hạn\nc) phí\nd) nơi\nđ) ai\ne) khi nào", ("giá", "hạn", "phí", "nơi", "ai", "khi nào")),
        ("a. giá\nb. hạn\nc. phí\nd. nơi\ne. ai", ("giá", "hạn", "phí", "nơi", "ai")),
        ("Cho hỏi (1) giá; (2) hạn; và (3) nơi nộp", ("giá", "hạn", "nơi nộp")),
        ("Xin hỏi: 1. Giá bao nhiêu? 2. Nộp ở đâu? Xin cảm ơn.", ("Giá bao nhiêu?", "Nộp ở đâu?")),
        ("First, what is the fee? Second, where do we file?", ("what is the fee?", "where do we file?")),
        ("- Giá bao nhiêu?\n- Nộp ở đâu?", ("Giá bao nhiêu?", "Nộp ở đâu?")),
        # What belongs to a question stays with it.
        ("1. Giá:\na) đất\nb) nhà\n2. Hạn", ("Giá:\na) đất\nb) nhà", "Hạn")),
        ("1) Danh sách\n1.1) phụ lục\n2) Bản đồ", ("Danh sách\n1.1) phụ lục", "Bản đồ")),
        ("1. Giá 1.500.000 đồng đúng không?\n2. Ngày 12/02/2027 hết hạn?", None),
        ("1. Theo Điều 2. Luật A thì sao?\n2. Khoản 3. thì sao?", None),
        # The letter takes its leave after the last one.
        ("1. Giá?\n2. Hạn?\n\nTrần Thị B\nLô A3", ("Giá?", "Hạn?")),
        ("1. Giá\n2. Hạn\nEm cảm ơn ạ", ("Giá", "Hạn")),
        # Grounds first, questions after.
        ("Căn cứ:\n1. Luật A\n2. Luật B\nXin hỏi:\n1. Được không?\n2. Bao lâu?", ("Được không?", "Bao lâu?")),
    ],
)
def test_it_finds_each_question(text, asked):
    found = questions(text)

    assert found == asked if asked else len(found) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hồ sơ gồm những gì?",
        "1. Hồ sơ gồm những gì?",
        "Theo Điều 1. và Khoản 2. của Nghị định 98/2020/NĐ-CP thì sao?",
        "Theo điểm (a) khoản (1), điểm (b) khoản (2) thì được miễn không?",
        "Điều 5. Phạm vi\n1. Tổ chức trong nước\n2. Cá nhân nước ngoài",
        "Hạn 1/12 hay 2/12? Từ 1. 2. đến 3.",
        "Diện tích 1,5 ha, giá 1.200.000 đồng, lúc 1:30 hoặc 2:30.",
        "Gọi 0950000001 hoặc 0950.000.002.",
        "Tôi đến thứ hai, ngày 23/11. Thứ ba có mở cửa không?",
        "Gọi lại trước 15h. 2 người cùng đi.",
        "Gửi kèm theo:\n1. Đơn đề nghị\n2. Bản sao giấy phép",
        "1. Tên doanh nghiệp: X\n2. Địa chỉ: Y\n3. Xin hỏi giá",
        "- Bản sao giấy phép\n- Sơ đồ vị trí",
        "1.\n2.\n3.",
        "\n".join(f"{number}. Dòng {number}" for number in range(1, MOST + 2)),
    ],
)
def test_it_leaves_whole_what_asks_once(text):
    assert questions(text) == ()


@pytest.mark.parametrize(("sample_id", "text"), SAMPLES.items())
def test_it_splits_the_samples_that_number_their_questions_and_no_other(sample_id, text):
    assert len(questions(text)) == NUMBERED_SAMPLES.get(sample_id, 0)


def test_it_keeps_what_leads_to_the_questions_and_what_follows_them():
    found = split(SAMPLES["SR-01"])

    assert found.before.endswith("các thông tin sau:\n")
    assert [one.marker for one in found.questions] == ["1.", "2.", "3."]
    assert found.after.startswith("\nRất mong nhận được phản hồi")


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_it_loses_no_text(text):
    found = split(text)

    assert found.joined == text
    assert len(found.questions) != 1
    assert all(one.text and one.text in one.body for one in found.questions)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_it_finds_the_same_again_in_what_it_joined(text):
    found = split(unicodedata.normalize("NFC", text))

    assert split(found.joined) == found


@pytest.mark.parametrize("piece", ["1. a\n", "- a?\n", "thứ nhất, ", "câu ", "\n", "(", "1. a\n2. " + " " * 90, "x? "])
def test_it_reads_the_longest_text_at_once(piece):
    began = process_time()

    split(piece * (50_000 // len(piece)))

    assert process_time() - began < 2
