"""The closed lists of words about mail that comes in: each with what people read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Security(models.TextChoices):
    """How a mailbox is talked to."""

    TLS = "tls", _("TLS")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("unencrypted, on this machine alone")


class MailState(models.TextChoices):
    """How far an incoming mail is."""

    STORED = "stored", _("Stored")
    PARSED = "parsed", _("Read")
    PARKED = "parked", _("Parked")
    SET_ASIDE = "set_aside", _("Set aside")
    DONE = "done", _("Taken in")
    DISMISSED = "dismissed", _("Dismissed")


class MailNature(models.TextChoices):
    """Who, or what, wrote a mail."""

    PERSON = "person", _("A person")
    AUTOMATIC = "automatic", _("A machine")
    AUTO_REPLY = "auto_reply", _("An automatic reply")
    BOUNCE = "bounce", _("A delivery report")
    LIST = "list", _("A mailing list")
    LOOP = "loop", _("Our own mail come back")


class MailReason(models.TextChoices):
    """Why a mail waits for a person, or how it ended without one."""

    AUTO_REPLY = "auto_reply", _("An automatic reply to no request known here")
    BOUNCE = "bounce", _("A delivery report about no message of ours")
    LIST = "list", _("From a mailing list")
    LOOP = "loop", _("A mail of our own came back")
    STAFF_UNVERIFIED = "staff_unverified", _("An answer by mail whose sender could not be verified")
    STAFF_REFUSED = "staff_refused", _("An answer by mail that could not be sent as it is")
    REFUSED = "refused", _("The request could not be taken as it is")
    TOO_LARGE = "too_large", _("Larger than any mail that is read")
    TIMEOUT = "timeout", _("Reading it took too long, twice")
    MEMORY = "memory", _("Reading it took too much memory, twice")
    CRASH = "crash", _("Its reader broke, twice")
    ERROR = "error", _("An error of the desk's own, twice")
    DUPLICATE = "duplicate", _("The same mail once more")
    REPORTED = "reported", _("A delivery report, taken up")
    STAFF = "staff", _("Words of our own staff")
