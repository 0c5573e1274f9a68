"""Backups of both databases, and back from them."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import stat
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.readings import NOW, entry, listed, reading
from tests.fakes.schemas import REVISIONS, make_at, rows_at
from watcher.errors import WatcherError
from watcher.record import Record, back_up, drop_old, name_of, restore
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for
from watcher.record.moving.ends import reading as looking
from watcher.record.moving.rows import TABLES, summed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.postgres
HEAD = REVISIONS[-1]


def unheard(_doing: str, _total: int, _done: int) -> None:
    """Take no notice of progress."""


def content(url: str) -> dict[str, str]:
    """Give the hash of every table."""
    with looking(parse_url(url)) as connection:
        return {one.name: summed(connection, one, lambda _: None).shown for one in TABLES}


async def add(url: str, name: str) -> None:
    """Record an article more."""
    async with Record(url) as record:
        for pending in await listed(record, entry(name)):
            await record.reading(reading(pending, "desk"), NOW)


async def test_what_was_backed_up_is_restored(filled_url: str, tmp_path: Path) -> None:
    """And what came after it is kept aside."""
    file, before = tmp_path / "kept.db", content(filled_url)
    back_up(filled_url, file, unheard)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await add(filled_url, "later")
    after = content(filled_url)
    with pytest.raises(WatcherError, match=r"is not empty\. Restore with --replace"):
        restore(file, filled_url, unheard, NOW, replaces=False)
    assert content(filled_url) == after
    kept = restore(file, filled_url, unheard, NOW, replaces=True)
    assert content(filled_url) == before
    assert kept is not None
    assert content(f"sqlite:///{kept}") == after
    async with Record(filled_url) as record:
        assert (await record.status(NOW)).articles == 1


def test_a_backup_restores_into_the_other_database(
    filled_url: str, postgres_url: str, tmp_path: Path
) -> None:
    """One form for both."""
    back_up(filled_url, tmp_path / "kept.db", unheard)
    other = f"sqlite:///{tmp_path}/other.db" if "postgresql" in filled_url else postgres_url
    assert restore(tmp_path / "kept.db", other, unheard, NOW, replaces=False) is None
    assert content(other) == content(filled_url)


async def test_the_daemon_goes_on_during_a_backup(filled_url: str, tmp_path: Path) -> None:
    """The backup is of the instant at which it began; a restore waits until the daemon is gone."""
    before = content(filled_url)
    async with Record(filled_url) as record:
        (pending,) = await listed(record, entry("meanwhile"))
        written = 0

        def write_meanwhile(_doing: str, _total: int, _done: int) -> None:
            nonlocal written
            if not written:
                written = 1
                run(filled_url, "UPDATE stories SET title = 'meanwhile'")

        now = content(filled_url)
        back_up(filled_url, tmp_path / "kept.db", write_meanwhile)
        assert pending.source == "nahr"
        with pytest.raises(WatcherError, match=r"in use by process \d+"):
            restore(tmp_path / "kept.db", filled_url, unheard, NOW, replaces=True)
    assert written
    assert content(f"sqlite:///{tmp_path}/kept.db") == now != before


def run(url: str, statement: str) -> None:
    """Run a statement in a database, whoever else uses it."""
    with engine_for(parse_url(url)).begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("revision", [REVISIONS[0], "0007", REVISIONS[-2]])
async def test_backups_of_earlier_versions_are_brought_up_to_date(
    empty_database_url: str, revision: str, tmp_path: Path
) -> None:
    """In a copy: the backup stays what it was."""
    old = tmp_path / "old.db"
    make_at(f"sqlite:///{old}", revision, rows_at(revision))
    before = old.read_bytes()
    restore(old, empty_database_url, unheard, NOW, replaces=False)
    assert old.read_bytes() == before
    async with Record(empty_database_url) as record:
        status = await record.status(NOW)
    assert (status.articles, status.pending) == (1, 1)


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    """And nothing is deleted that somebody named himself."""
    names = [name_of(NOW + timedelta(days=day)) for day in range(5)]
    for name in (*names, "mine.db", f"replaced-{names[0]}"):
        (tmp_path / name).touch()
    assert [path.name for path in drop_old(tmp_path, 2)] == names[:3]
    assert len([*tmp_path.iterdir()]) == 4


def test_files_that_are_no_backups_are_refused(filled_url: str, tmp_path: Path) -> None:
    """Each with what is the matter, and the record as it was."""
    before, sound = content(filled_url), tmp_path / "sound.db"
    back_up(filled_url, sound, unheard)
    text = tmp_path / "text.db"
    text.write_text("no database at all, but a text that is long enough")
    theirs = tmp_path / "theirs.db"
    with contextlib.closing(sqlite3.connect(theirs)) as connection:
        connection.execute("CREATE TABLE t (id)")
    newer, broken = tmp_path / "newer.db", tmp_path / "broken.db"
    shutil.copy(sound, newer)
    with contextlib.closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    damage(sound, broken)
    for file, why in {
        text: "is no SQLite file",
        theirs: "a database of another program",
        newer: r"written by a newer version of the program \(revision 9999\)",
        broken: r"is damaged: .*\. Take an older backup",
        tmp_path / "nothing.db": "cannot be read: No such file",
    }.items():
        with pytest.raises(WatcherError, match=why):
            restore(file, filled_url, unheard, NOW, replaces=True)
    assert content(filled_url) == before


def damage(sound: Path, broken: Path) -> None:
    """Write a copy of a file with some pages overwritten, as a failing disk does."""
    body = bytearray(sound.read_bytes())
    for page in range(4, len(body) // 4096, 3):
        body[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    broken.write_bytes(body)


def test_a_damaged_record_is_not_backed_up_but_replaced(tmp_path: Path) -> None:
    """A backup of it would take the place of a sound one; a sound one can take its place."""
    url, file = f"sqlite:///{tmp_path}/watcher.db", tmp_path / "watcher.db"
    make_at(url, HEAD, rows_at(HEAD))
    back_up(url, tmp_path / "sound.db", unheard)
    before = content(url)
    damage(tmp_path / "sound.db", file)
    with pytest.raises(WatcherError, match="damaged"):
        back_up(url, tmp_path / "no.db", unheard)
    assert not (tmp_path / "no.db").exists()
    kept = restore(tmp_path / "sound.db", url, unheard, NOW, replaces=True)
    assert content(url) == before
    assert kept is not None
    assert kept.exists()


def test_what_is_there_is_not_written_over(filled_url: str, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    file.write_text("mine")
    with pytest.raises(WatcherError, match="is there already"):
        back_up(filled_url, file, unheard)
    with pytest.raises(WatcherError, match="there is no folder"):
        back_up(filled_url, tmp_path / "gone" / "kept.db", unheard)
    assert file.read_text() == "mine"
