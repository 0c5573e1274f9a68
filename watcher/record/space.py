"""Room that is free inside an SQLite file, given back to the disk.

A file that this version made can give back a few pages at a time (`auto_vacuum=INCREMENTAL`); older
ones only as a whole, by being written anew. PostgreSQL sees to it by itself.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from watcher.record.engine import parse_url
from watcher.record.moving.ends import file_of, refuse_missing, refuse_while_used
from watcher.record.moving.files import connect, spoken_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

LEAST_PAGES = 2560
"""Less than 10 MB is not worth it: it is soon needed again."""
_SHARE = 10
"""A tenth of the file may be free."""
_AT_ONCE = 500
_INCREMENTAL = 2


def give_back(connection: Connection) -> bool:
    """Give some pages back where many are free; tell whether there is more to do."""
    if connection.dialect.name != "sqlite" or _pragma(connection, "auto_vacuum") != _INCREMENTAL:
        return False
    free, pages = _pragma(connection, "freelist_count"), _pragma(connection, "page_count")
    if free < LEAST_PAGES or free * _SHARE < pages:
        return False
    driver: Any = connection.connection.driver_connection
    # It frees a page with each row that is asked for.
    driver.execute(f"PRAGMA incremental_vacuum({_AT_ONCE})").fetchall()
    return _pragma(connection, "freelist_count") < free


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _write_anew(file: Path) -> tuple[int, int]:
    """Write an SQLite file anew, without free room in it; give its size before and after.

    From then on it can give room back a little at a time. Nobody else may use it.
    """
    with closing(connect(file, mode="rw")) as connection:
        before = file.stat().st_size
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, file.stat().st_size


def compact(database: str) -> tuple[int, int] | None:
    """Write an SQLite database anew; give its size before and after, None for PostgreSQL.

    Raises WatcherError while a daemon uses it.
    """
    url = parse_url(database)
    if url.drivername != "sqlite":
        return None
    refuse_missing(url)
    refuse_while_used(url, what="the record")
    with spoken_of(file_of(url)):
        return _write_anew(file_of(url))
