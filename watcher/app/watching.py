"""The daemon, built and open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher import log, systemd
from watcher.errors import StorageDamaged
from watcher.schedule import GRID_S

if TYPE_CHECKING:
    from watcher.app.lanes import Lanes
    from watcher.app.periodic import Periodic
    from watcher.app.seeing import Seeing
    from watcher.pipeline import Pipeline
    from watcher.record import Record

TICK_S = GRID_S
"""One look for each group of polls that start together."""
RETRY_TICK_S = 2.0
"""New work wakes its lane; ticks are for what waited to be tried again."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """The pipeline, the lanes that move work through it, and what is to be done at intervals."""

    pipeline: Pipeline
    lanes: Lanes
    periodic: Periodic
    seeing: Seeing

    @property
    def record(self) -> Record:
        """The record."""
        return self.pipeline.record

    async def run(self, stop: asyncio.Event, also: asyncio.Task[None] | None = None) -> None:
        """Watch until `stop` is set, or until `also` ends, which must not."""
        ticks = self.seeing.life.ticks
        ticks.every(TICK_S, self.lanes.look_for_polls, name="polls")
        ticks.every(RETRY_TICK_S, self.lanes.look_for_retries, name="retries")
        for duty in (*self.periodic.duties(), *self.seeing.duties()):
            ticks.every(duty.every_s, duty.do, name=duty.name, patience_s=duty.patience_s)
        running = self.lanes.start()
        ticks.start()
        await self.periodic.open_answers()
        await self.seeing.open()
        systemd.ready()
        rules, sources = len(self.pipeline.rules.rules), len(self.pipeline.sources)
        log.event("run", status="started", sources=sources, rules=rules)
        told = asyncio.create_task(stop.wait())
        try:
            waited = {told, *running} | ({also} if also else set())
            ended, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            systemd.stopping()
            ticks.stop()
            for task in (told, *running):
                task.cancel()
            await asyncio.gather(told, *running, return_exceptions=True)
            await self.periodic.close_answers()
            await self.seeing.close()
            log.event("run", status="stopped")
        for task in ended - {told}:
            # A lane never ends by itself. Better to be restarted than to watch with one eye.
            failure = task.exception()
            if isinstance(failure, StorageDamaged) and self.periodic.faults:
                what = "the daemon has stopped: its database is damaged"
                systemd.status(f"stopping: {failure}")
                await self.periodic.faults.tell_directly(what, str(failure))
            task.result()

    async def once(self) -> None:
        """Poll every source that is due, once, read what is new, deliver, and come back."""
        await self.lanes.drain_sources()
        await self.periodic.do_all_once()
        await self.lanes.drain_deliveries()
        await self.seeing.write_metrics()
