"""Read one raw mail into the words of the domain. Runs in a child of its own, under limits (`bounded.py`)."""

from __future__ import annotations

import hashlib
import re

from requests_desk.doors.mail import charsets, html, recognise
from requests_desk.doors.mail.headers import Headers, Mailbox, count, mailboxes
from requests_desk.doors.mail.mime import Part, Walk, walk
from requests_desk.tickets.mail_words import File, Nature, Parsed

LONGEST_TEXT = 500_000
MOST_PAGES = 4  # of HTML that are shown; the rest is in the original
MOST_REFERENCES = 50
MANY_RECIPIENTS = 100
# Where the address stands that a mail was really sent to, the envelope's own first.
TO = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


def read(raw: bytes, *, servers: tuple[str, ...] = ()) -> Parsed:
    """Return what a mail says. `servers` are the names under which our own mail server vouches for a sender."""
    found = walk(raw)
    top = found.top
    # The first of several, as every reply would go to; that there were more stands among the oddities.
    sender = next(iter(mailboxes(top.raw("from"))), Mailbox(""))
    text, markup = _words(found)
    bounces = recognise.bounces(found)
    number = sum(count(value) for name in ("to", "cc") for value in top.every(name))
    nature = recognise.nature(found, bounces)
    return Parsed(
        # A machine that asks for a whole town is no person to write back to.
        nature=Nature.AUTOMATIC if nature == Nature.PERSON and number > MANY_RECIPIENTS else nature,
        message_id=next(iter(top.ids("message-id")), ""),
        # Nearest first: what it answers tells more than what began the thread.
        references=tuple(dict.fromkeys([*top.ids("in-reply-to"), *reversed(top.ids("references"))]))[:MOST_REFERENCES],
        sender=sender.address,
        sender_name=_name(sender),
        subject=top.text("subject"),
        dated=top.text("date")[:100],
        recipients=_recipients(top),
        recipient_count=number,
        text=text,
        html=markup,
        body_digest=hashlib.sha256(memoryview(raw)[found.start :]).hexdigest(),
        is_authentic=recognise.is_authentic(top, servers),
        bounces=bounces,
        oddities=tuple(_oddities(found, sender, number=number, text=text)),
        files=tuple(_files(found)),
    )


def _words(found: Walk) -> tuple[str, str]:
    """Return the plain text of a mail and its HTML, cleaned; where only HTML came, the text is drawn from that."""
    own = [part for part in found.parts if not part.is_file and "multipart/report" not in part.within[1:]]
    plain = [
        _text(part)
        for part in own
        if part.kind == "text/plain" and "multipart/" not in part.headers.word("content-type")
    ]
    # A newsletter may carry hundreds of pages as alternatives; cleaning each costs time.
    pages = [part for part in own if part.kind == "text/html"][:MOST_PAGES]
    marked = [html.clean(_text(part)) for part in pages]
    text = "\n\n".join(stripped for one in plain if (stripped := one.strip()))
    markup = "<hr>".join(one for one in marked if one.strip())
    return (text or html.as_text(markup))[:LONGEST_TEXT], markup


def _text(part: Part) -> str:
    declared = part.headers.parameters("content-type").get("charset", "")
    # Twice as many bytes as letters are kept: most of Vietnamese is two bytes and more.
    text = charsets.read(part.content(2 * LONGEST_TEXT)[: 2 * LONGEST_TEXT], declared)
    return _flowed(text) if part.headers.parameters("content-type").get("format", "").lower() == "flowed" else text


def _flowed(text: str) -> str:
    """Join what a program folded at its own width (RFC 3676): a line that ends in a blank goes on."""
    return re.sub(r"(?m)^(?!-- $)(?!>)(.*[^ \n]) \n(?!>|\n| ?-- $)", r"\1 ", text)


def _files(found: Walk) -> list[File]:
    files = []
    for place, part in enumerate(found.parts, 1):
        if not part.is_file or part.kind in ("message/delivery-status", "text/rfc822-headers"):
            continue
        name = charsets.tidy(part.filename).strip() or f"{place}.{_ending(part.kind)}"
        files.append(File(name[:255], part.kind[:100], part.content()))
    return files


def _ending(kind: str) -> str:
    if kind.startswith("multipart/"):
        return "eml"
    return {"message/rfc822": "eml", "text/calendar": "ics", "image/jpeg": "jpg"}.get(
        kind, kind.rpartition("/")[2][:10]
    )


def _recipients(top: Headers) -> tuple[str, ...]:
    found = [one.address for name in TO for value in top.every(name)[:5] for one in mailboxes(value)]
    return tuple(dict.fromkeys(found))[:MANY_RECIPIENTS]


def _name(sender: Mailbox) -> str:
    """Return the name shown with an address; one that pretends to be an address is none."""
    # "giamdoc@so.gov.vn" <x@evil.example>: readers would see the name, replies go to the address.
    return "" if "@" in sender.name or "＠" in sender.name else sender.name[:200]


def _oddities(found: Walk, sender: Mailbox, *, number: int, text: str) -> list[str]:
    first = found.top.raw("from")
    told = {
        "no_sender": not sender.address,
        "deceptive_name": bool(sender.name and not _name(sender) and sender.address not in sender.name.lower()),
        "many_senders": len(mailboxes(first)) > 1,
        "no_message_id": not found.top.ids("message-id"),
        "many_recipients": number > MANY_RECIPIENTS,
        "too_deep": found.is_too_deep,
        "too_many_parts": found.has_too_many,
        "text_cut": len(text) >= LONGEST_TEXT,
        "no_text": not text.strip(),
    }
    return [name for name, is_so in told.items() if is_so]
