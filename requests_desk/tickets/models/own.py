"""What a person keeps for themselves at the desk."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """A way of looking at the queue under a name of one's own: the filters as they stand in an address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_view_once_per_name"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_view_says_something"),
        ]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What a person has typed into a form and not sent yet, saved at each pause.

    `place` says which form: `new:` with the form's own submission key, or `reply:` and `note:` with a ticket's code.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    place = models.CharField(max_length=100)
    data = models.JSONField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "place"], name="draft_once_per_place")]
        indexes: ClassVar = [models.Index(fields=["updated_at"], name="draft_by_age")]

    def __str__(self) -> str:
        return self.place

    @property
    def title(self) -> str:
        """Return the words by which its writer knows it again."""
        return next((self.data[name] for name in ("organisation", "phone", "name", "text") if self.data.get(name)), "")
