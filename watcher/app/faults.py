"""What the daemon does about a database that is away, a clock that jumps, and too much work."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher import log, systemd
from watcher.app.backpressure import Backpressure
from watcher.clock import STEP, SteadyClock
from watcher.errors import StorageUnavailable
from watcher.notify import notice_of_trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from watcher.app.lanes import Lanes
    from watcher.pipeline import Pipeline

WELL: Final = "watching"
TELL_AFTER_S: Final = 60.0
"""For so long the database may be away until the operator is told, past the outbox."""
BACKLOG_LOOK_S: Final = 10.0
RECALL_S: Final = 60.0


@dataclass(slots=True)
class Faults:
    """Looks at what has gone wrong around the daemon, says so, and goes on when it is over."""

    pipeline: Pipeline
    lanes: Lanes
    clock: SteadyClock
    moved: Callable[[], None] = lambda: None
    """Told of after the clock was put forward or back."""
    backpressure: Backpressure = field(init=False)
    _told: bool = False
    """Whether the operator was told of the standstill."""
    _looked: float | None = None
    _recalled: float = -math.inf
    _stepped: float = -math.inf
    _settling: datetime | None = None
    """When the clock was put, by the new one, until what was under way by the old is on record."""
    _said: str = ""
    _broken: list[str] = field(default_factory=list)
    """What could not be told yet: it is queued once the database takes it."""

    def __post_init__(self) -> None:
        """Look at the backlog, too."""
        self.backpressure = Backpressure(self.pipeline)

    @property
    def status(self) -> str:
        """Say in a line how the daemon is, for systemd."""
        if damage := self.lanes.standstill.damage:
            return f"stopping: {damage}"
        if self.lanes.standstill.is_on:
            return f"waiting: {self.lanes.standstill.why}"
        return self.backpressure.held or WELL

    async def look(self) -> None:
        """Look at everything; called every two seconds."""
        await self._look_at_storage()
        if not self.lanes.standstill.is_on:
            try:
                await self._look_at_clock()
                await self._look_at_backlog()
                await self._tell_what_was_broken()
            except StorageUnavailable as failure:
                self.lanes.standstill.met("faults", failure)
        if self.status != self._said and systemd.status(self.status):
            self._said = self.status

    # the database

    async def _look_at_storage(self) -> None:
        standstill, record = self.lanes.standstill, self.pipeline.record
        if damage := record.upkeep.damage:
            standstill.met("faults", damage)
            self.lanes.wake()  # a lane raises it
            return
        lasted = await standstill.look(record.upkeep.why_away)
        if lasted is not None:
            if self._told:
                span = timedelta(seconds=round(lasted))
                self._broken.append(f"the database could not be used for {span}")
                self._told = False
            self.lanes.wake()
        elif standstill.is_on and standstill.lasts_s >= TELL_AFTER_S and not self._told:
            self._told = True
            await self.tell_directly("the database cannot be used", standstill.why)

    async def tell_directly(self, what: str, details: str) -> None:
        """Tell the operator without the outbox, which is in the database; once, whatever comes."""
        target = self.pipeline.operator
        log.error("faults", what=what, why=details)
        if target:
            notice = notice_of_trouble(target, what, details, self.pipeline.now())
            await self.pipeline.notifier.send(notice)

    async def _tell_what_was_broken(self) -> None:
        while self._broken:
            what, now = self._broken[0], self.pipeline.now()
            details = "It is used again. What was in hand is done again; nothing was lost."
            await self.pipeline.report.tell(what, details, occasion=f"{what} {now.isoformat()}")
            self._broken.pop(0)

    # the clock

    async def look_at_start(self) -> None:
        """See whether the clock was put back since the record was last written."""
        last, now = await self.pipeline.record.upkeep.last_poll(), self.pipeline.now()
        if last and last - now > STEP:
            await self.pipeline.record.upkeep.clock_moved(now - last, last)
            await self._tell_of_step(now - last, last)

    async def _look_at_clock(self) -> None:
        step, elapsed = self.clock.step, self.clock.elapsed()
        if step is None:
            if self._settling:
                await self.pipeline.record.upkeep.note_step(self._settling)
                self._settling = None
            # Just after a step, what was under way may come on record by the clock before it.
            if elapsed - self._stepped < RECALL_S or elapsed - self._recalled >= RECALL_S:
                self._recalled = elapsed
                await self.pipeline.record.upkeep.recall(self.pipeline.now())
            return
        self._stepped = elapsed
        before = self.pipeline.now()
        await self.pipeline.record.due(before, 0)  # keeps what is kept in memory
        await self.pipeline.record.upkeep.clock_moved(step, before)
        self.clock.take_up(step)
        self._settling = before + step
        self.pipeline.delivery.moved(step)
        self.moved()
        self.lanes.wake()
        await self._tell_of_step(step, before)

    async def _tell_of_step(self, step: timedelta, before: datetime) -> None:
        way = "forward" if step > timedelta() else "back"
        what = f"the clock of this machine was put {way} by {abs(step) // STEP * STEP}"
        log.warning("faults", what=what, before=before, after=before + step)
        details = (
            f"It said {before:%Y-%m-%d %H:%M} and then {before + step:%Y-%m-%d %H:%M} UTC. What "
            "waits goes on waiting for as long as before. If it is wrong now, messages tell wrong "
            "times, and quiet hours come at wrong ones: `timedatectl`."
        )
        await self.pipeline.report.tell(what, details, occasion=f"{what} {before.isoformat()}")

    # too much

    async def _look_at_backlog(self) -> None:
        elapsed = self.clock.elapsed()
        if self._looked is not None and elapsed - self._looked < BACKLOG_LOOK_S:
            return
        self._looked = elapsed
        before = self.backpressure.held
        await self.backpressure.look()
        self.lanes.polls_read_up = bool(self.backpressure.held)
        if before and not self.backpressure.held:
            self.lanes.wake()
