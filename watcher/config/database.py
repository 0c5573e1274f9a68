"""The database address: which are understood, and where a relative file lies."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from watcher.config.references import References
from watcher.config.values import BadValueError
from watcher.model import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_DATABASE: Final = "sqlite:///watcher.db"
_FORMS: Final = "Write sqlite:///watcher.db or postgresql://user:password@host/name"


def database_url(text: str, folder: Path) -> str:
    """Check a database address and make the file of SQLite absolute; it counts from `folder`.

    Raises BadValueError, which never quotes more than the scheme: the rest may be a password.
    """
    scheme, is_address, rest = text.partition("://")
    backend = scheme.partition("+")[0].lower()
    if not is_address or not re.fullmatch(r"[\w+]+", scheme):
        raise BadValueError(f"this is no database address. {_FORMS}.")
    if backend == "sqlite":
        return _sqlite(scheme, rest, folder)
    if backend not in {"postgresql", "postgres"}:
        raise BadValueError(f"'{scheme}' databases are not supported. {_FORMS}.")
    if not re.fullmatch(r"[^/?#]*/[^/?#]+(\?[^#]*)?", rest):
        raise BadValueError(
            f"this database address is not whole. {_FORMS}, with '@', ':' and '/' of a password "
            "percent-encoded (%40, %3A, %2F)."
        )
    return text


def read_database(
    text: str, folder: Path, environ: Mapping[str, str]
) -> tuple[Secret, tuple[str, ...]]:
    """Read an address that a command is given, with `${NAME}` and `file:NAME` filled in.

    Give it with the secrets in it. Raises BadValueError, which quotes none of them.
    """
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    references = References(environ, folder, Path(credentials) if credentials else None)
    value, secrets = references.resolve(text)
    hidden = (value,) if not value.startswith("sqlite") else ()
    return Secret(database_url(value, folder)), (*secrets, *hidden)


def database_file(url: str) -> Path | None:
    """Give the file that a checked address of SQLite means; None for a server."""
    scheme, _, path = url.partition(":///")
    return Path(path.partition("?")[0]) if scheme.startswith("sqlite") else None


def missing_folder(url: str) -> Path | None:
    """Give the folder that a checked address of SQLite needs, if it is not there."""
    file = database_file(url)
    return file.parent if file and not file.parent.is_dir() else None


def _sqlite(scheme: str, rest: str, folder: Path) -> str:
    path, _, options = rest.partition("?")
    if not path.startswith("/"):
        raise BadValueError(
            "SQLite addresses have three slashes, sqlite:///watcher.db, or four "
            "before a path from the root, sqlite:////var/lib/watcher.db"
        )
    given = path.removeprefix("/")
    if given in {"", ":memory:"} or given.endswith("/"):
        raise BadValueError(
            "SQLite needs a file: what is kept in memory is lost. Write sqlite:///watcher.db."
        )
    file = os.path.normpath(folder.absolute() / Path(given).expanduser())
    return f"{scheme}:///{file}" + (f"?{options}" if options else "")
