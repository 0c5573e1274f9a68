"""What an operator can set. Values only; reading them is load's job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.behind import Bounds
from watcher.fetch import FetchSettings
from watcher.log import LogSettings
from watcher.record import Keep

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Final

    from watcher.model import Secret, Source
    from watcher.notify import Target

LOOPBACK: Final = ("127.0.0.1", 8787)
"""Where answers are listened for unless another place is set."""


@dataclass(frozen=True, slots=True)
class Polling:
    """How often a source may be and must be asked; a source can have its own bounds."""

    min_interval_s: float = 120.0
    max_interval_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What keeps one input, or one flood of it, from harming the rest."""

    max_age_s: float = 48 * 3600.0
    """Older articles are recorded and not alerted on, unless their rule says otherwise."""
    read_attempts: int = 3
    article_timeout_s: float = 20.0
    """A worker process that needs longer for one page or feed is killed."""
    worker_count: int = 2
    worker_memory_mb: int = 1024
    max_entries_per_poll: int = 1000
    keep_raw_s: float = 14 * 86400.0
    """How long pages are kept as received; 0 for not at all."""
    max_raw_bytes: int = 2 * 1024**3
    """What they may take together, compressed."""
    story_quiet_s: float = 86400.0
    """How long nothing must be added to a story until it is summed up for who wants that."""
    max_pending: int = 20_000
    """Entries that wait to be read; beyond it, sources that have some waiting are not polled."""
    max_waiting: int = 500
    """Notices that wait for one target; beyond twice as many, all but these become one summary."""


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Signed links in messages, by which people acknowledge and silence."""

    secret: Secret
    url: str
    """The address at which people reach what listens here."""
    listen: tuple[str, int] = LOOPBACK
    """Address and port."""


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where metrics can be had; nowhere unless it is set."""

    listen: tuple[str, int] | None = None
    """Address and port of `/metrics`, `/healthz` and `/readyz`."""
    file: Path | None = None
    """For the textfile collector of Prometheus' node exporter."""
    sources: int = 200
    """How many sources have a histogram of their own; the others share one."""


@dataclass(frozen=True)
class HeartbeatSettings:
    """Who is told, at intervals, that the daemon lives."""

    url: Secret
    every_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that is set, checked, with every path and secret resolved."""

    file: Path
    database: Secret
    rules: Path
    sources_file: Path
    sources: tuple[Source, ...] = ()
    targets: tuple[Target, ...] = ()
    fetch: FetchSettings = field(default_factory=FetchSettings)
    polling: Polling = field(default_factory=Polling)
    limits: Limits = field(default_factory=Limits)
    log: LogSettings = field(default_factory=LogSettings)
    keep: Keep = field(default_factory=Keep)
    """How long articles and notices are kept."""
    timezone: str = "UTC"
    """In which targets are told times, unless a target has its own."""
    operator: str = ""
    """The target that hears of the watcher's own troubles; empty for none."""
    templates: Path | None = None
    """The folder of message templates that go before ours; None for ours alone."""
    links: LinkSettings | None = None
    """None for messages without links to answer by."""
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    heartbeat: HeartbeatSettings | None = None
    """None for no watcher outside."""
    behind: Bounds = field(default_factory=Bounds)
