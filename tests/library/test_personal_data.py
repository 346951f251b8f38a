"""What may tell who asked: found wherever it stands and however it is written; laws, money and dates are left alone."""

from __future__ import annotations

import time

import pytest

from requests_desk.library import personal_data
from requests_desk.library.personal_data import Known


def found(text: str, known: Known = personal_data.NOBODY) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in personal_data.find(text, known)]


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("Gọi lại số 0912345678 nhé", "phone", "0912345678"),
        ("Gọi 0912 345 678.", "phone", "0912 345 678"),
        ("Gọi 0912.345.678", "phone", "0912.345.678"),
        ("Gọi (0261) 3-821-999", "phone", "(0261) 3-821-999"),
        ("Zalo +84 912 345 678 ạ", "phone", "+84 912 345 678"),
        ("số 84912345678", "phone", "84912345678"),
        ("gọi +1 650 253 0000", "phone", "+1 650 253 0000"),
        ("gọi ０９１２３４５６７８", "phone", "０９１２３４５６７８"),
        ("điện thoại: 3821999", "phone", "3821999"),
        ("không chín một hai ba bốn năm sáu bảy tám", "phone", "không chín một hai ba bốn năm sáu bảy tám"),
        ("thư về an.nguyen+so@gmail.com nhé", "email", "an.nguyen+so@gmail.com"),
        ("an.nguyen [at] gmail.com", "email", "an.nguyen [at] gmail.com"),
        ("an.nguyen a còng gmail chấm com", "email", "an.nguyen a còng gmail chấm com"),
        ("MST 0101243150", "tax_code", "0101243150"),
        ("mã số thuế: 0101243150-001", "tax_code", "0101243150-001"),
        ("mã số doanh nghiệp 6001234567 cấp năm 2019", "tax_code", "6001234567"),
        ("CCCD số 001085012345", "id_number", "001085012345"),
        ("có 001085012345 là", "id_number", "001085012345"),
        ("CMND 245123456", "id_number", "245123456"),
        ("yêu cầu SCT-2026-000123 trước đây", "ticket_code", "SCT-2026-000123"),
        ("yêu cầu sct - 2026 - 123", "ticket_code", "sct - 2026 - 123"),
    ],
)
def test_it_finds_what_must_go(text: str, kind: str, place: str):
    assert found(text) == [(kind, place)]
    assert kind in personal_data.REFUSED


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("theo đơn của ông Nguyễn Văn A gửi", "person", "ông Nguyễn Văn A"),
        ("chị Hoa hỏi về", "person", "chị Hoa"),
        ("người nộp là Trần Thị Bích Ngọc.", "person", "Trần Thị Bích Ngọc"),
        ("Công ty TNHH Gỗ Vạn Phát Sơn hỏi", "organisation", "Công ty TNHH Gỗ Vạn Phát Sơn"),
        ("Công ty cổ phần thương mại Sao Mai hỏi", "organisation", "Công ty cổ phần thương mại Sao Mai"),
        ("HTX Nông nghiệp Tân Tiến hỏi", "organisation", "HTX Nông nghiệp Tân Tiến"),
        ("ở số 12/5 đường Lê Lợi, phường 1", "address", "số 12/5 đường Lê Lợi"),
        ("ở thôn 3, xã Ea Pô", "address", "thôn 3, xã Ea Pô"),
        ("tài khoản 1903456789012", "number", "1903456789012"),
    ],
)
def test_it_suggests_what_a_person_must_look_at(text: str, kind: str, place: str):
    assert found(text) == [(kind, place)]
    assert kind not in personal_data.REFUSED


@pytest.mark.parametrize(
    "text",
    [
        "Điều 14 Nghị định 105/2017/NĐ-CP ngày 14/9/2017 và Nghị định 17/2020/NĐ-CP",
        "Thông tư 15/2024/TT-BCT có hiệu lực từ 01.11.2026 đến 30.11.2026",
        "mức phí 1.500.000.000 đồng, 2.200.000 đồng mỗi cơ sở",
        "vốn tối thiểu 0101243150 đồng và 6001234567 VNĐ",
        "từ 01-01-2026 - 31-12-2026",
        "trong 05 ngày làm việc, từ 7h30 đến 11h30",
        "mã HS 8471.30.20 và 0902.10.10",
        "tổng đài 1900 6068 hoặc 1800 1091, đầu số 1022",
        "Luật Hợp tác xã năm 2023 và hợp tác xã nông nghiệp",
        "đường Trần Hưng Đạo, Thành phố Hồ Chí Minh, tỉnh Bà Rịa",
        "Kính gửi Quý Công ty, đề nghị Ông/Bà nộp hồ sơ",
        "Công ty TNHH, công ty cổ phần đều áp dụng",
    ],
)
def test_it_leaves_laws_money_dates_and_public_numbers_alone(text: str):
    assert found(text) == []


def test_it_lets_the_offices_own_hotline_and_address_stand():
    known = Known(own=("02613000000", "sct@phuson.example"))

    assert found("gọi 0261 3 000 000 hoặc +84 261 3000000, sct@phuson.example", known) == []


def test_it_knows_the_requester_however_the_name_is_written():
    known = Known(names=("Công ty TNHH Gỗ Vạn Phát Sơn", "Trần Thị B"), numbers=("6001.234.567",))

    said = found("go van phat son và TRẦN  THỊ B, số 6001234567", known)

    assert said == [("requester", "go van phat son"), ("requester", "TRẦN  THỊ B"), ("tax_code", "6001234567")]


def test_it_tells_several_numbers_side_by_side_apart():
    assert found("0912345678 0987654321") == [("phone", "0912345678"), ("phone", "0987654321")]


def test_it_shows_the_place_with_the_words_around_it():
    (place,) = personal_data.refused({"answer": "Đề nghị Quý đơn vị gọi 0912345678 để được hướng dẫn."})

    assert (place.field, place.text) == ("answer", "0912345678")
    assert place.before == "Đề nghị Quý đơn vị gọi "
    assert place.after == " để được hướng dẫn."


def test_it_asks_again_only_for_what_nobody_has_seen():
    seen = personal_data.suggested({"question": "Ông Nguyễn Văn A hỏi"})
    moved = personal_data.suggested({"question": "Hôm qua Ông Nguyễn Văn A hỏi"})
    more = personal_data.suggested({"question": "Ông Nguyễn Văn A và bà Lê Thị C hỏi"})

    assert personal_data.mark(seen) == personal_data.mark(moved) != personal_data.mark(more)


def test_it_reads_a_page_without_a_gap_in_no_time():
    begun = time.process_time()

    found("x" * 300_000)

    assert time.process_time() - begun < 5
