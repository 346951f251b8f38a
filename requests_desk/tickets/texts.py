"""Every message the desk sends, rendered in the transaction that writes it: what is kept is what is read (N7, N10)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from notifications import channels
from notifications.outbox import Draft
from notifications.sms_text import is_mobile
from requests_desk.library.queries import documents
from requests_desk.people.models import Agency
from requests_desk.tickets.mail_lists import MailNature
from requests_desk.tickets.models import Apology, Attachment, Reply, Requester, Ticket
from requests_desk.tickets.moments import time_left
from requests_desk.tickets.services import reply_address
from requests_desk.tickets.services.recipients import Recipient
from requests_desk.tickets.words import ReplyChannel
from sla.models import Milestone


def acknowledgement(
    ticket: Ticket, *, due_at: datetime | None, lookup_code: str, token: str, answers: str = "", part_of: str = ""
) -> list[Draft]:
    """Return the automatic confirmation of receipt: by mail, else by SMS to a mobile. It meets nothing (P3).

    `due_at` is our own promise, None where it has passed: what others set beside it was not promised to the requester;
    `answers` is the Message-ID it answers, `part_of` the code of what it was split off from. What nobody of ours has
    read is not repeated: a stranger may have given another's address.
    """
    more = {
        "lookup_code": lookup_code,
        "status_url": f"{settings.PUBLIC_BASE_URL}/s/{token}/",
        "due_at": due_at,
        "is_read": ticket.logged_by_id is not None,
        "answers": answers,
        "part_of": part_of,
    }
    return [
        _draft(ticket, way, "acknowledgement", cause="acknowledgement", key=f"ack:{ticket.pk}:{way.channel}", **more)
        for way in islice(ways_to_requester(ticket), 1)
    ]


def survey(ticket: Ticket, channel: str, *, token: str) -> Draft | None:
    """Return the one invitation to rate the answer, None where its requester cannot be reached so."""
    way = next((way for way in ways_to_requester(ticket) if way.channel == channel), None)
    if way is None:
        return None
    url = f"{settings.PUBLIC_BASE_URL}/survey/{token}/"
    url = f"{url}?lang=en" if ticket.language == "en" else url
    return _draft(ticket, way, "survey", cause="survey", key=f"survey:{ticket.pk}:{channel}", survey_url=url)


def mobile_of(requester: Requester) -> str:
    """Return the first number of a requester that an SMS reaches, "" where there is none."""
    return next((phone.number for phone in requester.phones.all() if is_mobile(phone.number)), "")


def reply(reply: Reply, *, at: datetime, files: Sequence[Attachment] | None = None) -> Draft:
    """Return a reply as the mail its requester gets; `files` are those of one that is not written down yet.

    One by SMS says no more than that it stands on the status page (P3, N10).
    """
    ticket = reply.ticket
    requester = ticket.requester
    if reply.channel == ReplyChannel.SMS:
        way = Recipient(f"requester:{requester.pk}", str(requester), ticket.language, "sms", mobile_of(requester))
        return _draft(ticket, way, reply.kind, cause="reply", key=f"{reply.key}:sms", reply=reply)
    way = Recipient(f"requester:{requester.pk}", str(requester), ticket.language, "email", requester.email)
    key = f"{reply.key}:email:{hashlib.sha256(requester.email.encode()).hexdigest()[:12]}"
    given = reply.files.all() if files is None else files
    kept = [{"place": file.place, "name": file.name, "content_type": file.content_type} for file in given]
    came = ticket.mails.filter(nature=MailNature.PERSON).exclude(message_id="").order_by("pk").last()
    answers = came.message_id if came else ""
    shown, theirs = _documents(reply, room=settings.ATTACHMENT_MAIL_BYTES - sum(file.size for file in given))
    kept += theirs
    more = {"reply": reply, "answers": answers, "documents": shown} | _questions(reply)
    return replace(_draft(ticket, way, reply.kind, cause="reply", key=key, **more), files=kept)


def _documents(reply: Reply, *, room: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the published documents that go with a reply, named by their pages, and what of their files has room."""
    rows = documents.published_of(reply.documents)
    files = []
    for document in rows:
        file = document.file
        if file and file.is_open and file.size <= room:
            room -= file.size
            files.append({"place": file.place, "name": file.name, "content_type": file.content_type})
    base = settings.PUBLIC_BASE_URL
    return [{"name": str(one), "abstract": one.abstract, "url": base + one.url} for one in rows], files


def _questions(reply: Reply) -> dict[str, Any]:
    """Return which questions a reply settles and which it leaves; none of either where it is about all."""
    asked = list(reply.ticket.items.filter(cycle=reply.cycle).order_by("number")) if reply.items else []
    others = [item for item in asked if item.number not in reply.items]
    about = [item for item in asked if item.number in reply.items] if others else []
    return {"about_questions": about, "other_questions": others}


def apology(apology: Apology) -> Draft:
    """Return an apology as the mail its requester gets; sent once, whoever asks again."""
    ticket = apology.ticket
    requester = ticket.requester
    way = Recipient(f"requester:{requester.pk}", str(requester), ticket.language, "email", requester.email)
    return _draft(ticket, way, "apology", cause="apology", key=f"apology:{apology.pk}:email", apology=apology)


def confirm_contact(ticket: Ticket, email: str, *, change: int, token: str, until: datetime) -> Draft:
    """Return the mail by which the reader of a new address lets it count: nobody else can."""
    requester = ticket.requester
    way = Recipient(f"requester:{requester.pk}", str(requester), ticket.language, "email", email)
    more = {"confirm_url": f"{settings.PUBLIC_BASE_URL}/status/confirm/{token}/", "until": until}
    return _draft(ticket, way, "contact_confirm", cause="contact", key=f"contact:{change}:email", **more)


def contact_changed(ticket: Ticket, *, waits: bool, seq: int) -> list[Draft]:
    """Return the word to whoever was reached until now; none where no way to them is open.

    `waits` says that it counts only once the new address has agreed.
    """
    return [
        _draft(ticket, way, "contact_changed", cause="contact", key=f"contact-changed:{ticket.pk}:{seq}", waits=waits)
        for way in islice(ways_to_requester(ticket), 1)
    ]


def one_time_code(ticket: Ticket, way: Recipient, *, code: str, number: int, until: datetime) -> Draft:
    """Return the message that carries a one-time code."""
    key = f"one-time-code:{number}"
    return _draft(ticket, way, "one_time_code", cause="one_time_code", key=key, one_time_code=code, until=until)


def ways_to_requester(ticket: Ticket) -> Iterator[Recipient]:
    """Yield how a requester can be reached by machine now: by mail, else by SMS to a mobile.

    Their numbers are read only by who asks for more than a mail.
    """
    requester = ticket.requester
    for channel in ("email", "sms"):
        destination = requester.email if channel == "email" else mobile_of(requester)
        is_open = destination and channels.availability(channel) != "unavailable"
        if is_open and channels.get(channel).accepts(destination):
            yield Recipient(f"requester:{requester.pk}", str(requester), ticket.language, channel, destination)


def not_delivered(reply: Reply, ways: Sequence[Recipient], *, at: datetime) -> list[Draft]:
    """Return the notice that a reply did not arrive, to each of `ways` (P4)."""
    due_at = ticket_due(reply.ticket)
    drafts = []
    for way in ways:
        with translation.override(way.language):
            left = time_left(due_at, at) if due_at else ""
        more = {"due_at": due_at, "time_left": left, "ticket_url": page(reply.ticket), "reply": reply}
        key = f"{reply.key}:not-delivered:{way.key}:{way.channel}"
        drafts.append(_draft(reply.ticket, way, "not_delivered", cause="not_delivered", key=key, **more))
    return drafts


def ticket_due(ticket: Ticket) -> datetime | None:
    """Return the earliest open due instant, from the clock itself: the ticket's own copy may not be written yet."""
    open_ = Milestone.objects.filter(clock__ticket_clock__ticket=ticket, met_at__isnull=True, ended_at__isnull=True)
    return open_.order_by("due_at").values_list("due_at", flat=True).first()


def page(ticket: Ticket) -> str:
    """Return the whole address of a ticket's page, for a mail."""
    return f"{settings.PUBLIC_BASE_URL}/desk/tickets/{ticket.code}/"


def _draft(ticket: Ticket, way: Recipient, name: str, *, cause: str, key: str, **more: Any) -> Draft:
    return draft(ticket.agency, way, name, subject=ticket.key, cause=cause, key=key, **about(ticket), **more)


def about(ticket: Ticket) -> dict[str, Any]:
    """Return what a message about a ticket may name."""
    return {
        "ticket": ticket,
        "requester_name": str(ticket.requester),
        "unit": ticket.unit,
        "officer": ticket.officer,
    }


def draft(
    agency: Agency,
    way: Recipient,
    name: str,
    *,
    subject: str,
    cause: str,
    key: str,
    not_before: datetime | None = None,
    **context: Any,
) -> Draft:
    """Render the texts called `name` for one person and channel, in their language and on the office's clock."""
    context |= {"agency": agency, "recipient_name": way.name, "language": way.language}
    context["may_answer_by_mail"] = agency.reply_plus and way.key.startswith("user:")
    with translation.override(way.language), timezone.override(ZoneInfo(agency.timezone)):
        folder = f"{'sms' if way.channel == 'sms' else 'mail'}/{way.language}"
        text = render_to_string(f"{folder}/{name}.txt", context).strip()
        is_mail = way.channel == "email"
        title = " ".join(render_to_string(f"{folder}/{name}.subject.txt", context).split()) if is_mail else ""
        html = render_to_string("mail/letter.html", context | {"subject": title, "text": text}) if is_mail else ""
    ticket = context.get("ticket")
    return Draft(
        key=key,
        owner=f"agency:{agency.pk}",
        subject=subject,
        cause=cause,
        channel=way.channel,
        recipient=way.key,
        destination=way.destination,
        title=title,
        text=text,
        html=html,
        headers=_headers(ticket, way, context.get("answers", "")) if is_mail and isinstance(ticket, Ticket) else {},
        language=way.language,
        not_before=not_before,
    )


def _headers(ticket: Ticket, way: Recipient, answers: str) -> dict[str, str]:
    """Where an answer to this mail goes, and which mail it answers itself: what programs show as one conversation."""
    given = reply_address.headers(ticket, way.key)
    return given | {"In-Reply-To": answers, "References": answers} if answers else given
