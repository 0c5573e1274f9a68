"""What can go wrong, worded for the person who can mend it.

    WatcherError                 anything the program raises on purpose
    ├── Invalid                  config, rules or sources have mistakes; carries every Problem
    └── StorageUnavailable       the database is locked, full or gone: it is waited for
        └── StorageDamaged       its files are damaged: waiting does not mend them

A page that cannot be read or a message that is refused is no exception: it is a value (see model).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


class WatcherError(Exception):
    """Base of every error raised on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file a person wrote: the place, what was found, what to do.

    `path` is the place inside the document (`rules[0].match.all[1]`), empty where there is none.
    `line` and `col` count from 1; line 0 means the file as a whole.
    """

    file: str
    line: int
    col: int
    path: str
    what: str
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Render as `file:line:col: path: what`, the form editors can jump to."""
        place = f"{self.file}:{self.line}:{self.col}" if self.line else self.file
        head = "warning: " if self.level == "warning" else ""
        path = f"{self.path}: " if self.path else ""
        return f"{place}: {head}{path}{self.what}"


class Invalid(WatcherError):
    """Files that a person wrote hold mistakes; `problems` has all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class StorageUnavailable(WatcherError):
    """The database cannot be used now: locked, full, read-only or gone; nothing is half written."""


class StorageDamaged(StorageUnavailable):
    """The database's files are damaged: a person must act, and nothing is written any more."""
