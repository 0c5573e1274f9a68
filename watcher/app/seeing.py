"""What others see of the daemon: metrics, health, the watchdog, a heartbeat, a word when behind."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from watcher import log, systemd
from watcher.app.counting import LogCounter
from watcher.app.duty import Duty
from watcher.app.faults import WELL
from watcher.behind import WHATS, Awake, Behind, backlogs, backups, shortages
from watcher.config import database_file
from watcher.errors import StorageUnavailable
from watcher.log import error, event, warning
from watcher.machine import disk, memory_in_use, own_memory
from watcher.metrics import CONTENT_TYPE, write_file
from watcher.model import Machine
from watcher.web import Instruments

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watcher.app.life import Life, Verdict
    from watcher.behind import Change
    from watcher.config import Config
    from watcher.metrics import Metrics
    from watcher.pipeline import Pipeline
    from watcher.record import Record
    from watcher.rulebook import Rulebook

OPEN_TICK_S: Final = 60.0
"""How often it is tried to listen where the port was taken."""
FILE_TICK_S: Final = 15.0
BEHIND_TICK_S: Final = 60.0
LAG_TICK_S: Final = 2.0
WEIGHED_S: Final = 60.0
PAUSES_S: Final = (0.0, 5.0, 20.0)
"""Before each attempt to send a heartbeat."""


@dataclass(slots=True)
class Seeing:
    """Shows how one daemon is, to whoever wants to know."""

    config: Config
    metrics: Metrics
    pipeline: Pipeline
    rulebook: Rulebook
    life: Life
    fault: Callable[[], str] = lambda: WELL
    """Says in a line what goes wrong around it."""
    instruments: Instruments | None = field(init=False, default=None)
    behind: Behind = field(default_factory=Behind)
    _awake: Awake = field(default_factory=Awake)
    is_started: bool = False
    _is_remembered: bool = False
    """Whether it is known in what an earlier process was behind."""
    _said: str = ""
    """What the log last said of the watchdog."""
    _is_silent: bool = False
    """The last heartbeat did not arrive."""
    _file_why: str = ""
    _weighed: tuple[int, int] = (0, 0)
    """What the daemon and its workers took, when that was last looked at."""
    _weighed_at: float = -math.inf
    _lag: asyncio.TimerHandle | None = None
    _counter: LogCounter = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what listens, where something is to."""
        self._counter = LogCounter(self.metrics)
        self.metrics.active(sum(source.enabled for source in self.config.sources))
        if listen := self.config.metrics.listen:
            states = {"/healthz": self.why_ill, "/readyz": self.why_not_ready}
            self.instruments = Instruments(listen, self.measured, CONTENT_TYPE, states)

    @property
    def record(self) -> Record:
        """The record."""
        return self.pipeline.record

    def duties(self) -> list[Duty]:
        """Give everything that is to be done, with how often."""
        settings, heartbeat = self.config.metrics, self.config.heartbeat
        duties = [Duty("behind", BEHIND_TICK_S, self.tell_if_behind)]
        if self.instruments:
            duties.append(Duty("instruments", OPEN_TICK_S, self.instruments.open, is_own=True))
        if settings.file:
            duties.append(Duty("metrics file", FILE_TICK_S, self.write_metrics, is_own=True))
        if heartbeat:
            duties.append(Duty("heartbeat", heartbeat.every_s, self.beat, is_own=True))
        if interval := systemd.watchdog_interval_s():
            duties.append(Duty("watchdog", interval / 2, self.feed, is_own=True))
        return duties

    async def open(self) -> None:
        """Show how it is from now on."""
        self.is_started = True
        logging.getLogger().addHandler(self._counter)
        self._measure_lag(asyncio.get_running_loop().time())
        if self.instruments:
            await self.instruments.open()

    async def close(self) -> None:
        """Show nothing any more."""
        self.is_started = False
        logging.getLogger().removeHandler(self._counter)
        if self._lag:
            self._lag.cancel()
        if self.instruments:
            await self.instruments.close()
        await self.life.close()

    # --- the watchdog ---------------------------------------------------------------------

    async def feed(self) -> None:
        """Feed systemd's watchdog while everything that has work moves."""
        verdict = await self.life.look()
        said = "; ".join(verdict.standing)
        if said and said != self._said:
            error("watchdog", status="not fed", why=said)
        self._said = said
        systemd.status(self._status(verdict))
        if verdict.is_alive:
            systemd.alive()

    def _status(self, verdict: Verdict) -> str:
        if verdict.standing:
            return f"stands still: {'; '.join(verdict.standing)}"
        if (fault := self.fault()) != WELL:
            return fault
        if verdict.waiting:
            return f"waiting: {verdict.waiting}"
        if self.behind.since:
            return f"watching, behind in: {', '.join(self.behind.since)}"
        return WELL

    # --- health and metrics ---------------------------------------------------------------

    async def why_ill(self) -> list[str]:
        """Say what stands still: a restart would help."""
        return list((await self.life.look()).standing)

    async def why_not_ready(self) -> list[str]:
        """Say what keeps it from working: not started, no database, rules not in force."""
        verdict = await self.life.look()
        reasons = [*verdict.standing, verdict.waiting]
        if not self.is_started:
            reasons.append("it has not started yet")
        reasons += [f"rules are not in force: {found}" for found in self.rulebook.refused]
        return [log.masked(reason) for reason in reasons if reason]

    async def measured(self) -> bytes:
        """Measure what is measured when it is asked for, and give all metrics as text."""
        verdict = await self.life.look()
        metrics = self.metrics
        metrics.well(is_healthy=verdict.is_alive, is_usable=not verdict.waiting)
        if not verdict.waiting:
            with contextlib.suppress(StorageUnavailable):
                metrics.deep(await self.record.selfreport.depths(self.pipeline.now()))
                metrics.backed_up((await self.record.selfreport.backups()).made)
                metrics.cluster(await self.record.selfreport.cluster())
        current = self.rulebook.current
        metrics.in_force(len(current.rules.rules), current.revision[:12])
        for lane in self.life.lanes:
            metrics.doing(lane.name, lane.pieces)
        for what in WHATS:
            metrics.behind(what, is_on=what in self.behind.since)
        return await asyncio.to_thread(self._written)

    def _written(self) -> bytes:
        self.metrics.on(self._machine())
        return self.metrics.written()

    def _machine(self) -> Machine:
        # Each process by itself only when somebody asks, and once a minute: the kernel walks
        # through all its pages, which takes 60 ms for a gigabyte.
        now = time.monotonic()
        if now - self._weighed_at >= WEIGHED_S:
            self._weighed_at, self._weighed = now, own_memory()
        daemon, workers = self._weighed
        return replace(self._room(), daemon=daemon, workers=workers)

    def _room(self) -> Machine:
        used, limit = memory_in_use()
        free, size = disk(self._folder)
        return Machine(used=used, limit=limit, disk_free=free, disk_size=size)

    @property
    def _folder(self) -> Path:
        """Where the record is, as far as it is on this machine."""
        file = database_file(self.config.database.reveal())
        return file.parent if file else self.config.file.parent

    async def write_metrics(self) -> None:
        """Write the file for a collector, if there is one; that it cannot be is told of once."""
        path, why = self.config.metrics.file, ""
        if path is None:
            return
        try:
            await asyncio.to_thread(write_file, path, await self.measured())
        except OSError as failure:
            why = f"{path}: {failure.strerror or failure}"
            if why != self._file_why:
                error("metrics", why=why, setting="metrics.file")
        self._file_why = why

    def _measure_lag(self, due: float) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self.metrics.lagged(now - due)
        self._lag = loop.call_at(now + LAG_TICK_S, self._measure_lag, now + LAG_TICK_S)

    # --- the operator ---------------------------------------------------------------------

    async def tell_if_behind(self) -> None:
        """Tell the operator, once, that the daemon is behind or runs out of room, or no more."""
        bounds, now = self.config.behind, self.pipeline.now()
        levels = shortages(await asyncio.to_thread(self._room), bounds)
        with contextlib.suppress(StorageUnavailable):  # the next tick comes
            if not self._is_remembered:
                self.behind.remember(await self.record.selfreport.behind())
                self._is_remembered = True
            steady_s = asyncio.get_running_loop().time()
            depths = self._awake.charged(await self.record.selfreport.depths(now), now, steady_s)
            levels += backlogs(depths, bounds)
            made = await self.record.selfreport.backups()
            levels += backups(made, now, self._awake.since or now)
            for change in self.behind.look(levels, now):
                await self._tell(change)

    def begin_again(self) -> None:
        """Know nothing of what the daemon was behind in: another process tells of it meanwhile."""
        self.behind, self._is_remembered = Behind(), False

    async def _tell(self, change: Change) -> None:
        level, now = change.level, self.pipeline.now()
        status = "over" if change.is_over else "begun"
        what = f"the watcher {WORDS[level.what]}"
        if change.is_over:
            what = f"over again: {what}"
        details = level.said if change.is_over else f"{level.said}.\n{level.advice}"
        occasion = f"behind {level.what} {status} {change.since.isoformat()}"
        word = self.pipeline.report.word(what, details, occasion=occasion)
        await self.record.selfreport.note_behind(
            level.what, "" if change.is_over else level.said, word, now
        )
        self.behind.keep(change)
        tell = event if change.is_over else warning
        tell("behind", what=level.what, status=status, why=level.said)

    async def beat(self) -> None:
        """Tell a watcher outside that all is well, or what is not."""
        heartbeat = self.config.heartbeat
        assert heartbeat, "there is no duty without it"
        verdict = await self.life.look()
        reasons = [*verdict.standing, verdict.waiting]
        reasons += [f"the watcher {WORDS[what]}" for what in self.behind.since]
        said = log.masked("\n".join(filter(None, reasons)))
        why = ""
        for pause_s in PAUSES_S:
            await asyncio.sleep(pause_s)
            why = await self.pipeline.fetcher.ping(heartbeat.url.reveal(), said)
            if not why:
                break
        if why and not self._is_silent:
            warning("heartbeat", status="not taken", why=why, setting="heartbeat.url")
        elif self._is_silent and not why:
            event("heartbeat", status="taken again")
        self._is_silent = bool(why)


WORDS: Final = {
    "polls": "is behind with its polls",
    "entries": "is behind with reading",
    "outbox": "is behind with messages",
    "memory": "is near its limit of memory",
    "disk": "has hardly any disk left",
    "database": "has a database larger than wanted",
    "backup": "has no fresh backup",
}
