"""Who wrote this: a person, a machine, a mailing list, a server that could not deliver, or we ourselves."""

from __future__ import annotations

import re

from requests_desk.doors.mail.headers import Headers, mailboxes
from requests_desk.doors.mail.mime import Part, Walk, headers_at
from requests_desk.tickets.mail_words import Bounce, Nature

MOST_BOUNCES = 50
REPORT_LENGTH = 200_000
_AWAY = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office"
    r"|(?:thư )?trả lời tự động"
    r"|vắng mặt)\b",
    re.I,
)
_SERVERS = ("mailer-daemon@", "postmaster@")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_OURS = re.compile(r"<[0-9a-f]{32}@[\w.-]+>")


def nature(walk: Walk, bounces: tuple[Bounce, ...]) -> Nature:
    """Return who wrote a mail, judged by its headers alone; what is told by nothing is a person."""
    top = walk.top
    # Our own mail come back by a forwarding rule: answering it would go round for ever.
    if top.raw("x-desk-key"):
        return Nature.LOOP
    # Before auto-replies: servers mark their reports as automatic as well, and only a report voids a delivery (P4).
    if bounces or is_report(walk):
        return Nature.BOUNCE
    said = top.word("auto-submitted")
    precedence = top.word("precedence")
    if said.startswith("auto-replied") or precedence == "auto_reply" or _is_away(top):
        return Nature.AUTO_REPLY
    if top.raw("list-id") or top.raw("list-unsubscribe") or precedence in ("list", "bulk", "junk"):
        return Nature.LIST
    if (said and said != "no") or top.raw("feedback-id"):
        return Nature.AUTOMATIC
    return Nature.PERSON


def _is_away(top: Headers) -> bool:
    named = any(top.raw(name) for name in ("x-autoreply", "x-autorespond", "x-autoresponder"))
    return named or bool(_AWAY.match(top.text("subject")))


def is_report(walk: Walk) -> bool:
    """Tell whether a mail is the report of a server, by its type or by who sent it and how."""
    top = walk.top
    if top.word("content-type") == "multipart/report":
        # That it was opened is no failure, and says nothing of who read it.
        return top.parameters("content-type").get("report-type", "").lower() != "disposition-notification"
    senders = mailboxes(top.raw("from"))
    return bool(senders) and senders[0].address.startswith(_SERVERS) and top.raw("return-path") in (b"<>", b"")


def bounces(walk: Walk) -> tuple[Bounce, ...]:
    """Return what a delivery report says of our mails (RFC 3464), or what can be told of one in free words."""
    reports = [part for part in walk.parts if part.kind == "message/delivery-status"]
    # The id of our own mail within: whose delivery failed is decided by nothing else in the report.
    original = _original(walk)
    if reports:
        found = [bounce for part in reports for bounce in _of_report(part, original)]
        return tuple(dict.fromkeys(found))[:MOST_BOUNCES]
    if not is_report(walk):
        return ()
    return _in_words(walk, original)


def _of_report(part: Part, original: str) -> list[Bounce]:
    blocks = re.split(rb"\r?\n[ \t]*\r?\n", part.content(REPORT_LENGTH)[:REPORT_LENGTH].strip())
    fields = [Headers.read(block) for block in blocks]
    of = original or next((named for one in fields for named in one.ids("original-message-id")), "")
    return [
        Bounce(of, one.word("action"), (_STATUS.search(one.word("status")) or [""])[0])
        for one in fields
        if of and one.raw("action")
    ]


def _original(walk: Walk) -> str:
    """Return the Message-ID of the mail that a report carries, whole or its headers alone."""
    for part in walk.parts:
        if part.kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"):
            content = part.content(REPORT_LENGTH)[:REPORT_LENGTH]
            headers, _start = headers_at(content, 0, len(content))
            if ids := headers.ids("message-id"):
                return ids[0]
    return ""


def _in_words(walk: Walk, original: str) -> tuple[Bounce, ...]:
    """Old servers write it in prose: our own id and a status code are enough, since nobody can guess the id."""
    prose = b"".join(part.content(REPORT_LENGTH)[:REPORT_LENGTH] for part in walk.parts[:3]).decode("latin-1")
    of = original or next(iter(_OURS.findall(prose)), "")
    status = next(iter(_STATUS.findall(prose)), "")
    if not of:
        return ()
    return (Bounce(of, "failed" if status.startswith("5") else "delayed", status),)


def is_authentic(top: Headers, servers: tuple[str, ...]) -> bool | None:
    """Return what our own mail server found out about the sender (RFC 8601), or None where it says nothing.

    Only a result under the name of one of our servers counts, and only the topmost: anybody may write the header.
    """
    every = (value.decode("ascii", "replace").lower() for value in top.every("authentication-results"))
    mine = [said for said in every if said.split(";")[0].split()[:1] and said.split(";")[0].split()[0] in servers]
    # Nobody of ours looked: unknown is not forged, or a department without such a server would get no mail.
    if not mine:
        return None
    said = mine[0][:5_000]
    if verdict := re.search(r"\bdmarc=(\w+)", said):
        if verdict[1] == "pass":
            return True
        if verdict[1] == "fail":
            return False
    return _aligned(top, said)


def _aligned(top: Headers, said: str) -> bool | None:
    senders = mailboxes(top.raw("from"))
    domain = senders[0].address.rpartition("@")[2] if senders else ""
    for result in said.split(";")[1:]:
        method = re.match(r"\s*(dkim|spf)=(\w+)", result)
        named = re.search(r"\b(?:header\.d=|header\.i=\S*@|smtp\.mailfrom=(?:\S*@)?)([\w.-]+)", result)
        # A signature of another domain passes too; it vouches for that domain, not for the sender that is shown.
        if method and named and method[2] == "pass" and named[1] == domain:
            return True
    return False if re.search(r"\b(?:dkim|spf)=fail\b", said) else None
