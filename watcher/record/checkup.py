"""Whether a database can be used, whatever state it is in: for a person who looks what is wrong."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, func, inspect, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from watcher.record import backuplog, depths, members
from watcher.record.engine import own_transactions, parse_url, sqlite_url, translated
from watcher.record.migrate import MIGRATIONS, is_up_to_date
from watcher.record.tables import entries, pulse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import URL, Connection, Engine

    from watcher.model import Backups, ClusterStatus

WAIT_S: Final = 3
"""For the server to answer, and for others who write."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found."""

    kind: str
    """SQLite or PostgreSQL, with its version."""
    revision: str
    """Of its tables; empty where it has none yet."""
    newest: str
    """Of the tables that this program makes."""
    size: int = 0
    damage: tuple[str, ...] = ()
    """What is broken in it."""
    is_all: bool = True
    """False: there was no time to look at everything."""
    newest_entry: datetime | None = None


def examine(address: str, within_s: float) -> Checkup:
    """Look at a database and change nothing in it. Blocks for about as long as it may.

    Raises StorageUnavailable where it cannot be opened or written, WatcherError for an address that
    is none.
    """
    with _connected(address) as connection:
        return _look(connection, within_s)


def examine_cluster(address: str) -> ClusterStatus | None:
    """Look which processes of a cluster are there; None where there is none. Raises the same."""
    with _connected(address) as connection:
        return members.read(connection)


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Connection]:
    url = parse_url(address)
    with translated(url.render_as_string(hide_password=True)):
        engine = _engine(url)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


def known_backups(address: str) -> Backups | None:
    """Give the backups that a database knows of; None where its tables are of another version.

    Raises as `examine` does.
    """
    url = parse_url(address)
    with translated(url.render_as_string(hide_password=True)):
        engine = _engine(url)
        try:
            with engine.connect() as connection:
                return backuplog.read(connection) if is_up_to_date(connection) else None
        finally:
            engine.dispose()


def _engine(url: URL) -> Engine:
    """Give an engine that waits for nobody long, and makes no file."""
    if url.drivername != "sqlite":
        wait = {"connect_timeout": WAIT_S, "options": f"-c statement_timeout={WAIT_S}s"}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=wait)
    engine = create_engine(
        sqlite_url(url, mode="rw"), poolclass=NullPool, connect_args={"timeout": WAIT_S}
    )
    own_transactions(engine)
    return engine


def _look(connection: Connection, within_s: float) -> Checkup:
    is_sqlite = connection.dialect.name == "sqlite"
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    kind = f"{'SQLite' if is_sqlite else 'PostgreSQL'} {version}".strip()
    newest = max(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/*.py"))
    if not inspect(connection).has_table("alembic_version"):
        return Checkup(kind, "", newest)
    stands = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or ""
    _write(connection)
    seen = connection.scalar(select(func.max(entries.c.seen)).where(entries.c.id == _last()))
    size = depths.size(connection)
    damage, is_all = _damage(connection, within_s) if is_sqlite else ((), True)
    return Checkup(kind, str(stands), newest, size, damage, is_all, seen)


def _write(connection: Connection) -> None:
    """Write and take it back: a full disk reads well. Nobody waits for us while we look around."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.execute(update(pulse).values(beats=pulse.c.beats))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("ROLLBACK")
    connection.rollback()


def _last() -> Any:
    return select(func.max(entries.c.id)).scalar_subquery()


def _damage(connection: Connection, within_s: float) -> tuple[tuple[str, ...], bool]:
    """Have SQLite look for damage; give what it found, and whether it came to the end."""
    until = time.monotonic() + within_s
    raw = connection.connection.driver_connection
    assert raw is not None, "it is connected"
    raw.set_progress_handler(lambda: time.monotonic() > until, 100_000)
    try:
        said = connection.exec_driver_sql("PRAGMA quick_check(5)").scalars().all()
    except DBAPIError:
        if time.monotonic() > until:
            return (), False
        raise
    finally:
        raw.set_progress_handler(None, 0)
    return tuple(str(line) for line in said if line != "ok"), True
