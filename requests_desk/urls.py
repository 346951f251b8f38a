"""Every address of the desk, face by face (design §9)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from requests_desk.desk.views import alerts

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("requests_desk.api.urls")),
    path("desk/", include("requests_desk.desk.urls")),
    # Outside /desk/: its reader is not signed in, and no second step stands before it.
    path("ack/<str:token>/", alerts.by_token, name="acknowledge"),
    path("settings/", include("requests_desk.desk.settings_urls")),
    path("leadership/", include("requests_desk.leadership.urls")),
    path("accounts/", include("requests_desk.people.urls")),
    path("", include("requests_desk.doors.urls")),
    # Last, since it begins at the root: nothing of the public's may hide an address of the staff.
    path("", include("requests_desk.portal.urls")),
]
handler400 = "requests_desk.errors.bad_request"
handler500 = "requests_desk.errors.server_error"
