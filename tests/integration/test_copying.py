"""A whole record, copied between databases of both kinds and compared."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.readings import NOW, entry, listed, reading
from tests.fakes.schemas import REVISIONS, make_at, rows_at
from watcher.archive import find
from watcher.errors import StorageUnavailable, WatcherError
from watcher.record import Record, copy_record
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for
from watcher.record.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.postgres import Postgres

pytestmark = pytest.mark.postgres
HEAD = REVISIONS[-1]
ROOT = Path(__file__).resolve().parents[2]


def unheard(_doing: str, _total: int, _done: int) -> None:
    """Take no notice of progress."""


def copy(source: str, target: str) -> dict[str, tuple[int, str]]:
    """Copy, and give rows and hash of each table."""
    return {one.name: (one.rows, one.hash) for one in copy_record(source, target, unheard)}


async def fill(url: str, count: int = 30) -> None:
    """Record some articles with alerts."""
    async with Record(url) as record:
        for pending in await listed(record, *map(entry, range(count))):
            await record.reading(reading(pending, "desk"), NOW)


@pytest.fixture
def other_url(
    filled_url: str, postgres: Postgres, postgres_template: str, tmp_path: Path
) -> Iterator[str]:
    """Give an empty database of the other kind."""
    if not filled_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path}/copied.db"
        return
    name = postgres.make(postgres_template)
    yield postgres.url(name)
    postgres.drop(name)


def test_there_and_back_again_it_is_the_same(
    filled_url: str, other_url: str, tmp_path: Path
) -> None:
    """Every table, row by row, odd values among them: raw bytes, year 1, JSON as it was written."""
    there = copy(filled_url, other_url)
    assert {*there} == {*metadata.tables} - {"processes"}
    assert all(count for count, _ in there.values())
    assert copy(other_url, f"sqlite:///{tmp_path}/back.db") == there


async def test_the_copy_is_a_record_that_works(filled_url: str, other_url: str) -> None:
    """Numbers go on behind those that were copied, and a search finds what was."""
    copy(filled_url, other_url)
    async with Record(other_url) as record:
        assert len(await find(record, ["دجلة"], None, 5)) == 1
        state = await record.state("nahr")
        assert await record.polled(state, [entry("new")], NOW) == 1
        due = {one.id: one for one in await record.pending(NOW, 10)}
        assert max(due) > 900_000
        await record.reading(reading(due[max(due)], "desk"), NOW)
        assert len(await find(record, ["دجلة"], None, 5)) == 2


async def test_only_an_empty_database_is_filled(filled_url: str, other_url: str) -> None:
    await fill(other_url, 1)
    with pytest.raises(WatcherError, match=r"is not empty\. Name a new one"):
        copy(filled_url, other_url)
    async with Record(other_url) as record:
        assert (await record.status(NOW)).articles == 1


def test_a_database_without_tables_gets_them(postgres: Postgres, tmp_path: Path) -> None:
    """Or has them already, without rows: somebody has started the daemon there once."""
    origin, name = f"sqlite:///{tmp_path}/origin.db", postgres.make()
    make_at(origin, HEAD, rows_at(HEAD))
    assert copy(origin, postgres.url(name))["articles"][0] == 1
    make_at(f"sqlite:///{tmp_path}/empty.db", HEAD, {})
    assert copy(origin, f"sqlite:///{tmp_path}/empty.db")["articles"][0] == 1
    postgres.drop(name)


async def test_nothing_is_moved_under_a_daemon(filled_url: str, other_url: str) -> None:
    async with Record(filled_url):
        with pytest.raises(WatcherError, match=r"in use by process \d+ on .* Stop it first"):
            copy(filled_url, other_url)
    async with Record(other_url):
        with pytest.raises(WatcherError, match=r"the target .* is in use"):
            copy(filled_url, other_url)
    assert copy(filled_url, other_url)["articles"][0] == 1


def test_what_is_interrupted_leaves_nothing(filled_url: str, other_url: str) -> None:
    """And can be begun again."""

    def stop(doing: str, _total: int, _done: int) -> None:
        if doing == "checking revisions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_record(filled_url, other_url, stop)
    assert copy(filled_url, other_url)["articles"][0] == 1


KILLED = """
import os, sys
from watcher.record import copy_record
copy_record(*sys.argv[1:], lambda doing, *_: os.kill(0, 9) if doing == "copying revisions" else None)
"""


def test_what_is_killed_leaves_nothing(filled_url: str, other_url: str) -> None:
    """Not a half database, nor a lock; what lies aside is written over."""
    command = [sys.executable, "-c", KILLED, filled_url, other_url]
    done = subprocess.run(command, cwd=ROOT, check=False, start_new_session=True)
    assert done.returncode == -signal.SIGKILL
    if other_url.startswith("sqlite"):
        assert not Path(other_url.removeprefix("sqlite:///")).exists()
    assert copy(filled_url, other_url)["articles"][0] == 1


def test_two_copies_at_once_are_refused(tmp_path: Path) -> None:
    origin, target = f"sqlite:///{tmp_path}/origin.db", f"sqlite:///{tmp_path}/new.db"
    make_at(origin, HEAD, rows_at(HEAD))
    refusals = []

    def again(doing: str, _total: int, _done: int) -> None:
        if doing == "copying revisions":
            with pytest.raises(
                WatcherError, match="is being written by another process"
            ) as refusal:
                copy(origin, target)
            refusals.append(refusal)

    copy_record(origin, target, again)
    assert refusals
    assert sorted(path.name for path in tmp_path.glob("new*")) == ["new.db"]


def test_a_copy_that_differs_is_not_kept(postgres: Postgres, tmp_path: Path) -> None:
    """The target keeps something else than what it is given."""
    origin, name = f"sqlite:///{tmp_path}/origin.db", postgres.make()
    make_at(origin, HEAD, rows_at(HEAD))
    make_at(postgres.url(name), HEAD, {})
    run(
        postgres.url(name),
        _CUTTING,
        "CREATE TRIGGER cut BEFORE INSERT ON raw FOR EACH ROW EXECUTE FUNCTION cut()",
    )
    with pytest.raises(WatcherError, match="the copy of raw is not what was read: 1 rows"):
        copy(origin, postgres.url(name))
    run(postgres.url(name), "DROP TRIGGER cut ON raw")
    assert copy(origin, postgres.url(name))["raw"][0] == 1
    postgres.drop(name)


_CUTTING = """
    CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.packed := substr(NEW.packed, 2); RETURN NEW; END $$
"""


def run(url: str, *statements: str) -> None:
    """Run statements in a database."""
    with engine_for(parse_url(url)).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_no_password_is_shown(postgres: Postgres, tmp_path: Path) -> None:
    """Not in an error, wherever in the address it stands."""
    make_at(f"sqlite:///{tmp_path}/origin.db", HEAD, {})
    folder = postgres.url("x").partition("=")[2]
    for address in (
        f"postgresql://postgres:hunter2-secret@/nowhere?host={folder}",
        f"postgresql://postgres@/nowhere?host={folder}&password=hunter2-secret",
    ):
        with pytest.raises(StorageUnavailable) as failure:
            copy(f"sqlite:///{tmp_path}/origin.db", address)
        assert "hunter2" not in str(failure.value)
        assert "***" in str(failure.value)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    make_at(f"sqlite:///{tmp_path}/origin.db", HEAD, {})
    with pytest.raises(WatcherError, match=r"there is no folder .*/gone. Make it first"):
        copy(f"sqlite:///{tmp_path}/origin.db", f"sqlite:///{tmp_path}/gone/new.db")
    with pytest.raises(StorageUnavailable, match="there is no database"):
        copy(f"sqlite:///{tmp_path}/nothing.db", f"sqlite:///{tmp_path}/new.db")
    assert [path.name for path in tmp_path.iterdir()] == ["origin.db"]


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    make_at(f"sqlite:///{tmp_path}/origin.db", HEAD, {})
    with contextlib.closing(sqlite3.connect(tmp_path / "theirs.db")) as connection:
        connection.execute("CREATE TABLE sources (id)")
    with pytest.raises(WatcherError, match="has tables of another program"):
        copy(f"sqlite:///{tmp_path}/origin.db", f"sqlite:///{tmp_path}/theirs.db")
