"""What processes take of the machine, from /proc and the control group. Nothing where it is shut.

Reads small files; where something cannot be read (another system, a sandbox), it is 0: not known.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_GROUPS: Final = Path("/sys/fs/cgroup")


def memory_of(pid: int) -> int:
    """Give the memory of a process in bytes, its share of what it has in common with others."""
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        for line in _lines(_PROC / str(pid) / name):
            if line.startswith(key):
                return int(line.split()[1]) * 1024
    return 0


def descendants(pid: int) -> list[int]:
    """Give the processes that a process started, and those that they started."""
    found: list[int] = []
    for task in _folders(_PROC / str(pid) / "task"):
        for line in _lines(task / "children"):
            for child in map(int, line.split()):
                found += [child, *descendants(child)]
    return found


def memory_in_use(group: Path | None = None) -> tuple[int, int]:
    """Give (used, limit) of the control group, else of the machine; 0 where it is not known.

    What the kernel can drop at any time (the cache of files) does not count as used.
    """
    folder = _own_group() if group is None else group
    limits = [
        int(text)
        for name in ("memory.high", "memory.max")
        if folder and (text := _text(folder / name)) and text.isdigit()
    ]
    if folder and limits and (current := _text(folder / "memory.current")).isdigit():
        stats = dict(line.split() for line in _lines(folder / "memory.stat"))
        return max(int(current) - int(stats.get("file", 0)), 0), min(limits)
    known = {line.split(":")[0]: line.split()[1] for line in _lines(_PROC / "meminfo")}
    total, available = int(known.get("MemTotal", 0)), int(known.get("MemAvailable", 0))
    return ((total - available) * 1024, total * 1024) if available else (0, 0)


def disk(folder: Path) -> tuple[int, int]:
    """Give (free, size) of the file system that a folder is on."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return 0, 0
    return found.free, found.total


def own_memory() -> tuple[int, int]:
    """Give the memory of this process, and of all that it started."""
    own = os.getpid()
    return memory_of(own), sum(memory_of(pid) for pid in descendants(own))


def _own_group() -> Path | None:
    """Give the folder of this process's control group (version 2)."""
    for line in _lines(_PROC / "self" / "cgroup"):
        number, _, path = line.strip().split(":", 2)
        if number == "0":
            return _GROUPS / path.lstrip("/")
    return None


def _text(path: Path) -> str:
    return "".join(_lines(path)).strip()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _folders(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError:
        return []
