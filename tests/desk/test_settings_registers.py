"""Taking over an old register at the administrators' screens, and by the command."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from requests_desk.tickets import tasks
from requests_desk.tickets.models import Register, Ticket
from requests_desk.tickets.register import files
from requests_desk.tickets.services import importing
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk
from tests.tickets.services.test_importing import ROWS, a_file

PAGE = "/settings/registers/"
# The clock of these tests is the real one.
PAST = [row.replace("/11/2026", "/10/2026") for row in ROWS]


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(importing, "wake", lambda register: tasks.import_register(register.pk))
    return signed_in(desk.root)


def upload(client: Client, name: str = "so-2025.csv", raw: bytes | None = None) -> object:
    file = SimpleUploadedFile(name, a_file(*PAST).getvalue() if raw is None else raw)
    return client.post(PAGE, {"file": file}, follow=True)


def act(client: Client, action: str, **more: str) -> object:
    register = Register.objects.get()
    mapping = {target: str(place) for target, place in register.mapping.items()}
    sent = {"action": action, "usual_channel": "letter", **mapping, **more}
    return client.post(f"{PAGE}{register.pk}/", sent, follow=True)


def test_it_goes_from_the_file_to_requests(client):
    page = upload(client)
    assert page.context["form"].initial["received_at"] == "1"

    tried = act(client, "try")
    assert "Chuyển 3 dòng" in tried.text
    assert "Dòng 5" in tried.text
    assert not Ticket.objects.exists()
    done = act(client, "take")

    assert Ticket.objects.count() == 3
    assert done.context["stand"].counts["taken"] == 3


def test_it_gives_the_rows_to_mend(client):
    upload(client)
    act(client, "try")

    page = client.get(f"{PAGE}{Register.objects.get().pk}/to-mend.xlsx")

    assert len(list(files.read(io.BytesIO(page.content), "x.xlsx").rows)) == 1


def test_it_shows_how_far_it_is_as_a_part_that_asks_again(client, monkeypatch):
    monkeypatch.setattr(importing, "wake", lambda register: None)
    upload(client)
    act(client, "try")

    page = client.get(f"{PAGE}{Register.objects.get().pk}/", headers={"HX-Request": "true"})

    assert 'hx-trigger="load delay:2s"' in page.text
    assert "<html" not in page.text


def test_it_shows_the_same_file_where_it_was(client):
    upload(client)

    assert "đã được đọc trước đây" in upload(client).text
    assert Register.objects.count() == 1


@pytest.mark.parametrize(("name", "raw"), [("so.pdf", b"%PDF"), ("so.csv", b"x"), ("so.xlsx", b"PK\x03\x04")])
def test_it_says_what_is_wrong_with_a_file(client, name, raw):
    page = upload(client, name, raw)

    assert page.status_code == 422
    assert page.context["form"].errors["file"]


def test_it_says_which_column_is_missing(client):
    upload(client)

    assert act(client, "try", text="").context["form"].errors["text"]


def test_it_is_for_administrators_of_the_agency(desk, client):
    upload(client)
    page = f"{PAGE}{Register.objects.get().pk}/"

    assert signed_in(desk.leader).get(page).status_code == 200
    assert signed_in(desk.leader).post(page, {"action": "take"}).status_code == 403
    assert signed_in(desk.lan).get(page).status_code == 403
    Register.objects.update(agency=desk.other_agency)
    assert client.get(page).status_code == 404


def test_it_takes_up_what_a_crashed_worker_left(client, monkeypatch):
    monkeypatch.setattr(importing, "wake", lambda register: None)
    upload(client)
    act(client, "try")
    Register.objects.update(alive_at="2020-01-01T00:00:00Z")
    woken: list[int] = []
    monkeypatch.setattr(importing, "wake", lambda register: woken.append(register.pk))

    tasks.upkeep()

    assert woken == [Register.objects.get().pk]


# --- the command -------------------------------------------------------------------------------------------------


@pytest.fixture
def path(desk: Desk, tmp_path: Path) -> Path:
    found = tmp_path / "so.csv"
    found.write_bytes(a_file(*PAST[:3]).getvalue())
    return found


def run(path: Path, *more: str) -> str:
    said = io.StringIO()
    call_command("import_register", str(path), "--by", "root", *more, stdout=said)
    return said.getvalue()


def test_it_runs_from_the_command_line_and_again_without_harm(path):
    tried = run(path, "--dry-run")
    assert ("right: 3" in tried, Ticket.objects.count()) == (True, 0)

    assert "taken: 3" in run(path)
    assert "taken: 3" in run(path)
    assert Ticket.objects.count() == 3


def test_it_leaves_the_rows_to_mend_in_a_file_and_says_so_by_its_code(path, tmp_path):
    path.write_bytes(a_file(*PAST).getvalue())

    with pytest.raises(CommandError) as error:
        run(path, "--to-mend", str(tmp_path / "mend.xlsx"))

    assert error.value.returncode == 1
    assert (tmp_path / "mend.xlsx").stat().st_size > 1000


@pytest.mark.parametrize("more", [("--by", "lan"), ("--by", "nobody"), ("--map", "text=Không có"), ("--map", "x=STT")])
def test_it_refuses_what_it_cannot_do(path, more):
    with pytest.raises(CommandError) as error:
        run(path, *more)

    assert error.value.returncode == 2
