"""Published documents: found by what they say, read, taken away."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from requests_desk.files import serving
from requests_desk.library.models import Document
from requests_desk.library.queries import documents as queries
from requests_desk.library.words import Category, DocumentType, State, TextState
from requests_desk.people.models import Agency
from requests_desk.portal.views import page
from requests_desk.tickets.queries.public import Office

LONGEST = 200
ALL = [("", _("All"))]
# Shown of a file's words: about three pages on paper.
PREVIEW = 6_000
# A withdrawn document is gone from whoever keeps copies after so many seconds.
KEPT_SECONDS = 300


class SearchForm(forms.Form):
    """What documents are looked for by. What cannot be read is passed over: an old address still opens."""

    q = forms.CharField(
        label=_("Search documents"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    category = forms.ChoiceField(label=_("Category"), required=False, choices=[*ALL, *Category.choices])
    form = forms.ChoiceField(label=_("Document type"), required=False, choices=[*ALL, *DocumentType.choices])
    issuer = forms.ChoiceField(label=_("Issuing authority"), required=False)
    year = forms.TypedChoiceField(label=_("Year of issue"), required=False, coerce=int, empty_value=None)
    in_force = forms.BooleanField(label=_("In force only"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        issuers, years = self.fields["issuer"], self.fields["year"]
        assert isinstance(issuers, forms.ChoiceField) and isinstance(years, forms.ChoiceField)  # noqa: S101
        issuers.choices = [*ALL, *((name, name) for name in queries.issuers())]
        years.choices = [*ALL, *((str(year), str(year)) for year in queries.years())]

    def wanted(self, *, day: date) -> queries.Wanted:
        """Return what is looked for, as far as it can be read."""
        # Whatever it says: an old or misspelt filter is passed over, and the rest still finds.
        self.is_valid()
        given = self.cleaned_data
        return queries.Wanted(
            q=given.get("q", self.data.get("q", "")[:LONGEST]),
            category=given.get("category", ""),
            document_type=given.get("form", ""),
            issuer=given.get("issuer", ""),
            year=given.get("year"),
            in_force=given.get("in_force", False),
            day=day,
        )

    @property
    def is_filtered(self) -> bool:
        """Tell whether more than words narrow it."""
        return any(self.cleaned_data.get(name) for name in ("category", "form", "issuer", "year", "in_force"))


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """List what is published, or what of it is looked for."""
    office, day = _office()
    form = SearchForm(request.GET)
    wanted = form.wanted(day=day)
    found = queries.search(wanted, after=request.GET.get("after", ""))
    next_ = request.GET.copy()
    next_["after"] = found.after
    next_.pop("lang", None)
    context = {
        "form": form,
        "page": found,
        "wanted": wanted,
        "day": day,
        "rows": [(one, one.document.standing(day)) for one in found.found],
        "next_url": f"?{next_.urlencode()}" if found.after else "",
        "is_first": not request.GET.get("after"),
    }
    return page(request, "portal/documents.html", context, office=office)


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one document; one that was taken off says so, and what took its place."""
    office, day = _office()
    try:
        found = queries.get(pk)
    except Document.DoesNotExist as error:
        # Only what everybody could read once: of a draft that was dropped nobody learns.
        gone = Document.objects.filter(pk=pk, state=State.WITHDRAWN, published_at__isnull=False)
        context = {"document": gone.select_related("replaced_by").first()}
        if context["document"] is None:
            raise Http404 from error
        return page(request, "portal/document_gone.html", context, office=office, status=HTTPStatus.GONE)
    return page(request, "portal/document.html", _shown(found, day), office=office)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the file of a published document, as a download that may be kept for a while."""
    kept = queries.published().filter(pk=pk).select_related("file").defer("file__text").first()
    if kept is None or kept.file is None or not kept.file.is_open:
        raise Http404
    # Of the content: a file that was replaced is fetched anew, one that was not costs nothing.
    etag = quote_etag(kept.file.sha256)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    response: HttpResponseBase
    if etag in known or "*" in known:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        try:
            response = serving.download(kept.file.place, name=kept.file.name, content_type=kept.file.content_type)
        except FileNotFoundError as error:
            raise Http404 from error
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def _shown(found: Document, day: date) -> dict[str, Any]:
    text = found.file.text if found.file else ""
    return {
        "document": found,
        "standing": found.standing(day),
        "replaces": queries.published().filter(replaced_by=found).order_by("-shown_date")[:10],
        # Twice as much as is shown: joined lines are shorter, and a whole law takes its time.
        "preview": queries.excerpt(queries.flowing(text[: 2 * PREVIEW]), length=PREVIEW),
        "is_cut": len(text) > PREVIEW,
        "is_scan": bool(found.file) and found.file.text_state == TextState.NONE,  # type: ignore[union-attr]
    }


def _office() -> tuple[Office | None, date]:
    """Return under whose name the page stands, and which day it is there."""
    agency = Agency.objects.order_by("pk").first()
    if agency is None:
        return None, timezone.localdate()
    return Office.of(agency), timezone.now().astimezone(ZoneInfo(agency.timezone)).date()
