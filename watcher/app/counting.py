"""The record and the fetcher, counted: what comes of work is counted where it is kept or asked for.

So the stages know nothing of metrics, and what is counted is what is on record: a step that raised
has changed nothing and counts for nothing.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final, Literal

from watcher.fetch import Fetcher
from watcher.model import FetchFailed, NotModified, Validators
from watcher.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from watcher.fetch import FetchSettings
    from watcher.metrics import Metrics
    from watcher.model import (
        Alert,
        Entry,
        Evidence,
        Fetched,
        Judge,
        Notice,
        Pending,
        Reading,
        Relation,
        Sample,
        Sent,
        SourceState,
    )

_NOTHING_KNOWN: Final = Validators()


class CountedRecord(Record):
    """The record; counts what it has kept."""

    def __init__(self, url: str, *, judge: Judge, metrics: Metrics, **also: Any) -> None:
        super().__init__(url, judge=judge, **also)
        self._metrics = metrics

    async def polled(
        self,
        state: SourceState,
        listed: Sequence[Entry],
        now: datetime,
        most: int = 100_000,
        learn: Any = None,
    ) -> int:
        """Keep a poll."""
        new = await super().polled(state, listed, now, most, learn)
        outcome = "failed" if state.failures else "new" if new else "nothing"
        self._metrics.polled(state.id, outcome, new, now)  # type: ignore[arg-type]  # one of the three
        return new

    def polled_unchanged(self, after: SourceState, before: SourceState | None = None) -> None:
        """Keep a poll that brought nothing."""
        super().polled_unchanged(after, before)
        if after.polled:
            self._metrics.polled(after.id, "nothing", 0, after.polled)

    async def related(
        self, reading: Reading, relate: Any, since: datetime, now: datetime
    ) -> tuple[Relation, tuple[Notice, ...]]:
        """Keep a reading."""
        relation, notices = await super().related(reading, relate, since, now)
        severities = (found.severity.word for found in reading.matches)
        self._metrics.article(relation.kind, severities, now)
        self._metrics.queued(notice.target for notice in notices)
        return relation, notices

    async def stays(self, pending: Pending, why: str, now: datetime, **how: Any) -> bool:
        """Keep that an article stays as it was."""
        has_stayed = await super().stays(pending, why, now, **how)
        if has_stayed:
            self._metrics.entry("kept")
        return has_stayed

    async def entry_failed(
        self,
        pending: Pending,
        why: str,
        now: datetime,
        retry_at: datetime | None,
        sample: Sample | None = None,
    ) -> None:
        """Keep that an entry could not be read."""
        await super().entry_failed(pending, why, now, retry_at, sample)
        self._metrics.entry("put_off" if retry_at else "failed")

    async def entry_skipped(
        self,
        pending: Pending,
        why: str,
        now: datetime,
        sample: Sample | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        """Keep that an entry is no article."""
        await super().entry_skipped(pending, why, now, sample, evidence)
        self._metrics.entry("refused")

    async def sent(self, notice: Notice, outcome: Sent, now: datetime, took_s: float = 0.0) -> None:
        """Keep a delivery."""
        await super().sent(notice, outcome, now, took_s)
        self._metrics.attempted(notice.target, "sent", took_s, is_retry=notice.attempts > 0)
        alert = notice.alert
        latencies = {"seen": (now - alert.seen).total_seconds()}
        if alert.published:
            latencies["published"] = (now - alert.published).total_seconds()
        self._metrics.delivered(notice.target, alert.source_id, latencies, now)

    async def postponed(  # noqa: PLR0913 - as of the record
        self,
        notice: Notice,
        why: str,
        retry_at: datetime,
        now: datetime,
        took_s: float = 0.0,
        *,
        taken: tuple[str, ...] = (),
    ) -> None:
        """Keep a failure that may pass."""
        await super().postponed(notice, why, retry_at, now, took_s, taken=taken)
        self._metrics.attempted(notice.target, "postponed", took_s, is_retry=notice.attempts > 0)

    async def refused(  # noqa: PLR0913 - as of the record
        self,
        notice: Notice,
        why: str,
        now: datetime,
        took_s: float = 0.0,
        *,
        fallback: str = "",
        word: tuple[str, Alert, str] | None = None,
    ) -> None:
        """Keep a failure for good."""
        await super().refused(notice, why, now, took_s, fallback=fallback, word=word)
        self._metrics.attempted(notice.target, "refused", took_s, is_retry=notice.attempts > 0)


class CountedFetcher(Fetcher):
    """The fetcher; counts and times what it was asked for."""

    def __init__(self, settings: FetchSettings, metrics: Metrics, **also: Any) -> None:
        super().__init__(settings, **also)
        self._metrics = metrics

    async def fetch(
        self,
        url: str,
        validators: Validators = _NOTHING_KNOWN,
        accept: Literal["feed", "page"] = "feed",
        ignore_robots: str = "",
    ) -> Fetched | NotModified | FetchFailed:
        """Fetch, and count what came of it."""
        started = time.monotonic()
        outcome = await super().fetch(url, validators, accept, ignore_robots)
        name = "fetched"
        if isinstance(outcome, FetchFailed):
            name = outcome.why
        elif isinstance(outcome, NotModified):
            name = "not-modified"
        self._metrics.fetched(accept, name, time.monotonic() - started)
        return outcome


class LogCounter(logging.Handler):
    """Counts the lines of the log by level."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line."""
        self._metrics.logged("error" if record.levelno >= logging.ERROR else "warning")
