"""The only place that builds things and hands them over."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher import log, systemd
from watcher.clock import Clock, utc_now
from watcher.config import load_config
from watcher.fetch import Fetcher
from watcher.lanes import Lane
from watcher.notify import Notifier
from watcher.pipeline import Pipeline
from watcher.record import Record
from watcher.rulebook import Rulebook
from watcher.schedule import Ticks
from watcher.workers import Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from rich.console import Console

    from watcher.config import Config
    from watcher.model import Notice, Outcome, Pending, SourceState

POLLS_AT_ONCE = 32
READS_AT_ONCE = 16
DELIVERIES_AT_ONCE = 8
TICK_S = 1.0
RULES_TICK_S = 0.5
"""Two looks must agree, and an edit takes effect within two seconds."""
GRACE_S = 2.0
"""How long a message on its way may take to be marked as sent when the daemon is told to stop."""


@dataclass(slots=True)
class Watcher:
    """A daemon, built and open: the pipeline, and the lanes that move work through it."""

    config: Config
    pipeline: Pipeline
    rulebook: Rulebook
    polls: Lane[SourceState]
    reads: Lane[Pending]
    deliveries: Lane[Notice]

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set."""
        ticks = Ticks()
        ticks.every(TICK_S, self.wake, name="wake")
        ticks.every(RULES_TICK_S, self.refresh_rules, name="rules")
        if interval := systemd.watchdog_interval_s():
            ticks.every(interval / 2, self.report_alive, name="watchdog")
        running = [
            asyncio.create_task(lane.run(), name=lane.name)
            for lane in (self.polls, self.reads, self.deliveries)
        ]
        ticks.start()
        self.wake()
        systemd.ready()
        log.event(
            "run",
            status="started",
            sources=len(self.pipeline.sources),
            rules=len(self.pipeline.rules.rules),
        )
        try:
            await stop.wait()
        finally:
            systemd.stopping()
            ticks.stop()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            log.event("run", status="stopped")

    async def once(self) -> None:
        """Poll every source that is due, read what is new, deliver, and come back."""
        await self.polls.drain()
        await self.reads.drain()
        await self.deliveries.drain()

    def wake(self) -> None:
        """Have every lane look for work now."""
        for lane in (self.polls, self.reads, self.deliveries):
            lane.wake()

    async def refresh_rules(self) -> None:
        """Take up edited rules, or say why not and keep the old ones."""
        if not await asyncio.to_thread(self.rulebook.refresh):
            return
        if self.rulebook.refused:
            for problem in self.rulebook.refused:
                log.error(
                    "rules", status="refused, the old rules stay in force", problem=str(problem)
                )
        else:
            await self._put_in_force()
        await self.pipeline.record.remember(
            "rules.refused", "\n".join(map(str, self.rulebook.refused)), utc_now()
        )

    async def report_alive(self) -> None:
        """Feed systemd's watchdog, from the loop that does the work."""
        usable = await self.pipeline.record.is_usable()
        systemd.status("watching" if usable else "waiting: the database cannot be used")
        systemd.alive()

    async def _put_in_force(self) -> None:
        self.pipeline.rules = self.rulebook.current.rules
        await self.pipeline.record.rule_revision(
            self.rulebook.current.revision, self.rulebook.current.text, utc_now()
        )
        log.event(
            "rules",
            status="in force",
            rules=len(self.pipeline.rules.rules),
            revision=self.rulebook.current.revision[:12],
        )


@asynccontextmanager
async def open_watcher(
    config: Config, *, console: Console | None = None, now: Clock = utc_now
) -> AsyncIterator[Watcher]:
    """Build a daemon of its configuration, with everything open; close all of it afterwards."""
    rulebook = Rulebook.open(config.rules, [target.name for target in config.targets])
    async with AsyncExitStack() as stack:
        record = await stack.enter_async_context(Record(config.database.reveal()))
        await record.sync_sources(config.sources, now())
        await record.rule_revision(rulebook.current.revision, rulebook.current.text, now())
        pipeline = Pipeline(
            fetcher=await stack.enter_async_context(Fetcher(config.fetch)),
            workers=await stack.enter_async_context(Workers(config.limits.workers)),
            record=record,
            notifier=await stack.enter_async_context(Notifier(config.targets, console=console)),
            rules=rulebook.current.rules,
            sources={source.id: source for source in config.sources},
            targets=config.targets,
            polling=config.polling,
            limits=config.limits,
            now=now,
        )
        yield _with_lanes(config, pipeline, rulebook)


def _with_lanes(config: Config, pipeline: Pipeline, rulebook: Rulebook) -> Watcher:
    record = pipeline.record
    deliveries: Lane[Notice] = Lane(
        "notify",
        take=lambda free, busy: record.due_notices(pipeline.now(), free, busy),
        do=pipeline.deliver,
        fail=pipeline.not_delivered,
        key=lambda notice: notice.target,
        width=DELIVERIES_AT_ONCE,
        grace_s=GRACE_S,
    )
    reads: Lane[Pending] = Lane(
        "read",
        take=lambda free, busy: record.pending(pipeline.now(), free, busy),
        do=pipeline.read,
        fail=pipeline.not_read,
        key=lambda pending: pending.id,
        width=READS_AT_ONCE,
        then=deliveries.wake,
    )
    polls: Lane[SourceState] = Lane(
        "poll",
        take=lambda free, busy: record.due(pipeline.now(), free, busy),
        do=pipeline.poll,
        fail=pipeline.not_polled,
        key=lambda state: state.id,
        width=POLLS_AT_ONCE,
        then=reads.wake,
    )
    return Watcher(config, pipeline, rulebook, polls, reads, deliveries)


async def run_daemon(config_file: Path) -> None:
    """Run until SIGTERM or SIGINT."""
    config = load_config(config_file)
    log.set_up(config.log)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_watcher(config) as watcher:
        await watcher.run(stop)


async def run_once(config_file: Path) -> None:
    """Make one pass over all sources that are due."""
    config = load_config(config_file)
    log.set_up(config.log)
    async with open_watcher(config) as watcher:
        await watcher.once()


async def send_test_notice(config_file: Path, target: str) -> Outcome:
    """Send an invented alert to one target."""
    config = load_config(config_file)
    async with Notifier(config.targets) as notifier:
        return await notifier.send_test(target)
