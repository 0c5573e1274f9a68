"""Connections to SQLite and PostgreSQL, and the one place where their errors become ours."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote, unquote

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from watcher.errors import StorageDamaged, StorageUnavailable, WatcherError
from watcher.record.ailments import DAMAGED, cure_of, is_damage, is_passing
from watcher.record.columns import storable
from watcher.record.queue import OPTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

    from watcher.record.queue import Queue

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 4
"""How many transactions may run at once; the loop hands them over, these wait for the database."""
BUSY_TIMEOUT_S = 10
"""How long a writer waits for another process before the database counts as locked."""
_SECRET_OPTIONS = {"password", "sslpassword", "passfile"}
LEAST_ROOM = 2**20
"""Bytes that must be free on the disk where SQLite is to begin its shared index of the log.

It maps that into memory; where its pages cannot be had, the process is ended by SIGBUS.
"""
LARGEST_LOG = 64 * 2**20
"""Bytes of SQLite's write-ahead log that are kept; one large transaction makes it grow."""
IDLE_S = 60
"""How long the server bears with a transaction in which nothing is asked."""
IDLE_IN_CLUSTER_S = 8
"""The same where other machines wait for its locks: who began it may be cut off."""
NOTICE_A_CUT = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
}
"""How libpq notices within seconds that the network to the server is cut: without, in hours."""


class RecordRefused(WatcherError):
    """The database refused a value or a statement: a mistake of the program, not of the moment."""


def parse_url(text: str) -> URL:
    """Read the operator's database URL; the password is percent-encoded, as in every URL.

    Raises WatcherError, which never quotes the URL, since it may carry a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise WatcherError(_wanted("it is no URL")) from None
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise WatcherError(_wanted("SQLite needs a file to keep the record in"))
        return url.set(
            drivername="sqlite", database=str(Path(url.database).expanduser().absolute())
        )
    if backend in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    raise WatcherError(_wanted(f"'{backend}' is no database the record can be kept in"))


def shown(url: URL) -> str:
    """Write a database's address without its password, wherever in it that stands."""
    hidden = {name: "***" for name in url.query if name in _SECRET_OPTIONS}
    masked = url.update_query_dict(hidden).render_as_string(hide_password=True)
    return unquote(masked).replace("+psycopg", "", 1)


def shown_address(text: str) -> str:
    """Write the operator's address without its password."""
    return shown(parse_url(text))


def libpq_url(text: str) -> str:
    """Give the operator's URL of a PostgreSQL as libpq reads it; empty for another database."""
    url = parse_url(text)
    if url.drivername == "sqlite":
        return ""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _wanted(what: str) -> str:
    return f"database: {what}. Write sqlite:///watcher.db or postgresql://user:password@host/name"


def sqlite_url(url: URL, *, mode: str) -> URL:
    """Give the URL that opens a file of any name; `mode` is rw, or rwc to create it."""
    path = f"file:{quote(url.database or '')}"
    return URL.create("sqlite+pysqlite", database=path, query={"uri": "true", "mode": mode})


class Database:
    """An engine with two ways in, `read` and `write`: each runs one function as one transaction.

    The function runs in a thread, start to end: one hop for a transaction instead of several for
    each statement, and nothing that happens to the waiting task can stop it halfway.
    """

    def __init__(self, url: URL, queue: Queue | None = None) -> None:
        self.shown = shown(url)
        self._file = Path(url.database or "") if url.drivername == "sqlite" else None
        self._inode = 0
        self.damage: StorageDamaged | None = None
        """Set once damage was met: from then on nothing is asked and nothing written."""
        idle_s = IDLE_IN_CLUSTER_S if queue else IDLE_S
        self._engine = _sqlite_engine(url) if self._file else _postgresql_engine(url, idle_s)
        self._age = 0
        """Raised by each failure: connections of an earlier age are not used again."""
        # Before it is opened: one that is being opened while another fails is of the age before.
        event.listen(self._engine, "do_connect", self._note_age)
        event.listen(self._engine, "checkin", self._close_if_old)
        if queue:
            self._engine = self._engine.execution_options(**{OPTION: queue})
        self._readers = ThreadPoolExecutor(THREADS, thread_name_prefix="record-read")
        # SQLite has one writer. A queue before it is fair; in its own busy loop luck decides.
        writers = 1 if self._file else THREADS
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="record-write")

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `work` with a connection that sees one state. Raises StorageUnavailable."""
        call = partial(self._run, "BEGIN", work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._readers, call)

    async def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `work` with a connection; all it changes is kept or none. Raises StorageUnavailable.

        Canceled while `work` runs, the caller does not learn which.
        """
        call = partial(self._run, "BEGIN IMMEDIATE", work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._writers, call)

    async def dispose(self) -> None:
        """Wait for what runs and close every connection."""
        await asyncio.to_thread(self._dispose)

    def _dispose(self) -> None:
        for threads in (self._readers, self._writers):
            threads.shutdown()
        self._engine.dispose()

    def _run(
        self,
        begin: str,
        work: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if self.damage:
            raise self.damage
        try:
            with translated(self.shown):
                self._follow_file()
                with self._engine.begin() as connection:
                    if self._file:
                        # Here and not as a listener: with one, every statement would go past it.
                        connection.exec_driver_sql(begin)
                    return work(connection, *args, **kwargs)
        except StorageDamaged as damage:
            self.damage = damage
            raise
        except StorageUnavailable as failure:
            if self._file and not is_passing(str(failure)):
                # What was opened while the disk could only be read stays so: open it anew.
                self._open_anew()
            raise

    def _follow_file(self) -> None:
        """Notice a file removed or replaced: SQLite would go on writing into the old one."""
        if self._file is None:
            return
        try:
            inode = self._file.stat().st_ino
        except OSError as failure:
            self._inode = -1
            why = failure.strerror
            raise StorageUnavailable(f"the database {self.shown} cannot be used: {why}") from None
        if self._inode not in {0, inode}:
            self._open_anew()
        self._inode = inode

    def _open_anew(self) -> None:
        """Close what nobody uses now, and have others close what they use when they are done."""
        self._age += 1
        self._engine.dispose()

    def _note_age(self, _dialect: object, record: ConnectionPoolEntry, *_: object) -> None:
        record.info["age"] = self._age

    def _close_if_old(self, _connection: object, record: ConnectionPoolEntry) -> None:
        if record.info.get("age") != self._age:
            record.invalidate()


@contextlib.contextmanager
def translated(shown: str) -> Iterator[None]:
    """Turn errors of the database into ours; `shown` is its URL without the password."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise RecordRefused(f"the database {shown} refused a value: {error.orig}") from None
    except (DBAPIError, NoConnectionFree) as error:
        raise _unavailable(shown, error) from None
    except SQLAlchemyError as error:
        raise RecordRefused(
            f"the database {shown} was asked something it cannot do: {error}"
        ) from error


def unavailable(shown: str, cause: str) -> StorageUnavailable:
    """Make the error for a database that cannot be used now, with what to do about it."""
    return StorageUnavailable(f"the database {shown} cannot be used: {cause}{cure_of(cause)}")


def _unavailable(shown: str, error: DBAPIError | NoConnectionFree) -> StorageUnavailable:
    cause = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    if isinstance(error, DBAPIError) and is_damage(error.orig):
        return StorageDamaged(
            f"the database {shown} cannot be used: {cause}{DAMAGED} Nothing is written to it any "
            "more. Keep a copy of its files and look at the disk (dmesg, smartctl). What can be "
            "read can be rescued (SQLite: `sqlite3 watcher.db .recover | sqlite3 new.db`; "
            "PostgreSQL: pg_amcheck, pg_dump)"
        )
    return unavailable(shown, cause)


_LOG_LIMIT = f"PRAGMA journal_size_limit={LARGEST_LOG}"


def _dumps(value: object) -> str:
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        # rw: a file that was removed is an error, not a reason to begin an empty one.
        sqlite_url(url, mode="rw"),
        connect_args={"timeout": BUSY_TIMEOUT_S},
        hide_parameters=True,
        json_serializer=_dumps,
    )
    file = Path(url.database or "")

    @event.listens_for(engine, "do_connect")
    def look_for_room(*_: object) -> None:
        if not Path(f"{file}-shm").exists() and not has_room(file.parent):
            raise sqlite3.OperationalError("database or disk is full")

    own_transactions(engine, "PRAGMA foreign_keys=ON", "PRAGMA synchronous=NORMAL", _LOG_LIMIT)
    return engine


def has_room(folder: Path) -> bool:
    """Tell whether there is room on the disk of a folder to begin to use SQLite."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return True  # what is wrong with it is told better by whoever opens the file
    return disk.f_bavail * disk.f_frsize >= LEAST_ROOM


def own_transactions(engine: Engine, *pragmas: str) -> None:
    """Prepare every SQLite connection with these pragmas; who uses it begins transactions.

    The driver begins them late and never as IMMEDIATE; a transaction that reads first and writes
    then would fail as "locked" without waiting.
    """

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        _run(connection, *pragmas)


def _postgresql_engine(url: URL, idle_s: int) -> Engine:
    wanted = {"connect_timeout": BUSY_TIMEOUT_S} | NOTICE_A_CUT
    engine = create_engine(
        url,
        pool_pre_ping=True,
        connect_args={name: value for name, value in wanted.items() if name not in url.query},
        hide_parameters=True,
        json_serializer=_dumps,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        _run(
            connection,
            "SET TIME ZONE 'UTC'",
            f"SET lock_timeout = '{BUSY_TIMEOUT_S}s'",
            "SET statement_timeout = '60s'",
            f"SET idle_in_transaction_session_timeout = '{idle_s}s'",
        )
        connection.commit()

    return engine


def _run(connection: DBAPIConnection, *statements: str) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()
