"""The addresses of this face."""

from __future__ import annotations

from django.urls import URLPattern, path

from requests_desk.desk.views import (
    alerts,
    alike,
    away,
    bulk,
    deadline,
    drafts,
    exports,
    held,
    intake,
    letters,
    meeting,
    notices,
    queue,
    requesters,
    sent,
    ticket,
    triage,
)

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", queue.today, name="today"),
    path("new/", intake.ticket_new, name="ticket_new"),
    path("new/meeting/", meeting.meeting, name="meeting"),
    path("new/meeting/saved/", meeting.saved, name="meeting_saved"),
    path("new/known/", intake.known, name="known"),
    path("new/alike/", alike.while_typing, name="alike_typed"),
    path("requesters/<int:pk>/", requesters.requester, name="requester"),
    path("triage/", triage.queue, name="triage"),
    path("tickets/", queue.ticket_list, name="ticket_list"),
    path("drafts/", drafts.keep, name="draft_keep"),
    path("drafts/drop/", drafts.drop, name="draft_drop"),
    path("tickets/assign/", bulk.assign_many, name="assign_many"),
    path("tickets/export.<str:form>", exports.export, name="export"),
    path("tickets/views/", queue.view_keep, name="view_keep"),
    path("tickets/views/<int:pk>/forget/", queue.view_forget, name="view_forget"),
    path("tickets/<slug:code>/", ticket.ticket, name="ticket"),
    path("tickets/<slug:code>/deadline/", deadline.deadline, name="deadline"),
    path("tickets/<slug:code>/alike/", alike.of_ticket, name="alike"),
    path("tickets/<slug:code>/slip.pdf", intake.slip, name="slip"),
    path("tickets/<slug:code>/letters/<str:of>/<int:pk>/", letters.letter, name="letter"),
    path("tickets/<slug:code>/saved/", intake.ticket_saved, name="ticket_saved"),
    path("held/", held.held, name="held"),
    path("files/<int:pk>/", ticket.file, name="file"),
    path("away/", away.away, name="away"),
    path("notices/", notices.notices, name="notices"),
    path("notices/bell/", notices.bell, name="bell"),
    path("alerts/acknowledge/", alerts.at_the_desk, name="acknowledge"),
    path("sent/", sent.sent_list, name="sent_list"),
    path("sent/<int:pk>/", sent.sent_message, name="sent_message"),
    path("deliveries/", sent.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/resend/", sent.resend, name="resend"),
]
