"""Name a staged file in the form that comes back: whoever holds the token may give that file its place."""

from __future__ import annotations

from typing import Protocol

from django.core import signing

from requests_desk.files.store import FileRefused


class Kept(Protocol):
    """A row that keeps one file."""

    pk: int
    sha256: str


class Tokens:
    """The signed tokens of one kind of file: one of another kind opens nothing."""

    def __init__(self, salt: str) -> None:
        self.signer = signing.Signer(salt=salt)

    def give(self, file: Kept) -> str:
        """Return the token of a file."""
        return self.signer.sign_object([file.pk, file.sha256[:16]])

    def read(self, token: str) -> dict[str, object]:
        """Return what the row of a token's file is found by. Raises FileRefused for one that is not ours."""
        try:
            pk, digest = self.signer.unsign_object(token)
        except (signing.BadSignature, ValueError) as error:
            raise FileRefused("", "gone") from error
        return {"pk": pk, "sha256__startswith": digest}
