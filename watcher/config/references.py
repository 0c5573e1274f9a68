"""Secrets that stand elsewhere: `${NAME}` in the environment, `file:NAME` in a file.

A message says which name is missing, never what was found under another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config.values import BadValueError
from watcher.document import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SECRET_BYTES = 64 * 1024
_REFERENCE = re.compile(r"\$\{([^}]*)(\})?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class References:
    """Where secrets are looked up. Relative paths count from `folder`, that of the config file."""

    environ: Mapping[str, str]
    folder: Path
    credentials: Path | None = None
    """systemd's $CREDENTIALS_DIRECTORY, which is asked first for plain names."""

    def resolve(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Give a value with its references filled in, and the secrets that were filled in.

        Raises BadValueError where a reference leads nowhere.
        """
        if text.startswith("file:"):
            secret = self._from_file(text.removeprefix("file:").strip())
            return secret, (secret,)
        secrets: list[str] = []

        def fill(found: re.Match[str]) -> str:
            secrets.append(self._from_environment(found[1], is_closed=found[2] is not None))
            return secrets[-1]

        return _REFERENCE.sub(fill, text), tuple(secrets)

    def _from_environment(self, name: str, *, is_closed: bool) -> str:
        if not is_closed:
            raise BadValueError("a '${' is never closed. Write ${NAME}.")
        if not _VARIABLE.fullmatch(name):
            raise BadValueError(f"'${{{shorten(name)}}}' names no environment variable")
        value = self.environ.get(name)
        if value is None:
            raise BadValueError(
                f"the environment variable {name} is not set. Set it where the daemon starts."
            )
        if not value.strip():
            raise BadValueError(f"the environment variable {name} is empty")
        return value.strip()

    def _from_file(self, name: str) -> str:
        if not name:
            raise BadValueError("'file:' names no file. Write file:NAME.")
        path = self._path(name)
        try:
            with path.open("rb") as file:
                body = file.read(MAX_SECRET_BYTES + 1)
        except (OSError, ValueError) as error:
            raise BadValueError(_why_unreadable(name, path, error)) from None
        return _one_line(body, name)

    def _path(self, name: str) -> Path:
        """Find the file: a plain name among the credentials first, else a path."""
        if self.credentials is not None and "/" not in name:
            path = self.credentials / name
            if path.exists():
                return path
        return (
            self.folder / Path(name).expanduser() if name.startswith("~/") else self.folder / name
        )


def _why_unreadable(name: str, path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return (
            f"there is no credential '{name}', nor a file {path}. "
            "Load it with LoadCredential= or write the file."
        )
    if isinstance(error, PermissionError):
        return f"this user may not read {path}. Change its owner or mode."
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder, not a file"
    return f"the secret in {path} cannot be read"


def _one_line(body: bytes, name: str) -> str:
    """Give the text of a secret file, which is one line, with or without its end."""
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadValueError(f"the secret file '{name}' is not UTF-8 text") from None
    if not text:
        raise BadValueError(f"the secret file '{name}' is empty")
    if len(body) > MAX_SECRET_BYTES or "\n" in text or "\r" in text:
        raise BadValueError(f"the secret file '{name}' must hold one line, and holds more")
    return text
