"""Whether the daemon itself is behind, or runs out of room: when that begins and is over. Pure.

Begins above one bound and is over below a lower one, each held for several looks: what swings
around a bound is told once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from watcher.model import Backups, Depths, Machine

What: TypeAlias = Literal["polls", "entries", "outbox", "memory", "disk", "database", "backup"]
WHATS: Final[tuple[What, ...]] = (
    "polls",
    "entries",
    "outbox",
    "memory",
    "disk",
    "database",
    "backup",
)

LOOKS: Final = 2
"""In a row, that must agree."""
JUMP_S: Final = 60.0
"""Less is how clocks are set right."""
RHYTHM: Final = 3
"""So many backups show that they come regularly."""
LEAST_BETWEEN: Final = timedelta(days=1)
"""Backups that come more often, or are made by hand in between, are not missed sooner."""
MADE_UP_FOR: Final = timedelta(hours=3)
"""After a start or a sleep a backup that was missed is made, which may take its unit two hours."""
_GB: Final = 1024**3
_MB: Final = 1024**2


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when on the operator is told."""

    late_s: float = 900.0
    """How long work that could be done may wait."""
    memory: float = 0.9
    """Share of the service's memory limit, or of the machine's memory."""
    free_disk: int = 1 * _GB
    max_database: int = 50 * _GB


@dataclass(frozen=True, slots=True)
class Level:
    """How much of something there is, against its bounds."""

    what: What
    value: float
    begins: float
    ends: float
    said: str
    """What was found, for people."""
    advice: str


@dataclass(frozen=True, slots=True)
class Change:
    """That it began, or is over; and since when it was on."""

    level: Level
    is_over: bool
    since: datetime


@dataclass(slots=True)
class Behind:
    """What has begun and is not over. `since` may be what was on record before a start."""

    since: dict[What, datetime] = field(default_factory=dict)
    _looks: dict[What, int] = field(default_factory=dict)
    """How many looks in a row have spoken for a change."""

    def look(self, levels: Iterable[Level], now: datetime) -> list[Change]:
        """Give what began or is over by this look; `keep` says that it was taken care of."""
        changes = []
        for level in levels:
            what, is_on = level.what, level.what in self.since
            is_other = level.value <= level.ends if is_on else level.value >= level.begins
            self._looks[what] = self._looks.get(what, 0) + 1 if is_other else 0
            if self._looks[what] >= LOOKS:
                changes.append(Change(level, is_on, self.since.get(what, now)))
        return changes

    def keep(self, change: Change) -> None:
        """Take a change for told."""
        what = change.level.what
        self._looks[what] = 0
        if change.is_over:
            self.since.pop(what, None)
        else:
            self.since[what] = change.since

    def remember(self, since: Mapping[str, datetime]) -> None:
        """Go on with what an earlier process had told."""
        self.since |= {what: since[what] for what in WHATS if what in since}


@dataclass(slots=True)
class Awake:
    """Since when work could have been done: the start, the end of a sleep, or a jump of the clock.

    What became due before is late through nobody's fault, and is caught up with first.
    """

    since: datetime | None = None
    _ahead_s: float = 0.0
    """By how much the time of day is ahead of a clock that never jumps and stops in a sleep."""

    def charged(self, depths: Depths, now: datetime, steady_s: float) -> Depths:
        """Give the backlog with waits no longer than this; `steady_s` is that other clock."""
        ahead_s = now.timestamp() - steady_s
        if self.since is None or abs(ahead_s - self._ahead_s) > JUMP_S:
            self.since = now
        self._ahead_s = ahead_s
        most = max((now - self.since).total_seconds(), 0.0)
        return replace(
            depths,
            poll_late_s=min(depths.poll_late_s, most),
            entry_ready_s=min(depths.entry_ready_s, most),
            notice_ready_s=min(depths.notice_ready_s, most),
        )


def backlogs(depths: Depths, bounds: Bounds) -> list[Level]:
    """Measure what the record shows."""
    late, calm = bounds.late_s, bounds.late_s / 3
    size = depths.database_bytes
    return [
        Level(
            "polls",
            depths.poll_late_s,
            late,
            calm,
            f"{depths.polls_late} polls are late, the latest by {_minutes(depths.poll_late_s)}",
            "More sources than this machine can poll, or one host has most of them: see "
            "`fetch.pause` and `polling.min_interval`.",
        ),
        Level(
            "entries",
            depths.entry_ready_s,
            late,
            calm,
            f"{depths.entries_pending} entries wait to be read, "
            f"the oldest for {_minutes(depths.entry_ready_s)}",
            "Pages take too long to be read: see `limits.workers`, or give it more processors.",
        ),
        Level(
            "outbox",
            depths.notice_ready_s,
            late,
            calm,
            f"{sum(count for count, _ in depths.outbox.values())} notices wait, the oldest that "
            f"could go for {_minutes(depths.notice_ready_s)}",
            "A target takes too few messages: see `watcher status` and `most_per_hour`.",
        ),
        Level(
            "database",
            size / bounds.max_database,
            1.0,
            0.95,
            f"the database has {size / _GB:.1f} GB, its bound is {bounds.max_database / _GB:.1f}",
            "Keep less of it, or raise `behind.max_database`.",
        ),
    ]


def shortages(machine: Machine, bounds: Bounds) -> list[Level]:
    """Measure what the machine has left; nothing where that is not known."""
    found = []
    if machine.limit:
        share = machine.used / machine.limit
        used, limit = machine.used // _MB, machine.limit // _MB
        found.append(
            Level(
                "memory",
                share,
                bounds.memory,
                bounds.memory - 0.1,
                f"{used:,} of {limit:,} MB of memory are used",
                "Raise MemoryHigh= and MemoryMax=, or lower `limits.workers`.",
            )
        )
    if machine.disk_size:
        free = machine.disk_free
        found.append(
            Level(
                "disk",
                bounds.free_disk / max(free, 1),
                1.0,
                0.8,
                f"{free // _MB:,} MB of the record's disk are free",
                "Free some: a full disk stops everything, though nothing is lost by it.",
            )
        )
    return found


def backups(found: Backups, now: datetime, awake: datetime) -> list[Level]:
    """Measure how it is with backups, by a daemon `awake` since then; nothing where none are known.

    One that failed is told of; so is one that does not come, where they used to come.
    """
    said, advice = trouble_of_backups(found, now)
    if said:
        is_told = found.failed is not None or now - awake >= MADE_UP_FOR
        return [Level("backup", 1.0 if is_told else 0.7, 1.0, 0.5, said, advice)]
    if not found.made:
        return []
    return [Level("backup", 0.0, 1.0, 0.5, f"a backup was made at {_instant(found.made[0])}", "")]


def trouble_of_backups(found: Backups, now: datetime) -> tuple[str, str]:
    """Say what is wrong with backups, and what to do; empty where nothing is, or none are known."""
    if found.failed is not None:
        said = f"the backup of {_instant(found.failed)} failed: {found.why.removesuffix('.')}"
        return said, f"Mend that, then make one: {_MAKE_ONE}."
    patience = patience_with_backups(found.made)
    if patience is None or now - found.made[0] <= patience:
        return "", ""
    said = f"the last backup was made at {_instant(found.made[0])}, and they used to come"
    return said, (
        "Is their timer on, and did one not come to its end (`systemctl list-timers "
        f"watcher-backup.timer`, `journalctl -u watcher-backup`)? Make one: {_MAKE_ONE}."
    )


def patience_with_backups(made: Sequence[datetime]) -> timedelta | None:
    """Say how long after the last backup, the first of `made`, one is missed; None for no rhythm.

    Twice the usual time between two: an outage does not change that, nor what is made by hand in
    between.
    """
    between = [later - earlier for later, earlier in pairwise(made)]
    usual = [one.total_seconds() for one in between if one >= LEAST_BETWEEN / 2]
    if len(usual) < RHYTHM - 1:
        return None
    return 2 * max(timedelta(seconds=median(usual)), LEAST_BETWEEN)


_MAKE_ONE: Final = "`systemctl start watcher-backup`, or `watcher db backup`"


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _minutes(seconds: float) -> str:
    """Tell a wait in its fitting unit.

    >>> _minutes(90), _minutes(7200)
    ('2 min', '2.0 h')
    """
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
