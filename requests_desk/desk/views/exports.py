"""The queue as a file: the rows that are listed, under the same filters."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from openpyxl import Workbook

from requests_desk.desk import filter_form
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import choices, exports

logger = logging.getLogger(__name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
WIDTH = 22


@page(Right.READ)
@require_safe
def export(request: DeskRequest, form: str) -> HttpResponse:
    """Give what the queue lists as CSV or XLSX."""
    if form not in ("csv", "xlsx"):
        raise Http404
    at = timezone.now()
    # The list's own form: what is taken away is what was seen.
    filters = filter_form.of(request.GET, choices=choices.of(request.user)).filters(at=at)
    # Who took a list away is worth knowing; what stood in it is not for the log.
    logger.info("export of the queue as %s by user %s", form, request.user.pk)
    rows = exports.rows(request.user, filters)
    name = f"yeu-cau-{timezone.localtime(at):%Y%m%d-%H%M}.{form}"
    response = HttpResponse(_xlsx(rows), XLSX) if form == "xlsx" else HttpResponse(_csv(rows), CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(rows: Iterator[list[str]]) -> bytes:
    """Return the table as text, whole: while a response streams, neither its language nor its zone is set any more."""
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    writer.writerow(exports.headings())
    writer.writerows(rows)
    return kept.getvalue().encode("utf-8-sig")  # the mark at its start tells Excel what it is


def _xlsx(rows: Iterator[list[str]]) -> bytes:
    # Row by row: 50,000 of them as objects would fill the memory of a web process.
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Requests")
    for number in range(len(exports.COLUMNS)):
        sheet.column_dimensions[chr(ord("A") + number)].width = WIDTH
    sheet.freeze_panes = "B2"
    sheet.append(exports.headings())
    for row in rows:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
