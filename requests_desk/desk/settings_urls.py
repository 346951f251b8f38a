"""The addresses of the administrators' screens."""

from __future__ import annotations

from django.urls import URLPattern, path

from requests_desk.desk.views.settings import (
    applying,
    calendars,
    home,
    mailboxes,
    offices,
    people,
    policies,
    presence,
    ready_texts,
    registers,
    rehearsing,
    retention,
    rules,
    versions,
    words,
)

app_name = "settings"
urlpatterns: list[URLPattern] = [
    path("", home.overview, name="overview"),
    path("calendars/new/", calendars.new, name="calendar_new"),
    path("calendars/<slug:key>/", calendars.this_year, name="calendar"),
    path("calendars/<slug:key>/<int:year>/", calendars.year, name="year"),
    path("calendars/<slug:key>/<int:year>/<str:name>", calendars.export, name="export"),
    path("calendars/<slug:key>/hours/", calendars.hours, name="hours"),
    path("calendars/<slug:key>/versions/", versions.of_calendar, name="calendar_versions"),
    path("calendars/<slug:key>/apply/", applying.calendar, name="calendar_apply"),
    path("policies/new/", policies.new, name="policy_new"),
    path("policies/<slug:key>/", policies.edit, name="policy"),
    path("policies/<slug:key>/file/", policies.from_file, name="policy_file"),
    path("policies/<slug:key>/<str:name>.json", policies.export, name="policy_export"),
    path("policies/<slug:key>/versions/", versions.of_policy, name="policy_versions"),
    path("policies/<slug:key>/apply/", applying.policy, name="policy_apply"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="person_new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/leave/", people.leave, name="person_leave"),
    path("units/", offices.units, name="units"),
    path("units/<int:pk>/", offices.unit, name="unit"),
    path("agency/", offices.agency, name="agency"),
    path("presence/", presence.people, name="presence"),
    path("registers/", registers.overview, name="registers"),
    path("registers/<int:pk>/", registers.one, name="register"),
    path("registers/<int:pk>/to-mend.xlsx", registers.to_mend, name="register_to_mend"),
    path("texts/", ready_texts.texts, name="ready_texts"),
    path("words/", words.lists, name="words"),
    path("mailboxes/", mailboxes.overview, name="mailboxes"),
    path("mailboxes/new/", mailboxes.edit, name="mailbox_new"),
    path("mailboxes/<int:pk>/", mailboxes.edit, name="mailbox"),
    path("rules/", rules.table, name="rules"),
    path("retention/", retention.retention, name="retention"),
    path("rehearse/", rehearsing.rehearse, name="rehearse"),
]
