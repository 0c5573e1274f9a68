"""Leases: what one process works on no other takes, until the lease or its holder ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Table, or_, select, update

from watcher.record.holder import is_gone

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

LET_GO: dict[str, Any] = {"claimed_by": None, "claimed_until": None}


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that begins now."""

    holder: str
    now: datetime
    length_s: float

    @property
    def taken(self) -> dict[str, Any]:
        """The columns of a row that is taken."""
        return {
            "claimed_by": self.holder,
            "claimed_until": self.now + timedelta(seconds=self.length_s),
        }


def is_free(table: Table, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Hold for rows that nobody works on."""
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)


def release(connection: Connection, table: Table, holders: Collection[str], **also: Any) -> None:
    """Let go of every row that these processes hold."""
    if holders:
        held = table.c.claimed_by.is_not(None) & table.c.claimed_by.in_(holders)
        connection.execute(update(table).where(held).values(LET_GO | also))


def renew(connection: Connection, table: Table, lease: Lease, ids: Collection[int]) -> None:
    """Have those of some rows that a process holds be its own for another while."""
    if ids:
        held = table.c.id.in_(ids) & (table.c.claimed_by == lease.holder)
        connection.execute(update(table).where(held).values(lease.taken))


def gone_holders(connection: Connection, table: Table) -> set[str]:
    """Name the holders of rows that have certainly ended without letting go."""
    query = select(table.c.claimed_by).where(table.c.claimed_by.is_not(None)).distinct()
    return {name for name in connection.scalars(query) if is_gone(name)}
