"""What ails a database, by what its driver says of it. Pure."""

from __future__ import annotations

import re
import sqlite3

_DAMAGED_SQLITE = frozenset({11, 26})
"""SQLITE_CORRUPT and SQLITE_NOTADB, the low byte of all their kinds."""
_DAMAGED_POSTGRESQL = frozenset({"XX001", "XX002", "58P01"})
"""data_corrupted, index_corrupted, and undefined_file: a table's own file is gone."""
DAMAGED = ". It is damaged: see `watcher db check` and `watcher db restore --replace`."
_CURES = (
    (
        r"no such table|relation .* does not exist",
        ". Its tables are made by `watcher run`, or by `alembic upgrade head`",
    ),
    (
        r"no such column|has no column|column .* does not exist",
        ". It is of another version of the program; `watcher run` brings it up to date",
    ),
    (r"malformed|file is not a database|XX00[12]|invalid page", DAMAGED.removesuffix(".")),
    (
        r"is full|No space left|disk quota",
        ". The disk is full: make room on it. Then it goes on by itself",
    ),
    (
        r"readonly|read-only|Read-only",
        ". It cannot be written: look at its owner and at the mount. Then it goes on by itself",
    ),
    (
        r"is locked|lock timeout",
        ". Another program holds it: end that (an open database browser, a backup that hangs)",
    ),
    (r"unable to open|disk I/O error", ". Look at its disk, its folder and their owner"),
)


def is_damage(error: BaseException | None) -> bool:
    """Tell whether a driver's error says that the database's own files are damaged."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code is not None and code & 0xFF in _DAMAGED_SQLITE
    return getattr(error, "sqlstate", None) in _DAMAGED_POSTGRESQL


def cure_of(cause: str) -> str:
    """Say what helps against what a driver complains of; empty where that is not known."""
    return next((cure for pattern, cure in _CURES if re.search(pattern, cause)), "")


def is_passing(cause: str) -> bool:
    """Tell what leaves connections as they are: a lock that is held, a disk that is full."""
    return bool(re.search("is locked|is full", cause))
