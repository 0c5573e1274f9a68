"""Connections to the PostgreSQL that all machines share, beside those of the record.

What the cluster does is short and must not wait behind a long transaction: a beat that comes late
counts as a machine that is gone.
"""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, LiteralString, Self

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from watcher.errors import StorageUnavailable
from watcher.record import NOTICE_A_CUT, libpq_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MOST_CONNECTIONS = 8
_WAIT_S = 5.0
"""How long a statement waits for a free connection, and connecting for an answer."""

# What the server knows of the table of jobs is out of date, since it fills and empties between two
# looks. Taken for empty, it was read and sorted whole for every job that was taken. And compiling
# statements, to which plans that avoid these steps can lead, takes longer than any of them runs.
_ALONG_INDEXES: LiteralString = """
SET enable_sort = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;
SET enable_mergejoin = off; SET jit = off
"""

Connection = psycopg.AsyncConnection[DictRow]


class Server:
    """The server; use as an async context manager."""

    def __init__(self, url: str, most_connections: int = MOST_CONNECTIONS) -> None:
        # One line for every attempt to connect says nothing that we do not.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            libpq_url(url),
            min_size=1,
            max_size=most_connections,
            timeout=_WAIT_S,
            # An attempt to connect that hangs must not keep those that follow from succeeding.
            reconnect_timeout=60.0,
            kwargs={"row_factory": dict_row, "connect_timeout": int(_WAIT_S), **NOTICE_A_CUT},
            configure=_configure,
            open=False,
        )

    async def __aenter__(self) -> Self:
        """Connect."""
        await self.pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        await self.pool.close()

    async def rows(self, query: LiteralString, **given: Any) -> list[dict[str, Any]]:
        """Run one statement by itself. Raises StorageUnavailable."""
        with translated():
            async with self.pool.connection() as connection:
                cursor = await connection.execute(query, given)
                return await cursor.fetchall() if cursor.description else []

    async def drop_broken(self) -> None:
        """Replace connections that a server which went away left behind."""
        with contextlib.suppress(psycopg.Error, PoolTimeout, PoolClosed):
            await self.pool.check()

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """Give a connection of its own, for what lasts as long as a session does."""
        given = self.pool.kwargs if isinstance(self.pool.kwargs, dict) else {}
        with translated():
            connection = await Connection.connect(str(self.pool.conninfo), **given)
            async with connection:
                await _configure(connection)
                yield connection


async def _configure(connection: Connection) -> None:
    await connection.set_autocommit(True)
    await connection.execute("SET TIME ZONE 'UTC'")
    await connection.execute("SET statement_timeout = '10s'")
    await connection.execute(_ALONG_INDEXES)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the driver into ours."""
    try:
        yield
    except (psycopg.Error, PoolTimeout, PoolClosed, OSError) as error:
        why = " ".join(str(error).split())
        raise StorageUnavailable(f"the database of the cluster cannot be used: {why}") from None
