"""The pipeline's functions as tasks of the queue."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from watcher.cluster.jobs import NO_TARGET
from watcher.errors import StorageUnavailable
from watcher.log import error
from watcher.notify import LONGEST_WINDOW_S
from watcher.record import Outage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from watcher.cluster.jobs import Kind
    from watcher.cluster.sweep import KeptOutages
    from watcher.pipeline import Pipeline

EARLY_S: Final = 0.5
"""A poll so much before its time is made all the same."""
LONGEST_JOB_S: Final = 30.0
"""A lane that is never empty gives its place to others now and then."""


@dataclass(slots=True)
class Tasks:
    """Does jobs with one pipeline; what a job says is looked up in the record."""

    pipeline: Pipeline
    outages: KeptOutages
    go_by_rules: Callable[[], Awaitable[None]]
    """Waits until the rules here are those in force."""
    lanes: Mapping[str, str]
    """Targets, each with what it shares a pace with."""
    _keeping: asyncio.Lock = field(default_factory=asyncio.Lock)
    _entries: set[int] = field(default_factory=set)
    _notices: set[int] = field(default_factory=set)

    async def renew(self, now: datetime) -> None:
        """Hold on to what is in hand, and to nothing else that was taken."""
        if self._entries or self._notices:
            await self.pipeline.record.renew(now, set(self._entries), set(self._notices))

    @property
    def by_kind(self) -> dict[Kind, Callable[..., Awaitable[None]]]:
        """Give the tasks by the kind of their jobs."""
        return {"poll": self.poll, "read": self.read, "deliver": self.deliver}

    async def poll(self, source: str) -> None:
        """Poll a source, unless somebody did in the meantime."""
        pipeline, record = self.pipeline, self.pipeline.record
        try:
            state = await record.state(source)
        except KeyError:
            return
        if (state.due - pipeline.now()).total_seconds() > EARLY_S:
            return
        await _or_put_off(pipeline.poll, pipeline.poll_broke, "poll", state)
        # Before the job ends, so that nobody takes the source to be still due.
        async with self._keeping:
            await record.keep_unchanged()

    async def read(self, entry: int) -> None:
        """Read an entry by the rules in force, unless somebody does or did."""
        await self.go_by_rules()
        pipeline = self.pipeline
        pending = await pipeline.record.take_entry(entry, pipeline.now())
        if pending:
            with _in_hand(self._entries, pending.id):
                await _or_put_off(pipeline.read, pipeline.read_broke, "read", pending)

    async def deliver(self, lane: str) -> None:
        """Deliver what is due to the targets of a lane, each by itself."""
        known = set(self.lanes)
        if lane == NO_TARGET:
            await self._drain(NO_TARGET, known)
            return
        names = [target for target, shared in self.lanes.items() if shared == lane]
        await self._learn(names)
        await asyncio.gather(*(self._drain(name, known - {name}) for name in names))

    async def _learn(self, names: list[str]) -> None:
        """Learn what others have sent to these targets lately, and how they took it."""
        pipeline = self.pipeline
        kept = await self.outages.read(names)
        for name in names:
            pipeline.delivery.learn_outage(name, Outage.read(kept.get(name, {})))
        lately = pipeline.now() - timedelta(seconds=LONGEST_WINDOW_S)
        sent = await pipeline.record.recent_deliveries(lately, names)
        pipeline.notifier.forget(names)
        pipeline.notifier.remember(sent)

    async def _drain(self, target: str, others: Collection[str]) -> None:
        pipeline, delivery = self.pipeline, self.pipeline.delivery
        known, ends = delivery.outage(target).written, time.monotonic() + LONGEST_JOB_S
        while time.monotonic() < ends and (due := await delivery.due(target, others)):
            for notice in due:
                with _in_hand(self._notices, notice.id):
                    await _or_put_off(pipeline.deliver, pipeline.delivery_broke, "notify", notice)
            if (now_known := delivery.outage(target).written) != known:
                await self.outages.keep(target, now_known)
                known = now_known


@contextlib.contextmanager
def _in_hand(held: set[int], number: int) -> Iterator[None]:
    held.add(number)
    try:
        yield
    finally:
        held.discard(number)


async def _or_put_off(
    do: Callable[[Any], Awaitable[object]],
    fail: Callable[[Any, Exception], Awaitable[None]],
    name: str,
    work: Any,
) -> None:
    """Do a piece of work; where that raises, which is a mistake of ours, put it off."""
    try:
        await do(work)
    except StorageUnavailable:
        raise
    except Exception as failure:  # noqa: BLE001 - an edge: one bad input must not end the worker; `fail` records it
        error(name, work=work.id, failure=failure)
        await fail(work, failure)
