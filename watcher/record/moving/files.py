"""Files of SQLite databases: written aside, checked, and put in place as a whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import URL

from watcher.errors import WatcherError
from watcher.record.engine import unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file that is in use."""
_HEADER = b"SQLite format 3\0"
MODE = 0o600
"""Who runs the program reads it; nobody else does."""


@contextlib.contextmanager
def written_aside(file: Path, *, replaces: bool = False) -> Iterator[Path]:
    """Give a path to write a new `file` at; at the end it takes its place, on disk and whole.

    Two at once are refused. What an interrupted run left is thrown away. Unless it `replaces`, a
    file that came up in the meantime is left alone, and WatcherError raised.
    """
    aside = file.with_name(f"{file.name}.part")
    handle = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WatcherError(f"{aside} is being written by another process") from None
        os.ftruncate(handle, 0)
        os.fchmod(handle, MODE)
        _remove_beside(aside)
        try:
            yield aside
            os.fsync(handle)
            if replaces:
                _remove_beside(file)
                aside.replace(file)
            else:
                _put(aside, file)
            _sync_folder(file.parent)
        except BaseException:
            aside.unlink(missing_ok=True)
            _remove_beside(aside)
            raise
    finally:
        os.close(handle)


def _put(aside: Path, file: Path) -> None:
    try:
        os.link(aside, file)
    except FileExistsError:
        raise WatcherError(f"{file} has come up in the meantime, and is left as it is") from None
    aside.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_beside(file: Path) -> None:
    for ending in BESIDE:
        file.with_name(file.name + ending).unlink(missing_ok=True)


def keep_as(file: Path, kept: Path) -> None:
    """Give a database a second name, under which it is kept when another takes the first.

    One too damaged to be put into one file is kept with what lies beside it.
    """
    with contextlib.suppress(sqlite3.DatabaseError):
        make_single(file)
    for ending in ("", *BESIDE):
        beside = file.with_name(file.name + ending)
        if beside.exists():
            os.link(beside, kept.with_name(kept.name + ending))


def url_of(file: Path) -> URL:
    """Give the address of an SQLite file."""
    return URL.create("sqlite", database=str(file.absolute()))


def connect(file: Path, *, mode: str = "ro") -> sqlite3.Connection:
    """Open a file as it is; `mode` is ro or rw. Transactions are the caller's."""
    address = f"file:{quote(str(file.absolute()))}?mode={mode}"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=10)


@contextlib.contextmanager
def spoken_of(file: Path) -> Iterator[None]:
    """Turn what SQLite says of a file into StorageUnavailable."""
    try:
        yield
    except sqlite3.Error as error:
        raise unavailable(str(file), str(error)) from None


def make_single(file: Path) -> None:
    """Put all of a database into its one file, out of the write-ahead log."""
    with contextlib.closing(connect(file, mode="rw")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


def is_sqlite(file: Path) -> bool:
    """Tell whether a file begins as SQLite's do. Raises OSError."""
    with file.open("rb") as opened:
        return opened.read(len(_HEADER)) == _HEADER


def damage(file: Path) -> str:
    """Say what is damaged in a file, in the database's words; empty for a sound one."""
    try:
        with contextlib.closing(connect(file)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
            if found != ["ok"]:
                return "; ".join(found)
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return f"a row of {broken[0]} refers to one of {broken[2]} that is not there" if broken else ""
