"""Published answers (*Hỏi - Đáp*): what one business was told, written anew so that every other may read it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from requests_desk.people import identifiers
from requests_desk.people.models import Agency, Unit

TITLE_LENGTH = 200
REASON_LENGTH = 500
SLUG_LENGTH = 80


class AnswerState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Answer(models.Model):
    """A question and its answer, without a word of who asked. Everybody reads it while its state is `published`.

    `published_at` is when it was first published. `version` counts what was written, so that two people who mend it at
    once notice each other.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="answers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    field = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=TITLE_LENGTH)
    question = models.TextField()
    answer = models.TextField()
    state = models.CharField(max_length=12, choices=AnswerState, default=AnswerState.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    return_reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    published_at = models.DateTimeField(null=True)
    corrected_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    # What is asked, and all that is said, as `searching` keeps them to be found.
    asked = SearchVectorField(null=True)
    said = SearchVectorField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(question="") & ~Q(answer=""), name="answer_has_texts"),
            models.CheckConstraint(
                condition=~Q(state=AnswerState.PUBLISHED) | Q(published_at__isnull=False),
                name="answer_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state=AnswerState.WITHDRAWN, withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")
                | ~Q(state=AnswerState.WITHDRAWN) & Q(withdrawn_at__isnull=True, withdrawn_reason=""),
                name="answer_withdrawn_has_reason",
            ),
        ]
        indexes: ClassVar = [
            # Drafts stay out: the public's list never reads past them.
            models.Index(fields=["-published_at", "-id"], name="answer_newest", condition=Q(state="published")),
            models.Index(
                fields=["field", "-published_at", "-id"], name="answer_by_field", condition=Q(state="published")
            ),
            models.Index(fields=["agency", "state", "-id"], name="answer_by_state"),
            GinIndex(fields=["asked"], name="answer_asked"),
            GinIndex(fields=["said"], name="answer_said"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Tell whether everybody may read it."""
        return self.state == AnswerState.PUBLISHED

    @property
    def slug(self) -> str:
        """Return the words of its title as they stand in its address; the number before them is what counts."""
        # An address is read out and pasted into chats: plain letters survive both.
        words = identifiers.folded(self.title).encode("ascii", "ignore").decode()
        return "-".join(words.split())[:SLUG_LENGTH].strip("-") or "x"

    @property
    def path(self) -> str:
        """Return its public address within the site (design §9)."""
        return f"/answers/{self.pk}-{self.slug}/"

    @property
    def changed_at(self) -> datetime | None:
        """Return when the public last saw it change."""
        return self.corrected_at or self.published_at


class AnswerCount(models.Model):
    """How often an answer was read, found useful or not, and given again in a reply.

    Beside it, not in it: counting a reader must not rewrite its texts.
    """

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, primary_key=True, related_name="count")
    views = models.PositiveIntegerField(default=0)
    useful = models.PositiveIntegerField(default=0)
    not_useful = models.PositiveIntegerField(default=0)
    reused = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-views", "-answer"], name="answer_most_read")]

    def __str__(self) -> str:
        return f"answer {self.answer_id}: {self.views}"


class AnswerCorrection(models.Model):
    """What was put right in a published answer, and when: everybody reads it below the answer."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="corrections")
    at = models.DateTimeField()
    note = models.CharField(max_length=REASON_LENGTH)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(note=""), name="correction_says_what")]

    def __str__(self) -> str:
        return f"answer {self.answer_id} corrected at {self.at:%Y-%m-%d}"


class AnswerEvent(models.Model):
    """One line of the history of an answer: the database itself refuses to change or remove it.

    `facts` holds ids, codes, counts and keyed digests, never anybody's words.
    """

    class Kind(models.TextChoices):
        WRITTEN = "written", _("Written")
        REWRITTEN = "rewritten", _("Rewritten")
        SUBMITTED = "submitted", _("Submitted for approval")
        RETURNED = "returned", _("Returned for revision")
        PUBLISHED = "published", _("Published")
        CORRECTED = "corrected", _("Corrected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes: ClassVar = [models.Index(fields=["answer", "-id"], name="answer_event_by_answer")]

    def __str__(self) -> str:
        return f"{self.kind} answer {self.answer_id}"
