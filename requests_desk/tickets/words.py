"""The closed lists of words on the wire (design §9), each with what people read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    HOTLINE = "hotline", _("Hotline")
    EMAIL = "email", _("E-mail")
    QNA = "qna", _("Online Q&A")
    IN_PERSON = "in_person", _("In person")
    LETTER = "letter", _("Letter")
    ZALO = "zalo", _("Zalo")
    REFERRAL = "referral", _("Referred by another agency")
    MEETING = "meeting", _("Dialogue meeting")


class Entry(models.TextChoices):
    """How a request was taken down by hand, where its channel alone does not tell."""

    CALL = "call", _("Call")
    MISSED_CALL = "missed_call", _("Missed call")
    VOICEMAIL = "voicemail", _("Voicemail")
    WALK_IN = "walk_in", _("At the counter")
    LETTER = "letter", _("Letter")
    ZALO = "zalo", _("Zalo")
    REFERRAL = "referral", _("Referred by another agency")
    MEETING = "meeting", _("Dialogue meeting")


# Nobody has spoken to them yet: somebody must call (P3).
TO_CALL_BACK = frozenset({Entry.MISSED_CALL, Entry.VOICEMAIL})


class Kind(models.TextChoices):
    INFORMATION = "information", _("Information request")
    FEEDBACK = "feedback", _("Feedback and recommendations")
    COMPLAINT = "complaint", _("Complaint")
    DENUNCIATION = "denunciation", _("Denunciation")
    HARASSMENT = "harassment", _("Report of harassment")
    PERSONAL_DATA = "personal_data", _("Personal data request")
    PROCEDURE = "procedure", _("Administrative procedure")


# Reports that may name an officer or a unit are closed to all but the leadership from the first moment (P13).
SEALED_KINDS = frozenset({Kind.DENUNCIATION, Kind.HARASSMENT})


class Priority(models.TextChoices):
    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")


class State(models.TextChoices):
    RECEIVED = "received", _("Received")
    ASSIGNED = "assigned", _("Assigned")
    INTERIM_SENT = "interim_sent", _("Progress notified")
    REPLIED = "replied", _("Answered")
    CLOSED = "closed", _("Closed")


class ReplyKind(models.TextChoices):
    ANSWER = "answer", _("Answer")
    INTERIM = "interim", _("Interim reply")
    REFUSAL = "refusal", _("Refusal")
    TRANSFER = "transfer", _("Transfer")


FINAL_REPLIES = frozenset({ReplyKind.ANSWER, ReplyKind.REFUSAL, ReplyKind.TRANSFER})


class ReplyChannel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    CALL = "call", _("Phone call")
    LETTER = "letter", _("Letter")
    IN_PERSON = "in_person", _("At the counter")
    # A notice that the words stand on the status page: of an interim reply alone (P3).
    SMS = "sms", _("SMS")


# What goes by the outbox: the word of a relay or a provider says whether it arrived.
POSTED = frozenset({ReplyChannel.EMAIL, ReplyChannel.SMS})
# How a requester may wish to be answered.
ANSWERED_BY = [(one.value, one.label) for one in ReplyChannel if one != ReplyChannel.SMS]


class ReplyState(models.TextChoices):
    """How far a reply is: most are sent at once, some pass an approver's desk first (P5)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    RETURNED = "returned", _("Returned for revision")
    APPROVED = "approved", _("Approved")
    WAITING = "waiting", _("Waiting to go")
    SENT = "sent", _("Sent")


class SendAt(models.TextChoices):
    """When a reply by mail leaves."""

    NOW = "now", _("Now")
    OPENING = "opening", _("When the office opens")


class ReadyUse(models.TextChoices):
    """What a ready text is for."""

    REPLY = "reply", _("Text of a reply")
    SCRIPT = "script", _("What to say on the phone")


class HandoverState(models.TextChoices):
    """How a request offered to another unit fared."""

    PENDING = "pending", _("Waiting to be accepted")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Returned")
    OVERTAKEN = "overtaken", _("Assigned otherwise meanwhile")


class PartState(models.TextChoices):
    """How far the part of a cooperating unit is."""

    ASKED = "asked", _("Waiting for the unit")
    DELIVERED = "delivered", _("Delivered")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("No longer needed")


class ApologyState(models.TextChoices):
    """How far an apology is: a leader signs it, and it goes."""

    SUBMITTED = "submitted", _("Waiting for approval")
    RETURNED = "returned", _("Returned for revision")
    SIGNED = "signed", _("Signed and sent")


class Desk(models.TextChoices):
    """Whose desk a reply lies on until it is signed (P5)."""

    UNIT_HEAD = "unit_head", _("Head of unit")
    LEADER = "leader", _("Leadership")


class CallOutcome(models.TextChoices):
    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    VOICEMAIL = "voicemail", _("Left a message on the answering machine")
    WRONG_NUMBER = "wrong_number", _("Wrong number")


# A call nobody took is logged, and meets nothing (P3).
UNANSWERED_CALLS = (CallOutcome.NO_ANSWER, CallOutcome.VOICEMAIL)
MISSED_CALLS = (*UNANSWERED_CALLS, CallOutcome.WRONG_NUMBER)


class Reason(models.TextChoices):
    """Why the information cannot be given in full yet: the choices of the interim text."""

    NOT_READY = "not_ready", _("The information is not ready and must be compiled")
    OTHER_AGENCY = "other_agency", _("The opinion of another agency is needed")
    NOT_OURS = "not_ours", _("Part of it is outside our competence")
    NEEDS_MORE = "needs_more", _("The requester must add information")


class Ending(models.TextChoices):
    ANSWERED = "answered", _("Answered")
    PARTLY_ANSWERED = "partly_answered", _("Partly provided")
    REFUSED = "refused", _("Refused")
    TRANSFERRED = "transferred", _("Transferred")
    NOT_FULFILLED = "not_fulfilled", _("Not fulfilled")
    WITHDRAWN = "withdrawn", _("Withdrawn by the requester")
    MERGED = "merged", _("Merged with another request")
    SPAM = "spam", _("Invalid")
    UNREACHABLE = "unreachable", _("Requester could not be reached")


class CycleReason(models.TextChoices):
    """Why a request was taken up (P7)."""

    RECEIVED = "received", _("Received")
    MESSAGE = "message", _("Message of the requester after the answer")
    NOT_TO_THE_POINT = "not_to_the_point", _("Not answered to the point")


class LinkKind(models.TextChoices):
    """What a request is to another one; how either end reads stands beside the words of the templates."""

    FOLLOW_UP = "follow_up"
    POSSIBLY_ABOUT = "possibly_about"
    MERGED_INTO = "merged_into"
    SPLIT_OFF = "split_off"


class RegisterStep(models.TextChoices):
    """How far the taking over of an old register is."""

    READ = "read", _("Read")
    CHECKING = "checking", _("Being tried")
    CHECKED = "checked", _("Tried")
    TAKING = "taking", _("Being taken over")
    DONE = "done", _("Taken over")


class RowState(models.TextChoices):
    """What became of one row of an old register."""

    NEW = "new", _("Not tried yet")
    RIGHT = "right", _("Right")
    WRONG = "wrong", _("To mend")
    KNOWN = "known", _("Taken over before")
    TAKEN = "taken", _("Taken over")


class About(models.TextChoices):
    """What a list of phrases speaks for."""

    FIELD = "field", _("Field")
    KIND = "kind", _("Kind")
    MISCONDUCT = "misconduct", _("Misconduct")
    STAFF = "staff", _("Whoever works here")
    ADVERTISING = "advertising", _("Advertising")


class CallerProof(models.TextChoices):
    """How somebody on the phone or at the counter showed who they are."""

    LOOKUP = "lookup", _("by the look-up code, read out")
    CALL_BACK = "call_back", _("by calling a number on record back")


class ErasedWhy(models.TextChoices):
    """Why the words of a request are gone."""

    REQUEST = "request", _("Erased at the requester's word")
    RETENTION = "retention", _("Erased at the end of its term")


class Because(models.TextChoices):
    """Why somebody is told who would not be otherwise (N3)."""

    DEPUTY = "deputy", _("You receive this because you stand in for %(absent)s, who is away.")
    UNASSIGNED = "unassigned", _("You receive this because no officer handles the request yet.")
    EMPTY_RUNG = "empty_rung", _("You receive this because nobody on the step before you could be told.")
    NOBODY = "nobody", _("You receive this because nobody who answers for the request could be told.")
    ON_DUTY = "duty", _("You receive this because you are on duty.")
    CLIMBED = "climbed", _("You receive this because an earlier alert was not acknowledged in time.")
    NOT_REACHED = "not_reached", _("You receive this because an earlier alert did not arrive.")


class NoticeKind(models.TextChoices):
    """What people are told of from day to day; who and how stands in `services/notices.py`."""

    ASSIGNED = "assigned", _("Assigned to you")
    UNIT_ASSIGNED = "unit_assigned", _("Given to your unit, without an officer")
    HANDED_BACK = "handed_back", _("Handed back, without an officer")
    MESSAGE = "message", _("New message or file from the requester")
    REOPENED = "reopened", _("Taken up again at the requester's word")
    SUBMITTED = "submitted", _("A reply waits for your approval")
    APPROVED = "approved", _("Your reply was approved")
    RETURNED = "returned", _("Your reply was returned for revision")
    PART_ASKED = "part_asked", _("Your unit is asked for its part")
    PART_DUE = "part_due", _("The part of your unit is due soon")
    PART_LATE = "part_late", _("The part of a cooperating unit is late")
    PART_SETTLED = "part_settled", _("A cooperating unit delivered its part or returned it")
    NOT_DELIVERED = "not_delivered", _("Your reply did not reach the requester")
    WITHDRAWN = "withdrawn", _("Withdrawn by the requester")
    HELD = "held", _("Likely spam of the public form waits to be looked at")
    REMINDER = "reminder", _("A deadline comes near")
    BREACH = "breach", _("A deadline was missed")
    REPORT = "report", _("A sealed report was received")


class EventKind(models.TextChoices):
    """Everything the ledger can say. The sentence of each kind stands in `sentences.py`."""

    LOGGED = "logged"
    ASSIGNED = "assigned"
    IMPORTED = "imported"
    REQUESTER_CHANGED = "requester_changed"
    SORTED = "sorted"
    SEALED = "sealed"
    UNSEALED = "unsealed"
    SPAM_PROPOSED = "spam_proposed"
    HANDED_OVER = "handed_over"
    HANDOVER_ACCEPTED = "handover_accepted"
    HANDOVER_RETURNED = "handover_returned"
    NOTED = "noted"
    MESSAGE_RECEIVED = "message_received"
    ACKNOWLEDGED = "acknowledged"
    RESENT = "resent"
    LOOKUP_REISSUED = "lookup_reissued"
    LINK_ISSUED = "link_issued"
    LINKS_REVOKED = "links_revoked"
    CALLER_VERIFIED = "caller_verified"
    CALLER_NOT_VERIFIED = "caller_not_verified"
    CONTACT_ASKED = "contact_asked"
    CONTACT_CHANGED = "contact_changed"
    DATA_SHOWN = "data_shown"
    DATA_TAKEN = "data_taken"
    ERASED = "erased"
    REPLY_RECORDED = "reply_recorded"
    REPLY_SUBMITTED = "reply_submitted"
    REPLY_RETURNED = "reply_returned"
    REPLY_TAKEN_BACK = "reply_taken_back"
    REPLY_APPROVED = "reply_approved"
    REPLY_HELD = "reply_held"
    REPLY_SENT = "reply_sent"
    REPLY_REACHED = "reply_reached"
    REPLY_NOT_REACHED = "reply_not_reached"
    REPLY_VOIDED = "reply_voided"
    APOLOGY_SUBMITTED = "apology_submitted"
    APOLOGY_RETURNED = "apology_returned"
    APOLOGY_SIGNED = "apology_signed"
    SURVEY_INVITED = "survey_invited"
    SURVEY_ANSWERED = "survey_answered"
    MILESTONE_OPENED = "milestone_opened"
    MILESTONE_MET = "milestone_met"
    MILESTONE_REOPENED = "milestone_reopened"
    MILESTONE_ENDED = "milestone_ended"
    ALERT_TOLD = "alert_told"
    ALERT_SUPERSEDED = "alert_superseded"
    ALERT_CLIMBED = "alert_climbed"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    BREACH_RECORDED = "breach_recorded"
    BREACH_VOIDED = "breach_voided"
    POLICY_APPLIED = "policy_applied"
    RECEIVED_CORRECTED = "received_corrected"
    MILESTONE_MOVED = "milestone_moved"
    CYCLE_OPENED = "cycle_opened"
    CYCLE_ANNULLED = "cycle_annulled"
    LINKED = "linked"
    PAUSED = "paused"
    RESUMED = "resumed"
    MERGED = "merged"
    ABSORBED = "absorbed"
    UNMERGED = "unmerged"
    SPLIT_OFF = "split_off"
    PART_ASKED = "part_asked"
    PART_DELIVERED = "part_delivered"
    PART_RETURNED = "part_returned"
    PART_WITHDRAWN = "part_withdrawn"
    PART_REMINDED = "part_reminded"
    FILE_ADDED = "file_added"
    FILE_REFUSED = "file_refused"
    ITEMS_SPLIT = "items_split"
    ITEMS_CHANGED = "items_changed"
    ITEM_SETTLED = "item_settled"
    ITEM_REOPENED = "item_reopened"
    CLOSED = "closed"
