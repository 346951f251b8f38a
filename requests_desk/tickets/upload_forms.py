"""A form that files may come with, at the desk and in public alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest

from requests_desk.files import file_types
from requests_desk.files.store import FileRefused
from requests_desk.people.models import User
from requests_desk.tickets.services import attachments
from requests_desk.tickets.services.attachments import Taken


class WithFiles(forms.Form):
    """Files chosen now, and those kept from an earlier try, which come back ticked: to be sent, or left out.

    `templates/_files_field.html` shows both; `cleaned_data["files"]` holds the staged rows once `take_in` is through.
    """

    accept = ",".join(f".{ending}" for ending in file_types.ENDINGS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = Taken()

    def take_in(self, request: HttpRequest, *, by: User | None, at: datetime, is_flood: bool = False) -> bool:
        """Stage the files and judge the form; what was refused is among its errors, all else is kept.

        In a flood nothing new is staged: each file is refused by name, and the form keeps what was typed.
        """
        chosen, kept = request.FILES.getlist("files"), request.POST.getlist("kept")
        self.taken = attachments.take_in([] if is_flood else chosen, kept, by=by, at=at)
        if is_flood:
            names = [file_types.safe_name(one.name or "") for one in chosen]
            self.taken.refused.extend(FileRefused(name, "flood") for name in names)
        is_valid = self.is_valid()
        self.cleaned_data["files"] = tuple(self.taken.files)
        for refused in self.taken.refused:
            self.add_error(None, str(refused))
        return is_valid and not self.taken.refused
