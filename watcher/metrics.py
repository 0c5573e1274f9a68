"""Counts what the daemon does, for Prometheus. Owns prometheus-client.

One registry for each `Metrics`, so nothing is global. Labels are bounded: stages, outcomes, lanes
and the configured targets; of sources only so many have series of their own.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from watcher.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from prometheus_client import Metric

    from watcher.model import ClusterStatus, Depths, Machine

PollOutcome: TypeAlias = Literal["new", "nothing", "failed"]
EntryOutcome: TypeAlias = Literal["read", "kept", "refused", "failed", "put_off"]
Attempted: TypeAlias = Literal["sent", "postponed", "refused"]

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
LEADER: Final = "leader"
OTHERS: Final = "(others)"
"""The label of all sources beyond those that have series of their own."""
_READABLE: Final = stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH
_LATENCY: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400)
_LATENCY_OF_SOURCE: Final = (1, 10, 60, 600, 3600, 21_600)
"""Few: there is such a series for each of many sources."""
_FETCH: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LAG: Final = (0.01, 0.05, 0.1, 0.5, 1, 5, 30)


class Metrics:
    """All series of one daemon."""

    def __init__(self, targets: Iterable[str], most_sources: int = 200, version: str = "") -> None:
        self._registry = CollectorRegistry()
        self._most_sources = most_sources
        self._sources: set[str] = set()
        self._failing: set[str] = set()
        self._revision = ""
        self._polled_at = 0.0
        # Looked up once: with thousands of sources most of what happens is a poll.
        self._of_fetch: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        self._of_poll: dict[str, Counter] = {}
        ProcessCollector(registry=self._registry)
        self._count()
        self._measure()
        self._build.labels(version).set(1)
        self._begin_at_zero(tuple(targets))

    def _count(self) -> None:
        self._polls = self._counter("polls", "Polls of sources that were recorded.", "outcome")
        self._fetches = self._counter(
            "fetches", "Requests for feeds and pages.", "accept", "outcome"
        )
        self._entries = self._counter("entries_new", "Entries that were listed for the first time.")
        self._read = self._counter("entries", "Entries by what came of reading them.", "outcome")
        self._articles = self._counter(
            "articles", "Articles that were recorded, by how they relate to others.", "relation"
        )
        self._matches = self._counter("matches", "Matches of rules in articles.", "severity")
        self._notices = self._counter(
            "notices_queued", "Notices that articles put into the outbox.", "target"
        )
        self._deliveries = self._counter(
            "deliveries", "Attempts to deliver a notice.", "target", "outcome"
        )
        self._retries = self._counter(
            "delivery_retries", "Attempts to deliver a notice again.", "target"
        )
        self._dead = self._counter("dead_letters", "Notices that were given up.", "target")
        self._logged = self._counter("log_lines", "Lines of the log.", "level")

    def _measure(self) -> None:
        self._fetch_s = self._histogram(
            "fetch", "Time of a request, with waiting for its turn.", _FETCH, "accept"
        )
        self._delivery_s = self._histogram(
            "delivery", "Time of an attempt to deliver.", _FETCH, "target"
        )
        self._latency = self._histogram(
            "delivery_latency",
            "Time from publication, and from first sight, until a notice was delivered.",
            _LATENCY,
            "target",
            "since",
        )
        self._latency_of_source = self._histogram(
            "source_delivery_latency",
            f"The same by source; beyond metrics.sources all are '{OTHERS}'.",
            _LATENCY_OF_SOURCE,
            "source",
            "since",
        )
        self._lag = self._histogram("loop_lag", "How late the event loop gets to its work.", _LAG)
        self._succeeded = self._gauge(
            "last_success_timestamp_seconds", "When a stage, or a backup, last succeeded.", "stage"
        )
        self._failing_sources = self._gauge(
            "sources_failing", "Sources whose last poll since the start failed."
        )
        self._active = self._gauge("sources", "Sources that are polled.")
        self._late = self._gauge("polls_late", "Polls that are more than ten seconds late.")
        self._late_s = self._gauge("poll_late_seconds", "How late the latest of them is.")
        self._pending = self._gauge("entries_pending", "Entries that wait to be read.")
        self._ready_s = self._gauge(
            "entry_ready_seconds", "How long the oldest entry that may be read has waited."
        )
        self._waiting = self._gauge("outbox_waiting", "Notices that wait.", "target")
        self._oldest = self._gauge(
            "outbox_oldest_seconds", "How long ago the oldest of them was queued.", "target"
        )
        self._notice_s = self._gauge(
            "notice_ready_seconds", "How long the oldest notice that may be sent has waited."
        )
        self._in_hand = self._gauge("in_hand", "Pieces of work that are being done.", "lane")
        self._database = self._gauge("database_bytes", "Size of the database.")
        self._memory = self._gauge("memory_bytes", "Memory, shared pages in part.", "process")
        self._used = self._gauge("memory_used_bytes", "Memory that counts towards the limit.")
        self._limit = self._gauge("memory_limit_bytes", "The service's limit, or the machine's.")
        self._free = self._gauge("disk_free_bytes", "Free disk where the record is kept.")
        self._disk = self._gauge("disk_size_bytes", "Size of that disk.")
        self._rules = self._gauge("rules", "Rules in force.")
        self._rules_info = self._gauge("rules_info", "Which rules are in force.", "revision")
        self._build = self._gauge("build_info", "Which program this is.", "version")
        self._healthy = self._gauge("healthy", "1 while everything that has work moves.")
        self._usable = self._gauge("database_usable", "1 while the database can be written.")
        self._members = self._gauge(
            "cluster_members",
            f"Processes of a cluster by role, '{LEADER}' for who schedules.",
            "role",
        )
        self._behind = self._gauge("behind", "1 while the daemon is behind in this.", "what")

    def _begin_at_zero(self, targets: tuple[str, ...]) -> None:
        """Have series from the start: an increase from nothing to one is none to Prometheus."""
        for outcome in ("new", "nothing", "failed"):
            self._of_poll[outcome] = self._polls.labels(outcome)
        for came in ("read", "kept", "refused", "failed", "put_off"):
            self._read.labels(came)
        for level in ("warning", "error"):
            self._logged.labels(level)
        for target in targets:
            self._notices.labels(target)
            self._retries.labels(target)
            self._dead.labels(target)
            for done in ("sent", "postponed", "refused"):
                self._deliveries.labels(target, done)

    # --- what was done ----------------------------------------------------------------------

    def fetched(self, accept: str, outcome: str, seconds: float) -> None:
        """Count a request: what was asked for, how it ended, how long it took."""
        series = self._of_fetch.get((accept, outcome))
        if series is None:
            series = self._fetches.labels(accept, outcome), self._fetch_s.labels(accept)
            self._of_fetch[accept, outcome] = series
        series[0].inc()
        series[1].observe(seconds)

    def polled(self, source: str, outcome: PollOutcome, new: int, at: datetime) -> None:
        """Count a poll and the entries that were new."""
        self._of_poll[outcome].inc()
        if new:
            self._entries.inc(new)
        if outcome == "failed":
            self._failing.add(source)
        else:
            self._failing.discard(source)
            self._polled_at = at.timestamp()

    def entry(self, outcome: EntryOutcome) -> None:
        """Count what came of reading an entry."""
        self._read.labels(outcome).inc()

    def article(self, relation: str, severities: Iterable[str], at: datetime) -> None:
        """Count an article that was recorded, with its matches."""
        self.entry("read")
        self._articles.labels(relation).inc()
        for severity in severities:
            self._matches.labels(severity).inc()
        self._succeeded.labels("read").set(at.timestamp())

    def queued(self, targets: Iterable[str]) -> None:
        """Count notices that were queued."""
        for target in targets:
            self._notices.labels(target).inc()

    def attempted(
        self, target: str, outcome: Attempted, took_s: float, *, is_retry: bool = False
    ) -> None:
        """Count an attempt to deliver."""
        self._deliveries.labels(target, outcome).inc()
        self._delivery_s.labels(target).observe(max(took_s, 0.0))
        if is_retry:
            self._retries.labels(target).inc()
        if outcome == "refused":
            self._dead.labels(target).inc()

    def delivered(
        self, target: str, source: str, latencies_s: Mapping[str, float], at: datetime
    ) -> None:
        """Measure how long after the news it was: `published` and `seen` -> seconds."""
        self._succeeded.labels("notify").set(at.timestamp())
        if not source:
            return
        shown = self._shown(source)
        for since, seconds in latencies_s.items():
            self._latency.labels(target, since).observe(max(seconds, 0.0))
            self._latency_of_source.labels(shown, since).observe(max(seconds, 0.0))

    def logged(self, level: str) -> None:
        """Count a line of the log."""
        self._logged.labels(level).inc()

    def lagged(self, seconds: float) -> None:
        """Measure how late the event loop was."""
        self._lag.observe(max(seconds, 0.0))

    # --- how it is --------------------------------------------------------------------------

    def in_force(self, rules: int, revision: str) -> None:
        """Say which rules are in force."""
        self._rules.set(rules)
        if revision != self._revision:
            if self._revision:
                self._rules_info.remove(self._revision)
            self._revision = revision
        self._rules_info.labels(revision).set(1)

    def active(self, sources: int) -> None:
        """Say how many sources are polled."""
        self._active.set(sources)

    def deep(self, depths: Depths) -> None:
        """Say how much waits."""
        self._late.set(depths.polls_late)
        self._late_s.set(depths.poll_late_s)
        self._pending.set(depths.entries_pending)
        self._ready_s.set(depths.entry_ready_s)
        self._notice_s.set(depths.notice_ready_s)
        self._database.set(depths.database_bytes)
        self._waiting.clear()
        self._oldest.clear()
        for target, (waiting, oldest_s) in depths.outbox.items():
            self._waiting.labels(target).set(waiting)
            self._oldest.labels(target).set(oldest_s)

    def backed_up(self, made: Sequence[datetime]) -> None:
        """Say when the last backup was made, the first of `made`, where there is one."""
        if made:
            self._succeeded.labels("backup").set(made[0].timestamp())

    def cluster(self, cluster: ClusterStatus | None) -> None:
        """Say who is there; without a cluster there is no such series."""
        self._members.clear()
        if cluster:
            for role in Role:
                self._members.labels(role.value).set(cluster.having(role))
            self._members.labels(LEADER).set(cluster.leader is not None)

    def on(self, machine: Machine) -> None:
        """Say what is taken of the machine."""
        self._memory.labels("daemon").set(machine.daemon)
        self._memory.labels("workers").set(machine.workers)
        self._used.set(machine.used)
        self._limit.set(machine.limit)
        self._free.set(machine.disk_free)
        self._disk.set(machine.disk_size)

    def doing(self, lane: str, pieces: int) -> None:
        """Say how many pieces of work a lane has in hand."""
        self._in_hand.labels(lane).set(pieces)

    def well(self, *, is_healthy: bool, is_usable: bool) -> None:
        """Say whether everything moves, and whether the database can be used."""
        self._healthy.set(is_healthy)
        self._usable.set(is_usable)

    def behind(self, what: str, *, is_on: bool) -> None:
        """Say whether the daemon is behind in something."""
        self._behind.labels(what).set(is_on)

    # --- telling ----------------------------------------------------------------------------

    def written(self) -> bytes:
        """Give everything in Prometheus' text format. Takes milliseconds for each 1,000 series."""
        self._failing_sources.set(len(self._failing))
        if self._polled_at:
            self._succeeded.labels("poll").set(self._polled_at)
        return generate_latest(_Lean(self._registry))

    @property
    def names(self) -> frozenset[str]:
        """Every name that a query can use."""
        found = set()
        for metric in self._registry.collect():
            found.add(metric.name)
            suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
            found.update(f"{metric.name}{end}" for end in suffixes.get(metric.type, ()))
        return frozenset(found)

    def _shown(self, source: str) -> str:
        if source in self._sources:
            return source
        if len(self._sources) >= self._most_sources:
            return OTHERS
        self._sources.add(source)
        return source

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, namespace="watcher", registry=self._registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(name, what, labels, namespace="watcher", registry=self._registry)

    def _histogram(
        self, name: str, what: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            f"{name}_seconds",
            what,
            labels,
            namespace="watcher",
            registry=self._registry,
            buckets=buckets,
        )


@dataclass(frozen=True, slots=True)
class _Lean:
    """A registry without the instants at which series began, which nobody asks for."""

    registry: CollectorRegistry

    def collect(self) -> Iterator[Metric]:
        for metric in self.registry.collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric


def write_file(path: Path, body: bytes) -> None:
    """Put metrics where a collector of files reads them, who never sees half of them; OSError.

    Readable for all, whatever the service's umask: the collector is another user.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(body)
        draft.chmod(_READABLE)
        draft.replace(path)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
