"""Backups: the record as one SQLite file, whichever database it is kept in, and back from there."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.errors import StorageUnavailable, WatcherError
from watcher.record.engine import parse_url, shown
from watcher.record.migrate import is_up_to_date, revisions, upgrade
from watcher.record.moving import files
from watcher.record.moving.copying import transfer
from watcher.record.moving.ends import (
    file_of,
    reading,
    refuse_missing,
    refuse_unless_empty,
    refuse_while_used,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import URL

    from watcher.record.moving.copying import Tell

_NAME = re.compile(r"watcher-\d{8}T\d{6}Z\.db")
_PAGES = 2048
"""Pages copied between two looks at the bar: 8 MB."""


def name_of(now: datetime) -> str:
    """Name a backup made now, so that names sort by age."""
    return f"watcher-{now:%Y%m%dT%H%M%SZ}.db"


def back_up(database: str, file: Path, tell: Tell) -> None:
    """Write all that a record holds as of now into one new file; the daemon may go on meanwhile.

    The file is there as a whole, found sound, or not at all. Raises WatcherError where one is there
    already, and where the record is damaged.
    """
    url = parse_url(database)
    refuse_missing(url)
    if file.exists():
        raise WatcherError(f"{file} is there already. Name another file, or a folder.")
    if not file.parent.is_dir():
        raise WatcherError(f"there is no folder {file.parent}. Make it first.")
    if url.drivername != "sqlite":
        _refuse_other_version(url)
        transfer(url, files.url_of(file), tell)
        return
    with files.written_aside(file) as aside:
        with files.spoken_of(file_of(url)):
            _snapshot(file_of(url), aside, tell)
            files.make_single(aside)
        if broken := files.damage(aside):
            raise WatcherError(
                f"the record {shown(url)} is damaged, and no backup of it was kept: {broken}. "
                "Keep the backups you have, and see `watcher db check`."
            )


def drop_old(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups that are named as they are by default."""
    found = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    old = found[:-keep] if keep else []
    for path in old:
        path.unlink()
    return old


def restore(
    backup: Path, database: str, tell: Tell, now: datetime, *, replaces: bool
) -> Path | None:
    """Put a backup in the place of the record; give where what was there is kept, if anything was.

    The backup is checked first and may be of an earlier version. Raises WatcherError while a daemon
    uses the record, and over a record that holds something unless it `replaces`.
    """
    url = parse_url(database)
    check_backup(backup)
    is_file = url.drivername == "sqlite"
    is_there = not is_file or (file_of(url).exists() and file_of(url).stat().st_size > 0)
    if is_there:
        _refuse_while_used(url)
        is_there = not _is_free(url, replaces=replaces)
    if not is_file:
        return _restore_rows(backup, url, tell, now, replaces=is_there)
    file = file_of(url)
    kept = file.with_name(f"replaced-{name_of(now)}") if is_there else None
    with files.written_aside(file, replaces=True) as aside:
        _copy_as_of_now(backup, aside, tell)
        if kept:
            files.keep_as(file, kept)
    return kept


def _restore_rows(
    backup: Path, url: URL, tell: Tell, now: datetime, *, replaces: bool
) -> Path | None:
    """Put what a backup holds into PostgreSQL; what was there becomes a backup beside it."""
    kept = backup.parent / f"replaced-{name_of(now)}" if replaces else None
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=backup.parent) as made:
        source = Path(made) / "watcher.db"
        _copy_as_of_now(backup, source, tell)
        if kept:
            upgrade(url)
            transfer(url, files.url_of(kept), tell)
        transfer(files.url_of(source), url, tell, replaces=replaces)
    return kept


def check_backup(backup: Path) -> None:
    """Raise WatcherError unless a file is a whole record that this program can read."""
    try:
        is_sqlite = files.is_sqlite(backup)
    except OSError as error:
        raise WatcherError(f"{backup} cannot be read: {error.strerror}") from None
    if not is_sqlite:
        raise WatcherError(f"{backup} is no backup of the watcher: it is no SQLite file")
    if broken := files.damage(backup):
        raise WatcherError(f"{backup} is damaged: {broken}. Take an older backup.")
    with contextlib.closing(files.connect(backup)) as connection:
        try:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except (sqlite3.DatabaseError, TypeError):
            raise WatcherError(
                f"{backup} is no backup of the watcher: it is a database of another program"
            ) from None
    if revision not in revisions():
        raise WatcherError(
            f"{backup} was written by a newer version of the program (revision {revision}). "
            "Install that version or a later one first."
        )


def _refuse_while_used(url: URL) -> None:
    """Refuse while a daemon runs; a file that is damaged beyond reading is used by nobody."""
    with contextlib.suppress(StorageUnavailable):
        refuse_while_used(url, what="the record")


def _is_free(url: URL, *, replaces: bool) -> bool:
    """Tell whether there is nothing to be kept; refuse to write over what there is."""
    try:
        refuse_unless_empty(url, so="Restore with --replace: what is there is then kept aside.")
    except StorageUnavailable as failure:
        if not replaces:
            raise WatcherError(
                f"{failure} Restore with --replace: it is then kept aside."
            ) from None
        return False
    except WatcherError:
        if not replaces:
            raise
        return False
    return True


def _copy_as_of_now(backup: Path, target: Path, tell: Tell) -> None:
    """Copy a backup, which stays as it is, and bring the copy's tables up to date."""
    with files.spoken_of(target):
        _copy_file(backup, target, tell)
        upgrade(files.url_of(target))
        with contextlib.closing(files.connect(target, mode="rw")) as copied:
            copied.execute("DELETE FROM processes")  # who used it then does not use this one
            # Nor is it behind in what it was then, and of later backups it knows nothing.
            copied.execute(
                "DELETE FROM remarks WHERE about LIKE 'backup %' OR about LIKE 'behind %'"
            )
        files.make_single(target)
    if broken := files.damage(target):
        raise WatcherError(f"{backup} could not be brought up to date: {broken}")


def _copy_file(origin: Path, target: Path, tell: Tell) -> None:
    """Copy a file that nobody writes; what may stand in its write-ahead log comes along."""
    with contextlib.closing(files.connect(origin)) as source:
        _write_pages(source, target, tell, f"copying {origin.name}")


def _snapshot(file: Path, aside: Path, tell: Tell) -> None:
    with contextlib.closing(files.connect(file, mode="rw")) as source:
        # One state of it: while this transaction lasts, what others write does not show, and the
        # copying never has to begin anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        _write_pages(source, aside, tell, f"copying {file.name}")


def _write_pages(source: sqlite3.Connection, target: Path, tell: Tell, doing: str) -> None:
    done = 0

    def heard(_status: int, remaining: int, total: int) -> None:
        nonlocal done
        tell(doing, total, total - remaining - done)
        done = total - remaining

    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as written:
        source.backup(written, pages=_PAGES, progress=heard)


def _refuse_other_version(url: URL) -> None:
    with reading(url) as connection:
        if not is_up_to_date(connection):
            raise WatcherError(
                f"the record {shown(url)} is not of this version of the program. Back it up with "
                "the version that wrote it, or with pg_dump; starting the daemon upgrades it."
            )
