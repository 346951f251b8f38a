"""What the desk was started with: the environment, and the files it names for secrets."""

from __future__ import annotations

import environ
from environ.fileaware_mapping import FileAwareMapping


class _Given(FileAwareMapping):
    """The environment and its NAME_FILE files. What is empty is not set; a file's last line break is not meant."""

    def __getitem__(self, key: str) -> str:
        value: str = super().__getitem__(key).strip()
        if not value:
            raise KeyError(key)
        return value


class _Environment(environ.Env):
    ENVIRON = _Given()


env = _Environment()
