"""Which processes use the record. Statements only.

Whoever moves or replaces a database must know that nobody writes into it meanwhile.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, inspect, select, update

from watcher.record.holder import is_gone, is_here
from watcher.record.tables import processes

if TYPE_CHECKING:
    from sqlalchemy import Connection

REPORTED_EVERY_S = 60.0
"""How often a daemon says that it is there."""
TAKEN_FOR_GONE = timedelta(minutes=5)
"""A process on another machine that has said nothing for so long is taken to have ended."""
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class User:
    """A process that uses the record."""

    pid: str
    host: str
    began: datetime

    def __str__(self) -> str:
        """Name it to a person."""
        return f"process {self.pid} on {self.host} (since {self.began:%Y-%m-%d %H:%M} UTC)"


def arrive(connection: Connection, holder: str, now: datetime) -> None:
    """Note that a process uses the record from now on; forget those that are gone."""
    for known in connection.execute(select(processes)).all():
        if known.holder == holder or is_gone(known.holder) or known.seen < now - _FORGOTTEN:
            leave(connection, known.holder)
    row = {"holder": holder, "host": socket.gethostname(), "began": now, "seen": now}
    connection.execute(insert(processes), row)


def stay(connection: Connection, holder: str, now: datetime) -> None:
    """Note that it still does."""
    saying = update(processes).where(processes.c.holder == holder).values(seen=now)
    if not connection.execute(saying).rowcount:
        arrive(connection, holder, now)


def leave(connection: Connection, holder: str) -> None:
    """Note that it does not any more."""
    connection.execute(delete(processes).where(processes.c.holder == holder))


def users(connection: Connection, now: datetime) -> list[User]:
    """Give the processes that use the record now, as far as that can be known."""
    if not inspect(connection).has_table(processes.name):
        return []
    rows = connection.execute(select(processes).order_by(processes.c.began)).all()
    return [
        User(row.holder.split("/")[1] if "/" in row.holder else "", row.host, row.began)
        for row in rows
        if not is_gone(row.holder) and (is_here(row.holder) or row.seen > now - TAKEN_FOR_GONE)
    ]
