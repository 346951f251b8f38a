"""The addresses of this face."""

from __future__ import annotations

from django.urls import URLPattern, path

from requests_desk.leadership import survey, views

app_name = "leadership"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("survey/", survey.results, name="survey"),
]
