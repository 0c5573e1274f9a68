"""When each source is due, and the daemon's ticks. Owns apscheduler.

The rule is pure; only `Ticks` runs. For entries that come at random with rate λ, and a number of
requests to spend, the mean delay of finding them is least where the interval goes with 1/√λ.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import operator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from watcher import rhythm
from watcher.clock import utc_now
from watcher.health import SUSPECT, judge, met, observe, renewed
from watcher.model import Fetched, FetchFailed, NotModified, Polled, SourceState, Validators

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from watcher.config import Polling
    from watcher.model import Condition, Entry
    from watcher.rhythm import Rhythm

__all__ = [
    "GRID_S",
    "LASTING_MOVE",
    "LONGEST_BACKOFF",
    "Ticks",
    "expected_delay",
    "learn",
    "next_on_grid",
    "schedule",
]

LASTING_MOVE = 3
"""Polls in a row that must lead to the same new address before it is adopted."""
REPEATED_NOT_FOUND = 3
LONGEST_BACKOFF = timedelta(hours=6)
"""A source is never given up: sites come back."""
JITTER = 0.1
"""What is added to an interval at most, as a share of it."""
GRID_S = 2.0
"""Sources are due at multiples of it, so that their polls start together (timer coalescing).

Polls that start together share waking up, the question to the database and warm caches: each costs
half of what it costs alone. With a longer grid the last of a group would start late.
"""
_GRID = timedelta(seconds=GRID_S)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def schedule(
    state: SourceState, polled: Polled, *, now: datetime, polling: Polling, jitter: float = 0.5
) -> SourceState:
    """Give the source's next state: when it is due, which address, what a person should know.

    `jitter` in [0, 1) spreads sources over time: up to a tenth is added, never taken from what the
    other side asked for. Within that, an instant on the grid is chosen where there is one. What the
    poll brought that was new is `learn`'s.
    """
    outcome, condition = polled.outcome, state.condition
    trouble = _trouble(polled)
    after = _failed(state, polled, trouble) if trouble else _succeeded(state, polled)
    after = _adopt_move(after, outcome)
    if not _is_politeness(outcome):
        condition = observe(state, polled, trouble, now)
        kinds = judge(condition, now, failures=after.failures if trouble else 0)
        if kinds != condition.troubles:
            condition = replace(condition, troubles=kinds)
    if trouble:
        wait_s = _backoff(after, outcome, polling).total_seconds()
    else:
        if not condition.delay_s:
            condition = _with_delay(condition, polling, now)
        wait_s = _interval_s(condition, polling, now, getattr(outcome, "fresh_for_s", None) or 0.0)
    return replace(
        after,
        condition=condition,
        polled=now,
        succeeded=state.succeeded if trouble else now,
        due=_varied(now, wait_s, jitter),
        interval_s=wait_s,
    )


def learn(  # noqa: PLR0913 - what a poll found, and all that decides the next
    after: SourceState,
    new: Sequence[Entry],
    *,
    last: datetime | None,
    now: datetime,
    polling: Polling,
    jitter: float = 0.5,
) -> SourceState:
    """Take up that entries were new since the `last` good poll; `after` is what `schedule` gave.

    None is the first contact: everything is new then, and its dates are a first idea.
    """
    arrivals = [entry.published for entry in new]
    learned = renewed(after, arrivals, last, now) if last else met(after, arrivals, now)
    is_stale = after.polled is None or last is None or last.hour != now.hour
    condition = _with_delay(learned, polling, now) if is_stale else learned
    wait_s = _interval_s(condition, polling, now, 0.0)
    due = _varied(now, wait_s, jitter)
    return replace(after, condition=condition, due=due, interval_s=wait_s)


def _varied(now: datetime, wait_s: float, jitter: float) -> datetime:
    """Choose an instant after the wait, and no later than a tenth of it: on the grid if it can be.

    Each instant of the grid in between is as likely as any other.
    """
    first = now + timedelta(seconds=wait_s)
    slack = timedelta(seconds=wait_s * JITTER)
    on_grid = next_on_grid(first)
    if on_grid > first + slack:
        return first + slack * jitter
    count = (first + slack - on_grid) // _GRID + 1
    return on_grid + _GRID * int(count * jitter)


def next_on_grid(instant: datetime) -> datetime:
    """Give the first instant of the grid that is not before this one."""
    return instant + (_EPOCH - instant) % _GRID


def _is_politeness(outcome: Fetched | NotModified | FetchFailed) -> bool:
    """Tell what is not this source's fault: another one on its host was told to be quiet."""
    return isinstance(outcome, FetchFailed) and outcome.why == "politeness"


def _trouble(polled: Polled) -> str:
    """Name what went wrong, in words for the operator; empty when nothing did."""
    match polled.outcome:
        case FetchFailed(detail=detail):
            return detail
        case NotModified():
            return ""
    if polled.failure:
        return polled.failure
    if polled.parsed is None or not polled.parsed.is_feed:
        return (
            "; ".join(polled.parsed.remarks)
            if polled.parsed and polled.parsed.remarks
            else "this is no feed"
        )
    return ""


def _succeeded(state: SourceState, polled: Polled) -> SourceState:
    if isinstance(polled.outcome, NotModified):
        # After failures "nothing new" proves nothing: the next poll asks for the whole feed.
        is_suspect = state.failures >= SUSPECT
        return replace(
            state,
            failures=0,
            not_found=0,
            seen_before=True,
            validators=Validators() if is_suspect else polled.outcome.validators,
            remark=state.remark if not state.failures else "",
        )
    recovered = replace(state, failures=0, not_found=0, seen_before=True)
    parsed = polled.parsed
    if parsed is None or not isinstance(polled.outcome, Fetched):
        return recovered
    if not parsed.entries and state.entries_last:
        # An empty list must not silence the next poll with its validators.
        remark = f"no entries, where there were {state.entries_last}"
        return replace(recovered, remark=remark)
    return replace(
        recovered,
        validators=polled.outcome.validators,
        entries_last=len(parsed.entries),
        remark="; ".join((*polled.outcome.remarks, *parsed.remarks)),
    )


def _failed(state: SourceState, polled: Polled, trouble: str) -> SourceState:
    outcome = polled.outcome
    if _is_politeness(outcome):
        return state
    status = outcome.status if isinstance(outcome, FetchFailed) else None
    not_found = state.not_found + 1 if status == 404 else 0
    if not_found >= REPEATED_NOT_FOUND:
        trouble = (
            f"{trouble}: not found {not_found} times in a row; look for the source's new address"
        )
    if isinstance(outcome, FetchFailed) and outcome.is_gone:
        trouble = f"{trouble}: gone for good; remove the source or find its new address"
    return replace(state, failures=state.failures + 1, not_found=not_found, remark=trouble)


def _adopt_move(state: SourceState, outcome: Fetched | NotModified | FetchFailed) -> SourceState:
    """Follow a permanent redirect for good once it has held: a single 301 is often a mistake."""
    if isinstance(outcome, FetchFailed):
        return state
    if not outcome.moved_to or outcome.moved_to == state.url:
        if not state.moved_seen:
            return state
        return replace(state, moved_to="", moved_seen=0)
    seen = state.moved_seen + 1 if outcome.moved_to == state.moved_to else 1
    if seen < LASTING_MOVE:
        return replace(state, moved_to=outcome.moved_to, moved_seen=seen)
    note = f"moved for good to {outcome.moved_to}; write that into the sources file"
    return replace(
        state,
        url=outcome.moved_to,
        moved_to="",
        moved_seen=0,
        remark="; ".join(filter(None, (state.remark, note))),
    )


def _interval_s(condition: Condition, polling: Polling, now: datetime, fresh_for_s: float) -> float:
    """Give the pause that the source's rhythm wants, not less than it asks for, within bounds."""
    paced = _paced(_rhythm(condition, now), polling, now.timestamp())
    return min(polling.max_interval_s, max(paced, fresh_for_s, condition.asked_s))


def _paced(learned: Rhythm, polling: Polling, now: float) -> float:
    """Follow the rhythm from hour to hour, so that a poll is not due long after the night ends."""
    share, at = 1.0, now
    while True:
        every = _pace(rhythm.rate_now(learned, at, now), polling)
        left = rhythm.HOUR_S - at % rhythm.HOUR_S
        if share * every <= left:
            return at + share * every - now
        share -= left / every
        at += left


def _pace(rate: float, polling: Polling) -> float:
    """Give the interval for a rate of entries an hour: the bounds' geometric mean at one an hour.

    So an operator who narrows the bounds of a source has it polled more often at every rate.
    """
    least, most = polling.min_interval_s, polling.max_interval_s
    return min(most, max(least, math.sqrt(least * most / rate)))


def _with_delay(condition: Condition, polling: Polling, now: datetime) -> Condition:
    learned, asked_s = _rhythm(condition, now), condition.asked_s
    return replace(condition, delay_s=expected_delay(learned, polling, asked_s, now.timestamp()))


def expected_delay(learned: Rhythm, polling: Polling, asked_s: float, now: float) -> float:
    """Give the seconds that a new entry waits on average until a poll finds it.

    Half an interval, and that of each hour weighs as much as the hour has entries.
    """
    rates = rhythm.daily(learned, now)
    most = polling.max_interval_s
    waits = [min(most, max(_pace(rate, polling), asked_s)) / 2 for rate in rates]
    mean = math.fsum(map(operator.mul, rates, waits)) / math.fsum(rates)
    return mean * (1 + JITTER / 2)


def _rhythm(condition: Condition, now: datetime) -> Rhythm:
    return rhythm.unpack(condition.rhythm) or rhythm.Rhythm(now.timestamp())


def _backoff(
    state: SourceState, outcome: Fetched | NotModified | FetchFailed, polling: Polling
) -> timedelta:
    doubled = timedelta(seconds=polling.min_interval_s * 2.0 ** min(state.failures - 1, 16))
    asked = (
        timedelta(seconds=outcome.retry_after_s or 0.0)
        if isinstance(outcome, FetchFailed)
        else timedelta()
    )
    return min(LONGEST_BACKOFF / (1 + JITTER), max(doubled, asked))


CLOCK_LOOK_S = 1.0
"""How often it is looked whether the clock was put back."""
PATIENCE_S = 900.0
"""What a tick does may take so long: more than every timeout of the database."""
_MISSED = 10
"""A tick that was due so often and never came comes no more."""


@dataclass(slots=True)
class _Call:
    """How one of the calls goes: since when it runs, or has ended."""

    every_s: float
    patience_s: float
    at: float = 0.0
    is_running: bool = False

    def begin(self, now: float) -> None:
        self.at, self.is_running = now, True

    def end(self, now: float) -> None:
        self.at, self.is_running = now, False


class Ticks:
    """Call functions at intervals, never two calls of one at a time, never dropping a late one.

    Also when the clock is put back by hours, which the library goes by.
    """

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._calls: dict[str, _Call] = {}
        self._following: asyncio.Task[None] | None = None

    def every(
        self,
        seconds: float,
        call: Callable[[], Coroutine[None, None, None]],
        *,
        name: str,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Await `call` every `seconds`, the first time one interval after `start`.

        Only coroutine functions: the library runs any other in a thread. A call that takes longer
        than `patience_s` counts as standing still.
        """
        known = self._calls[name] = _Call(seconds, patience_s)

        async def tick() -> None:
            known.begin(asyncio.get_running_loop().time())
            try:
                # Canceled by `stop`: the library would log that as an error.
                with contextlib.suppress(asyncio.CancelledError):
                    await call()
            finally:
                known.end(asyncio.get_running_loop().time())

        self._scheduler.add_job(tick, "interval", seconds=seconds, id=name, name=name)

    def start(self) -> None:
        """Begin to tick on the running event loop."""
        now = asyncio.get_running_loop().time()
        for known in self._calls.values():
            known.end(now)
        self._scheduler.start()
        self._following = asyncio.create_task(self._follow_the_clock())

    def standing(self, now: float, floor: float) -> str:
        """Say which call does not come back, or is not made; empty while all is well.

        `now` is the loop's clock; what was before `floor` is not held against anything.
        """
        for name, known in self._calls.items():
            since = now - max(known.at, floor)
            if known.is_running and since > known.patience_s:
                return f"tick {name}: has not come back for {since:.0f} s"
            if not known.is_running and since > max(_MISSED * known.every_s, PATIENCE_S):
                return f"tick {name}: was not called for {since:.0f} s"
        return ""

    def stop(self) -> None:
        """Stop ticking at once; a call that runs is left to end."""
        if self._following:
            self._following.cancel()
        self._scheduler.shutdown(wait=False)

    async def _follow_the_clock(self) -> None:
        """Plan anew what would else come only when a clock that was put back is there again."""
        before = _clock_ahead_of_loop_s()
        while True:
            await asyncio.sleep(CLOCK_LOOK_S)
            now = _clock_ahead_of_loop_s()
            if now < before - CLOCK_LOOK_S:
                for name, known in self._calls.items():
                    self._scheduler.reschedule_job(name, trigger="interval", seconds=known.every_s)
            before = now


def _clock_ahead_of_loop_s() -> float:
    return utc_now().timestamp() - asyncio.get_running_loop().time()
