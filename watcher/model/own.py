"""How the daemon itself is: how much waits, and what it takes of its machine."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - part of the values themselves
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the values themselves


@dataclass(frozen=True, slots=True)
class Depths:
    """How much waits, and since when it could have been done, in seconds."""

    polls_late: int = 0
    poll_late_s: float = 0.0
    entries_pending: int = 0
    entry_ready_s: float = 0.0
    outbox: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    """Target -> how many notices wait, and how long the oldest has."""
    notice_ready_s: float = 0.0
    """How long the notice that has been ready to go longest is."""
    database_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Backups:
    """The backups that were made of the record, as far as it knows."""

    made: tuple[datetime, ...] = ()
    """The last ones, the newest first."""
    file: str = ""
    """Where the newest was put."""
    failed: datetime | None = None
    """When one failed, where none was made since."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the daemon takes of its machine, in bytes."""

    daemon: int = 0
    workers: int = 0
    used: int = 0
    """Of the memory that is limited: by the service's limit, or else the machine's."""
    limit: int = 0
    """0 where it is not known."""
    disk_free: int = 0
    disk_size: int = 0
