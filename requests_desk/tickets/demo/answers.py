"""Invented published answers of the invented department: laws are named as an office would, none of it is advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from requests_desk.library.models import AnswerCount
from requests_desk.library.personal_data import NOBODY
from requests_desk.library.services import answers
from requests_desk.library.services.answers import Texts
from requests_desk.tickets.demo.people import House


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: of which field and unit, how many days ago it was published, and how it fared."""

    field: str
    unit: str
    days_ago: int
    read: int
    useful: int
    title: str
    question: str
    answer: str
    state: str = "published"
    correction: str = ""


TOLD = (
    Told(
        "cap_phep",
        "QLTM",
        61,
        412,
        37,
        "Gia hạn giấy phép bán buôn rượu",
        "Giấy phép bán buôn rượu sắp hết hạn thì hồ sơ cấp lại gồm những gì, nộp ở đâu?",
        "Trước khi giấy phép hết hạn 30 ngày, thương nhân nộp hồ sơ đề nghị cấp lại, gồm:\n"
        "1. Đơn đề nghị theo mẫu;\n2. Bản sao giấy phép đã cấp;\n"
        "3. Hợp đồng hoặc giấy xác nhận của nhà cung cấp rượu.\n\n"
        "Hồ sơ nộp tại Trung tâm Phục vụ hành chính công tỉnh hoặc trên Cổng Dịch vụ công quốc gia. "
        "Thời hạn giải quyết là 07 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ.",
        correction="Sửa thời hạn nộp hồ sơ từ 15 ngày thành 30 ngày trước khi hết hạn.",
    ),
    Told(
        "cap_phep",
        "QLTM",
        55,
        298,
        21,
        "Điều kiện cửa hàng bán lẻ xăng dầu",
        "Mở cửa hàng bán lẻ xăng dầu cần đáp ứng những điều kiện nào?",
        "Cửa hàng phải phù hợp quy hoạch, có thiết kế và trang thiết bị theo quy chuẩn kỹ thuật quốc gia, "
        "nhân viên được huấn luyện về phòng cháy, chữa cháy và bảo vệ môi trường, "
        "và có hợp đồng với thương nhân đầu mối hoặc thương nhân phân phối.",
    ),
    Told(
        "quy_hoach",
        "QLCN",
        48,
        533,
        44,
        "Thuê đất trong cụm công nghiệp",
        "Doanh nghiệp muốn thuê đất trong cụm công nghiệp thì xem quỹ đất còn trống ở đâu và liên hệ ai?",
        "Danh mục cụm công nghiệp còn quỹ đất được cập nhật hằng quý trên trang của Sở, mục Quy hoạch. "
        "Doanh nghiệp liên hệ chủ đầu tư hạ tầng của cụm để thỏa thuận vị trí, giá thuê; "
        "Sở cung cấp thông tin quy hoạch chi tiết khi có yêu cầu.",
    ),
    Told(
        "dien_nang_luong",
        "QLNL",
        41,
        367,
        29,
        "Lắp điện mặt trời mái nhà tự sản xuất, tự tiêu thụ",
        "Nhà xưởng muốn lắp điện mặt trời mái nhà để tự dùng thì có phải xin phép không?",
        "Trường hợp tự sản xuất, tự tiêu thụ, không đấu nối hoặc không bán điện dư, tổ chức, cá nhân thông báo với Sở "
        "trước khi lắp đặt và bảo đảm an toàn điện, an toàn công trình, phòng cháy, chữa cháy. "
        "Trường hợp bán điện dư lên lưới, thực hiện đăng ký phát triển theo quy định.",
    ),
    Told(
        "dien_nang_luong",
        "QLNL",
        37,
        118,
        8,
        "Đề nghị nâng cấp lưới điện cho cơ sở sản xuất",
        "Điện yếu vào giờ cao điểm làm hỏng thiết bị, doanh nghiệp đề nghị nâng cấp lưới điện ở đâu?",
        "Doanh nghiệp gửi đề nghị đến đơn vị điện lực quản lý khu vực, đồng thời gửi Sở để theo dõi, đôn đốc. "
        "Đề nghị nêu công suất hiện tại, công suất dự kiến và sơ đồ vị trí đấu nối.",
    ),
    Told(
        "hoa_chat",
        "KTAT",
        33,
        96,
        7,
        "Huấn luyện an toàn hóa chất",
        "Cơ sở dùng hóa chất trong sản xuất phải huấn luyện an toàn cho những ai, bao lâu một lần?",
        "Người quản lý, người phụ trách an toàn và người lao động trực tiếp tiếp xúc với hóa chất phải được huấn luyện "
        "ít nhất 02 năm một lần. Cơ sở tự tổ chức hoặc thuê đơn vị huấn luyện và lưu hồ sơ 03 năm.",
    ),
    Told(
        "xuat_nhap_khau",
        "QLTM",
        29,
        274,
        25,
        "Xin giấy chứng nhận xuất xứ hàng hóa (C/O)",
        "Doanh nghiệp lần đầu xuất khẩu thì xin C/O ở đâu, cần đăng ký gì trước?",
        "Trước lần đầu, thương nhân đăng ký hồ sơ thương nhân trên hệ thống eCoSys của Bộ Công Thương. "
        "Sau đó khai đề nghị cấp C/O trên hệ thống, kèm hóa đơn, vận đơn và tờ khai hải quan. "
        "Hồ sơ điện tử hợp lệ được giải quyết trong 06 giờ làm việc.",
    ),
    Told(
        "thuong_mai_dien_tu",
        "QLTM",
        24,
        189,
        13,
        "Thông báo website bán hàng với Bộ Công Thương",
        "Hợp tác xã có trang web giới thiệu và bán sản phẩm thì có phải thông báo không?",
        "Website có chức năng đặt hàng trực tuyến phải thông báo trên cổng Quản lý hoạt động thương mại điện tử. "
        "Website chỉ giới thiệu sản phẩm, không đặt hàng được thì không phải thông báo.",
    ),
    Told(
        "xuc_tien_thuong_mai",
        "QLTM",
        19,
        143,
        11,
        "Hỗ trợ gian hàng tại hội chợ trong nước",
        "Doanh nghiệp nhỏ tham gia hội chợ được hỗ trợ chi phí gian hàng thế nào?",
        "Doanh nghiệp đăng ký theo thông báo của từng hội chợ trên Trang thông tin điện tử của Sở. "
        "Mức hỗ trợ tối đa 50 % chi phí thuê gian hàng, không quá 10.000.000 đồng một đơn vị, theo dự toán được duyệt.",
    ),
    Told(
        "thuong_mai_noi_dia",
        "QLTM",
        12,
        87,
        6,
        "Đăng ký chương trình khuyến mại",
        "Chương trình khuyến mại nào phải đăng ký, chương trình nào chỉ cần thông báo?",
        "Khuyến mại mang tính may rủi phải đăng ký với Sở trước khi thực hiện. "
        "Các hình thức khác thông báo chậm nhất 03 ngày làm việc trước khi bắt đầu, "
        "trừ chương trình có tổng giá trị giải thưởng dưới 100.000.000 đồng.",
    ),
    Told(
        "uu_dai_dau_tu",
        "VP",
        6,
        52,
        4,
        "Hỗ trợ chuyển đổi số cho doanh nghiệp nhỏ và vừa",
        "DNNVV muốn được hỗ trợ chi phí phần mềm quản lý thì nộp hồ sơ ở đâu?",
        "Hồ sơ nộp tại Sở Tài chính, cơ quan đầu mối hỗ trợ doanh nghiệp nhỏ và vừa của tỉnh. "
        "Sở Công Thương cung cấp danh mục giải pháp đã được công bố khi doanh nghiệp yêu cầu.",
    ),
    Told(
        "cap_phep",
        "QLTM",
        2,
        0,
        0,
        "Giấy phép bán lẻ sản phẩm thuốc lá",
        "Cửa hàng tạp hóa muốn bán thuốc lá cần giấy phép gì?",
        "Cửa hàng cần giấy phép bán lẻ sản phẩm thuốc lá do Ủy ban nhân dân cấp xã cấp, "
        "địa điểm bán cách cổng trường học ít nhất 100 mét.",
        state="submitted",
    ),
    Told(
        "quy_hoach",
        "QLCN",
        1,
        0,
        0,
        "Xem quy hoạch cụm công nghiệp của tỉnh",
        "Doanh nghiệp xem bản đồ quy hoạch cụm công nghiệp ở đâu?",
        "Bản đồ quy hoạch đăng trên Trang thông tin điện tử của Sở, mục Quy hoạch, kế hoạch.",
        state="draft",
    ),
)


def fill(house: House, *, at: datetime) -> None:
    """Write them all at their moments, each by an officer of its unit and published by its head or the chief."""
    writers = {"QLTM": ("minh", "dung"), "QLCN": ("hoa", "thao"), "QLNL": ("tuan", "binh")}
    for told in TOLD:
        writer, head = (house.people[name] for name in writers.get(told.unit, ("lan", "binh")))
        texts = Texts(told.title, told.question, told.answer, told.field, house.units[told.unit])
        moment = at - timedelta(days=told.days_ago)
        answer = answers.write(house.agency, texts, by=writer, at=moment)
        if told.state == "draft":
            continue
        answer = answers.submit(answer, known=NOBODY, by=writer, at=moment + timedelta(minutes=5))
        if told.state == "submitted":
            continue
        answers.publish(answer, known=NOBODY, by=head, at=moment + timedelta(hours=3))
        AnswerCount.objects.filter(pk=answer.pk).update(
            views=told.read, useful=told.useful, not_useful=told.useful // 9, reused=told.read // 60
        )
        if told.correction:
            at_ = moment + timedelta(days=9)
            answers.correct(answer, texts, told.correction, known=NOBODY, by=head, at=at_)
