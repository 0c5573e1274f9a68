"""When each source is due, and the daemon's ticks. Owns apscheduler.

The rule is pure; only `Ticks` runs.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from watcher.model import Fetched, FetchFailed, NotModified, Parsed, SourceState

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from watcher.config import Polling

LASTING_MOVE = 3
"""Polls in a row that must lead to the same new address before it is adopted."""
REPEATED_NOT_FOUND = 3
LONGEST_BACKOFF = timedelta(hours=6)
"""A source is never given up: sites come back."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll of a source gave: the outcome of the fetch, and what was parsed of it."""

    outcome: Fetched | NotModified | FetchFailed
    parsed: Parsed | None = None
    """None unless something was fetched and could be parsed."""
    failure: str = ""
    """Why what was fetched could not be parsed at all."""


def schedule(
    state: SourceState, polled: Polled, *, now: datetime, polling: Polling, jitter: float = 0.5
) -> SourceState:
    """Give the source's next state: when it is due, which address, what a person should know.

    `jitter` in [0, 1) spreads sources over time: up to a tenth is added, never taken from what the
    other side asked for.
    """
    trouble = _trouble(state, polled)
    after = _failed(state, polled, trouble) if trouble else _succeeded(state, polled)
    after = _adopt_move(after, polled.outcome)
    wait = (
        _backoff(after, polled.outcome, polling) if trouble else _interval(after, polled, polling)
    )
    varied = wait * (1 + 0.1 * jitter)
    return replace(
        after,
        polled=now,
        due=now + varied,
        interval_s=wait.total_seconds(),
        succeeded=state.succeeded if trouble else now,
    )


def _trouble(state: SourceState, polled: Polled) -> str:
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
    if not polled.parsed.entries and state.entries_last:
        return f"no entries, where there were {state.entries_last}"
    return ""


def _succeeded(state: SourceState, polled: Polled) -> SourceState:
    recovered = replace(state, failures=0, not_found=0, seen_before=True)
    if isinstance(polled.outcome, NotModified):
        return replace(
            recovered,
            validators=polled.outcome.validators,
            remark=state.remark if not state.failures else "",
        )
    parsed = polled.parsed
    remarks = (
        (*polled.outcome.remarks, *parsed.remarks)
        if isinstance(polled.outcome, Fetched) and parsed
        else ()
    )
    return replace(
        recovered,
        validators=polled.outcome.validators
        if isinstance(polled.outcome, Fetched)
        else state.validators,
        entries_last=len(parsed.entries) if parsed else 0,
        remark="; ".join(remarks),
    )


def _failed(state: SourceState, polled: Polled, trouble: str) -> SourceState:
    outcome = polled.outcome
    if isinstance(outcome, FetchFailed) and outcome.why == "politeness":
        # Not this source's fault: another one on its host was told to be quiet.
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


def _interval(state: SourceState, polled: Polled, polling: Polling) -> timedelta:
    """Poll often while there is news, ever less while there is none, as the source asks."""
    shortest, longest = polling.min_interval_s, polling.max_interval_s
    calm = (
        shortest if isinstance(polled.outcome, Fetched) else max(shortest, state.interval_s * 1.5)
    )
    asked = max(
        getattr(polled.outcome, "fresh_for_s", None) or 0.0,
        (polled.parsed.ttl_s or 0.0) if polled.parsed else 0.0,
    )
    return timedelta(seconds=min(longest, max(shortest, calm, asked)))


def _backoff(
    state: SourceState, outcome: Fetched | NotModified | FetchFailed, polling: Polling
) -> timedelta:
    doubled = timedelta(seconds=polling.min_interval_s * 2.0 ** min(state.failures - 1, 16))
    asked = (
        timedelta(seconds=outcome.retry_after_s or 0.0)
        if isinstance(outcome, FetchFailed)
        else timedelta()
    )
    return min(LONGEST_BACKOFF, max(doubled, asked))


class Ticks:
    """Call functions at intervals, never two calls of one at a time, never dropping a late one."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def every(
        self, seconds: float, call: Callable[[], Coroutine[None, None, None]], *, name: str
    ) -> None:
        """Await `call` every `seconds`, the first time one interval after `start`.

        Only coroutine functions: the library runs any other in a thread.
        """

        async def tick() -> None:
            # Canceled by `stop`: the library would log that as an error.
            with contextlib.suppress(asyncio.CancelledError):
                await call()

        self._scheduler.add_job(tick, "interval", seconds=seconds, id=name, name=name)

    def start(self) -> None:
        """Begin to tick on the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking at once; a call that runs is left to end."""
        self._scheduler.shutdown(wait=False)
