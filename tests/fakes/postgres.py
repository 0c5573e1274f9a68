"""A real PostgreSQL on a unix socket, gone when the tests end; and the databases of each test."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psycopg
import pytest
from psycopg import sql

from watcher.machine import disk, memory_in_use
from watcher.record.engine import parse_url
from watcher.record.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.secrets import Watch

_LOCATIONS = "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"
_OLDEST = 15
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=128MB")
_START_S = 30
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 2**30


class Postgres:
    """A server with as many databases as wanted, each made from a template."""

    def __init__(self, folder: Path, programs: Path, *, listen: str = "") -> None:
        self._folder = folder
        self._listen = listen
        self._programs = programs
        self._numbers = itertools.count(1)
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Make the data folder and start."""
        self._run(
            "initdb", "-D", "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"
        )
        if self._listen:
            with (self._folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        listen = f"listen_addresses={self._listen}"
        settings = [word for setting in (*_QUICK, listen) for word in ("-c", setting)]
        program = [
            str(self._programs / "postgres"),
            "-D",
            "data",
            "-k",
            str(self._folder),
            *settings,
        ]
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [*_as_postgres(), *program], cwd=self._folder, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _START_S
        while True:
            try:
                self._execute("SELECT 1")
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"PostgreSQL did not start: {(self._folder / 'log').read_text()}")
                time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server at once, whoever is connected."""
        if self._server:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(_START_S)
            self._server = None

    @property
    def folder(self) -> str:
        """Give the folder of its socket."""
        return str(self._folder)

    def url(self, database: str) -> str:
        """Give the URL an operator would write."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def make(self, template: str = "template0", tablespace: str = "pg_default") -> str:
        """Make a database and give its name."""
        name = f"watcher_{next(self._numbers)}"
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} TABLESPACE {} STRATEGY file_copy")
        of = (sql.Identifier(word) for word in (name, template, tablespace))
        self._execute(made.format(*of))
        return name

    @contextlib.contextmanager
    def tablespace(self, disk: Path) -> Iterator[str]:
        """Keep databases on another disk; drop them before the end."""
        folder = disk / "space"
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        name = sql.Identifier(f"space_{next(self._numbers)}")
        self._execute(
            sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(name, sql.Literal(str(folder)))
        )
        try:
            yield name.as_string().strip('"')
        finally:
            with contextlib.suppress(psycopg.Error):
                self._execute(sql.SQL("DROP TABLESPACE {}").format(name))

    def make_read_only(self, database: str, *, is_on: bool = True) -> None:
        """Have a database refuse to be written, or not; whoever is connected is sent away."""
        name = sql.Identifier(database)
        setting = sql.SQL("on" if is_on else "off")
        self._execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}").format(
                name, setting
            )
        )
        self._execute(
            sql.SQL(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
            ).format(sql.Literal(database))
        )

    def file_of(self, database: str, table: str) -> Path:
        """Give the file in which a table is kept."""
        with psycopg.connect(f"host={self._folder} user=postgres dbname={database}") as connection:
            found = connection.execute("SELECT pg_relation_filepath(%s)", (table,)).fetchone()
        assert found
        return self._folder / "data" / str(found[0])

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def rows(self, database: str) -> Iterator[tuple[str, str]]:
        """Give (table, row) of what a database holds that comes from the outbox or its targets."""
        with psycopg.connect(f"host={self._folder} user=postgres dbname={database}") as connection:
            for table in ("deliveries", "notices", "remarks", "troubles", "sources"):
                found = connection.execute(
                    sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table))
                )
                yield from ((table, row[0]) for row in found)

    def _execute(self, statement: str | sql.Composed) -> None:
        with psycopg.connect(
            f"host={self._folder} user=postgres dbname=postgres", autocommit=True
        ) as c:
            c.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_as_postgres(), str(self._programs / program), *arguments]
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.fail(f"{program}: {done.stderr}")


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]


def _programs() -> Path | None:
    """Find the newest server programs."""
    found = [path for pattern in _LOCATIONS for path in Path("/").glob(pattern.lstrip("/"))]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).parent)
    versions = [(_version(path), path) for path in found if (path / "initdb").exists()]
    return max(versions)[1] if versions and max(versions)[0] >= _OLDEST else None


def _version(programs: Path) -> int:
    told = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return int(told.stdout.split()[2].partition(".")[0])


def _missing() -> None:
    reason = f"the PostgreSQL server programs ({_OLDEST} or newer) are not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _memory_disk() -> Path | None:
    """Give a disk in memory with room enough; None where there is none.

    A database made of hundreds of files takes a tenth of the time there.
    """
    if not os.access(_MEMORY, os.W_OK):
        return None
    used, limit = memory_in_use()
    free = limit - used if limit else 0
    return _MEMORY if min(disk(_MEMORY)[0], free) >= _ROOM else None


def _folder(parent: Path | None) -> Path:
    # Not under pytest's folder: the path of a socket may have 107 bytes, and postgres must get in.
    folder = Path(tempfile.mkdtemp(prefix="watcher-pg-", dir=parent))
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run one server for all tests; skip where it is missing, but fail where CI=true."""
    with server_of_its_own(_memory_disk()) as server:
        yield server


@contextlib.contextmanager
def server_of_its_own(parent: Path | None = None, listen: str = "") -> Iterator[Postgres]:
    """Run another server, which may listen on an address; its files are below `parent`."""
    programs = _programs()
    if programs is None:
        _missing()
    assert programs
    folder = _folder(parent)
    try:
        with Postgres(folder, programs, listen=listen) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    name = postgres.make()
    upgrade(parse_url(postgres.url(name)))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "watcher.db"
    upgrade(parse_url(f"sqlite:///{path}"))
    # One file to copy: the write-ahead log goes into it when the last connection closes.
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str, secret_watch: Watch) -> Iterator[str]:
    """Give the URL of a PostgreSQL database with empty tables."""
    name = postgres.make(postgres_template)
    yield postgres.url(name)
    with contextlib.suppress(psycopg.Error):  # the test may have broken it
        secret_watch.look_at_rows(postgres.rows(name))
    postgres.drop(name)


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database with empty tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "watcher.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    yield request.getfixturevalue("postgres_url")


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.make()
    yield server.url(name)
    server.drop(name)
