"""The addresses of this face."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView

from requests_desk.api import acts, approvals, docs, handing, histories, parts, sorting, tickets, verbs

urlpatterns: list[URLPattern] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs.Docs.as_view(), name="api-docs"),
    path("tickets/", tickets.Tickets.as_view()),
    path("tickets/<slug:code>/", tickets.TicketDetail.as_view()),
    path("tickets/<slug:code>/events/", histories.Events.as_view()),
    path("tickets/<slug:code>/notifications/", histories.Notifications.as_view()),
    path("tickets/<slug:code>/files/<int:pk>/", histories.File.as_view()),
    path("tickets/<slug:code>/breaches/", histories.Breaches.as_view()),
    path("tickets/<slug:code>/replies/", acts.Replies.as_view()),
    path("tickets/<slug:code>/close/", acts.Closing.as_view()),
    path("tickets/<slug:code>/assign/", acts.Assignment.as_view()),
    path("tickets/<slug:code>/notes/", acts.Notes.as_view()),
    path("tickets/<slug:code>/items/", verbs.Items.as_view()),
    path("tickets/<slug:code>/correct/", verbs.Correction.as_view()),
    path("tickets/<slug:code>/messages/", verbs.Messages.as_view()),
    path("tickets/<slug:code>/thanks/", verbs.Thanks.as_view()),
    path("tickets/<slug:code>/merge/", verbs.Merge.as_view()),
    path("tickets/<slug:code>/hand_over/", handing.HandOver.as_view()),
    path("tickets/<slug:code>/accept/", handing.Accept.as_view()),
    path("tickets/<slug:code>/give_back/", handing.GiveBack.as_view()),
    path("tickets/<slug:code>/apologies/", handing.Apologies.as_view()),
    path("tickets/<slug:code>/apologies/<int:pk>/sign/", handing.SignApology.as_view()),
    path("tickets/<slug:code>/apologies/<int:pk>/return/", handing.ReturnApology.as_view()),
    path("tickets/<slug:code>/parts/", parts.Parts.as_view()),
    path("tickets/<slug:code>/parts/<int:pk>/deliver/", parts.Deliver.as_view()),
    path("tickets/<slug:code>/parts/<int:pk>/return/", parts.GiveBack.as_view()),
    path("tickets/<slug:code>/parts/<int:pk>/withdraw/", parts.Withdraw.as_view()),
    path("tickets/<slug:code>/split/", parts.Split.as_view()),
    path("tickets/<slug:code>/unmerge/", verbs.Unmerge.as_view()),
    path("tickets/<slug:code>/pause/", verbs.Pause.as_view()),
    path("tickets/<slug:code>/resume/", verbs.Resume.as_view()),
    path("tickets/<slug:code>/acknowledge/", verbs.Acknowledge.as_view()),
    path("tickets/<slug:code>/similar/", sorting.Similar.as_view()),
    path("tickets/<slug:code>/suggestion/", sorting.Suggestion.as_view()),
    path("tickets/<slug:code>/sort/", sorting.Sort.as_view()),
    path("tickets/<slug:code>/seal/", sorting.Seal.as_view()),
    path("tickets/<slug:code>/unseal/", sorting.Unseal.as_view()),
    path("tickets/<slug:code>/link/", sorting.Link.as_view()),
    path("tickets/<slug:code>/propose_spam/", sorting.ProposeSpam.as_view()),
    path("tickets/<slug:code>/replies/<int:pk>/approve/", approvals.Approve.as_view()),
    path("tickets/<slug:code>/replies/<int:pk>/return/", approvals.GiveBack.as_view()),
    path("tickets/<slug:code>/replies/<int:pk>/take_back/", approvals.TakeBack.as_view()),
    path("tickets/<slug:code>/replies/<int:pk>/submit/", approvals.Submit.as_view()),
    path("tickets/<slug:code>/replies/<int:pk>/carry_out/", approvals.CarryOut.as_view()),
    re_path("", docs.Nowhere.as_view()),
]
