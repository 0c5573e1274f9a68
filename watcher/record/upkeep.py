"""What keeps the record bounded, in time and sound: one method per step, small transactions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, insert, select

from watcher.errors import StorageUnavailable
from watcher.record import (
    backlog,
    health,
    moved,
    presence,
    pruning,
    raw,
    space,
    status,
    steps,
    wordcounts,
)
from watcher.record.tables import IS_OPEN_TROUBLE, remarks, sources, troubles

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from sqlalchemy import Connection

    from watcher.errors import StorageDamaged
    from watcher.record.backlog import Backlog
    from watcher.record.engine import Database
    from watcher.record.pruning import Keep

PROBE_BYTES: Final = 512 * 2**10
_PROBE: Final = "room on the disk"


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The record's side that forgets, moves instants, and looks whether it can be used."""

    database: Database
    holder: str

    async def stay(self, now: datetime) -> None:
        """Note that this process still uses the record."""
        await self.database.write(presence.stay, self.holder, now)

    async def drop_evidence(self, before: datetime, most: int) -> None:
        """Drop evidence received before then, and the oldest while it takes more than `most` bytes.

        In small transactions: readings come in between.
        """
        while await self.database.write(raw.drop, before, most):
            pass

    async def prune(self, keep: Keep, now: datetime) -> None:
        """Forget what is older than is kept, in small transactions: others come in between."""
        cutoffs = pruning.Cutoffs.of(keep, now)
        if cutoffs.texts is not None:
            await self._prune_texts(cutoffs.texts)
        if cutoffs.deliveries is not None:
            await self._sweep(pruning.drop_notices, cutoffs.deliveries)
            await self.database.write(pruning.drop_silences, cutoffs.deliveries)
        if oldest := min(filter(None, (cutoffs.texts, cutoffs.deliveries)), default=None):
            await self._sweep(pruning.drop_stories, oldest)
        await self._prune_keys(now)
        if unused := await self.database.read(pruning.unused_rules, now):
            await self.database.write(pruning.drop_rules, unused, now)
        while old := await self.database.read(pruning.old_tombstones, now):
            await self.database.write(pruning.drop_tombstones, old)
        while await self.database.write(space.give_back):
            pass

    async def prune_daily(self, keep: Keep, now: datetime) -> bool:
        """Do the same once a day, whoever asks how often; tell whether it was done."""
        is_due = await self.database.write(pruning.begin, now)
        if is_due:
            await self.prune(keep, now)
        return is_due

    async def prunable(self, keep: Keep, now: datetime) -> dict[str, int]:
        """Count what `prune` would forget now: table -> rows."""
        return await self.database.read(pruning.doomed, pruning.Cutoffs.of(keep, now))

    async def _prune_texts(self, before: datetime) -> None:
        after = 0
        while some := await self.database.read(pruning.old_stories, before, after):
            while await self.database.write(pruning.clear_stories, some, before):
                pass
            after = some[-1]
        await self._sweep(pruning.drop_entries, before)

    async def _sweep(
        self, drop: Callable[[Connection, datetime, int], int | None], before: datetime
    ) -> None:
        after: int | None = 0
        while after is not None:
            after = await self.database.write(drop, before, after)

    async def _prune_keys(self, now: datetime) -> None:
        after: int | None = None
        while (upto := await self.database.read(pruning.next_keys, after)) is not None:
            if await self.database.read(pruning.count_old_keys, now, after, upto):
                await self.database.write(pruning.drop_keys, now, after, upto)
            after = upto

    async def tidy(self, now: datetime) -> None:
        """Forget what was learned day by day a long time ago."""
        await self.database.write(health.tidy, now)
        await self.database.write(wordcounts.fade)

    @property
    def damage(self) -> StorageDamaged | None:
        """What was found damaged; from then on nothing is asked and nothing written."""
        return self.database.damage

    async def pending(self) -> int:
        """Count the entries that wait to be read."""
        return await self.database.read(backlog.pending)

    async def backlog(self) -> Backlog:
        """Count what waits to be read and to be sent."""
        return await self.database.read(backlog.read)

    async def sum_up(self, target: str, most: int, now: datetime) -> int:
        """Have all but `most` of what waits for a target told in one message; give how many."""
        return await self.database.write(backlog.sum_up, target, most, now)

    async def clock_moved(self, step: timedelta, now: datetime) -> None:
        """Have what waits go on waiting for as long; `now` is what the clock said before it."""
        await self.database.write(moved.shift, step, now)

    async def note_step(self, at: datetime) -> None:
        """Count what is on record by now as of the clock before it was put, at `at`."""
        await self.database.write(moved.note_step, at)

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
