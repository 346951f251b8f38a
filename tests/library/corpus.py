"""Two thousand published answers, each about one aspect of one matter: neighbours differ in a word or two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection

from requests_desk.library import searching
from requests_desk.people.models import Agency, User

BEGAN = datetime(2024, 1, 2, 1, 0, tzinfo=UTC)
# Title, question and answer, each about `%s`.
ASPECTS = (
    (
        "Thành phần hồ sơ %s",
        "Hồ sơ %s gồm những giấy tờ gì?",
        "Hồ sơ %s gồm đơn đề nghị theo mẫu và bản sao giấy tờ pháp lý.",
    ),
    (
        "Thời hạn giải quyết %s",
        "Nộp hồ sơ %s thì bao lâu có kết quả?",
        "Thời hạn giải quyết %s là 15 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ.",
    ),
    ("Phí, lệ phí %s", "Mức phí %s hiện nay là bao nhiêu?", "Mức thu %s thực hiện theo thông tư của Bộ Tài chính."),
    (
        "Nơi nộp hồ sơ %s",
        "Nộp hồ sơ %s ở đâu, có nộp trực tuyến được không?",
        "Hồ sơ %s nộp tại Trung tâm Phục vụ hành chính công hoặc trên Cổng Dịch vụ công quốc gia.",
    ),
    (
        "Điều kiện %s",
        "Doanh nghiệp cần đáp ứng điều kiện gì để %s?",
        "Điều kiện %s quy định tại nghị định của Chính phủ về điều kiện kinh doanh.",
    ),
    (
        "Gia hạn %s",
        "Khi sắp hết hạn thì gia hạn %s thế nào?",
        "Trước khi hết hạn 30 ngày, thương nhân nộp hồ sơ gia hạn %s.",
    ),
    (
        "Cấp lại khi bị mất: %s",
        "Bị mất bản gốc %s thì xin cấp lại ra sao?",
        "Trường hợp mất hoặc hỏng, nộp đơn đề nghị cấp lại %s.",
    ),
    (
        "Thay đổi nội dung %s",
        "Đổi địa chỉ, đổi người đại diện thì sửa %s thế nào?",
        "Nộp hồ sơ sửa đổi, bổ sung %s trong thời hạn 30 ngày.",
    ),
    (
        "Xử phạt vi phạm về %s",
        "Không thực hiện %s thì bị phạt bao nhiêu tiền?",
        "Mức phạt tiền về %s quy định tại nghị định xử phạt vi phạm hành chính.",
    ),
    (
        "Thẩm quyền giải quyết %s",
        "Cơ quan nào có thẩm quyền %s?",
        "Sở là cơ quan tiếp nhận và giải quyết %s trên địa bàn tỉnh.",
    ),
    ("Thời hạn hiệu lực của %s", "%s có hiệu lực trong mấy năm?", "Thời hạn hiệu lực của %s là 05 năm."),
    ("Mẫu đơn %s", "Xin mẫu đơn, biểu mẫu %s?", "Mẫu đơn %s ban hành kèm theo thông tư hướng dẫn."),
    (
        "Kiểm tra thực tế đối với %s",
        "Đoàn kiểm tra xem xét những gì khi %s?",
        "Việc kiểm tra thực tế đối với %s được báo trước 03 ngày.",
    ),
    (
        "Báo cáo định kỳ về %s",
        "Báo cáo %s nộp khi nào, theo mẫu nào?",
        "Báo cáo về %s gửi trước ngày 20 tháng 01 hằng năm.",
    ),
    ("Trường hợp được miễn %s", "Trường hợp nào không phải %s?", "Được miễn %s trong các trường hợp luật định."),
    ("Thu hồi %s", "Khi nào bị thu hồi %s?", "Bị thu hồi %s nếu không còn đáp ứng điều kiện."),
    (
        "Chuyển nhượng và %s",
        "Sang nhượng cơ sở thì có phải làm lại %s không?",
        "Bên nhận chuyển nhượng đề nghị cấp mới %s.",
    ),
    (
        "Hướng dẫn trực tuyến %s",
        "Làm %s qua mạng gồm những bước nào?",
        "Đăng nhập, chọn dịch vụ công, khai và ký số hồ sơ %s.",
    ),
    ("Tập huấn, tư vấn về %s", "Có lớp tập huấn nào về %s không?", "Sở tổ chức tập huấn về %s mỗi quý một lần."),
    (
        "Lỗi thường gặp khi làm hồ sơ %s",
        "Vì sao hồ sơ %s bị trả lại?",
        "Hồ sơ %s thường bị trả lại vì thiếu chữ ký hoặc bản sao quá cũ.",
    ),
    ("Cơ sở pháp lý của %s", "Văn bản nào quy định về %s?", "Căn cứ của %s là luật, nghị định và thông tư hiện hành."),
    (
        "Ủy quyền nộp hồ sơ %s",
        "Người được ủy quyền có nộp hồ sơ %s thay được không?",
        "Người nộp thay hồ sơ %s mang theo giấy ủy quyền.",
    ),
    (
        "Thông tin công khai về %s",
        "Xem danh sách đã được %s ở đâu?",
        "Danh sách %s đăng trên Trang thông tin điện tử của Sở.",
    ),
    (
        "Khiếu nại kết quả %s",
        "Không đồng ý với kết quả %s thì làm gì?",
        "Thương nhân có quyền khiếu nại kết quả %s trong 90 ngày.",
    ),
)
SUBJECTS = tuple(
    line.strip()
    for line in """
    cấp giấy phép bán buôn rượu
    cấp giấy phép bán lẻ rượu
    cấp giấy phép sản xuất rượu công nghiệp
    đăng ký sản xuất rượu thủ công
    cấp giấy phép bán buôn sản phẩm thuốc lá
    cấp giấy phép bán lẻ sản phẩm thuốc lá
    cấp giấy chứng nhận đủ điều kiện an toàn thực phẩm
    xác nhận kiến thức an toàn thực phẩm
    tự công bố sản phẩm thực phẩm
    cấp giấy chứng nhận xuất xứ hàng hóa mẫu D
    cấp giấy chứng nhận xuất xứ hàng hóa mẫu B
    hạn ngạch thuế quan nhập khẩu đường
    hạn ngạch thuế quan nhập khẩu muối
    cấp giấy phép nhập khẩu tự động phân bón
    xuất khẩu cà phê nhân sang châu Âu
    xuất khẩu sầu riêng chính ngạch
    xuất khẩu hồ tiêu
    thông báo website thương mại điện tử bán hàng
    đăng ký sàn giao dịch thương mại điện tử
    bán hàng trên mạng xã hội
    đăng ký thực hiện khuyến mại mang tính may rủi
    thông báo chương trình khuyến mại
    tổ chức hội chợ triển lãm thương mại
    đăng ký hoạt động nhượng quyền thương mại
    đăng ký bán hàng đa cấp
    cấp giấy chứng nhận cửa hàng đủ điều kiện bán lẻ xăng dầu
    cấp giấy xác nhận đại lý bán lẻ xăng dầu
    cấp giấy chứng nhận thương nhân kinh doanh mua bán khí dầu mỏ hóa lỏng
    cấp giấy chứng nhận trạm nạp khí dầu mỏ hóa lỏng vào chai
    cấp giấy phép hoạt động phát điện
    cấp giấy phép hoạt động tư vấn điện
    lắp đặt điện mặt trời mái nhà tự sản xuất, tự tiêu thụ
    đấu nối điện mặt trời mái nhà vào lưới điện
    nâng cấp lưới điện trung áp cho cơ sở sản xuất
    cấp thẻ an toàn điện
    sử dụng năng lượng tiết kiệm của cơ sở trọng điểm
    cấp giấy chứng nhận đủ điều kiện sản xuất hóa chất
    cấp giấy chứng nhận huấn luyện an toàn hóa chất
    xây dựng biện pháp ứng phó sự cố hóa chất
    cấp giấy phép sử dụng vật liệu nổ công nghiệp
    huấn luyện kỹ thuật an toàn vật liệu nổ công nghiệp
    cấp giấy phép kinh doanh tiền chất công nghiệp
    thành lập cụm công nghiệp
    thuê đất trong cụm công nghiệp
    thuê đất trong khu công nghiệp
    đầu tư hạ tầng kỹ thuật cụm công nghiệp
    quy hoạch chi tiết cụm công nghiệp
    điều chỉnh quy hoạch mạng lưới chợ
    đầu tư, khai thác và quản lý chợ
    chuyển đổi mô hình quản lý chợ hạng 2
    đăng ký thành lập doanh nghiệp tư nhân
    cấp giấy chứng nhận đăng ký doanh nghiệp
    đăng ký hộ kinh doanh
    chuyển đổi hộ kinh doanh thành doanh nghiệp
    thành lập hợp tác xã
    hỗ trợ chuyển đổi số cho doanh nghiệp nhỏ và vừa
    hỗ trợ lãi suất vay vốn cho doanh nghiệp nhỏ và vừa
    đề án khuyến công địa phương
    bình chọn sản phẩm công nghiệp nông thôn tiêu biểu
    hỗ trợ công nghiệp hỗ trợ
    ưu đãi thuế thu nhập doanh nghiệp
    giảm thuế giá trị gia tăng
    miễn tiền thuê đất
    ưu đãi đầu tư dự án chế biến nông sản
    tham gia kết nối cung cầu hàng Việt
    đưa hàng vào siêu thị
    xúc tiến thương mại tại thị trường nước ngoài
    đăng ký mã số, mã vạch
    đăng ký nhãn hiệu
    thông tin mời thầu mua sắm công
    lựa chọn nhà thầu qua mạng
    cấp giấy phép lao động cho người nước ngoài
    đăng ký nội quy lao động
    khai báo tai nạn lao động
    tuyển dụng lao động vùng nông thôn
    kiểm định máy, thiết bị có yêu cầu nghiêm ngặt về an toàn
    thẩm duyệt phòng cháy chữa cháy
    đánh giá tác động môi trường
    cấp giấy phép xây dựng nhà xưởng
    cấp phép sử dụng vỉa hè để kinh doanh
    kiểm tra của lực lượng quản lý thị trường
    nhập hồ sơ năng lực hoạt động xây dựng
    tiếp nhận phản ánh, kiến nghị về quy định hành chính
    cung cấp thông tin quy hoạch tỉnh
    """.strip().splitlines()
)
# A few whose words are those of before the mergers of 2025.
OLDER = (
    (
        "Chuyển hồ sơ của Sở Lao động - Thương binh và Xã hội",
        "Hồ sơ nộp tại Sở Lao động - Thương binh và Xã hội trước đây nay ở đâu?",
    ),
    ("Ưu đãi đầu tư tại tỉnh Đắk Nông cũ", "Dự án tại tỉnh Đắk Nông cũ còn được hưởng ưu đãi đầu tư không?"),
    ("Cảng cạn tại Bình Dương", "Doanh nghiệp ở Bình Dương làm thủ tục cảng cạn ở đâu?"),
    ("Đầu mối của Sở Khoa học và Công nghệ về hạ tầng số", "Sở Khoa học và Công nghệ tiếp nhận việc gì về hạ tầng số?"),
)
Made = tuple[str, str, str]
COLUMNS = (
    "agency_id, author_id, title, question, answer, written_at, published_at, asked, said,"
    " field, state, version, return_reason, withdrawn_reason"
)
EMPTY = ("", "published", 1, "", "")


def answers() -> Iterator[Made]:
    """Yield title, question and answer of every one."""
    for title, question in OLDER:
        yield title, question, "Cơ quan tiếp nhận chức năng sau sắp xếp tổ chức bộ máy trả lời doanh nghiệp."
    for subject in SUBJECTS:
        for title, question, answer in ASPECTS:
            said = f"{answer % subject} Doanh nghiệp liên hệ Bộ phận tiếp nhận của Sở trong giờ làm việc."
            asked = question % subject
            yield title % subject, asked[0].upper() + asked[1:], said


def title(aspect: str, subject: str) -> str:
    """Return the title of the one answer whose aspect begins so and whose subject is this."""
    (found,) = [one for one, _question, _answer in ASPECTS if one.startswith(aspect)]
    return found % about(subject)


def about(subject: str) -> str:
    """Return what stands in the title of every answer of this subject, where no aspect of it is asked for."""
    assert subject in SUBJECTS, subject
    return subject


def fill(agency: Agency, author: User, *, times: int = 1) -> int:
    """Publish them all in one statement, `times` over. Return how many."""
    made = list(answers())
    with connection.cursor() as cursor, cursor.copy(f"COPY library_answer ({COLUMNS}) FROM STDIN") as copy:
        for round_ in range(times):
            for number, (plain, question, answer) in enumerate(made):
                at = BEGAN + timedelta(minutes=number + round_ * len(made))
                name = f"{plain} ({round_})" if round_ else plain
                asked = searching.vector(title=name, question=question)
                said = searching.lexemes(name, question, answer)
                row = (name, question, answer, at, at, asked, said)
                copy.write_row((agency.pk, author.pk, *row, *EMPTY))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO library_answercount (answer_id, views, useful, not_useful, reused)"
            " SELECT id, 0, 0, 0, 0 FROM library_answer"
        )
        cursor.execute("ANALYZE library_answer")
    return len(made) * times
