"""The word lists that come with the product: Vietnamese as businesses write it, until an agency keeps its own."""

from __future__ import annotations

from requests_desk.tickets.words import About, Kind

KINDS: dict[str, str] = {
    Kind.HARASSMENT: "nhũng nhiễu\nsách nhiễu\nvòi vĩnh\nlót tay\nhối lộ\nphong bì\ngợi ý bồi dưỡng\n"
    "phiền hà\ngây khó dễ\nchi phí không chính thức",
    Kind.DENUNCIATION: "tố cáo\nđơn tố cáo\ntố giác\nhành vi vi phạm pháp luật của cán bộ",
    Kind.COMPLAINT: "khiếu nại\nđơn khiếu nại\nkhông đồng ý với quyết định\nkhông đồng ý với văn bản\nkhông đồng ý với "
    "kết luận",
    Kind.PERSONAL_DATA: "dữ liệu cá nhân\nxóa dữ liệu\ngỡ tên\ngỡ thông tin của tôi\nthông tin cá nhân của tôi\n"
    "rút lại sự đồng ý\nchủ thể dữ liệu",
    Kind.PROCEDURE: "kính nộp hồ sơ\nnộp kèm hồ sơ đề nghị cấp\nđơn đề nghị cấp\ngửi hồ sơ đề nghị cấp",
    Kind.FEEDBACK: "phản ánh\nkiến nghị\nvướng mắc\nđề nghị kiểm tra\nđề nghị sửa\nbị nghiêng\như hỏng\nmất điện\n"
    "cắt điện\nsự cố điện\nô nhiễm\nhàng giả\nbáo điện lực",
}
# Codes of fields that departments of industry and trade share; another agency's fields begin with their own name.
FIELDS: dict[str, str] = {
    "quy_hoach": "quy hoạch\ncụm công nghiệp\nkhu công nghiệp\nđất công nghiệp\nquỹ đất\nhạ tầng cụm",
    "cap_phep": "giấy phép\ngiấy chứng nhận đủ điều kiện\nbán buôn rượu\nbán lẻ rượu\nxăng dầu\nthuốc lá\nlpg\n"
    "khí đốt\nan toàn thực phẩm\ntrạm nạp",
    "xuc_tien_thuong_mai": "hội chợ\ntriển lãm\nphiên chợ\nkhuyến mại\ngian hàng\nxúc tiến thương mại\n"
    "kết nối cung cầu",
    "xuat_nhap_khau": "xuất khẩu\nnhập khẩu\nchứng nhận xuất xứ\nfree sale\nlưu hành tự do\nhải quan\nđã qua sử dụng",
    "uu_dai_dau_tu": "ưu đãi đầu tư\nhỗ trợ đầu tư\ninvestment incentives\ntax incentives\nindustrial clusters\n"
    "kêu gọi đầu tư\nthu hút đầu tư",
    "uu_dai_thue": "ưu đãi thuế\nmiễn thuế\ngiảm thuế\nthuế suất\nthuế thu nhập doanh nghiệp",
    "thuong_mai_noi_dia": "chợ\ntiểu thương\nthuê sạp\nbình ổn giá\nsiêu thị\nhàng giả\nniêm yết giá",
    "thuong_mai_dien_tu": "thương mại điện tử\nwebsite\nsàn giao dịch\nonline gov vn\nbán hàng trực tuyến",
    "dau_thau": "đấu thầu\nmời thầu\nnhà thầu\ngói thầu\ngói mua sắm",
    "ngan_sach": "ngân sách\nquyết toán\nthu chi\ndự toán ngân sách\ncông khai tài chính",
    "lao_dong": "giấy phép lao động\nngười lao động\nviệc làm\nlao động nước ngoài\nchuyên gia nước ngoài",
    "hoa_chat": "hóa chất\nsự cố hóa chất\ntiền chất\nvật liệu nổ\nNaOH\nH2SO4",
    "dien_nang_luong": "điện lực\ngiá điện\nđiện mặt trời\ncột điện\ntrạm biến áp\ntiết kiệm năng lượng\nmất điện\n"
    "cắt điện",
    "doi_thoai": "đối thoại\nhội nghị đối thoại\ntổng hợp kiến nghị\ncà phê doanh nhân",
    "sach_nhieu": "nhũng nhiễu\nsách nhiễu\nbồi dưỡng\nvòi vĩnh\nphiền hà",
    "du_lieu_ca_nhan": "dữ liệu cá nhân\ngỡ tên\nxóa dữ liệu\nsố điện thoại của tôi",
}
# With one of these, naming a person or a unit of the office makes a report about them (P13).
MISCONDUCT = (
    "nhũng nhiễu\nsách nhiễu\nvòi\nđòi tiền\nlót tay\nhối lộ\nphong bì\nbồi dưỡng\nphiền hà\nhách dịch\ntiêu cực\n"
    "gây khó dễ\ntrù dập\nbao che\nthái độ\nlạm quyền\ncố tình\ntố cáo"
)
ADVERTISING = (
    "khuyến mãi\nbấm vào đây\nnhận quà\ndành tặng\nưu đãi đặc biệt\ngiảm giá sốc\ncho vay lãi suất thấp\nclick here\n"
    "unsubscribe\nhóa đơn điện tử\nchữ ký số\nbảng báo giá"
)
# Whoever works here, not named.
STAFF = "cán bộ\ncông chức\nchuyên viên\nnhân viên\nlãnh đạo phòng\nngười thụ lý"


def default(about: str, target: str = "") -> str:
    """Return the phrases of a list as it comes with the product, one a line; "" where there is none."""
    lists = {
        About.KIND: KINDS.get(target, ""),
        About.FIELD: FIELDS.get(target, ""),
        About.MISCONDUCT: MISCONDUCT,
        About.ADVERTISING: ADVERTISING,
        About.STAFF: STAFF,
    }
    return lists[About(about)]
