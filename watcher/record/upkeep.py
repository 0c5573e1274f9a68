"""What keeps the record bounded and in time: backlogs, clocks that were put right, damage."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, insert, select

from watcher.errors import StorageUnavailable
from watcher.record import backlog, moved, status, steps
from watcher.record.tables import IS_OPEN_TROUBLE, remarks, sources, troubles

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import Connection

    from watcher.errors import StorageDamaged
    from watcher.record.backlog import Backlog
    from watcher.record.engine import Database


PROBE_BYTES: Final = 512 * 2**10
_PROBE: Final = "room on the disk"


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One method per question or step, one transaction each. Raises StorageUnavailable."""

    database: Database
    holder: str

    @property
    def damage(self) -> StorageDamaged | None:
        """What was found damaged; from then on nothing is asked and nothing written."""
        return self.database.damage

    async def backlog(self) -> Backlog:
        """Count what waits to be read and to be sent."""
        return await self.database.read(backlog.read)

    async def sum_up(self, target: str, most: int, now: datetime) -> int:
        """Have all but `most` of what waits for a target told in one message; give how many."""
        return await self.database.write(backlog.sum_up, target, most, now)

    async def clock_moved(self, step: timedelta, now: datetime) -> None:
        """Have what waits go on waiting for as long; `now` is what the clock said before it."""
        await self.database.write(moved.shift, step, now)

    async def last_poll(self) -> datetime | None:
        """Give when a source was polled last."""
        return await self.database.read(moved.last_poll)

    async def recall(self, now: datetime) -> int:
        """Have what was put on record in the future wait from now on; give how much there was."""
        return await self.database.write(moved.recall, now)

    async def troubled(self, kind: str) -> tuple[int, int]:
        """Count the active sources that have a kind of trouble now, and all of them."""
        return await self.database.read(_troubled, kind)

    async def why_away(self) -> str:
        """Say why the record cannot be written; empty if it can, and then free what we held.

        Something large is written: a full disk still takes small things. And what was in hand when
        the database went away is lost to this process, which takes it up again.
        """
        try:
            await self.database.write(status.beat)
            await self.database.write(_write_probe, os.urandom(PROBE_BYTES // 2).hex())
            await self.database.write(_remove_probe)
            await self.database.write(steps.let_go, self.holder)
        except StorageUnavailable as failure:
            return str(failure)
        return ""


def _troubled(connection: Connection, kind: str) -> tuple[int, int]:
    has_it = select(1).where(
        troubles.c.source == sources.c.id, IS_OPEN_TROUBLE, troubles.c.kind == kind
    )
    query = select(func.count(), func.count().filter(has_it.exists()))
    active, troubled = connection.execute(query.where(sources.c.is_active)).one()
    return troubled, active


def _write_probe(connection: Connection, what: str) -> None:
    _remove_probe(connection)
    row = {"about": _PROBE, "what": what, "since": datetime(1970, 1, 1, tzinfo=UTC)}
    connection.execute(insert(remarks).values(row))


def _remove_probe(connection: Connection) -> None:
    connection.execute(delete(remarks).where(remarks.c.about == _PROBE))
