"""Watches over the whole suite that no secret a test uses is told: in a log, an error or a row."""

from __future__ import annotations

import base64
import logging
import re
from typing import TYPE_CHECKING, Any

from watcher import log
from watcher.errors import WatcherError
from watcher.log import Logfmt

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

KNOWN = (
    "correct-horse-battery",
    "wrong-horse",
    "5up3rs3cr3t",
    "s3cr3t",
    "s3cret",
    "hunter22",
    "secretpw",
    "k3y-1234",
    "pasted-token-1234",
    "T1JJ3T3L2",
    "A1BRTD4JD",
    "TIiajkdnlazkcOXrIdevi7FQ",
    "4ddbc191d40ee098cbaae6f3523ada2d",
    "abcdefg_hijklmnop",
)
"""Passwords and tokens of the tests; one that stands here may never be told in the clear."""
_FORMS = {form for secret in KNOWN for form in (secret, base64.b64encode(secret.encode()).decode())}
_PATTERN = re.compile("|".join(sorted(map(re.escape, _FORMS), key=len, reverse=True)))
_BYTES = re.compile(_PATTERN.pattern.encode())
_NOT_LOOKED_AT = re.compile(r"\A(watcher|mail\.log|mail\.debug)\Z")
"""Our own, which is looked at as it is told, and the fake mail server's, which is the other side."""
_FILES = ("*.db", "*.db-wal", "*.log")


class Watch:
    """Remembers every secret that was told since it was last asked."""

    def __init__(self) -> None:
        self._leaks: list[str] = []
        self._form = Logfmt()

    def look(self, text: str, where: str) -> None:
        """Look through a text as it would be written."""
        self._leaks += [f"{where}: {found}" for found in set(_PATTERN.findall(text))]

    def look_into(self, folder: Path) -> None:
        """Look through the databases and logs that a test left."""
        for pattern in _FILES:
            for file in folder.rglob(pattern):
                found = set(_BYTES.findall(file.read_bytes())) if file.is_file() else set()
                self._leaks += [f"{file.name}: {secret.decode()}" for secret in found]

    def look_at_rows(self, rows: Iterable[tuple[str, str]]) -> None:
        """Look through (table, row) of a database."""
        for table, row in rows:
            self.look(row, f"a row of {table}")

    def taken(self) -> list[str]:
        """Give what was told, and forget it."""
        leaks, self._leaks = self._leaks, []
        return list(dict.fromkeys(leaks))

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Look at every record that reaches a handler, and at every error raised on purpose."""
        handle, make, tell = logging.Logger.callHandlers, WatcherError.__init__, log._tell

        def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
            if not _NOT_LOOKED_AT.match(record.name):
                self.look(self._form.format(record), f"a record of {record.name}")
            handle(logger, record)

        def tell_and_look(level: int, stage: str, fields: Any, failure: Any = None) -> None:
            """Look at our own events whatever the level: an operator may want them all."""
            info = failure and (type(failure), failure, failure.__traceback__)
            record = logging.LogRecord("watcher", level, "", 0, "", None, info)
            record.fields = {"stage": stage, **fields}
            self.look(self._form.format(record), "a record of watcher")
            tell(level, stage, fields, failure)

        def init(error: WatcherError, *args: Any) -> None:
            self.look(" ".join(map(str, args)), f"a {type(error).__name__}")
            make(error, *args)

        patch.setattr(logging.Logger, "callHandlers", call_handlers)
        patch.setattr(log, "_tell", tell_and_look)
        patch.setattr(WatcherError, "__init__", init)
