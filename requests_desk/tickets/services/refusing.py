"""What every act that is refused field by field has in common."""

from __future__ import annotations


class Refused(ValueError):
    """This cannot be done so. `fields` says of each what to change; nothing was saved or sent."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("; ".join(message for messages in fields.values() for message in messages))
        self.fields = fields


class NotNow(Exception):
    """What stands in the way is no field but the state of the request. `code` is for machines, the text for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail
