"""What keeps the record from growing for ever, a little at a time.

One method per step, small transactions, as of the record itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.record import health, presence, raw, wordcounts

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.record.engine import Database


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

    async def tidy(self, now: datetime) -> None:
        """Forget what was learned day by day a long time ago."""
        await self.database.write(health.tidy, now)
        await self.database.write(wordcounts.fade)
