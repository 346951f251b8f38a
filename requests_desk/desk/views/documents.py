"""Published documents at the desk: the list with what is missing, and one document with what may be done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.desk.document_forms import DocumentForm, FilterForm, ReplaceForm, WithdrawForm
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.files import serving
from requests_desk.library.models import Document
from requests_desk.library.queries import documents as queries
from requests_desk.library.services import documents
from requests_desk.people import identifiers
from requests_desk.tickets import access, document_access
from requests_desk.tickets.access import Right

AT_ONCE = 50


@page(Right.READ)
@require_safe
def listed(request: DeskRequest) -> HttpResponse:
    """List the documents of the department, those with fields missing on demand."""
    form = FilterForm(request.GET)
    form.is_valid()
    rows = queries.of_agency(request.agency, **_asked(form))
    before = identifiers.row_number(request.GET.get("before", ""))
    rows = rows.filter(pk__lt=before) if before else rows
    shown = list(rows[: AT_ONCE + 1])
    kept = request.GET.copy()
    kept["before"] = str(shown[AT_ONCE - 1].pk) if len(shown) > AT_ONCE else ""
    today = timezone.localdate()
    context = {
        "filters": form,
        "rows": [(one, one.standing(today), queries.missing_names(one)) for one in shown[:AT_ONCE]],
        "next_url": f"?{kept.urlencode()}" if kept["before"] else None,
        "may_add": request.agency in access.agencies(request.user, Right.DOCUMENTS),
    }
    return render(request, "desk/documents.html", context)


@page(Right.DOCUMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """Put a document in: it is a draft until somebody publishes it."""
    at = timezone.now()
    form = DocumentForm(request.POST if request.method == "POST" else None, agency=request.agency)
    if request.method == "POST" and form.take_in(request, by=request.user, at=at):
        try:
            made = documents.put_in(request.agency, form.facts(), file=form.file, by=request.user, at=at)
        except documents.Refused as error:
            form.show(error.fields)
        else:
            messages.success(request, _("Saved as a draft: the public does not see it yet."))
            return redirect(made.desk_url)
    status = 422 if form.is_bound else 200
    return render(request, "desk/document_new.html", {"form": form}, status=status)


@page(Right.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: DeskRequest, pk: int) -> HttpResponse:
    """Show one document; a POST names its `action` and makes one call."""
    found = _get(request, pk)
    if request.method != "POST":
        return _show(request, found)
    # The right at large; each act then asks for this very document.
    if not access.agencies(request.user, Right.DOCUMENTS):
        raise PermissionDenied
    act = ACTS.get(request.POST.get("action", ""))
    return act(request, found) if act else _show(request, found, status=400)


@page(Right.READ)
@require_safe
def file(request: DeskRequest, pk: int, file: int) -> HttpResponseBase:
    """Hand out a file of a document, also one that another took the place of."""
    kept = _get(request, pk).files.defer("text").filter(pk=file).first()
    if kept is None or not kept.is_open:
        raise Http404
    try:
        return serving.download(kept.place, name=kept.name, content_type=kept.content_type)
    except FileNotFoundError as error:
        raise Http404 from error


def _get(request: DeskRequest, pk: int) -> Document:
    try:
        return document_access.get(request.user, pk)
    except Document.DoesNotExist as error:
        raise Http404 from error


def _save(request: DeskRequest, document: Document) -> HttpResponse:
    document_access.require(allowed=document_access.may_change(request.user, document))
    at, form = timezone.now(), DocumentForm(request.POST, agency=document.agency)

    def save() -> str:
        documents.change(
            document,
            form.facts(),
            file=form.file,
            version=form.cleaned_data["version"],
            by=request.user,
            at=at,
        )
        return _("Saved.")

    if not form.take_in(request, by=request.user, at=at):
        return _show(request, document, status=422, form=form)
    return _attempt(request, document, form, save, form=form)


def _publish(request: DeskRequest, document: Document) -> HttpResponse:
    document_access.require(allowed=document_access.may_publish(request.user, document))
    form = Form({})

    def publish() -> str:
        documents.publish(document, by=request.user, at=timezone.now())
        return _("Published: everybody can read it now.")

    return _attempt(request, document, form, publish, publish_form=form)


def _withdraw(request: DeskRequest, document: Document) -> HttpResponse:
    document_access.require(allowed=document_access.may_change(request.user, document))
    form = WithdrawForm(request.POST)

    def withdraw() -> str:
        reason = request.POST.get("reason", "")
        documents.withdraw(document, reason=reason, by=request.user, at=timezone.now())
        return _("Withdrawn; its row and its file stay.")

    form.is_valid()
    return _attempt(request, document, form, withdraw, withdraw_form=form)


def _replace(request: DeskRequest, document: Document) -> HttpResponse:
    document_access.require(allowed=document_access.may_publish(request.user, document))
    form = ReplaceForm(request.POST)
    if not form.is_valid():
        return _show(request, document, status=422, replace_form=form)
    named = form.cleaned_data["by"].strip()
    other = queries.named(document.agency, named) if named else None
    if named and other is None:
        form.add_error("by", _("No document has this number or address; put it in first."))
        return _show(request, document, status=422, replace_form=form)

    def replace() -> str:
        documents.replace(document, other, on=form.cleaned_data["on"], by=request.user, at=timezone.now())
        return _("Saved.")

    return _attempt(request, document, form, replace, replace_form=form)


ACTS: dict[str, Callable[[DeskRequest, Document], HttpResponse]] = {
    "save": _save,
    "publish": _publish,
    "withdraw": _withdraw,
    "replace": _replace,
}


def _attempt(
    request: DeskRequest, document: Document, form: Any, act: Callable[[], str], /, **shown: Any
) -> HttpResponse:
    """Do it and go back to the page, or show it with what to change."""
    status = 422
    try:
        done = act()
    except documents.Refused as error:
        _tell(form, error.fields)
    except documents.ChangedMeanwhile:
        status = 409
        form.add_error(None, _("Somebody else has just changed this document. Open it anew and look what changed."))
    except documents.NotNow as error:
        form.add_error(None, str(error))
    else:
        messages.success(request, done)
        # Without a fragment of its own the browser keeps the form's, and hides what is said at the top.
        return redirect(f"{document.desk_url}#main")
    return _show(request, document, status=status, **shown)


def _tell(form: Any, problems: dict[str, list[str]]) -> None:
    if isinstance(form, DocumentForm):
        form.show(problems)
        return
    for name, texts in problems.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _show(request: DeskRequest, document: Document, *, status: int = 200, **more: Any) -> HttpResponse:
    may_change = document_access.may_change(request.user, document)
    replaced = {"by": document.replaced_by.number} if document.replaced_by else {}
    context: dict[str, Any] = {
        "document": document,
        "standing": document.standing(timezone.localdate()),
        "missing": queries.missing_names(document),
        "history": queries.history(document),
        "earlier_files": queries.earlier_files(document),
        "may_change": may_change,
        "may_publish": document_access.may_publish(request.user, document),
        "form": DocumentForm(agency=document.agency, document=document) if may_change else None,
        "withdraw_form": WithdrawForm(),
        "replace_form": ReplaceForm(initial=replaced),
    }
    return render(request, "desk/document.html", context | more, status=status)


def _asked(form: FilterForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {"q": given.get("q", ""), "state": given.get("state", ""), "missing": given.get("missing", False)}
