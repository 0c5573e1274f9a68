"""What keeps the record from growing for ever, a little at a time.

One method per step, small transactions, as of the record itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.record import health, presence, pruning, raw, space, wordcounts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.record.engine import Database
    from watcher.record.pruning import Keep


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The record's side that forgets."""

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
