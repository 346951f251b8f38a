"""The ready texts that come with the product, until an agency writes its own (`domain/messages.md` in their spirit)."""

from __future__ import annotations

from typing import Final, NamedTuple

from requests_desk.tickets.words import ReadyUse, ReplyKind


class Shipped(NamedTuple):
    """One ready text: its key, what it is for, its name and its words in Vietnamese."""

    key: str
    use: str
    kind: str
    name: str
    text: str


SHIPPED: Final = (
    Shipped(
        "answer",
        ReadyUse.REPLY,
        ReplyKind.ANSWER,
        "Trả lời có căn cứ",
        "1. Về nội dung: ……\n"
        "Căn cứ: …… (số, ký hiệu; ngày ban hành; điều, khoản).\n"
        "2. Tài liệu gửi kèm hoặc nơi tra cứu: ……",
    ),
    Shipped(
        "answer_public",
        ReadyUse.REPLY,
        ReplyKind.ANSWER,
        "Thông tin đã công khai",
        "Thông tin Quý đơn vị đề nghị đã được công khai tại: ……\n"
        "Trường hợp cần bản giấy, đề nghị Quý đơn vị liên hệ {unit}, đường dây nóng {hotline}.",
    ),
    Shipped(
        "interim_compile",
        ReadyUse.REPLY,
        ReplyKind.INTERIM,
        "Cần tổng hợp thông tin",
        "Thông tin Quý đơn vị đề nghị chưa có sẵn, {unit} đang tổng hợp từ các đơn vị liên quan. {agency} sẽ trả lời "
        "chính thức trước {promised}.",
    ),
    Shipped(
        "interim_other",
        ReadyUse.REPLY,
        ReplyKind.INTERIM,
        "Cần ý kiến cơ quan khác",
        "Nội dung yêu cầu cần ý kiến của ……; {agency} đã gửi phiếu lấy ý kiến và sẽ trả lời chính thức "
        "trước {promised}.",
    ),
    Shipped(
        "interim_more",
        ReadyUse.REPLY,
        ReplyKind.INTERIM,
        "Cần bổ sung",
        "Để có cơ sở trả lời, đề nghị Quý đơn vị bổ sung: ……\n"
        "Xin gửi bổ sung theo mã {code}; {agency} sẽ trả lời chính thức trước {promised}.",
    ),
    Shipped(
        "refusal",
        ReadyUse.REPLY,
        ReplyKind.REFUSAL,
        "Từ chối, nêu phần được cung cấp",
        "Nội dung từ chối cung cấp: ……\nLý do: ……\nPhần thông tin được cung cấp: ……",
    ),
    Shipped(
        "transfer",
        ReadyUse.REPLY,
        ReplyKind.TRANSFER,
        "Chuyển cơ quan có thẩm quyền",
        "Ngày {today}, {agency} đã chuyển yêu cầu {code} kèm tài liệu đến {receiving_body} tại Văn bản số ……\n"
        "Đối với nội dung thuộc thẩm quyền của {agency}: ……",
    ),
    Shipped(
        "script_answer",
        ReadyUse.SCRIPT,
        ReplyKind.ANSWER,
        "Gọi trả lời",
        "Tôi là {officer}, {unit}, {agency}. Tôi gọi để trả lời yêu cầu mã {code} của Quý đơn vị gửi ngày {received}.\n"
        "{reply}\n"
        "Quý đơn vị có cần làm rõ thêm nội dung nào không ạ? Nội dung này cũng được tra cứu tại {status_page}.",
    ),
    Shipped(
        "script_interim",
        ReadyUse.SCRIPT,
        ReplyKind.INTERIM,
        "Gọi thông báo tình hình",
        "Tôi là {officer}, {unit}, {agency}. Tôi gọi về yêu cầu mã {code} của Quý đơn vị gửi ngày {received}.\n"
        "Hiện {done}; lý do chưa trả lời đầy đủ: {reason}.\n"
        "Chúng tôi sẽ trả lời chính thức trước {promised}. Quý đơn vị có cần ghi nhận thêm nội dung gì không ạ?",
    ),
    Shipped(
        "script_refusal",
        ReadyUse.SCRIPT,
        ReplyKind.REFUSAL,
        "Gọi báo từ chối",
        "Tôi là {officer}, {unit}, {agency}. Về yêu cầu mã {code}, chúng tôi không cung cấp được thông tin theo "
        "{ground}.\n{reply}\nTrường hợp không đồng ý, Quý đơn vị có quyền khiếu nại hoặc khởi kiện theo quy định.",
    ),
    Shipped(
        "script_transfer",
        ReadyUse.SCRIPT,
        ReplyKind.TRANSFER,
        "Gọi báo chuyển",
        "Tôi là {officer}, {unit}, {agency}. Yêu cầu mã {code} thuộc thẩm quyền của {receiving_body} theo {ground}; "
        "chúng tôi đã chuyển đến nơi đó. Đề nghị Quý đơn vị liên hệ {receiving_body} để được trả lời.",
    ),
)
