"""What each reply needs and what each ending needs: the tables that forms, API and services read (P5, P15)."""

from __future__ import annotations

from dataclasses import dataclass

from requests_desk.tickets.words import Ending, Kind, ReplyChannel, ReplyKind

# Fields a reply must have beyond its text, by kind. A call says it in `said` instead of `text`.
REPLY_NEEDS: dict[str, tuple[str, ...]] = {
    ReplyKind.ANSWER: (),
    ReplyKind.INTERIM: ("reason", "done", "promised_at", "contact"),
    ReplyKind.REFUSAL: ("ground",),
    ReplyKind.TRANSFER: ("ground", "receiving_body"),
}
# What proves that it went, by channel (P3).
CHANNEL_NEEDS: dict[str, tuple[str, ...]] = {
    ReplyChannel.EMAIL: ("text",),
    ReplyChannel.CALL: ("call_outcome",),
    ReplyChannel.LETTER: ("text", "document_number"),
    ReplyChannel.IN_PERSON: ("text",),
    ReplyChannel.SMS: ("text",),
}
REACHED_CALL_NEEDS = ("spoke_to", "said")


@dataclass(frozen=True, slots=True)
class EndingRule:
    """What must be there before a ticket may end so: every group of `replies` needs one of its kinds delivered.

    Where it asks several questions, each of them needs to be settled by one of the kinds in `each`.
    """

    replies: tuple[tuple[str, ...], ...] = ()
    each: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    by_hand: bool = True


# These leave by a hand-over to who settles them; what they ask is never answered here (P12).
HANDED_OVER = frozenset({Kind.COMPLAINT, Kind.DENUNCIATION, Kind.PROCEDURE})
# On what ground, and to whom: what the form of a hand-over begins with; whoever sends it may say otherwise.
HAND_OVER: dict[str, tuple[str, str]] = {
    Kind.COMPLAINT: (
        "Luật Khiếu nại 2011 và các luật sửa đổi, bổ sung",
        "Người có thẩm quyền giải quyết khiếu nại theo quy định",
    ),
    Kind.DENUNCIATION: (
        "Luật Tố cáo 2018 và các luật sửa đổi, bổ sung",
        "Người có thẩm quyền giải quyết tố cáo theo quy định",
    ),
    Kind.PROCEDURE: (
        "Quy định về thực hiện thủ tục hành chính theo cơ chế một cửa",
        "Trung tâm Phục vụ hành chính công",
    ),
}
ANY_FINAL = (ReplyKind.ANSWER, ReplyKind.REFUSAL, ReplyKind.TRANSFER)
ANSWERED_HERE = frozenset({Ending.ANSWERED, Ending.PARTLY_ANSWERED, Ending.NOT_FULFILLED})

ENDINGS: dict[str, EndingRule] = {
    Ending.ANSWERED: EndingRule(replies=((ReplyKind.ANSWER,),), each=(ReplyKind.ANSWER,)),
    # A part that goes to another body is as little answered here as one that is refused.
    Ending.PARTLY_ANSWERED: EndingRule(
        replies=((ReplyKind.ANSWER,), (ReplyKind.REFUSAL, ReplyKind.TRANSFER)), each=ANY_FINAL
    ),
    Ending.REFUSED: EndingRule(replies=((ReplyKind.REFUSAL,),), each=(ReplyKind.REFUSAL,)),
    Ending.TRANSFERRED: EndingRule(replies=((ReplyKind.TRANSFER,),), each=(ReplyKind.TRANSFER,)),
    Ending.NOT_FULFILLED: EndingRule(replies=((ReplyKind.ANSWER, ReplyKind.REFUSAL),), each=ANY_FINAL),
    Ending.WITHDRAWN: EndingRule(needs=("words",)),
    Ending.SPAM: EndingRule(needs=("reason",)),
    Ending.UNREACHABLE: EndingRule(needs=("three_calls",)),
    Ending.MERGED: EndingRule(by_hand=False),
}
