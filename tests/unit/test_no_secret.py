"""The watch over secrets catches what it is there for."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.fakes.secrets import KNOWN
from watcher import log
from watcher.errors import Invalid, Problem, StorageUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.secrets import Watch

SECRET = KNOWN[0]


@pytest.fixture(autouse=True)
def nothing_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever tests before have told the log to mask."""
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setattr(log, "_mask_pattern", None)


def test_a_secret_in_a_record_is_caught(secret_watch: Watch) -> None:
    logging.getLogger("some.library").warning("could not log in with %s", SECRET)
    log.event("notify", why=f"the server said {SECRET}")
    assert secret_watch.taken() == [
        f"a record of some.library: {SECRET}",
        f"a record of watcher: {SECRET}",
    ]


def test_a_secret_in_a_traceback_is_caught(secret_watch: Watch) -> None:
    try:
        raise RuntimeError(SECRET)
    except RuntimeError as failure:
        log.error("notify", failure=failure)
    assert secret_watch.taken() == [f"a record of watcher: {SECRET}"]


def test_a_secret_in_an_error_is_caught(secret_watch: Watch) -> None:
    StorageUnavailable(f"cannot reach postgresql://watcher:{SECRET}@db/x")
    Invalid([Problem("watcher.yaml", 1, 1, "targets", f"'{SECRET}' is no address")])
    assert secret_watch.taken() == [f"a StorageUnavailable: {SECRET}", f"a Invalid: {SECRET}"]


def test_a_secret_in_a_row_is_caught(secret_watch: Watch, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "watcher.db")) as database:
        database.execute("CREATE TABLE deliveries (answer)")
        database.execute("INSERT INTO deliveries VALUES (?)", (f"535 no such password {SECRET}",))
        database.commit()
    secret_watch.look_into(tmp_path)
    assert secret_watch.taken() == [f"watcher.db: {SECRET}"]
    (tmp_path / "watcher.db").unlink()


def test_a_secret_in_a_daemons_log_is_caught(secret_watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "daemon.log").write_text(f"level=info why={SECRET}\n")
    secret_watch.look_into(tmp_path)
    assert secret_watch.taken() == [f"daemon.log: {SECRET}"]
    (tmp_path / "daemon.log").unlink()


def test_what_the_log_masks_is_no_leak(secret_watch: Watch) -> None:
    log.hide(SECRET)
    log.event("notify", why=f"the server said {SECRET}")
    assert secret_watch.taken() == []
