"""Pairs of requests as they come in here: the same thing asked again, and what only looks like it.

`TUNED` is what the weights of `likeness` were set by, `HELD_OUT` was written with it and never looked at for that.
"""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """Two texts, and whether an officer would call them one request."""

    same: bool
    one: str
    other: str


TUNED = [
    # --- no marks, short forms ---
    Pair(
        True,
        "Hồ sơ gia hạn giấy phép bán buôn rượu gồm những gì?",
        "cho hoi ho so gia han giay phep ban buon ruou gom nhung gi",
    ),
    Pair(
        True,
        "a Tâm hỏi: đang có GP bán buôn rượu hết hạn 20/12, giờ gia hạn hay cấp mới?",
        "Giấy phép bán buôn rượu của công ty hết hạn ngày 20/12, xin hỏi làm thủ tục gia hạn hay cấp mới",
    ),
    Pair(
        True,
        "cho e hoi ben e muon to chuc phien cho hang tet o xa thi dk o dau a, co mat phi ko",
        "Bên em muốn tổ chức phiên chợ hàng Tết ở xã thì đăng ký ở đâu, có mất phí không ạ?",
    ),
    Pair(
        True,
        "GCN đủ ĐK bán lẻ xăng dầu hết hạn 15/01, thay trụ bơm có phải kiểm định lại ko",
        "Giấy chứng nhận đủ điều kiện bán lẻ xăng dầu của chúng tôi hết hạn 15/01/2027. Trụ bơm mới thay có phải kiểm "
        "định lại trước khi nộp hồ sơ không?",
    ),
    Pair(
        True,
        "Website TMĐT bán hàng bị trả hồ sơ 3 lần vì thiếu chính sách bảo mật",
        "em thong bao website thuong mai dien tu tren online.gov.vn bi tra 3 lan voi ly do thieu chinh sach bao mat",
    ),
    Pair(
        True,
        "Doanh nghiệp hỏi biện pháp hay kế hoạch phòng ngừa ứng phó sự cố hóa chất khi tồn trữ 40 tấn NaOH",
        "Chúng tôi tồn trữ NaOH khoảng 40 tấn, phải lập Biện pháp hay Kế hoạch phòng ngừa, ứng phó sự cố hoá chất?",
    ),
    Pair(
        True,
        "QH chi tiết CCN Tân Hòa bản mới nhất, còn bao nhiêu đất trống",
        "Kính đề nghị Quý Sở cung cấp Quyết định phê duyệt quy hoạch chi tiết cụm công nghiệp Tân Hòa (bản mới nhất) "
        "và diện tích đất công nghiệp còn trống",
    ),
    Pair(
        True,
        "xin danh sach cua hang xang dau du dieu kien tren dia ban xa Tan Hoa",
        "Đề nghị cung cấp danh sách cửa hàng xăng dầu đủ điều kiện trên địa bàn xã Tân Hoà và thời hạn của từng giấy",
    ),
    Pair(
        True,
        "Cột điện trước cổng xưởng cơ khí bị xe tông nghiêng, sợ ngã, nhờ Sở báo điện lực",
        "cot dien nghieng truoc cong xuong co khi, xe tong, nho bao dien luc gium",
    ),
    # --- reordered, other words around the same matter ---
    Pair(
        True,
        "Kế hoạch lựa chọn nhà thầu năm 2027 có gói mua sắm thiết bị đo lường không, dự toán bao nhiêu?",
        "Dự toán gói mua sắm thiết bị đo lường trong kế hoạch lựa chọn nhà thầu 2027 là bao nhiêu, bao giờ mời thầu",
    ),
    Pair(
        True,
        "Hội chợ khai mạc 8h sáng 10/12, hồ sơ đăng ký nộp 20/11 chưa có văn bản xác nhận, có được khai mạc không",
        "Chúng tôi nộp hồ sơ đăng ký hội chợ ngày 20/11, sáng 10/12 khai mạc mà chưa thấy văn bản xác nhận của Sở",
    ),
    Pair(
        True,
        "Bên em là FDI 100% vốn Hàn Quốc, cần apply C/O form VK cho shipment 05/12, Sở có cấp C/O không?",
        "Hỏi về C/O form VK cho lô hàng ngày 05/12: Sở cấp hay phải lên cơ quan khu vực? Công ty FDI Hàn Quốc",
    ),
    Pair(
        True,
        "Lắp điện mặt trời mái nhà 950 kWp trên mái kho lạnh thì đăng ký ở đâu, có phải thẩm duyệt PCCC bổ sung không",
        "Công ty lắp 950 kWp trên mái kho lạnh. Đề nghị hướng dẫn đăng ký phát triển điện mặt trời ở đâu; có phải thẩm "
        "duyệt phòng cháy chữa cháy bổ sung; có phải điều chỉnh giấy phép môi trường",
    ),
    Pair(
        True,
        "Đề nghị gỡ tên và số điện thoại của tôi khỏi mục Hỏi - Đáp, tôi bị gọi quảng cáo liên tục",
        "toi bi goi quang cao lien tuc vi cau hoi dang cong khai kem so dien thoai, de nghi go ngay khoi muc hoi dap",
    ),
    Pair(
        True,
        "Nghe nói chợ Phước Lộc sắp giao cho công ty quản lý, tiền thuê sạp có tăng không",
        "Hỏi phương án chuyển đổi chợ Phước Lộc: giao công ty quản lý có đúng không, khi nào làm, tiền thuê sạp tăng?",
    ),
    Pair(
        True,
        "Gọi lại lần 2: vẫn chưa có trả lời về gia hạn giấy phép bán buôn rượu hết hạn 20/12",
        "GP bán buôn rượu hết hạn 20/12, giờ gia hạn hay cấp mới? hồ sơ gồm những gì",
    ),
    Pair(
        True,
        "Re: Thông tin quy hoạch CCN Tân Hòa (lần 2). Bản lần trước công ty làm thất lạc, xin gửi lại.",
        "V/v đề nghị cung cấp thông tin quy hoạch cụm công nghiệp Tân Hòa",
    ),
    Pair(
        True,
        "Chuyên gia Hàn Quốc sang lắp máy 4 tháng có phải xin giấy phép lao động không",
        "công ty em có 02 chuyên gia Hàn Quốc sang lắp máy 4 tháng, thuộc diện cấp GPLĐ hay xác nhận không thuộc diện",
    ),
    # --- other matters, some of them close ---
    Pair(
        False,
        "Hồ sơ gia hạn giấy phép bán buôn rượu gồm những gì?",
        "Hồ sơ cấp giấy chứng nhận đủ điều kiện bán lẻ xăng dầu gồm những gì?",
    ),
    Pair(
        False,
        "Hồ sơ gia hạn giấy phép bán buôn rượu gồm những gì?",
        "Hồ sơ cấp giấy phép lao động cho chuyên gia nước ngoài gồm những gì?",
    ),
    Pair(
        False,
        "Đề nghị cung cấp thông tin quy hoạch cụm công nghiệp Tân Hòa",
        "Đề nghị cung cấp thông tin giá thuê đất cụm công nghiệp Sông Phú",
    ),
    Pair(
        False,
        "Kính đề nghị Quý Sở cho biết thủ tục đăng ký tổ chức hội chợ triển lãm",
        "Kính đề nghị Quý Sở cho biết thủ tục thông báo website thương mại điện tử",
    ),
    Pair(
        False,
        "Đăng ký khuyến mãi mang tính may rủi nộp ở đâu",
        "Đăng ký tổ chức phiên chợ hàng Tết ở xã nộp ở đâu",
    ),
    Pair(
        False,
        "Danh sách cửa hàng xăng dầu đủ điều kiện trên địa bàn xã Tân Hòa",
        "Giấy chứng nhận đủ điều kiện bán lẻ xăng dầu hết hạn, trụ bơm mới thay có phải kiểm định lại không",
    ),
    Pair(
        False,
        "Dự án nhà máy rang xay cà phê tại xã đặc biệt khó khăn được miễn thuế TNDN mấy năm",
        "Xin danh sách doanh nghiệp xuất khẩu cà phê kèm doanh thu và số điện thoại giám đốc",
    ),
    Pair(
        False,
        "Cột điện trước cổng xưởng bị xe tông nghiêng, nhờ Sở báo điện lực",
        "Giá điện giờ cao điểm áp dụng cho doanh nghiệp sản xuất từ tháng mấy",
    ),
    Pair(
        False,
        "Lắp điện mặt trời mái nhà 950 kWp có phải thẩm duyệt PCCC không",
        "Kho lạnh xây mới có phải thẩm duyệt PCCC và xin giấy phép môi trường không",
    ),
    Pair(False, "Cho hỏi thủ tục", "Cho hỏi hồ sơ gia hạn giấy phép bán buôn rượu"),
    Pair(
        False,
        "Quyết toán ngân sách năm 2025 của Sở công khai ở đâu",
        "Kế hoạch lựa chọn nhà thầu năm 2027 của Sở công khai ở đâu",
    ),
    Pair(
        False,
        "Em bổ sung bản đồ vị trí khu đất như chị yêu cầu ạ",
        "Hỏi diện tích đất công nghiệp còn trống ở CCN Tân Hòa",
    ),
    Pair(
        False,
        "Cấp C/O form VK cho lô hàng ngày 05/12",
        "Xin cấp C/O form E cho lô hàng xuất đi Trung Quốc tháng 3, hồ sơ gồm gì",
    ),
    Pair(
        False,
        "Giấy chứng nhận ATTP hết hạn ngày 12/02, trong thời gian chờ có được sản xuất không",
        "Giấy phép bán lẻ rượu hết hạn ngày 12/02, trong thời gian chờ có được bán không",
    ),
    Pair(
        False,
        "Công ty chúng tôi không đồng ý với văn bản trả hồ sơ trạm nạp LPG, đề nghị đối thoại",
        "Hồ sơ cấp giấy chứng nhận đủ điều kiện trạm nạp LPG vào chai gồm những gì",
    ),
    Pair(
        False,
        "Cán bộ thụ lý gợi ý bồi dưỡng khi cấp lại giấy chứng nhận đủ điều kiện bán lẻ xăng dầu",
        "Thời hạn cấp lại giấy chứng nhận đủ điều kiện bán lẻ xăng dầu là bao lâu",
    ),
    Pair(
        False,
        "Kính gửi Quý cơ quan, nhân dịp cuối năm chúng tôi tặng chương trình ưu đãi giảm 50% hóa đơn điện tử",
        "Kính gửi Quý cơ quan, chính sách ưu đãi đầu tư vào cụm công nghiệp năm nay thế nào",
    ),
    Pair(False, "Gọi lại giúp tôi", "Xin gọi lại trước 15h chiều nay, không có email"),
]

HELD_OUT = [
    Pair(
        True,
        "Muốn mở cửa hàng bán lẻ LPG chai cần điều kiện gì, nộp ở đâu?",
        "dieu kien mo cua hang ban le LPG chai, nop hs o dau a",
    ),
    Pair(
        True,
        "Xin hỏi mức thu phí thẩm định cấp giấy phép kinh doanh rượu năm 2027",
        "Phí thẩm định cấp GP kinh doanh rượu sang năm 2027 thu bao nhiêu?",
    ),
    Pair(
        True,
        "Công ty tôi đăng ký gian hàng hội chợ xúc tiến thương mại Đà Nẵng thì được hỗ trợ bao nhiêu tiền?",
        "Mức hỗ trợ chi phí gian hàng khi tham gia hội chợ XTTM tại Đà Nẵng là bao nhiêu",
    ),
    Pair(
        True,
        "Đường vào CCN Sông Phú hư hỏng nặng, xe container không vào được, đề nghị sửa",
        "duong vao cum cong nghiep song phu hong nang, xe cong khong vao dc, de nghi sua giup",
    ),
    Pair(
        True,
        "Thủ tục nhập khẩu máy móc đã qua sử dụng cho dây chuyền dệt, có phải giám định không?",
        "NK dây chuyền dệt đã qua sử dụng có phải giám định máy móc ko, thủ tục thế nào",
    ),
    Pair(
        True,
        "Bị cắt điện liên tục ở KCN Bắc Phú từ đầu tháng, thiệt hại lớn, đề nghị Sở can thiệp với điện lực",
        "KCN Bắc Phú cắt điện liên tục từ đầu tháng gây thiệt hại, đề nghị Sở làm việc với điện lực",
    ),
    Pair(
        True,
        "Huấn luyện kỹ thuật an toàn hóa chất cho công nhân do ai cấp giấy chứng nhận",
        "ai cap giay chung nhan huan luyen ky thuat an toan hoa chat cho cong nhan vay",
    ),
    Pair(
        True,
        "Đề nghị cho biết kết quả xử lý hồ sơ khuyến mại số 445 nộp ngày 02/12",
        "Hồ sơ khuyến mại số 445 nộp hôm 02/12 đã có kết quả chưa ạ?",
    ),
    Pair(
        True,
        "Xin bản dịch tiếng Anh danh mục dự án kêu gọi đầu tư vào cụm công nghiệp 2027",
        "Please provide the English version: danh mục dự án kêu gọi đầu tư CCN năm 2027, bản tiếng Anh",
    ),
    Pair(
        True,
        "Hàng giả nhãn hiệu nước mắm của chúng tôi bán ở chợ Trung tâm, đề nghị kiểm tra",
        "chợ trung tâm có bán nước mắm giả nhãn hiệu của công ty, đề nghị Sở kiểm tra xử lý",
    ),
    Pair(
        True,
        "Tôi hỏi thời gian bán hàng bình ổn giá Tết năm nay và đăng ký tham gia thế nào",
        "Đăng ký tham gia bán hàng bình ổn giá dịp Tết như thế nào, thời gian nào?",
    ),
    Pair(
        False,
        "Muốn mở cửa hàng bán lẻ LPG chai cần điều kiện gì, nộp ở đâu?",
        "Muốn mở cửa hàng bán lẻ thuốc lá cần điều kiện gì, nộp ở đâu?",
    ),
    Pair(
        False,
        "Phí thẩm định cấp giấy phép kinh doanh rượu năm 2027",
        "Phí thẩm định báo cáo đánh giá tác động môi trường năm 2027",
    ),
    Pair(
        False,
        "Đường vào CCN Sông Phú hư hỏng nặng, đề nghị sửa",
        "Tiến độ điều chỉnh quy hoạch chi tiết CCN Sông Phú, đề nghị trả lời",
    ),
    Pair(
        False,
        "Bị cắt điện liên tục ở KCN Bắc Phú, đề nghị can thiệp với điện lực",
        "Đề nghị điện lực lắp thêm trạm biến áp cho KCN Bắc Phú giai đoạn 2",
    ),
    Pair(
        False,
        "Kết quả xử lý hồ sơ khuyến mại số 445 nộp ngày 02/12",
        "Kết quả xử lý hồ sơ khuyến mại số 512 nộp ngày 09/12",
    ),
    Pair(
        False,
        "Huấn luyện kỹ thuật an toàn hóa chất cho công nhân",
        "Huấn luyện nghiệp vụ phòng cháy chữa cháy cho công nhân",
    ),
    Pair(
        False,
        "Hàng giả nhãn hiệu nước mắm bán ở chợ Trung tâm",
        "Đăng ký bảo hộ nhãn hiệu nước mắm ở đâu, mất bao lâu",
    ),
    Pair(
        False,
        "Mức hỗ trợ chi phí gian hàng hội chợ tại Đà Nẵng",
        "Mức hỗ trợ lãi suất vay vốn đổi mới công nghệ cho doanh nghiệp nhỏ",
    ),
    Pair(
        False,
        "Xin hỏi lịch tiếp doanh nghiệp của lãnh đạo Sở tháng 12",
        "Xin hỏi lịch đối thoại doanh nghiệp quý IV do UBND tỉnh tổ chức",
    ),
    Pair(False, "Cảm ơn Sở đã trả lời", "Sở chưa trả lời câu hỏi của tôi"),
]
