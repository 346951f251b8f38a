"""Documents the law wants published, their files with the words in them, and their history (DOMAIN.md P-1, P-2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from requests_desk.library.words import Category, DocumentType, EventKind, Standing, State, TextState
from requests_desk.people.models import Agency, Unit

# The seven fields of the seed (P-1). A procedure is a link to where it is done: two say what it is.
SEVEN = ("document_type", "issuer", "number", "issue_date", "effective_date", "abstract", "file")
OF_A_LINK = ("issuer", "abstract", "link")


class Documents(models.Manager["Document"]):
    def get_queryset(self) -> models.QuerySet[Document]:
        """Leave the words of search where they are: a long document has a hundred kilobytes of them."""
        return super().get_queryset().defer("title_words", "text_words")


class Document(models.Model):
    """One document. A draft is known to the staff alone; who withdraws it says why, and its row stays.

    `shown_date` orders lists: the day of issue, or where that is missing the day it was put in. `expires_date` is the
    first day it no longer holds. The two columns of words are written by `library.indexing` alone.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="documents")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    category = models.CharField(max_length=16, choices=Category)
    document_type = models.CharField(max_length=16, choices=DocumentType, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=64, blank=True)
    issue_date = models.DateField(null=True, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    expires_date = models.DateField(null=True, blank=True)
    abstract = models.TextField(max_length=2000, blank=True)
    file = models.ForeignKey("DocumentFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    link = models.URLField(max_length=500, blank=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    shown_date = models.DateField()
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    title_words = SearchVectorField(null=True, editable=False)
    text_words = SearchVectorField(null=True, editable=False)

    objects: ClassVar[Documents] = Documents()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-shown_date", "-id"], name="document_by_date", condition=Q(state="published")),
            models.Index(fields=["agency", "-published_at"], name="document_newest", condition=Q(state="published")),
            models.Index(fields=["agency", "-id"], name="document_by_agency"),
            GinIndex(fields=["title_words"], name="document_title_words"),
            GinIndex(fields=["text_words"], name="document_text_words"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(effective_date__gte=F("issue_date")), name="document_effective_after_issue"
            ),
            models.CheckConstraint(condition=Q(expires_date__gte=F("issue_date")), name="document_expires_after_issue"),
            models.CheckConstraint(
                condition=Q(expires_date__gte=F("effective_date")), name="document_expires_after_effect"
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(published_at__isnull=False) & ~Q(abstract="") & (Q(file__isnull=False) | ~Q(link="")),
                name="document_published_is_readable",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | ~Q(state="withdrawn") & Q(withdrawn_at__isnull=True),
                name="document_withdrawn_at",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")), name="document_replaced_by_another"
            ),
            models.UniqueConstraint(
                fields=["agency", "issuer", "number", "issue_date"],
                # Many notices have no number; and what was withdrawn by mistake may be put in once more.
                condition=~Q(number="") & ~Q(state="withdrawn"),
                name="document_once",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.get_document_type_display()), self.number) if part) or self.abstract

    @property
    def url(self) -> str:
        """Return where everybody reads it."""
        return f"/documents/{self.pk}/"

    @property
    def desk_url(self) -> str:
        """Return where the staff look after it."""
        return f"/desk/documents/{self.pk}/"

    @property
    def is_published(self) -> bool:
        """Tell whether the public may read it."""
        return self.state == State.PUBLISHED

    def standing(self, day: date) -> Standing:
        """Return whether it holds on a day. An unknown day of effect counts as that of issue."""
        since = self.effective_date or self.issue_date
        if since is not None and since > day:
            return Standing.NOT_YET
        if self.expires_date is not None and self.expires_date <= day:
            return Standing.REPLACED if self.replaced_by_id else Standing.EXPIRED
        return Standing.IN_FORCE

    @property
    def missing(self) -> list[str]:
        """Return which of the seven fields nobody filled in: a link needs fewer, and asks for its address."""
        wanted = OF_A_LINK if self.category == Category.PROCEDURE else SEVEN
        return [name for name in wanted if not getattr(self, f"{name}_id" if name == "file" else name)]

    @property
    def lag_days(self) -> int | None:
        """Return how many days after its issue it was published, where both are known (DOMAIN.md P-13)."""
        if self.published_at is None or self.issue_date is None:
            return None
        return (local_date(self.published_at, self.agency) - self.issue_date).days


def local_date(moment: datetime, agency: Agency) -> date:
    """Return the day on an office's wall."""
    return moment.astimezone(ZoneInfo(agency.timezone)).date()


class DocumentFile(models.Model):
    """One file of a document and the words in it. Without a document it is staged for the form it was chosen in.

    A file that another took the place of stays: what was once published can be shown again.
    """

    class State(models.TextChoices):
        KEPT = "kept"
        WAITING = "waiting"  # the virus scanner was away: nobody may open it yet
        REFUSED = "refused"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    place = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.KEPT)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    text_state = models.CharField(max_length=8, choices=TextState, default=TextState.WAITING)
    text = models.TextField(blank=True)
    pages = models.PositiveIntegerField(null=True)
    # How often its text was asked for: a file that kills its readers is left alone after a few.
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], name="document_file_unread", condition=Q(text_state="waiting")),
            models.Index(fields=["added_at"], name="document_file_staged", condition=Q(document__isnull=True)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place"], condition=~Q(place=""), name="document_file_place_once"),
            models.CheckConstraint(
                condition=Q(state="refused", place="") | ~Q(state="refused") & ~Q(place=""),
                name="document_file_has_bytes",
            ),
            models.CheckConstraint(condition=Q(text_state="found") | Q(text=""), name="document_file_text_is_found"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Tell whether it may be opened now."""
        return self.state == self.State.KEPT


class DocumentEvent(models.Model):
    """One line of a document's history: the database itself refuses to change or remove it.

    `changes` holds before and after of each field that changed; a document names no requester.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes: ClassVar = [models.Index(fields=["document", "id"], name="document_event_order")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(kind="withdrawn") | ~Q(reason=""), name="document_withdrawn_says_why")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}"
