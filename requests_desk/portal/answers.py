"""Published answers (*Hỏi - Đáp*): found, read, said to be useful or not, taken along by feed and table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from requests_desk.library.models import Answer
from requests_desk.library.queries import answers as queries
from requests_desk.library.services import answers
from requests_desk.people.models import Agency
from requests_desk.portal import throttle
from requests_desk.portal.views import page
from requests_desk.tickets.queries import exports, published
from requests_desk.tickets.queries.public import Office

LONGEST = 200
RELATED = 4
FED = 50
# An answer that was withdrawn is gone from whoever keeps copies after so many seconds.
PAGE_SECONDS, TAKEN_SECONDS = 60, 300
# Which answers a browser said something of: it is asked once, and the office keeps nothing about who it is.
COOKIE, REMEMBERED, KEPT_FOR = "useful", 50, 180 * 24 * 3600


class SearchForm(forms.Form):
    """What answers are looked for by."""

    q = forms.CharField(
        label=gettext_lazy("Search the answers"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)

    def __init__(self, data: QueryDict, *, fields: dict[str, str]) -> None:
        super().__init__(data)
        chosen = self.fields["field"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101  declared so above
        chosen.choices = [("", _("All")), *fields.items()]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the answers, the newest first, or what is looked for. What cannot be read of an address is passed over."""
    names = _names()
    form = SearchForm(request.GET, fields=names)
    form.is_valid()
    q, field = form.cleaned_data.get("q", request.GET.get("q", "")[:LONGEST]), form.cleaned_data.get("field", "")
    after = request.GET.get("after", "")
    try:
        found = queries.page(field=field, q=q, cursor=after)
    except queries.BadCursor:
        found, after = queries.page(field=field, q=q), ""
    context = {
        "form": form,
        "q": q,
        "field": names.get(field, ""),
        "rows": [(one, names.get(one.field, "")) for one in found.rows],
        "next_url": _next_url(request, found.next),
        "is_first": not after,
    }
    return _kept(page(request, "portal/answers.html", context, office=_office()))


@require_safe
def answer(request: HttpRequest, pk: int, words: str = "") -> HttpResponse:
    """Show one answer; one that was withdrawn says when and why."""
    try:
        found = queries.get(pk)
    except Answer.DoesNotExist as error:
        return _gone(request, pk, error)
    # Titles are corrected and links are kept: the number finds it, and search engines see one address.
    if words != found.slug:
        return redirect(found.path, permanent=True)
    # A page that a browser fetched ahead, or that its own author looks at, was not read by a business.
    if request.method == "GET" and not request.user.is_authenticated and "Sec-Purpose" not in request.headers:
        answers.count_view(pk)
    context = {
        "answer": found,
        "canonical": _url(found.path),
        "field": _names().get(found.field, ""),
        "related": queries.like(f"{found.title} {found.question}", limit=RELATED, but=pk),
        "was_asked": pk in _said_of(request),
    }
    return _kept(page(request, "portal/answer.html", context, office=Office.of(found.agency)))


@require_POST
@csrf_exempt  # no session is behind it, and the page is kept by browsers: a mark in it would go stale
def useful(request: HttpRequest, pk: int) -> HttpResponse:
    """Count whether an answer was useful, once a browser, and a few times a connection and day at most."""
    try:
        found = queries.get(pk)
    except Answer.DoesNotExist as error:
        raise Http404 from error
    said, known = request.POST.get("useful", ""), _said_of(request)
    response = redirect(f"{found.path}#useful")
    # Answered like a vote that counts: who tries twice learns nothing, and sees no error.
    if said not in ("yes", "no") or pk in known:
        return response
    # The cookie alone would let anybody vote by emptying it.
    if not throttle.voted(address=request.META["REMOTE_ADDR"], about=str(pk), at=timezone.now()):
        answers.count_vote(pk, useful=said == "yes")
    kept = "-".join(str(one) for one in [*known, pk][-REMEMBERED:])
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, kept, max_age=KEPT_FOR, path="/answers/", samesite="Lax", secure=secure, httponly=True)
    return response


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Tell what was published or put right last, for the provincial portal and for readers of feeds (P-3)."""
    agency, office = _agency(request), _office()
    title = f"{_('Questions and answers')} · {agency or (office.name if office else '')}"
    told = Atom1Feed(title, _url("/answers/"), "", feed_url=_url("/answers/feed.atom"), language="vi")
    names = _names()
    for one in queries.by_change(agency)[:FED]:
        told.add_item(
            one.title,
            _url(one.path),
            one.answer,
            # Without the words of its title: a corrected one is the same entry to every reader.
            unique_id=_url(f"/answers/{one.pk}/"),
            author_name=str(one.unit or one.agency),
            pubdate=one.published_at,
            updateddate=one.changed_at,
            categories=[name] if (name := names.get(one.field)) else [],
        )
    response = HttpResponse(told.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={TAKEN_SECONDS}"
    return response


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """Hand out every published answer as CSV, however many there are (P-6)."""
    rows = _rows(_agency(request), [str(heading) for heading in HEADINGS], _names())
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="hoi-dap.csv"'
    response["Cache-Control"] = f"public, max-age={TAKEN_SECONDS}"
    return response


HEADINGS = (
    gettext_lazy("Number"),
    gettext_lazy("Field"),
    gettext_lazy("Title of the answer"),
    gettext_lazy("Question"),
    gettext_lazy("The answer"),
    gettext_lazy("Agency"),
    gettext_lazy("Unit"),
    gettext_lazy("Published"),
    gettext_lazy("Corrected"),
    gettext_lazy("Address on this site"),
)


class _Line:
    """What a CSV writer writes to: it hands each line straight on."""

    def write(self, line: str) -> str:
        return line


def _rows(agency: Agency | None, headings: list[str], names: dict[str, str]) -> Iterator[bytes]:
    """Yield the lines. Neither language nor zone is set any more while they go: all that needs them came before."""
    writer = csv.writer(_Line())
    yield b"\xef\xbb\xbf" + writer.writerow(headings).encode()  # Excel needs the mark
    for one in queries.every(agency):
        zone = ZoneInfo(one.agency.timezone)
        dates = [at.astimezone(zone).strftime("%d/%m/%Y") if at else "" for at in (one.published_at, one.corrected_at)]
        texts = [str(one.pk), names.get(one.field, one.field), one.title, one.question, one.answer]
        of = [one.agency.name, one.unit.name if one.unit else ""]
        cells = [exports.harmless(text) for text in (*texts, *of, *dates, _url(one.path))]
        yield writer.writerow(cells).encode()


def _gone(request: HttpRequest, pk: int, error: Answer.DoesNotExist) -> HttpResponse:
    try:
        found = queries.withdrawn(pk)
    except Answer.DoesNotExist:
        raise Http404 from error
    # 410 and no 404: search engines drop it at once, and readers see why it went.
    return page(request, "portal/answer_gone.html", {"answer": found}, office=_office(), status=HTTPStatus.GONE)


def _said_of(request: HttpRequest) -> list[int]:
    """Return the answers this browser said something of already."""
    # Cut first: a cookie is the browser's word, of whatever length.
    kept = request.COOKIES.get(COOKIE, "")[: REMEMBERED * 12].split("-")
    return [int(one) for one in kept if one.isascii() and one.isdigit()]


def _next_url(request: HttpRequest, mark: str | None) -> str:
    query = request.GET.copy()
    # The language is in the cookie by now; carried along it would stand in every link that is shared.
    query.pop("lang", None)
    query["after"] = mark or ""
    return f"?{query.urlencode()}" if mark else ""


def _kept(response: HttpResponse) -> HttpResponse:
    """Let the reader's own browser keep a page for a moment; what they say of it, or their language, makes it anew."""
    response["Cache-Control"] = f"private, max-age={PAGE_SECONDS}"
    # Language and votes are in it: a kept page of one reader must not be shown to another.
    patch_vary_headers(response, ["Cookie"])
    return response


def _agency(request: HttpRequest) -> Agency | None:
    """Return the department an address names by its code; none names them all."""
    code = request.GET.get("agency", "")
    if not code:
        return None
    # A code is letters and digits; what is none is not looked for, a NUL the database would refuse among it.
    found = Agency.objects.filter(code=code.upper()).first() if code.isalnum() else None
    if found is None:
        raise Http404
    return found


def _names() -> dict[str, str]:
    return {code: str(field) for code, field in published.fields().items()}


def _office() -> Office | None:
    agency = Agency.objects.order_by("pk").first()
    return Office.of(agency) if agency else None


def _url(path: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}{path}"
