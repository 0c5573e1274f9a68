"""What is done where more comes than can be read or sent: polls are held back, notices summed up.

One process does it for all. That polls are held back stands on record, so that whoever does it next
goes on with it, and `watcher status` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from watcher import log

if TYPE_CHECKING:
    from watcher.pipeline import Pipeline
    from watcher.record import Backlog

FULL, EASED = 0.9, 0.5
"""Polls are held back from one share of the backlog's bound on, until it is under the other."""
_NOTED: Final = "pending"
_WHAT: Final = "as many entries wait to be read as limits.max_pending lets"
HELD: Final = f"{_WHAT}: sources with entries waiting are not polled"


@dataclass(slots=True)
class Backpressure:
    """Looks at what waits, and keeps it within its bounds."""

    pipeline: Pipeline
    held: str = ""
    """Why sources of which entries wait are not polled; empty while they are."""
    _is_remembered: bool = False
    """Whether it is known what an earlier process had begun."""

    async def look(self) -> None:
        """Look at what waits to be read and to be sent. Raises StorageUnavailable."""
        if not self._is_remembered:
            self.pipeline.intake.is_full = False  # from when another one looked
            is_held = _NOTED in await self.pipeline.record.selfreport.behind()
            self.held, self._is_remembered = HELD if is_held else "", True
        found = await self.pipeline.record.upkeep.backlog()
        await self._hold_polls(found)
        most = self.pipeline.limits.max_waiting
        for target, waiting in found.waiting.items():
            if waiting > 2 * most:
                await self._sum_up(target, most)

    async def _hold_polls(self, found: Backlog) -> None:
        most, intake = self.pipeline.limits.max_pending, self.pipeline.intake
        is_full = intake.is_full or found.pending >= most * FULL
        intake.is_full = False
        if not self.held and is_full:
            details = (
                f"{found.pending} wait, {most} may. Sources of which entries wait are not polled "
                f"until fewer than {most * EASED:.0f} do; what they list only in the meantime is "
                "missed. Are pages slow, or one source flooding (`watcher status`)? "
                "limits.workers can be raised where there are cores."
            )
            await self._note(HELD, _WHAT, details)
            log.warning("backpressure", what=HELD, pending=found.pending)
        elif self.held and found.pending < most * EASED:
            what = f"fewer than {most * EASED:.0f} entries wait to be read again"
            await self._note("", what, "All sources are polled again.")
            log.event("backpressure", what=what, pending=found.pending)

    async def _note(self, held: str, what: str, details: str) -> None:
        """Put on record whether polls are held back, and tell the operator, in one transaction."""
        pipeline, now = self.pipeline, self.pipeline.now()
        word = pipeline.report.word(what, details, occasion=f"{what} {now.isoformat()}")
        await pipeline.record.selfreport.note_behind(_NOTED, held, word, now)
        self.held = held

    async def _sum_up(self, target: str, most: int) -> None:
        now = self.pipeline.now()
        summed = await self.pipeline.record.upkeep.sum_up(target, most, now)
        what = f"more notices wait for target '{target}' than limits.max_waiting"
        log.warning("backpressure", what=what, target=target, summed_up=summed)
        details = (
            f"The {most} severest and oldest are sent one by one, {summed} others as one summary; "
            "each of them is in `watcher alerts`."
        )
        await self.pipeline.report.tell(what, details, occasion=f"{what} {now:%Y-%m-%d}")
