"""The daemon, built of its configuration with everything open."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from watcher import __version__
from watcher.app.counting import CountedFetcher, CountedRecord
from watcher.app.faults import Faults
from watcher.app.lanes import Lanes
from watcher.app.life import Life
from watcher.app.memory import pass_over_what_lasts
from watcher.app.periodic import Periodic
from watcher.app.seeing import Seeing
from watcher.app.watching import Watcher
from watcher.clock import SteadyClock, utc_now
from watcher.config import Cache, default_folder
from watcher.metrics import Metrics
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
from watcher.schedule import Ticks
from watcher.web import Room
from watcher.workers import Workers, return_freed_memory, return_large_blocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rich.console import Console

    from watcher.config import Config


def open_record(config: Config, *, migrate: bool = True) -> Record:
    """Give the record of a configuration, which judges notices by what its targets wish."""
    judge = Holding.of(config.targets)
    return Record(config.database.reveal(), migrate=migrate, judge=judge)


def counted_record(config: Config, metrics: Metrics) -> Record:
    """Give the same record for a daemon, which counts what it keeps."""
    judge = Holding.of(config.targets)
    return CountedRecord(config.database.reveal(), judge=judge, metrics=metrics)


@asynccontextmanager
async def open_watcher(config: Config, *, console: Console | None = None) -> AsyncIterator[Watcher]:
    """Build a daemon of its configuration, with everything open; close all of it afterwards."""
    names = [target.name for target in config.targets]
    return_large_blocks()
    rulebook = Rulebook.open(config.rules, names, Cache(default_folder() / "rules"))
    return_freed_memory()
    async with AsyncExitStack() as stack:
        metrics = Metrics(names, config.metrics.sources, __version__)
        record = await stack.enter_async_context(counted_record(config, metrics))
        await record.sync_sources(config.sources, utc_now())
        await record.release_held(utc_now())
        signer = Signer(config.links.url, config.links.secret) if config.links else None
        reached("sources-synced")
        limits, clock = config.limits, SteadyClock(utc_now)
        pipeline = Pipeline(
            fetcher=await stack.enter_async_context(CountedFetcher(config.fetch, metrics)),
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
                    clock=clock,
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
            now=clock,
        )
        lately = utc_now() - timedelta(seconds=LONGEST_WINDOW_S)
        pipeline.notifier.remember(await record.recent_deliveries(lately))
        answers = None
        if config.links and signer:
            zones = {target.name: target.zone for target in config.targets}
            answers = Room(record.people, signer, config.links.listen, zones, pipeline.now)
        lanes = Lanes(pipeline, config.fetch.total_timeout_s)
        periodic = Periodic(config, pipeline, rulebook, lanes.wake_deliveries, answers)
        periodic.faults = faults = Faults(pipeline, lanes, clock, periodic.begin_again)
        await faults.look_at_start()
        periodic.judge_rules()
        await periodic.record_rules()
        pass_over_what_lasts()
        reached("rules-kept")
        life = Life(lanes, Ticks(), record)
        seeing = Seeing(config, metrics, pipeline, rulebook, life, faults)
        yield Watcher(pipeline, lanes, periodic, seeing)
