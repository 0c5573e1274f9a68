"""The cluster's jobs beside those of procrastinate by itself, and what more workers bring."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.bench.measure import Figure, Goal, keep, show
from tests.bench.queueing import fill, left
from watcher.record.engine import parse_url
from watcher.record.migrate import upgrade

if TYPE_CHECKING:
    from tests.fakes.postgres import Postgres

AT_ONCE = 8


def rate(server: Postgres, kind: str, workers: int, length_s: float, jobs: int) -> float:
    """Give the jobs a second that so many workers do."""
    name = server.make()
    url = server.url(name)
    upgrade(parse_url(url))
    asyncio.run(fill(kind, url, jobs))
    command = [sys.executable, "-m", "tests.bench.queueing", kind, url, str(AT_ONCE), str(length_s)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    started = time.perf_counter()
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    while asyncio.run(left(url)):
        time.sleep(0.02)
    took = time.perf_counter() - started
    for one in running:
        one.communicate("stop\n", timeout=60)
    server.drop(name)
    return jobs / took


def figures(server: Postgres, length_s: float, jobs: int, counts: tuple[int, ...]) -> list[Figure]:
    found = []
    first = 0.0
    for workers in counts:
        # One after the other, twice, so that both have the machine as it is.
        ours, peers = [], []
        for _ in range(2):
            peers.append(rate(server, "bare", workers, length_s, jobs * workers))
            ours.append(rate(server, "ours", workers, length_s, jobs * workers))
        first = first or max(ours)
        what = f"cluster jobs of {length_s * 1000:.0f} ms, {workers} workers of {AT_ONCE}"
        peer = "procrastinate by itself"
        goal = Goal("ratio", "≥", 0.8)
        found.append(Figure(what, max(ours), "jobs/s", peer, max(peers), goal))
        if workers > counts[0]:
            what = f"the same, beside {counts[0]} worker"
            found.append(Figure(what, max(ours), "jobs/s", "one worker", first))
    return found


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_jobs_a_second(postgres: Postgres) -> None:
    found = [
        *figures(postgres, 0.1, 400, (1, 2, 4)),
        *figures(postgres, 0.01, 1000, (1, 2)),
        *figures(postgres, 0.0, 1000, (1, 2)),
    ]
    show("Jobs of a cluster", found)
    keep(found)


@pytest.mark.postgres
def test_the_measurement_measures(postgres: Postgres) -> None:
    """A smoke run, so that it works when it is wanted."""
    assert rate(postgres, "bare", 1, 0.0, 20) > 0
    assert rate(postgres, "ours", 1, 0.0, 20) > 0
