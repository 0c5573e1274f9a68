"""Disk and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from watcher.config import database_file, default_folder
from watcher.doctor.finding import bad, good, unknown, warn
from watcher.machine import disk, memory_in_use

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.doctor.finding import Finding, Given

_MB: Final = 1024**2
_DAEMON_MB: Final = 1024
"""What the daemon itself takes with many rules, beside its workers."""


async def disks(given: Given) -> list[Finding]:
    """Look at how much is free where the record and the caches are."""
    file = database_file(given.config.database.reveal())
    folders = {"the record": file.parent} if file else {}
    folders["caches"] = default_folder()
    least = given.config.behind.free_disk
    found = []
    for what, folder in folders.items():
        free, size = disk(_existing(folder))
        told = f"{free / _MB:,.0f} MB free of {size / _MB:,.0f} for {what} ({folder})"
        if not size:
            found.append(unknown("disk", f"how much is free for {what} ({folder})"))
        elif free < least / 10:
            found.append(bad("disk", told, "Free some now: a full disk stops everything."))
        elif free < least:
            found.append(warn("disk", told, "Free some, or lower `limits.max_raw`."))
        else:
            found.append(good("disk", told))
    return found


def _existing(folder: Path) -> Path:
    """Give the nearest folder that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


async def memory(given: Given) -> list[Finding]:
    """Look whether workers and daemon fit into the memory that there is."""
    used, limit = memory_in_use()
    if not limit:
        return [unknown("memory", "how much there is")]
    limits = given.config.limits
    wanted = limits.worker_count * limits.worker_memory_mb + _DAEMON_MB
    told = f"{used / _MB:,.0f} of {limit / _MB:,.0f} MB are used"
    if wanted > limit / _MB:
        what = f"{told}; {limits.worker_count} workers and the daemon may want {wanted:,} MB"
        advice = "Lower `limits.workers` or `limits.worker_memory`, or give it more memory."
        return [warn("memory", what, advice)]
    return [good("memory", told)]
