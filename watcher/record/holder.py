"""Who holds a lease: a process, named so that another one can tell when it is gone.

Without this, what a killed daemon was working on would wait until its leases run out.
"""

from __future__ import annotations

import itertools
import os
import secrets
from pathlib import Path

_PROC = Path("/proc")
_serial = itertools.count(1)


def holder() -> str:
    """Name this process and use: machine and boot, namespace, process, its start, a number.

    Where there is no /proc the name is random, and nobody will ever claim to know that it is gone.
    """
    place, pid = _place(), os.getpid()
    start = _start_of(pid)
    if not place or not start:
        return secrets.token_hex(8)
    return f"{place}/{pid}/{start}/{next(_serial)}"


def is_gone(name: str) -> bool:
    """Say whether that process has certainly ended; False where it cannot be known."""
    place, _, process = name.partition("/")
    if not process or place != _place():
        return False
    pid, start, _serial_number = process.split("/")
    return _start_of(int(pid)) != start


def is_here(name: str) -> bool:
    """Say whether that process is one of this machine, so that `is_gone` is the whole truth."""
    place, _, process = name.partition("/")
    return bool(process) and place == _place()


def _place() -> str:
    """Name the running kernel and process namespace: outside, process ids mean nothing."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = str((_PROC / "self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return ""
    return f"{boot}.{namespace}"


def _start_of(pid: int) -> str:
    """Give the ticks between boot and the start of a process, empty when there is none.

    proc(5): field 22 of stat; field 2, the name, may hold spaces and parentheses.
    A zombie (state Z) has ended.
    """
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
