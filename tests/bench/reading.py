"""Trials of reading, each in a process of its own, so that its CPU and memory are its own.

`python -m tests.bench.reading KIND ARGUMENT…` prints what was measured as JSON. CPU is in seconds
and counts children; the daemon's worker processes are started and warm before the clock, since a
daemon runs for months.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.request import urlopen

from tests.bench import newsroom, processes
from tests.bench.outlet import ETAG, LAST_MODIFIED
from watcher import log
from watcher.app.build import open_watcher
from watcher.clock import utc_now
from watcher.config import load_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watcher.app.watching import Watcher
    from watcher.config import Config

ROOT: Final = Path(__file__).resolve().parents[2]
_REQUEST: Final = (
    "GET /feed/{number} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: application/rss+xml\r\n"
    f"Accept-Encoding: gzip\r\nIf-None-Match: {ETAG}\r\nIf-Modified-Since: {LAST_MODIFIED}\r\n\r\n"
)


# --- polls ------------------------------------------------------------------------------------


def unchanged(folder: str, port: str, count: str, rounds: str) -> dict[str, Any]:
    """Poll so many sources that answer 304, beside clients that only ask; give CPU for a poll."""
    return asyncio.run(_unchanged(_prepared(Path(folder), int(port), int(count)), int(rounds)))


async def _unchanged(config: Config, rounds: int) -> dict[str, Any]:
    where = [(one.url, *_place(one.url)) for one in config.sources]
    found: dict[str, list[float]] = {"ours": [], "raw": [], "aiohttp": []}
    async with open_watcher(config) as watcher:
        await _warm(watcher)
        states = await watcher.record.due(utc_now(), len(where))
        for _ in range(rounds):
            found["raw"].append(_spent(lambda: _ask(where)))
            started = time.process_time()
            await _ask_with_aiohttp([url for url, *_ in where])
            found["aiohttp"].append(time.process_time() - started)
            for state in states:
                watcher.record.polled_unchanged(replace(state, due=utc_now()))
            started = time.process_time()
            await watcher.lanes.polls.drain()
            found["ours"].append(time.process_time() - started)
    return {name: min(seconds) / len(where) for name, seconds in found.items()}


def _place(url: str) -> tuple[str, int, int]:
    host, _, rest = url.removeprefix("http://").partition(":")
    port, _, number = rest.partition("/feed/")
    return host, int(port), int(number)


def _ask(where: Iterable[tuple[str, str, int, int]]) -> None:
    for _, host, port, number in where:
        with socket.create_connection((host, port)) as connection:
            connection.sendall(_REQUEST.format(number=number, host=host, port=port).encode())
            assert connection.recv(65_536).startswith(b"HTTP/1.1 304")


async def _ask_with_aiohttp(urls: list[str]) -> None:
    import aiohttp

    told = {"If-None-Match": ETAG, "If-Modified-Since": LAST_MODIFIED}
    async with aiohttp.ClientSession() as session:
        turns = asyncio.Semaphore(48)

        async def ask(url: str) -> None:
            async with turns, session.get(url, headers=told) as answer:
                assert answer.status == 304

        await asyncio.gather(*map(ask, urls))


def _spent(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


# --- feeds ------------------------------------------------------------------------------------


def feeds(folder: str, port: str, count: str, rounds: str) -> dict[str, Any]:
    """Poll feeds that are new, then unchanged; give the CPU of all processes for each pass."""
    config = load_config(newsroom.write(Path(folder), int(count), int(port)))
    return asyncio.run(_feeds(_quiet(config, Path(folder)), int(rounds)))


async def _feeds(config: Config, rounds: int) -> dict[str, Any]:
    async with open_watcher(config) as watcher:
        await _warm(watcher)
        cold = await _drained(watcher)
        states = [await watcher.record.state(source.id) for source in config.sources]
        warm = []
        for _ in range(rounds):
            for state in states:
                watcher.record.polled_unchanged(replace(state, due=utc_now()))
            warm.append(await _drained(watcher))
        entries = (await watcher.record.status(utc_now())).pending
        return {"cold": cold, "warm": min(warm), "entries": entries}


async def _drained(watcher: Watcher) -> float:
    before = processes.cpu_s(os.getpid())
    await watcher.lanes.polls.drain()
    return processes.cpu_s(os.getpid()) - before


def reader(folder: str, port: str, count: str, rounds: str) -> dict[str, Any]:
    """Do the same with lemon24/reader."""
    from reader import make_reader

    with make_reader(str(Path(folder) / "reader.db")) as known:
        for number in range(int(count)):
            known.add_feed(_feed(number, port))

        def update() -> None:
            known.update_feeds(scheduled=False)  # as asked, not when it finds it is time

        cold = _spent(update)
        warm = min(_spent(update) for _ in range(int(rounds)))
        return {"cold": cold, "warm": warm, "entries": known.get_entry_counts().total}


def rss2email(folder: str, port: str, count: str, rounds: str) -> dict[str, Any]:
    """Do the same with rss2email's command."""
    config, data = Path(folder) / "r2e.cfg", Path(folder) / "r2e.json"
    command = [str(Path(sys.executable).with_name("r2e")), "-c", str(config), "-d", str(data)]
    subprocess.run([*command, "new", "desk@example.org"], check=True, capture_output=True)
    with config.open("a", encoding="utf-8") as file:
        for number in range(int(count)):
            file.write(f"\n[feed.f{number}]\nurl = {_feed(number, port)}\n")

    def run() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, "run", "--no-send"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    cold, warm = run(), min(run() for _ in range(int(rounds)))
    kept = json.loads(data.read_text(encoding="utf-8"))["feeds"]
    return {"cold": cold, "warm": warm, "entries": sum(len(feed["seen"]) for feed in kept)}


def _feed(number: int, port: str) -> str:
    return f"http://{newsroom.address(number)}:{port}/feed/{number}"


# --- pages ------------------------------------------------------------------------------------


def pages(folder: str, port: str, count: str, workers: str) -> dict[str, Any]:
    """Fetch and read all pages that so many feeds list; give CPU, time, and memory on the way.

    The daemon and its workers have as many cores as there are workers.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: int(workers)]))
    file = newsroom.write(Path(folder), int(count), int(port), int(workers))
    return asyncio.run(_pages(_quiet(load_config(file), Path(folder))))


async def _pages(config: Config) -> dict[str, Any]:
    async with open_watcher(config) as watcher:
        await _warm(watcher)
        await watcher.lanes.polls.drain()
        memory: list[list[float]] = []
        watching = asyncio.create_task(_watch_memory(memory))
        before, own, started = processes.cpu_s(os.getpid()), time.process_time(), time.monotonic()
        await watcher.lanes.reads.drain()
        took_s = time.monotonic() - started
        cpu_s, own_s = processes.cpu_s(os.getpid()) - before, time.process_time() - own
        watching.cancel()
        status = await watcher.record.status(utc_now())
        read = {"articles": status.articles, "others": status.pending + status.failed}
        return read | {"cpu_s": cpu_s, "own_s": own_s, "took_s": took_s, "memory": memory}


async def _watch_memory(samples: list[list[float]]) -> None:
    """Note the memory of this process, and of all its workers together, each second."""
    while True:
        mine, *others = processes.tree(os.getpid())
        sizes = processes.resident_mb(mine), *map(processes.resident_mb, others)
        samples.append([sizes[0], max(sizes[1:], default=0.0)])
        await asyncio.sleep(1)


def bare(port: str, count: str) -> dict[str, Any]:
    """Extract so many pages with trafilatura alone; give CPU for each way of calling it.

    Text alone, as fast as it goes, is the part that reading uses. With its own defaults and the
    fields that an article has on record, it does by itself what reading does: a second look where
    the first gives little, title, date and author.
    """
    import trafilatura

    found = [f"http://127.0.0.1:{port}/page/{number}" for number in range(int(count))]
    texts = [urlopen(url, timeout=60).read().decode() for url in found]

    ways: dict[str, dict[str, Any]] = {
        "text alone, fast": {"favor_precision": True, "fast": True},
        "with title, date, author": {"with_metadata": True},
    }

    def extract(options: dict[str, Any]) -> None:
        for text in texts:
            trafilatura.extract(text, include_comments=False, **options)

    return {
        way: min(_spent(partial(extract, options)) for _ in range(2))
        for way, options in ways.items()
    }


# --- what they share --------------------------------------------------------------------------


def _prepared(folder: Path, port: int, count: int) -> Config:
    config = load_config(newsroom.write(folder, count, port))
    newsroom.watched(config, [utc_now() - timedelta(minutes=1)] * count)
    return _quiet(config, folder)


def _quiet(config: Config, folder: Path) -> Config:
    log.set_up(config.log, stream=(folder / "log").open("w"))
    return config


async def _warm(watcher: Watcher) -> None:
    """Have every worker process started."""
    workers = watcher.pipeline.workers
    count = watcher.pipeline.limits.worker_count
    await asyncio.gather(*(workers.run(time.sleep, 1) for _ in range(count)))


_KINDS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "unchanged": unchanged,
    "feeds": feeds,
    "reader": reader,
    "rss2email": rss2email,
    "pages": pages,
    "bare": bare,
}


def here(kind: str, *arguments: object) -> dict[str, Any]:
    """Run a trial in this process."""
    return _KINDS[kind](*map(str, arguments))


def apart(kind: str, *arguments: object) -> dict[str, Any]:
    """Run a trial in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.reading", kind, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    print(json.dumps(here(sys.argv[1], *sys.argv[2:])))
