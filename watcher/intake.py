"""How many entries polls may bring: no more than fit under the bound of what waits to be read.

Each process looks at the record by itself, at most once a second; between two looks it counts what
it lets in. Several share what room there is.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.record import Record

LOOK_S: Final = 1.0


@dataclass(slots=True)
class Intake:
    """What may come to wait. Use `reserve` before entries are recorded, and `settle` after."""

    record: Record
    most: int
    """How many entries may wait at all."""
    sharers: Callable[[], int] = lambda: 1
    """How many processes poll."""
    is_full: bool = False
    """Whether something had to be left because so much waits."""
    _room: int = 0
    _reserved: int = 0
    _added: int = 0
    _looked: float = -math.inf
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reserve(self, listed: int) -> int:
        """Say how many of the listed entries may be recorded; one at least, whatever waits.

        So no source is stopped by the others. Raises StorageUnavailable.
        """
        if listed:
            await self._look()
        most = max(1, min(listed, self._room - self._reserved))
        # A list alone may be longer than the room there is with nothing waiting.
        self.is_full |= most < listed and self._room < self.most / max(1, self.sharers()) / 2
        self._reserved += most
        return most

    def settle(self, reserved: int, new: int) -> None:
        """Give back what was reserved, but for those that were new."""
        self._reserved -= reserved
        self._room -= new
        self._added += new

    async def _look(self) -> None:
        async with self._looking:
            if time.monotonic() - self._looked >= LOOK_S:
                before = self._added
                pending = await self.record.upkeep.pending()
                # What came while it was counted may not be among it.
                pending += self._added - before
                self._room = (self.most - pending) // max(1, self.sharers())
                self._looked = time.monotonic()
