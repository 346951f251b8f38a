"""The closed lists of the survey: what may be answered, how an answer came, and why somebody is not asked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Satisfaction(models.TextChoices):
    """How a requester found it on the whole (S-1: satisfied are the first two)."""

    VERY_SATISFIED = "very_satisfied", _("Very satisfied")
    SATISFIED = "satisfied", _("Satisfied")
    NEUTRAL = "neutral", _("Neither satisfied nor dissatisfied")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")
    VERY_DISSATISFIED = "very_dissatisfied", _("Very dissatisfied")


SATISFIED = frozenset({Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED})


class Timeliness(models.TextChoices):
    EARLY = "early", _("Before it was due")
    ON_TIME = "on_time", _("On time")
    LATE = "late", _("Late")


class Substance(models.TextChoices):
    FULL = "full", _("Right, and all that was asked")
    PARTLY = "partly", _("Right in part")
    GENERIC = "generic", _("General words, not to the point")


class Attitude(models.TextChoices):
    GOOD = "good", _("Polite and attentive")
    FAIR = "fair", _("Ordinary")
    POOR = "poor", _("Not good")


class SurveyWay(models.TextChoices):
    """How an answer to the survey came in."""

    ONLINE = "online", _("Online")
    PAPER = "paper", _("On paper")
    PHONE = "phone", _("By phone")


class SurveySkipped(models.TextChoices):
    """Why a requester is not asked."""

    ENDED_OTHERWISE = "ended_otherwise", _("Sealed, or ended without an answer")
    ASKED_LATELY = "asked_lately", _("Asked within the last fortnight")
    SWITCHED_OFF = "switched_off", _("The agency asks nobody")
    ANSWERED = "answered", _("Answered on paper or by phone before")
