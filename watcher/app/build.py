"""The daemon, built of its configuration with everything open."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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
from watcher.rulebook import Rulebook
from watcher.schedule import Ticks
from watcher.web import Room
from watcher.workers import Workers, return_freed_memory, return_large_blocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rich.console import Console

    from watcher.clock import Clock
    from watcher.config import Config
    from watcher.fetch import Fetcher
    from watcher.match import Rules
    from watcher.record import Record


def workers_of(config: Config) -> Workers:
    """Give the processes that decode, parse, extract and clean; they start when it is opened."""
    limits = config.limits
    seconds, megabytes = limits.article_timeout_s, limits.worker_memory_mb
    return Workers(limits.worker_count, seconds, megabytes, warm_up)


def notifier_of(
    config: Config, *, console: Console | None = None, clock: Clock = utc_now
) -> Notifier:
    """Give who sends; targets are opened with it."""
    signer = _signer_of(config)
    return Notifier(
        config.targets,
        console=console,
        clock=clock,
        templates=Templates(config.templates),
        links=signer.links if signer else without_links,
    )


def pipeline_of(  # noqa: PLR0913, PLR0917 - the parts of a pipeline
    config: Config,
    record: Record,
    fetcher: Fetcher,
    workers: Workers,
    notifier: Notifier,
    rules: Rules,
    now: Clock = utc_now,
) -> Pipeline:
    """Put the parts together."""
    return Pipeline(
        fetcher=fetcher,
        workers=workers,
        record=record,
        notifier=notifier,
        rules=rules,
        sources={source.id: source for source in config.sources},
        targets=config.targets,
        polling=config.polling,
        limits=config.limits,
        operator=config.operator,
        now=now,
    )


def answers_of(config: Config, pipeline: Pipeline) -> Room | None:
    """Give the room in which people answer by links; None where there are no links."""
    signer = _signer_of(config)
    if config.links is None or signer is None:
        return None
    zones = {target.name: target.zone for target in config.targets}
    return Room(pipeline.record.people, signer, config.links.listen, zones, pipeline.now)


def _signer_of(config: Config) -> Signer | None:
    return Signer(config.links.url, config.links.secret) if config.links else None


def counted_record(config: Config, metrics: Metrics, **also: Any) -> Record:
    """Give the same record for a daemon, which counts what it keeps."""
    judge = Holding.of(config.targets)
    return CountedRecord(config.database.reveal(), judge=judge, metrics=metrics, **also)


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
        reached("sources-synced")
        clock = SteadyClock(utc_now)
        fetcher = await stack.enter_async_context(CountedFetcher(config.fetch, metrics))
        workers = await stack.enter_async_context(workers_of(config))
        notifier = await stack.enter_async_context(
            notifier_of(config, console=console, clock=clock)
        )
        rules = rulebook.current.rules
        pipeline = pipeline_of(config, record, fetcher, workers, notifier, rules, clock)
        lately = utc_now() - timedelta(seconds=LONGEST_WINDOW_S)
        pipeline.notifier.remember(await record.recent_deliveries(lately))
        answers = answers_of(config, pipeline)
        lanes = Lanes(pipeline, config.fetch.total_timeout_s)
        periodic = Periodic(config, pipeline, rulebook, lanes.wake_deliveries, answers)
        periodic.faults = faults = Faults(pipeline, lanes, clock, periodic.begin_again)
        await faults.look_at_start()
        periodic.judge_rules()
        await periodic.record_rules()
        pass_over_what_lasts()
        reached("rules-kept")
        life = Life(lanes.all, Ticks(), record)
        seeing = Seeing(config, metrics, pipeline, rulebook, life, lambda: faults.status)
        yield Watcher(pipeline, lanes, periodic, seeing)
