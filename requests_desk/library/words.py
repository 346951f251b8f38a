"""The closed lists of the library."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Category(models.TextChoices):
    """What a document is about, as the seed groups them (DOMAIN.md P-1, P-11)."""

    LEGAL = "legal", _("Legal normative documents")
    DIRECTIVE = "directive", _("Directives and administration")
    PLANNING = "planning", _("Planning")
    TENDER = "tender", _("Tender information")
    BUDGET = "budget", _("Budget")
    SUPPORT = "support", _("Support policies for businesses")
    PROCEDURE = "procedure", _("Administrative procedures")


class DocumentType(models.TextChoices):
    """*Hình thức văn bản*: the forms of Law 64/2025 and of Decree 30/2020, Article 7, that a department publishes."""

    LAW = "law", _("Law")
    ORDINANCE = "ordinance", _("Ordinance")
    DECREE = "decree", _("Decree")
    CIRCULAR = "circular", _("Circular")
    RESOLUTION = "resolution", _("Resolution")
    DECISION = "decision", _("Decision")
    DIRECTIVE = "directive", pgettext_lazy("document", "Directive")
    REGULATION = "regulation", _("Regulation")
    NOTICE = "notice", pgettext_lazy("document", "Notice")
    GUIDANCE = "guidance", _("Guidance")
    PROGRAMME = "programme", _("Programme")
    PLAN = "plan", pgettext_lazy("document", "Plan")
    SCHEME = "scheme", _("Scheme")
    PROJECT = "project", _("Project")
    REPORT = "report", pgettext_lazy("document", "Report")
    INVITATION = "invitation", _("Invitation to tender")
    LETTER = "letter", pgettext_lazy("document", "Official letter")
    OTHER = "other", pgettext_lazy("document", "Other form")


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("document", "Draft")
    PUBLISHED = "published", pgettext_lazy("document", "Published")
    WITHDRAWN = "withdrawn", pgettext_lazy("document", "Withdrawn from the public page")


class Standing(models.TextChoices):
    """Whether a document holds on a given day."""

    IN_FORCE = "in_force", _("In force")
    NOT_YET = "not_yet", _("Not yet in force")
    REPLACED = "replaced", _("Replaced")
    EXPIRED = "expired", _("No longer in force")


class TextState(models.TextChoices):
    """What became of reading a file's words."""

    WAITING = "waiting", _("Its text is being read")
    FOUND = "found", _("Its text is found by search")
    NONE = "none", _("PDF without text: a scan")
    UNREAD = "unread", _("Its text could not be read")


class EventKind(models.TextChoices):
    PUT_IN = "put_in", pgettext_lazy("document", "Put in")
    CHANGED = "changed", pgettext_lazy("document", "Changed")
    PUBLISHED = "published", pgettext_lazy("document", "Published")
    WITHDRAWN = "withdrawn", pgettext_lazy("document", "Withdrawn from the public page")
    REPLACED = "replaced", pgettext_lazy("document", "Replaced")
