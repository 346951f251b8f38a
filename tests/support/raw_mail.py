"""Mails as bytes; knows nothing of the desk."""

from __future__ import annotations

import itertools
from base64 import encodebytes

BUSINESS = "duan@vps.example"
OURS = "hotro@so.example"
_numbers = itertools.count(1)


def a_mail(text: str = "Xin hỏi hồ sơ gia hạn gồm những gì?", **headers: str | None) -> bytes:
    """Return a plain mail; headers with `_` for `-`, None leaves one out."""
    usual: dict[str, str | None] = {
        "Return-Path": f"<{BUSINESS}>",
        "From": f'"Tran Thi B" <{BUSINESS}>',
        "To": OURS,
        "Subject": "Hoi ve giay phep",
        "Date": "Mon, 23 Nov 2026 07:00:00 +0700",
        "Message-ID": f"<{next(_numbers)}@vps.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    given = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
    return "\r\n".join([*lines, "", *text.split("\n"), ""]).encode()


def with_file(name: str, content: bytes, *, kind: str = "application/octet-stream", **headers: str | None) -> bytes:
    """Return a mail with words and one file."""
    head = a_mail("", Content_Type='multipart/mixed; boundary="=_b"', **headers).rstrip(b"\r\n") + b"\r\n\r\n"
    words = b"--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nXem tep kem.\r\n"
    about = f'--=_b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    coded = b"Content-Transfer-Encoding: base64\r\n\r\n" + encodebytes(content).replace(b"\n", b"\r\n")
    return head + words + about.encode() + coded + b"\r\n--=_b--\r\n"


def a_report(of: str, *, action: str = "failed", status: str = "5.1.1", **headers: str | None) -> bytes:
    """Return a delivery report (RFC 3464) about the mail with this Message-ID."""
    kind = 'multipart/report; report-type=delivery-status; boundary="=_r"'
    usual: dict[str, str | None] = {
        "From": "MAILER-DAEMON@mx.vps.example",
        "Return-Path": "<>",
        "Subject": "Undelivered Mail Returned to Sender",
        "Auto-Submitted": "auto-replied",
        "Content-Type": kind,
    }
    head = a_mail("", **{**usual, **headers}).rstrip(b"\r\n") + b"\r\n\r\n"
    status_part = (
        "--=_r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.vps.example\r\n\r\n"
        f"Final-Recipient: rfc822; {BUSINESS}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
    )
    original = f"--=_r\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {of}\r\nSubject: x\r\n\r\nx\r\n--=_r--\r\n"
    return head + status_part.encode() + original.encode()
