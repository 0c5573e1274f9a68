"""The daemon's lanes: polling, reading, and one for each target to deliver."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from watcher.lanes import Lane
from watcher.paging import MOST_PAGES
from watcher.schedule import GRID_S
from watcher.standstill import Standstill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Notice, Pending, SourceState
    from watcher.pipeline import Pipeline

LOOK_AHEAD_S = GRID_S + 0.5
"""Longer than a tick: each poll waits for its instant, none of them for a tick that is late."""
POLLS_AT_ONCE = 96
"""Those that wait for their instant within the next tick are among them."""
READS_AT_ONCE = 16
READS_PER_SOURCE = 4
"""A source whose pages are slow must not keep the others waiting."""
WORK_GRACE_S = 200.0
"""Beside its timeouts: a worker that is started anew, twice, and the database's own patience."""
DELIVERY_PATIENCE_S = 400.0
"""A delivery is given up after two minutes; a turn is waited for a minute at most."""
GRACE_S = 2.0
"""How long a message on its way may take to be marked as sent when the daemon is told to stop."""


@dataclass(slots=True)
class Lanes:
    """The lanes that move work through a pipeline."""

    pipeline: Pipeline
    request_s: float = 60.0
    """How long one request may take."""
    polls: Lane[SourceState] = field(init=False)
    reads: Lane[Pending] = field(init=False)
    deliveries: tuple[Lane[Notice], ...] = field(init=False)
    """One for each target, so that one that hangs holds up nobody else."""
    polls_until: datetime | None = None
    """Only what is due by then is polled; None for what becomes due as time goes on."""
    polls_read_up: bool = False
    """Whether sources of which entries wait to be read are left out."""
    standstill: Standstill = field(default_factory=Standstill)

    def __post_init__(self) -> None:
        """Lay the lanes."""
        pipeline, record = self.pipeline, self.pipeline.record
        names = {target.name for target in pipeline.targets}
        # The last lane refuses notices for targets that are no longer configured.
        self.deliveries = (
            *(_delivery_lane(pipeline, names - {name}, name) for name in names),
            _delivery_lane(pipeline, names, "(no such target)"),
        )
        pipeline.delivery.standstill = self.standstill
        self.reads = Lane(
            "read",
            take=lambda free, in_hand: record.pending(
                pipeline.now(), min(free, READS_PER_SOURCE), _crowded(in_hand)
            ),
            do=pipeline.read,
            fail=pipeline.read_broke,
            key=lambda pending: pending.id,
            width=READS_AT_ONCE,
            patience_s=patience_of_reads(pipeline.limits.article_timeout_s, self.request_s),
            then=self._wake_after_read,
        )
        self.polls = Lane(
            "poll",
            take=lambda free, in_hand: record.due(
                self.polls_until or pipeline.now() + timedelta(seconds=LOOK_AHEAD_S),
                free,
                [state.id for state in in_hand],
                read_up=self.polls_read_up,
            ),
            do=self._poll,
            fail=pipeline.poll_broke,
            key=lambda state: state.id,
            width=POLLS_AT_ONCE,
            takes_all=True,
            patience_s=patience_of_polls(pipeline.limits.article_timeout_s, self.request_s),
        )
        self.polls.standstill = self.reads.standstill = self.standstill
        for lane in self.deliveries:
            lane.standstill = self.standstill

    def start(self) -> list[asyncio.Task[None]]:
        """Have every lane look for work, and move it until it is canceled."""
        runs = [self.polls.run(), self.reads.run(), *(lane.run() for lane in self.deliveries)]
        running = [asyncio.create_task(run) for run in runs]
        self.wake()
        return running

    async def drain_sources(self) -> None:
        """Poll what is due by now, and read what is new."""
        self.polls_until = self.pipeline.now()
        await self.polls.drain()
        await self.reads.drain()

    async def drain_deliveries(self) -> None:
        """Deliver what waits."""
        await asyncio.gather(*(lane.drain() for lane in self.deliveries))

    def wake(self) -> None:
        """Have every lane look for work now."""
        self.polls.wake()
        self.reads.wake()
        self.wake_deliveries()

    def wake_deliveries(self) -> None:
        """Have every target's lane look for notices now."""
        for lane in self.deliveries:
            lane.wake()

    @property
    def all(self) -> tuple[Lane[Any], ...]:
        """Every lane."""
        return (self.polls, self.reads, *self.deliveries)

    async def look_for_polls(self) -> None:
        """Look for sources that become due."""
        self.polls.wake()

    async def look_for_retries(self) -> None:
        """Look for what is to be tried again."""
        self.reads.wake()
        self.wake_deliveries()

    async def _poll(self, state: SourceState) -> None:
        wait_s = (state.due - self.pipeline.now()).total_seconds()
        await asyncio.sleep(min(wait_s, LOOK_AHEAD_S))  # the clock may have been put back
        if await self.pipeline.poll(state):
            self.reads.wake()

    def _wake_after_read(self) -> None:
        self.reads.wake()  # a source that was crowded may not be any more
        self.wake_deliveries()


def patience_of_polls(article_timeout_s: float, request_s: float) -> float:
    """Say how long all polls in hand together may take until one of them ends."""
    return (1 + MOST_PAGES) * (request_s + article_timeout_s) + WORK_GRACE_S


def patience_of_reads(article_timeout_s: float, request_s: float) -> float:
    """Say the same for readings: robots.txt, the page, and the feed's own text in its place."""
    return 2 * request_s + 4 * article_timeout_s + 2 * WORK_GRACE_S


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
        patience_s=DELIVERY_PATIENCE_S,
    )
