"""Whether the daemon is alive: the loop turns, and what has work moves.

A slow network is no hang: every request has its timeouts, and a lane's patience is longer. Nor is a
database that is away: nothing can move without it, so that nothing is held against anybody until it
is back. What is left is a mistake of ours, which a restart ends.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.record import Record
    from watcher.schedule import Ticks

ANSWER_S: Final = 5.0
"""How long the database is waited for before it counts as silent."""
STOPPED_S: Final = 120.0
"""Between two looks: the whole process was stopped, and nothing could move in that time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the daemon is."""

    standing: tuple[str, ...] = ()
    """What does not move though it has work; then it is not alive."""
    waiting: str = ""
    """What it waits for that is no fault of its own."""

    @property
    def is_alive(self) -> bool:
        """Whether a restart would mend nothing."""
        return not self.standing


class Moving(Protocol):
    """Moves work: a lane, or who does jobs of a queue."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def pieces(self) -> int:
        """How many are in hand."""

    def standing(self, now: float, floor: float) -> str:
        """Say what does not move though there is work; empty while all is well."""


@dataclass(slots=True)
class Life:
    """Looks at lanes, ticks and the record."""

    lanes: Sequence[Moving]
    ticks: Ticks
    record: Record
    _asking: asyncio.Task[bool] | None = None
    """The last question to the database, as long as it is not answered."""
    _asked_at: float = 0.0
    _floor: float = 0.0
    """When the database was last away, or the process stopped: patience begins anew."""
    _looked: float = field(default=0.0)

    async def look(self) -> Verdict:
        """Say how it is."""
        waiting = await self.why_unusable()
        now = asyncio.get_running_loop().time()
        if waiting or (self._looked and now - self._looked > STOPPED_S):
            self._floor = now
        self._looked = now
        told = [lane.standing(now, self._floor) for lane in self.lanes]
        told.append(self.ticks.standing(now, self._floor))
        return Verdict(tuple(filter(None, told)), waiting)

    async def why_unusable(self) -> str:
        """Say why the database cannot be used; empty when it can.

        One question at a time: a database that is silent must not be asked by more and more.
        """
        loop = asyncio.get_running_loop()
        if self._asking is None:
            self._asking, self._asked_at = asyncio.create_task(self.record.is_usable()), loop.time()
        asked = self._asking
        await asyncio.wait({asked}, timeout=ANSWER_S)
        if not asked.done():
            return f"the database has not answered for {loop.time() - self._asked_at:.0f} s"
        self._asking = None
        return "" if asked.result() else "the database cannot be used"

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
