"""Processes watched from outside: how much CPU they used, with all that they started."""

from __future__ import annotations

import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Give a process and all its descendants."""
    found = [pid]
    for parent in found:
        for listed in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, listed.read_text().split())
    return found


def cpu_s(pid: int) -> float:
    """Give the CPU seconds that a process, its descendants and those it waited for have used."""
    return sum(map(_own_cpu_s, tree(pid)))


def _own_cpu_s(pid: int) -> float:
    # user, system, and both of children that were waited for; the name before may hold spaces
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) * _TICK_S


def resident_mb(pid: int) -> float:
    """Give the memory that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak_mb(pid: int) -> float:
    """Give the most memory that a process has held; nothing once it has ended.

    What `wait4` tells is no less than its parent held when it was forked.
    """
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
