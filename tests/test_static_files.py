"""Collected static files: named by content, compressed, and quickly so."""

from __future__ import annotations

from pathlib import Path

from requests_desk.static_files import Storage


def collect(tmp_path: Path, name: str) -> set[str]:
    storage = Storage(location=str(tmp_path), base_url="/static/")
    (tmp_path / name).write_text("p { color: red }\n" * 200)
    list(storage.post_process({name: (storage, name)}))
    return {"".join(path.suffixes[1:]) for path in tmp_path.iterdir() if path.name.startswith("x.")}


def test_it_compresses_what_pages_use(tmp_path: Path):
    assert collect(tmp_path, "x.css") == {".css", ".css.br", ".css.gz"}


def test_it_leaves_source_maps_as_they_are(tmp_path: Path):
    assert collect(tmp_path, "x.map") == {".map"}
