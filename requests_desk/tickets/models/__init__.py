"""The rows of the desk, by business noun."""

from __future__ import annotations

from requests_desk.tickets.models.alerts import Alert, Digest
from requests_desk.tickets.models.apology import Apology
from requests_desk.tickets.models.attachments import Attachment
from requests_desk.tickets.models.conversation import Delivery, Message, Reply
from requests_desk.tickets.models.cooperation import AskedPart
from requests_desk.tickets.models.family import TicketCycle, TicketLink
from requests_desk.tickets.models.figures import Figures
from requests_desk.tickets.models.handover import Handover
from requests_desk.tickets.models.health import Heartbeat
from requests_desk.tickets.models.held import Held
from requests_desk.tickets.models.items import Item
from requests_desk.tickets.models.ledger import Event
from requests_desk.tickets.models.mail import Mail, Mailbox, MailContent
from requests_desk.tickets.models.notices import Notice
from requests_desk.tickets.models.own import Draft, SavedView
from requests_desk.tickets.models.promise import Application, PolicyRule
from requests_desk.tickets.models.published import Publication, Reuse
from requests_desk.tickets.models.register import Register, RegisterRow
from requests_desk.tickets.models.requester import Requester, RequesterMerge, RequesterPhone
from requests_desk.tickets.models.rights import ContactChange, Erasure, OneTimeCode, RetentionRule
from requests_desk.tickets.models.survey import Survey
from requests_desk.tickets.models.ticket import (
    NOTHING_DUE,
    CodeCounter,
    Exclusion,
    Field,
    StatusLink,
    Ticket,
    TicketClock,
)
from requests_desk.tickets.models.triage import ReadyText, WordList

__all__ = [
    "NOTHING_DUE",
    "Alert",
    "Apology",
    "Application",
    "AskedPart",
    "Attachment",
    "CodeCounter",
    "ContactChange",
    "Delivery",
    "Digest",
    "Draft",
    "Erasure",
    "Event",
    "Exclusion",
    "Field",
    "Figures",
    "Handover",
    "Heartbeat",
    "Held",
    "Item",
    "Mail",
    "MailContent",
    "Mailbox",
    "Message",
    "Notice",
    "OneTimeCode",
    "PolicyRule",
    "Publication",
    "ReadyText",
    "Register",
    "RegisterRow",
    "Reply",
    "Requester",
    "RequesterMerge",
    "RequesterPhone",
    "RetentionRule",
    "Reuse",
    "SavedView",
    "StatusLink",
    "Survey",
    "Ticket",
    "TicketClock",
    "TicketCycle",
    "TicketLink",
    "WordList",
]
