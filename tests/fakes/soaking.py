"""The daemon on a clock that runs many times too fast, which says how it is when it is asked.

`python -m tests.fakes.soaking watcher.yaml FACTOR`: each line on stdin asks; what is in hand ends
first, so that like is compared with like. The end of stdin ends it.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watcher import clock

if TYPE_CHECKING:
    from watcher.app.periodic import Periodic
    from watcher.app.watching import Watcher

START = datetime(2026, 3, 2, tzinfo=UTC)
_began = time.monotonic()
_reloads = 0
_factor = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0


def elapsed_s() -> float:
    return (time.monotonic() - _began) * _factor


def now() -> datetime:
    return START + timedelta(seconds=elapsed_s())


async def sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / _factor)


clock.utc_now = now  # before anybody else imports it


async def main(config_file: Path) -> None:
    from watcher import log
    from watcher.app import build
    from watcher.app.periodic import Periodic
    from watcher.config import load_config
    from watcher.keptlexicon import keep_lexicon
    from watcher.notify import Notifier
    from watcher.record import Record

    keep_lexicon()
    vars(build)["SteadyClock"] = partial(clock.SteadyClock, elapsed=elapsed_s)
    vars(build)["Notifier"] = partial(Notifier, sleep=sleep)
    count_reloads(Periodic)
    # A lease is told by the fast clock, and what it is for takes the time it takes.
    vars(build)["Record"] = partial(
        Record, reading_lease_s=300 * _factor, sending_lease_s=180 * _factor
    )
    config = load_config(config_file)
    log.set_up(config.log)
    stop, asked = asyncio.Event(), asyncio.Queue[str]()
    loop = asyncio.get_running_loop()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(asked.put_nowait, line.strip())
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=listen, daemon=True).start()
    async with build.open_watcher(config) as watcher:
        watcher.pipeline.sleep = sleep
        answering = asyncio.create_task(answer(watcher, asked), name="answering")
        await watcher.run(stop)
        answering.cancel()


def count_reloads(periodic: type[Periodic]) -> None:
    judge_rules = periodic.judge_rules

    def judged(self: Periodic) -> None:
        global _reloads  # noqa: PLW0603 - one daemon is one process
        judge_rules(self)
        _reloads += not self.rulebook.refused

    periodic.judge_rules = judged  # type: ignore[method-assign]


async def answer(watcher: Watcher, asked: asyncio.Queue[str]) -> None:
    while True:
        rest_s = float(await asked.get())
        lanes = watcher.lanes
        every: list[Any] = [lanes.polls, lanes.reads, *lanes.deliveries]
        # No new work, as if the database were away; what is in hand ends.
        lanes.standstill.since, lanes.standstill.why = -1e9, "measuring"
        lanes.standstill._pause_s = 1e12
        in_hand = [task for lane in every for task in lane._in_hand.values()]
        await asyncio.gather(*in_hand, return_exceptions=True)
        await asyncio.sleep(rest_s)  # idle connections are closed after a while
        found = await watcher.record.upkeep.backlog()
        waiting = sum(found.waiting.values())
        print(json.dumps(measured() | {"pending": found.pending, "waiting": waiting}), flush=True)
        lanes.standstill.why = ""
        lanes.wake()


def measured() -> dict[str, Any]:
    gc.collect()
    fds = [str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()]
    kinds = Counter(fd.partition(":")[0] if ":" in fd else fd for fd in fds)
    tasks = Counter(task.get_name().partition("-")[0] for task in asyncio.all_tasks())
    workers = [resident_mb(pid) for pid in children(os.getpid())]
    return {
        "hours": elapsed_s() / 3600,
        "reloads": _reloads,
        "rss_mb": resident_mb(os.getpid()),
        "workers_mb": max(workers, default=0.0),
        "tasks": sum(tasks.values()),
        "threads": threading.active_count(),
        "sockets": kinds.pop("socket", 0),
        "fds": sum(kinds.values()),
        "objects": len(gc.get_objects()) + gc.get_freeze_count(),
        "sqlite_mb": sqlite_mb(),
    }


def sqlite_mb() -> float:
    """Give what SQLite has taken of the memory, where Python shares its library."""
    try:
        return float(ctypes.CDLL("libsqlite3.so.0").sqlite3_memory_used()) / 1e6
    except (OSError, AttributeError):
        return 0.0


def resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def children(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for listed in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, listed.read_text().split())
    return found[1:]


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
