"""The daemon: built of its configuration, run until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher import log, systemd
from watcher.clock import utc_now
from watcher.config import Cache, default_folder, load_config
from watcher.errors import StorageUnavailable
from watcher.fetch import Fetcher
from watcher.lanes import Lane
from watcher.notify import (
    LONGEST_WINDOW_S,
    Holding,
    Notifier,
    Signer,
    Templates,
    without_links,
)
from watcher.pages import warm_up
from watcher.pipeline import Pipeline
from watcher.points import reached
from watcher.record import Record
from watcher.rulebook import Rulebook
from watcher.schedule import GRID_S, Ticks
from watcher.updates import caught_up_from, is_caught_up
from watcher.web import Room
from watcher.workers import Workers, return_freed_memory, return_large_blocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from watcher.config import Config
    from watcher.model import Notice, Pending, SourceState

POLLS_AT_ONCE = 96
"""Those that wait for their instant within the next tick are among them."""
READS_AT_ONCE = 16
READS_PER_SOURCE = 4
"""A source whose pages are slow must not keep the others waiting."""
TICK_S = GRID_S
"""One look for each group of polls that start together."""
LOOK_AHEAD_S = TICK_S + 0.5
"""Longer than a tick: each poll waits for its instant, none of them for a tick that is late."""
RETRY_TICK_S = 2.0
"""New work wakes its lane; ticks are for what waited to be tried again."""
HEALTH_TICK_S = 60.0
"""Troubles that begin within a minute are told together."""
BUNDLE_TICK_S = 5.0
ESCALATION_TICK_S = 15.0
LINKS_TICK_S = 60.0
"""How often it is tried to listen for answers where the port was taken."""
STORIES_TICK_S = 60.0
TIDY_TICK_S = 86_400.0
EVIDENCE_TICK_S = 300.0
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
    deliveries: tuple[Lane[Notice], ...]
    """One for each target, so that one that hangs holds up nobody else."""
    answers: Room | None = None
    """Where people answer by links; None for no links."""
    polls_until: datetime | None = None
    """Only what is due by then is polled; None for what becomes due as time goes on."""
    awake_since: datetime = field(default_factory=utc_now)
    """When it started, or went on after the machine slept."""
    _stories_at: datetime | None = None
    """When it was last looked for what is to be told of stories."""
    _rules_recorded: bool = False

    @property
    def record(self) -> Record:
        """The record."""
        return self.pipeline.record

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set."""
        ticks = Ticks()
        ticks.every(TICK_S, self.look_for_polls, name="polls")
        ticks.every(RETRY_TICK_S, self.look_for_retries, name="retries")
        ticks.every(RULES_TICK_S, self.refresh_rules, name="rules")
        ticks.every(HEALTH_TICK_S, self.tell_troubles, name="health")
        ticks.every(BUNDLE_TICK_S, self.bundle, name="bundles")
        ticks.every(ESCALATION_TICK_S, self.escalate, name="escalation")
        if self.answers:
            ticks.every(LINKS_TICK_S, self.answers.open, name="links")
        ticks.every(STORIES_TICK_S, self.tell_of_stories, name="stories")
        ticks.every(TIDY_TICK_S, self.tidy, name="tidy")
        ticks.every(EVIDENCE_TICK_S, self.drop_evidence, name="evidence")
        if interval := systemd.watchdog_interval_s():
            ticks.every(interval / 2, self.report_alive, name="watchdog")
        runs = [self.polls.run(), self.reads.run(), *(lane.run() for lane in self.deliveries)]
        running = [asyncio.create_task(run) for run in runs]
        ticks.start()
        if self.answers:
            await self.answers.open()
        self.wake()
        systemd.ready()
        rules, sources = len(self.pipeline.rules.rules), len(self.pipeline.sources)
        log.event("run", status="started", sources=sources, rules=rules)
        told = asyncio.create_task(stop.wait())
        try:
            ended, _ = await asyncio.wait({told, *running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            systemd.stopping()
            ticks.stop()
            for task in (told, *running):
                task.cancel()
            await asyncio.gather(told, *running, return_exceptions=True)
            if self.answers:
                await self.answers.close()
            log.event("run", status="stopped")
        for task in ended - {told}:
            # A lane never ends by itself. Better to be restarted than to watch with one eye.
            task.result()

    async def once(self) -> None:
        """Poll every source that is due, once, read what is new, deliver, and come back."""
        self.polls_until = self.pipeline.now()
        await self.polls.drain()
        await self.reads.drain()
        await self.tell_troubles()
        await self.tell_of_stories()
        await self.bundle()
        await self.escalate()
        await self.tidy()
        await self.drop_evidence()
        await asyncio.gather(*(lane.drain() for lane in self.deliveries))

    async def look_for_polls(self) -> None:
        """Look for sources that become due."""
        self.polls.wake()

    async def look_for_retries(self) -> None:
        """Look for what is to be tried again."""
        self.reads.wake()
        self.wake_deliveries()

    def wake(self) -> None:
        """Have every lane look for work now."""
        self.polls.wake()
        self.reads.wake()
        self.wake_deliveries()

    def wake_deliveries(self) -> None:
        """Have every target's lane look for notices now."""
        for lane in self.deliveries:
            lane.wake()

    async def tell_troubles(self) -> None:
        """Tell the operator how sources and targets are doing, where that changed; of templates."""
        with contextlib.suppress(StorageUnavailable):  # the next tick comes
            await self.pipeline.report.tell_of_sources()
            await self.pipeline.delivery.tell_of_outages()
            await self.pipeline.report.tell_of_templates(self.pipeline.notifier.template_problems)

    async def bundle(self) -> None:
        """Make the digests and summaries that are due."""
        with contextlib.suppress(StorageUnavailable):  # the next tick comes
            if await self.record.people.bundle_due(self.pipeline.now()):
                self.wake_deliveries()

    async def escalate(self) -> None:
        """Tell the next target of what nobody has acknowledged."""
        wanted = [one for target in self.config.targets if (one := target.escalation)]
        with contextlib.suppress(StorageUnavailable):
            if wanted and await self.record.people.escalate(wanted, self.pipeline.now()):
                self.wake_deliveries()

    async def tell_of_stories(self) -> None:
        """Sum up stories that have ended, and tell of topics that fell silent."""
        with contextlib.suppress(StorageUnavailable):  # the next tick comes
            updates, now = self.pipeline.updates, self.pipeline.now()
            self.awake_since = caught_up_from(self.awake_since, self._stories_at, now)
            self._stories_at = now
            await updates.close_stories()
            # `once` has read all there is; after a start or a sleep, some is still to be read.
            if self.polls_until is not None or is_caught_up(self.awake_since, now):
                await updates.tell_of_silence(self.pipeline.rules.rules)

    async def tidy(self) -> None:
        """Forget what is no longer shown."""
        with contextlib.suppress(StorageUnavailable):
            await self.record.tidy(utc_now())

    async def drop_evidence(self) -> None:
        """Drop the oldest pages that were kept as received."""
        limits = self.config.limits
        with contextlib.suppress(StorageUnavailable):
            before = utc_now() - timedelta(seconds=limits.keep_raw_s)
            await self.record.drop_evidence(before, limits.max_raw_bytes)

    async def refresh_rules(self) -> None:
        """Take up edited rules, or say why not and keep the old ones."""
        if await asyncio.to_thread(self.rulebook.refresh):
            self.judge_rules()
            pass_over_what_lasts()
        if not self._rules_recorded:
            # Judged is judged: if the database is away, what remains is tried at the next tick.
            with contextlib.suppress(StorageUnavailable):
                await self.record_rules()

    def judge_rules(self) -> None:
        """Put what was read in force, or say what is wrong with it."""
        self._rules_recorded = False
        for problem in self.rulebook.refused:
            log.error("rules", status="refused, the old ones stay in force", problem=problem)
        if not self.rulebook.refused:
            current = self.rulebook.current
            self.pipeline.put_in_force(current.rules)
            rules = len(current.rules.rules)
            log.event("rules", status="in force", rules=rules, revision=current.revision[:12])

    async def record_rules(self) -> None:
        """Put on record which rules are in force, or why edited ones are not."""
        current, now = self.rulebook.current, utc_now()
        refused = "\n".join(map(str, self.rulebook.refused))
        await self.record.remember_rules_refused(refused, now)
        if refused:
            what = "edited rule files were not taken up"
            await self.pipeline.report.tell(what, refused, occasion=f"rules {now.isoformat()}")
        else:
            await self.record.rule_revision(current.revision, current.text, now)
        self._rules_recorded = True

    async def report_alive(self) -> None:
        """Feed systemd's watchdog, from the loop that does the work."""
        is_usable = await self.record.is_usable()
        systemd.status("watching" if is_usable else "waiting: the database cannot be used")
        systemd.alive()


def open_record(config: Config, *, migrate: bool = True) -> Record:
    """Give the record of a configuration, which judges notices by what its targets wish."""
    judge = Holding.of(config.targets)
    return Record(config.database.reveal(), migrate=migrate, judge=judge)


@asynccontextmanager
async def open_watcher(config: Config, *, console: Console | None = None) -> AsyncIterator[Watcher]:
    """Build a daemon of its configuration, with everything open; close all of it afterwards."""
    names = [target.name for target in config.targets]
    return_large_blocks()
    rulebook = Rulebook.open(config.rules, names, Cache(default_folder() / "rules"))
    return_freed_memory()
    async with AsyncExitStack() as stack:
        record = await stack.enter_async_context(open_record(config))
        await record.sync_sources(config.sources, utc_now())
        await record.release_held(utc_now())
        signer = Signer(config.links.url, config.links.secret) if config.links else None
        reached("sources-synced")
        limits = config.limits
        pipeline = Pipeline(
            fetcher=await stack.enter_async_context(Fetcher(config.fetch)),
            workers=await stack.enter_async_context(
                Workers(
                    limits.worker_count, limits.article_timeout_s, limits.worker_memory_mb, warm_up
                )
            ),
            record=record,
            notifier=await stack.enter_async_context(
                Notifier(
                    config.targets,
                    console=console,
                    templates=Templates(config.templates),
                    links=signer.links if signer else without_links,
                )
            ),
            rules=rulebook.current.rules,
            sources={source.id: source for source in config.sources},
            targets=config.targets,
            polling=config.polling,
            limits=limits,
            operator=config.operator,
        )
        lately = utc_now() - timedelta(seconds=LONGEST_WINDOW_S)
        pipeline.notifier.remember(await record.recent_deliveries(lately))
        watcher = _with_lanes(config, pipeline, rulebook)
        if config.links and signer:
            zones = {target.name: target.zone for target in config.targets}
            watcher.answers = Room(record.people, signer, config.links.listen, zones, pipeline.now)
        watcher.judge_rules()
        await watcher.record_rules()
        pass_over_what_lasts()
        reached("rules-kept")
        yield watcher


def pass_over_what_lasts() -> None:
    """Have the garbage collector walk only what is made from now on.

    Sources, rules and modules last as long as the daemon: to walk them again and again takes a
    fifth of what a poll costs, and a tenth of a second at a time.
    """
    gc.collect()
    gc.freeze()


def _with_lanes(config: Config, pipeline: Pipeline, rulebook: Rulebook) -> Watcher:
    record, look_ahead = pipeline.record, timedelta(seconds=LOOK_AHEAD_S)
    names = {target.name for target in config.targets}
    # The last lane refuses notices for targets that are no longer configured.
    deliveries = tuple(_delivery_lane(pipeline, names - {name}, name) for name in names)
    deliveries += (_delivery_lane(pipeline, names, "(no such target)"),)

    def wake_deliveries() -> None:
        for lane in deliveries:
            lane.wake()

    def wake_after_read() -> None:
        reads.wake()  # a source that was crowded may not be any more
        wake_deliveries()

    reads: Lane[Pending] = Lane(
        "read",
        take=lambda free, in_hand: record.pending(
            pipeline.now(), min(free, READS_PER_SOURCE), _crowded(in_hand)
        ),
        do=pipeline.read,
        fail=pipeline.read_broke,
        key=lambda pending: pending.id,
        width=READS_AT_ONCE,
        then=wake_after_read,
    )

    async def poll(state: SourceState) -> None:
        await asyncio.sleep((state.due - pipeline.now()).total_seconds())
        if await pipeline.poll(state):
            reads.wake()

    polls: Lane[SourceState] = Lane(
        "poll",
        take=lambda free, in_hand: record.due(
            watcher.polls_until or pipeline.now() + look_ahead,
            free,
            [state.id for state in in_hand],
        ),
        do=poll,
        fail=pipeline.poll_broke,
        key=lambda state: state.id,
        width=POLLS_AT_ONCE,
    )
    watcher = Watcher(config, pipeline, rulebook, polls, reads, deliveries)
    return watcher


def _crowded(in_hand: Sequence[Pending]) -> list[str]:
    """Name the sources that have entries enough in hand for now.

    That is half of what is fair: taken several at a time, entries cost less.
    """
    counts = Counter(pending.source for pending in in_hand)
    return [source for source, count in counts.items() if count > READS_PER_SOURCE // 2]


def _delivery_lane(pipeline: Pipeline, others: set[str], name: str) -> Lane[Notice]:
    return Lane(
        f"notify {name}",
        take=lambda _free, _in_hand: pipeline.delivery.due(name, others),
        do=pipeline.deliver,
        fail=pipeline.delivery_broke,
        key=lambda notice: notice.id,
        width=1,
        grace_s=GRACE_S,
    )


async def run_daemon(config_file: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises Invalid with every problem of the files."""
    config = load_config(config_file)
    log.set_up(config.log)
    stop = stop_on_signals()
    async with open_watcher(config) as watcher:
        await watcher.run(stop)


async def run_once(config_file: Path) -> None:
    """Make one pass over all sources that are due."""
    config = load_config(config_file)
    log.set_up(config.log)
    stop = stop_on_signals()
    async with open_watcher(config) as watcher:
        done, told = asyncio.create_task(watcher.once()), asyncio.create_task(stop.wait())
        await asyncio.wait({done, told}, return_when=asyncio.FIRST_COMPLETED)
        for task in (done, told):
            task.cancel()
        await asyncio.gather(done, told, return_exceptions=True)
    if not done.cancelled():
        done.result()


def stop_on_signals() -> asyncio.Event:
    """Give an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
