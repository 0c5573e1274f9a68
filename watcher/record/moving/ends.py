"""The databases that something is moved from and to: opened as that needs, and looked at first."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine, inspect
from sqlalchemy.pool import NullPool

from watcher.clock import utc_now
from watcher.errors import StorageUnavailable, WatcherError
from watcher.record.engine import own_transactions, shown, sqlite_url, translated
from watcher.record.moving.rows import TABLES, is_empty
from watcher.record.presence import users
from watcher.record.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


@contextlib.contextmanager
def reading(url: URL) -> Iterator[Connection]:
    """Connect to read one state of the whole, whatever others write meanwhile."""
    with translated(shown(url)):
        if url.drivername == "sqlite":
            engine = create_engine(
                sqlite_url(url, mode="rw"), poolclass=NullPool, hide_parameters=True
            )
            own_transactions(engine, "PRAGMA query_only=ON")
        else:
            engine = create_engine(
                url,
                poolclass=NullPool,
                hide_parameters=True,
                isolation_level="REPEATABLE READ",
            )
        with engine.connect() as connection:
            if url.drivername == "sqlite":
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
                connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
            yield connection


@contextlib.contextmanager
def filling(url: URL) -> Iterator[Connection]:
    """Connect to fill an empty record in one transaction that nobody else sees until its end.

    A file of SQLite must be one that nobody knows yet: it is of no use when this fails.
    """
    with translated(shown(url)):
        if url.drivername == "sqlite":
            engine = create_engine(
                sqlite_url(url, mode="rw"), poolclass=NullPool, hide_parameters=True
            )
            own_transactions(
                engine,
                "PRAGMA journal_mode=OFF",
                "PRAGMA synchronous=OFF",
                "PRAGMA foreign_keys=OFF",
                "PRAGMA cache_size=-65536",
            )
        else:
            engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        with engine.begin() as connection:
            if url.drivername == "sqlite":
                connection.exec_driver_sql("BEGIN EXCLUSIVE")
            else:
                connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
                # A daemon that starts now waits until all is there.
                names = ", ".join(table.name for table in metadata.sorted_tables)
                connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
            yield connection


def refuse_while_used(url: URL, *, what: str) -> None:
    """Raise WatcherError while a daemon uses the record; `what` is called so: "the record"."""
    with reading(url) as connection:
        found = users(connection, utc_now())
    if found:
        listed = ", ".join(map(str, found))
        raise WatcherError(
            f"{what} {shown(url)} is in use by {listed}. "
            "Stop it first, for example with `systemctl stop watcher`. One that was killed on "
            "another machine, or in a container, counts as gone after five minutes."
        )


def refuse_unless_empty(url: URL, *, so: str) -> None:
    """Raise WatcherError unless a database holds nothing; `so` says what to do otherwise."""
    with reading(url) as connection:
        known = {*inspect(connection).get_table_names()}
        mine = [table for table in TABLES if table.name in known]
        foreign = known and not ({"alembic_version"} & known)
        if foreign and mine:
            names = ", ".join(sorted(table.name for table in mine))
            raise WatcherError(
                f"{shown(url)} has tables of another program by the names of ours ({names}). {so}"
            )
        if foreign and url.drivername == "sqlite":
            raise WatcherError(f"{shown(url)} is a database of another program. {so}")
        if not is_empty(connection, mine):
            raise WatcherError(f"{shown(url)} is not empty. {so}")


def file_of(url: URL) -> Path:
    """Give the file of an SQLite database."""
    return Path(url.database or "")


def refuse_missing(url: URL) -> None:
    """Raise StorageUnavailable for a file of SQLite that is not there."""
    if url.drivername == "sqlite" and not file_of(url).exists():
        raise StorageUnavailable(f"there is no database {shown(url)}")
