"""What keeps the record bounded and in time: backlogs, clocks that were put right, damage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.record import backlog, moved, steps

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from watcher.errors import StorageDamaged
    from watcher.record.backlog import Backlog
    from watcher.record.engine import Database


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
        """Have sources that seem to have been polled in the future wait from now on."""
        return await self.database.write(moved.recall, now)

    async def let_go(self) -> None:
        """Free what this process holds: it lost what it had in hand when the database was away."""
        await self.database.write(steps.let_go, self.holder)
