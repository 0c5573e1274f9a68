"""Locked, full, read-only or gone: one kind of error, nothing half written, and back when it is back."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import event

from tests.fakes.readings import NOW, entry, source
from watcher.errors import StorageUnavailable
from watcher.record import Record, back_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.record.engine.BUSY_TIMEOUT_S", 1)


@contextlib.contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold the lock that a writer needs, as another program would."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE pulse, sources, entries IN EXCLUSIVE MODE")
        yield


@pytest.mark.usefixtures("_impatient")
async def test_locked(database_url: str) -> None:
    async with Record(database_url) as record:
        with locked(database_url):
            assert not await record.is_usable()
            with pytest.raises(StorageUnavailable, match="lock"):
                await record.sync_sources([source()], NOW)
            assert await record.due(NOW, 10) == []
        assert await record.is_usable()
        await record.sync_sources([source()], NOW)
        assert len(await record.due(NOW, 10)) == 1


@pytest.mark.postgres
async def test_read_only(postgres_url: str) -> None:
    """On SQLite this cannot be staged: root may write any file."""
    async with Record(postgres_url) as record:
        await record.sync_sources([source()], NOW)
        name = postgres_url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        record._database._engine.dispose()
        with pytest.raises(StorageUnavailable, match=r"read-only.* It cannot be"):
            await record.polled(await record.state("nahr"), [entry()], NOW)
        assert not await record.is_usable()


async def test_what_is_being_opened_while_another_fails_is_not_used_again(tmp_path: Path) -> None:
    """On a disk that can only be read it is opened so, and stays so when it can be written."""
    async with Record(f"sqlite:///{tmp_path / 'watcher.db'}") as record:
        database = record._database
        opened: list[sqlite3.Connection] = []
        database._open_anew()

        def fail_elsewhere(*_: object) -> None:
            if not opened:
                database._open_anew()

        event.listen(database._engine, "do_connect", fail_elsewhere)
        event.listen(database._engine, "connect", lambda new, _: opened.append(new))
        assert await record.due(NOW, 10) == []
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            opened[0].execute("SELECT 1")
        for _ in range(2):
            assert await record.due(NOW, 10) == []
        assert len(opened) == 2


async def test_the_file_is_removed_and_comes_back(tmp_path: Path) -> None:
    """SQLite alone would go on writing into the file that nobody will ever see again."""
    path, away = tmp_path / "watcher.db", tmp_path / "away.db"
    async with Record(f"sqlite:///{path}") as record:
        await record.sync_sources([source()], NOW)
        shutil.copy(path, away)
        shutil.copy(tmp_path / "watcher.db-wal", tmp_path / "away.db-wal")
        path.unlink()
        with pytest.raises(StorageUnavailable, match="No such file"):
            await record.state("nahr")
        assert not await record.is_usable()
        assert not path.exists()
        (tmp_path / "watcher.db-wal").unlink()
        (tmp_path / "away.db-wal").rename(tmp_path / "watcher.db-wal")
        away.rename(path)
        assert await record.is_usable()
        assert (await record.state("nahr")).id == "nahr"


FULL = """
import asyncio, resource, sys
from tests.fakes.readings import NOW, entry, source
from watcher.errors import StorageUnavailable
from watcher.record import Record, back_up

async def fill(url):
    async with Record(url) as record:
        await record.sync_sources([source()], NOW)
        state = await record.state("nahr")
        # A disk that takes no more: files may not grow beyond this.
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, hard))
        n = 0
        while await record.is_usable():  # what fails may leave room for something small
            n += 1
            try:
                await record.polled(state, [entry(n, body_html="<p>نص</p>" * 2000)], NOW)
            except StorageUnavailable as error:
                full = error
        print("unavailable:", full)
        print("usable:", await record.is_usable())
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        print("usable:", await record.is_usable())
        print("new:", await record.polled(state, [entry(n)], NOW))

asyncio.run(fill(sys.argv[1]))
"""


def test_full(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, f"sqlite:///{tmp_path}/watcher.db"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    unavailable, *rest = done.stdout.splitlines()
    assert unavailable.startswith("unavailable: the database sqlite:///")
    assert unavailable.endswith(("Then it goes on by itself", "its folder and their owner"))
    assert rest == ["usable: False", "usable: True", "new: 1"]


@pytest.mark.postgres
async def test_the_server_stops_and_comes_back(postgres: Postgres, postgres_url: str) -> None:
    async with Record(postgres_url) as record:
        await record.sync_sources([source()], NOW)
        postgres.stop()
        try:
            assert not await record.is_usable()
            with pytest.raises(StorageUnavailable):
                await record.polled(await record.state("nahr"), [entry()], NOW)
        finally:
            postgres.start()
        assert await record.is_usable()
        assert await record.polled(await record.state("nahr"), [entry()], NOW) == 1


async def test_closing_while_it_is_gone(tmp_path: Path) -> None:
    record = await Record.open(f"sqlite:///{tmp_path}/watcher.db")
    (tmp_path / "watcher.db").unlink()
    await record.close()


async def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="unable to open database file"):
        await Record.open(f"sqlite:///{tmp_path}/nowhere/watcher.db")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "watcher.db"
    path.write_text("not a database, " * 1000)
    with pytest.raises(StorageUnavailable, match="not a database"):
        await Record.open(f"sqlite:///{path}")


async def test_a_file_that_is_damaged_while_it_is_used(tmp_path: Path) -> None:
    """It says what to do and is used no more; the next start goes on with a backup in its place."""
    path = tmp_path / "watcher.db"
    async with Record(f"sqlite:///{path}") as record:
        await record.sync_sources([source()], NOW)
        back_up(f"sqlite:///{path}", tmp_path / "kept.db", lambda *_: None)
        with path.open("r+b") as file:
            file.write(b"\xff" * 100)
        record._database._engine.dispose()
        with pytest.raises(StorageUnavailable, match="damaged: see `watcher db check`"):
            await record.state("nahr")
        assert not await record.is_usable()
    for ending in ("-wal", "-shm"):
        (tmp_path / f"watcher.db{ending}").unlink(missing_ok=True)
    (tmp_path / "kept.db").replace(path)
    async with Record(f"sqlite:///{path}") as record:
        assert await record.is_usable()
        assert (await record.state("nahr")).id == "nahr"


async def test_tables_that_are_missing(empty_database_url: str, tmp_path: Path) -> None:
    if empty_database_url.startswith("sqlite"):
        (tmp_path / "new.db").touch()
    async with Record(empty_database_url, migrate=False) as record:
        with pytest.raises(StorageUnavailable, match="alembic upgrade head"):
            await record.status(NOW)


async def test_no_password_in_the_error() -> None:
    with pytest.raises(StorageUnavailable, match="hunter") as raised:
        await Record.open("postgresql://hunter:s3cr3t@127.0.0.1:1/news")
    assert "s3cr3t" not in str(raised.value)
    assert raised.value.__cause__ is None
