"""The addresses of this face."""

from __future__ import annotations

from django.urls import URLPattern, path

from requests_desk.portal import acts, again, answers, asking, documents, own_data, rating, sitemap, views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("ask/", asking.ask, name="ask"),
    path("ask/received/<str:token>/", asking.received, name="ask-received"),
    path("ask/received/<str:token>/slip.pdf", asking.slip, name="ask-slip"),
    path("status/", views.status, name="status"),
    path("status/again/", again.again, name="again"),
    path("status/add/", acts.add, name="add"),
    path("status/withdraw/", acts.withdraw, name="withdraw"),
    path("status/contact/", acts.contact, name="contact"),
    path("status/confirm/<str:token>/", acts.confirm_contact, name="confirm-contact"),
    path("status/data/", own_data.data, name="data"),
    path("status/data/take/", own_data.take, name="data-take"),
    path("status/data/ask/", own_data.ask, name="data-ask"),
    path("status/link/", acts.link, name="link"),
    path("s/<str:token>/", views.status_link, name="status-link"),
    path("survey/<str:token>/", rating.rate, name="survey"),
    path("files/<str:token>/", views.file, name="public-file"),
    path("answers/", answers.listed, name="answers"),
    path("answers/feed.atom", answers.feed, name="answers-feed"),
    path("answers/answers.csv", answers.table, name="answers-table"),
    path("answers/<int:pk>/", answers.answer),
    path("answers/<int:pk>/useful/", answers.useful, name="answer-useful"),
    path("answers/<int:pk>-<slug:words>/", answers.answer, name="answer"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/file/", documents.file, name="document-file"),
    path("robots.txt", views.robots),
    path("sitemap.xml", sitemap.sitemap),
    path("favicon.ico", views.favicon),
]
