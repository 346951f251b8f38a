"""A policy: everything it says, its ladder, and a rehearsal before it is saved."""

from __future__ import annotations

import json
import re
from typing import Any

from django.forms import BaseFormSet, Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_desk.desk import settings_forms as forms
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.desk.settings_pages import explain, saved, settings_page, show
from requests_desk.desk.views.settings import importing
from requests_desk.people import identifiers
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import promises
from requests_desk.tickets.services import promises as editing
from requests_desk.tickets.services import rehearsal, repinning
from requests_desk.tickets.words import ReplyKind
from sla import policies
from sla.catalogue import NothingInForce, Superseded
from sla.models import PolicyVersion
from sla.policies import DEFAULT_POLICY, Policy, PolicyError

NUMBERS = ("promise_cap_days", "interims_before_leader", "statutory_days", "pause_days")
WAITS = ("from", "reminder", "breach")
WRONG = (PolicyError, Superseded, editing.Unchanged)
_RUNG = re.compile(r"ladder\[([0-9]+)\]\.?(\w*)")


@settings_page
def new(request: DeskRequest) -> HttpResponse:
    """Start a further policy from the promise of 48 hours."""
    form = forms.NewForm(request.POST or None)
    if form.is_valid():
        data, at = form.cleaned_data, timezone.now()
        try:
            editing.save_policy(
                request.agency, data["key"], DEFAULT_POLICY, note="", after=0, by=request.user, at=at, name=data["name"]
            )
        except Superseded:
            form.add_error("key", _("There is one of this key already."))
        else:
            return redirect("settings:policy", key=data["key"])
    status = 422 if form.errors else 200
    return show(request, "new.html", {"form": form, "title": _("New policy")}, status=status)


@settings_page
def edit(request: DeskRequest, key: str) -> HttpResponse:
    """Show a policy. A POST saves a new version, adds empty rungs, or rehearses what is typed."""
    version = promises.policy(request.agency, key)
    if request.method != "POST":
        form, ladder = _unbound(version)
        return _page(request, version, form, ladder)
    form, ladder = forms.PolicyForm(request.POST), forms.RungFormSet(_more_rungs(request), prefix="rung")
    # A row more is no attempt to save: nothing is judged yet.
    if "more" in request.POST or not (form.is_valid() and ladder.is_valid()):
        return _page(request, version, form, ladder, status=200 if "more" in request.POST else 422)
    document, done = _document(form.cleaned_data, ladder), None
    try:
        if "rehearse" not in request.POST:
            made = _save(request, version, form, document)
            saved(request, made.number)
            return redirect("settings:policy", key=key)
        editing.check_policy(document)
        invented = rehearsal.Invented(timezone.now(), unit=request.agency.units.order_by("pk").first())
        done = rehearsal.rehearse(request.agency, invented, policy_key=key, document=document)
    except WRONG as error:
        _explain(form, ladder, error)
    return _page(request, version, form, ladder, status=200 if done else 422, done=done)


@settings_page
def from_file(request: DeskRequest, key: str) -> HttpResponse:
    """Read a policy from JSON: a first POST shows what it would change, a second saves exactly that."""
    version = promises.policy(request.agency, key)
    is_accepted = request.POST.get("action") == "accept"
    form: forms.VersionForm = forms.FileForm(initial={"base": version.number})
    if is_accepted:
        form = importing.AcceptForm(request.POST, of=version)
    elif request.method == "POST":
        form = forms.FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            if is_accepted:
                saved(request, _save(request, version, form, form.cleaned_data["sealed"]).number)
                return redirect("settings:policy", key=key)
            document = policies.from_text(form.cleaned_data["file"])
            editing.check_policy(document)
            return importing.preview(request, version, form, document, back=request.path)
        except WRONG as error:
            explain(form, error, "file")
    context = {"version": version, "form": form}
    return show(request, "policy_file.html", context, status=422 if form.errors else 200)


@page(Right.SETTINGS_READ)
@require_safe
def export(request: DeskRequest, key: str, name: str) -> HttpResponse:
    """Hand a policy out as JSON."""
    try:
        version = promises.policy(request.agency, key)
    except NothingInForce as error:
        raise Http404 from error
    if name != key:
        raise Http404
    text = json.dumps(Policy.from_json(version.document).to_json(), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


def _unbound(version: PolicyVersion) -> tuple[forms.PolicyForm, BaseFormSet[forms.RungForm]]:
    said = Policy.from_json(version.document).to_json()
    initial = {"base": version.number, "rule": said["rule"], "first_reply": said["first_reply"]}
    initial |= {name: said[name] for name in NUMBERS}
    initial |= {f"acknowledge_{name}": said["acknowledge"][name] for name in WAITS}
    initial |= {f"approval_{kind}": approver for kind, approver in said["approval"].items()}
    return forms.PolicyForm(initial=initial), forms.RungFormSet(initial=said["ladder"], prefix="rung")


def _more_rungs(request: DeskRequest) -> Any:
    """Return what was posted, with room for one rung more when that was asked for."""
    if "more" not in request.POST:
        return request.POST
    data = request.POST.copy()
    total = identifiers.row_number(data.get("rung-TOTAL_FORMS", "0"))
    if total is not None and total < 30:
        data["rung-TOTAL_FORMS"] = str(total + 1)
    return data


def _document(data: dict[str, Any], ladder: BaseFormSet[forms.RungForm]) -> dict[str, Any]:
    meant = [one.cleaned_data for one in ladder if _is_meant(one)]
    return {
        "rule": data["rule"],
        "first_reply": data["first_reply"].strip(),
        **{name: data[name] for name in NUMBERS},
        "acknowledge": {name: data[f"acknowledge_{name}"].strip() for name in WAITS},
        "approval": {kind.value: data[f"approval_{kind}"] for kind in ReplyKind},
        "ladder": [{"to": one["to"], "before": one["before"].strip(), "by": one["by"]} for one in meant],
    }


def _is_meant(rung: forms.RungForm) -> bool:
    return bool(rung.cleaned_data.get("before", "").strip())


def _save(request: DeskRequest, version: PolicyVersion, form: Form, document: dict[str, Any]) -> PolicyVersion:
    data = form.cleaned_data
    return editing.save_policy(
        request.agency,
        version.policy.key,
        document,
        note=data["note"],
        after=data["base"],
        by=request.user,
        at=timezone.now(),
    )


def _explain(form: Form, ladder: BaseFormSet[forms.RungForm], error: Exception) -> None:
    """Put an error beside the field or the rung its path names."""
    path = getattr(error, "path", "")
    if found := _RUNG.fullmatch(path):
        meant = [one for one in ladder if _is_meant(one)]
        explain(meant[int(found[1])], error, found[2])
    else:
        explain(form, error, path.replace(".", "_"))


def _page(
    request: DeskRequest,
    version: PolicyVersion,
    form: forms.PolicyForm,
    ladder: BaseFormSet[forms.RungForm],
    *,
    status: int = 200,
    done: rehearsal.Rehearsal | None = None,
) -> HttpResponse:
    context = {
        "version": version,
        "form": form,
        "ladder": ladder,
        "approvals": [form[f"approval_{kind}"] for kind in ReplyKind],
        "rehearsal": done,
        "waiting": repinning.waiting(request.agency, version, by=request.user, at=timezone.now()),
    }
    return show(request, "policy.html", context, status=status)
