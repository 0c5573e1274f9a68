"""What goes wrong around a running daemon: it says so, loses nothing, and goes on when it is over."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fakes.daemon import until
from tests.fakes.world import World, disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.fakes.postgres import Postgres
    from tests.fakes.site import Site
    from tests.fakes.world import Disk

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting disks takes root"),
]
LOOKED_AT_S = 2.5
"""How long it is watched for spinning while a fault lasts."""


@contextlib.contextmanager
def calm(world: World, path: str = "/nahr", *, lines: int = 40, polls: int = 8) -> Iterator[None]:
    """See that little is logged and asked for while a fault lasts: nothing spins."""
    logged, asked = len(world.daemon.log.splitlines()), len(world.site.asked(path))
    yield
    time.sleep(LOOKED_AT_S)
    assert len(world.daemon.log.splitlines()) - logged < lines, world.daemon.log
    assert len(world.site.asked(path)) - asked < polls


def suffer(world: World, why: str, begin: Callable[[], object], end: Callable[[], object]) -> None:
    """Publish while the database is away: it is told in every way, nothing spins, all is read."""
    world.statuses().clear()
    office, usable = world.site.asked("/office"), world.daemon.log.count('"usable again"')
    before = len(office)

    def heard(word: str) -> bool:
        return any(word in r.body.decode() for r in world.site.asked("/office")[before:])

    begin()
    titles = world.publish(count=3)
    world.await_said("waiting: ")
    until(lambda: world.said(why), of=world.daemon)
    until(lambda: heard("the database cannot be used"), of=world.daemon)
    with calm(world):
        pass
    assert not world.is_told(titles)
    end()
    world.await_told(titles)
    until(lambda: heard("could not be used for"), of=world.daemon)
    assert world.daemon.log.count('"usable again"') > usable
    until(lambda: world.statuses()[-1] == "watching", of=world.daemon)


def works(world: World) -> None:
    """See that it works before anything goes wrong."""
    world.start()
    world.await_told(world.publish(count=2))


class Lock:
    """What another program does that holds the database."""

    def __init__(self, url: str) -> None:
        self._url = url

    def take(self) -> None:
        if self._url.startswith("sqlite"):
            self._held = sqlite3.connect(self._url.removeprefix("sqlite:///"))
            self._held.execute("BEGIN EXCLUSIVE")
            return
        self._postgres = psycopg.connect(self._url)
        self._postgres.execute(
            "LOCK TABLE pulse, sources, entries, notices IN ACCESS EXCLUSIVE MODE"
        )

    def let_go(self) -> None:
        held = self._held if self._url.startswith("sqlite") else self._postgres
        held.rollback()
        held.close()


def test_a_sqlite_file_that_is_locked_full_read_only_and_damaged(
    tmp_path: Path, site: Site, sqlite_template: Path
) -> None:
    with disk(24) as small:
        file = small.at / "watcher.db"
        shutil.copy(sqlite_template, file)
        with World(tmp_path, site, f"sqlite:///{file}") as world:
            works(world)
            lock = Lock(f"sqlite:///{file}")
            suffer(world, "locked", lock.take, lock.let_go)
            suffer(world, "full", lambda: fill_up(small, file), lambda: small.fill_up(0))
            suffer(world, "cannot be used", small.make_read_only, small.mend)
            damaged = damage(file)
            world.publish()
            assert world.daemon.ended() == 3
            body = file.read_bytes()
            left = [at for at in damaged if body[at : at + 4096] == b"\xff" * 4096]
            assert len(left) > len(damaged) / 2, "it was not made anew"
            is_told_of_damage(world)


def fill_up(small: Disk, file: Path) -> None:
    """Fill a disk up; the log must be empty, as SQLite writes into what room it has."""
    empty_log(file)
    small.fill_up()


def empty_log(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        until(lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def damage(file: Path) -> list[int]:
    """Overwrite all but the first page of a file, as a failing disk might; give where."""
    empty_log(file)
    places = list(range(4096, file.stat().st_size, 4096))
    with file.open("r+b") as opened:
        for place in places:
            opened.seek(place)
            opened.write(b"\xff" * 4096)
    return places


def is_told_of_damage(world: World) -> None:
    assert world.said("stopping: "), world.statuses()
    assert world.heard("its database is damaged")
    assert ".recover" in world.daemon.log
    # Started again, it ends at once with the same status, which systemd does not start again.
    world.daemon.start(ready=False)
    assert world.daemon.ended() == 3


@pytest.mark.postgres
def test_a_postgresql_that_is_locked_full_read_only_and_damaged(
    tmp_path: Path, site: Site, postgres: Postgres, postgres_template: str
) -> None:
    with disk(64) as small, postgres.tablespace(small.at) as space:
        name = postgres.make(postgres_template, space)
        url = postgres.url(name)
        with World(tmp_path, site, url) as world:
            works(world)
            lock = Lock(url)
            suffer(world, "lock", lock.take, lock.let_go)
            suffer(world, "full", small.fill_up, lambda: small.fill_up(0))
            suffer(
                world,
                "read-only",
                lambda: postgres.make_read_only(name),
                lambda: postgres.make_read_only(name, is_on=False),
            )
            table = postgres.file_of(name, "entries")
            postgres.stop()
            damage_table(table)
            postgres.start()
            world.publish()
            assert world.daemon.ended() == 3
            assert table.read_bytes()[:8] == b"\xff" * 8
            is_told_of_damage(world)
        postgres.drop(name)


def damage_table(table: Path) -> None:
    size = table.stat().st_size
    with table.open("r+b") as opened:
        opened.write(b"\xff" * size)
