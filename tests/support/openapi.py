"""Check what our client asks of Twilio against Twilio's own description, where that lies beside the checkout."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.twilio import Asked

ROOT = Path(__file__).resolve().parents[2]
PATH = "/2010-04-01/Accounts/{AccountSid}/Messages.json"


def messages() -> dict[str, Any]:
    """Return the description of the Messages resource; skip the test, and say so, where it is not at hand."""
    default = ROOT.parent / "shared" / "twilio" / "messages_openapi.json"
    path = Path(os.environ.get("TWILIO_OPENAPI", default))
    if not path.is_file():
        pytest.skip("Twilio's description is not at hand: name the file in TWILIO_OPENAPI")
    return dict(json.loads(path.read_text()))


def check(description: dict[str, Any], asked: Asked) -> None:
    """Raise unless the request is one the description allows: address, encoding, names and values."""
    template = PATH.split("{AccountSid}")
    assert asked.path.startswith(template[0]) and asked.path.endswith(template[1])
    operation = description["paths"][PATH][asked.method.lower()]
    if asked.method == "GET":
        known = {parameter["name"]: parameter["schema"] for parameter in operation["parameters"]}
        given: dict[str, Any] = {name: _typed(value, known[name]) for name, value in asked.query.items()}
        schema: dict[str, Any] = {"properties": known}
    else:
        schema = operation["requestBody"]["content"][asked.content_type]["schema"]
        given = dict(asked.form)
        assert set(given) <= set(schema["properties"])
    jsonschema.validate(given, schema | {"components": description["components"]})


def _typed(value: str, schema: dict[str, Any]) -> Any:
    return int(value) if schema.get("type") == "integer" else value
