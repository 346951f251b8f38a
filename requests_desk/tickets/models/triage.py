"""The words of an agency: by which it knows what a request is about, and with which it replies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from requests_desk.people.models import Agency
from requests_desk.tickets.words import About, ReadyUse, ReplyKind


class WordList(models.Model):
    """The phrases, one a line, that speak for one field or kind, of misconduct or of advertising, in one agency.

    An agency without a list of its own uses the one that comes with the product (`triage_words`).
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="word_lists")
    about = models.CharField(max_length=12, choices=About)
    target = models.CharField(max_length=64, blank=True)
    phrases = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "about", "target"], name="word_list_once"),
            models.CheckConstraint(
                condition=Q(about__in=[About.FIELD, About.KIND]) ^ Q(target=""), name="word_list_names_its_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.target}".strip()


class ReadyText(models.Model):
    """A text an agency keeps ready, in place of the one of this key that comes with the product, or of its own.

    Empty it takes that one out of use.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="ready_texts")
    key = models.SlugField(max_length=32)
    use = models.CharField(max_length=8, choices=ReadyUse)
    kind = models.CharField(max_length=16, choices=ReplyKind)
    name = models.CharField(max_length=80)
    text = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "key"], name="ready_text_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(key=""), name="ready_text_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
