"""What polling and reading cost, beside readers of feeds, bare extraction and a bare socket.

Everything is fetched from a newsroom on loopback in a process of its own. Other work on the machine
disturbs: peers are measured in the same minutes, and figures are ratios where a peer exists.
"""

from __future__ import annotations

import importlib.util
import math
import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.bench import newsroom, processes, reading
from tests.bench.measure import Figure, Goal, keep, show
from tests.bench.outlet import arrivals, outlet
from watcher.clock import utc_now
from watcher.config import load_config
from watcher.schedule import GRID_S

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = 10_000
INTERVAL_S = 600.0
WINDOW_S = 90.0
FEEDS = 200
PAGES_FEEDS = 15
MEMORY_FEEDS = 250
DISTINCT_PAGES = 400
ENTRIES = 20
ROUNDS = 3
PEERS = ("reader", "rss2email")
_SETTLED_S = 5.0
_WARM_SHARE = 0.2


# --- figures ----------------------------------------------------------------------------------


def of_unchanged(folder: Path, count: int, rounds: int) -> list[Figure]:
    """Set the whole path of a poll that is answered 304 beside clients that only ask."""
    with outlet(1) as port:
        took = reading.apart("unchanged", folder, port, count, rounds)
    ours, raw, client = (took[name] * 1e3 for name in ("ours", "raw", "aiohttp"))
    metric = "a poll answered 304, CPU"
    return [
        Figure(metric, ours, "ms", "socket", raw, Goal("ratio", "≤", 8)),
        Figure(metric, ours, "ms", "aiohttp alone", client),
    ]


def of_feeds(folder: Path, count: int, rounds: int) -> list[Figure]:
    """Set the first and later polls of feeds beside other readers of feeds."""
    names = ["feeds", *(name for name in PEERS if importlib.util.find_spec(name))]
    tried: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    with outlet(count) as port:
        for turn in range(min(rounds, 2)):  # all have their turn, and then again
            for name in names:
                place = folder / f"{name}-{turn}"
                place.mkdir()
                tried[name].append(reading.apart(name, place, port, count, rounds))
    found = {one["entries"] for taken in tried.values() for one in taken}
    assert found == {count * ENTRIES}, tried
    best = {
        name: {state: min(one[state] for one in taken) for state in ("cold", "warm")}
        for name, taken in tried.items()
    }
    ours = best.pop("feeds")
    return [
        Figure(f"{count} feeds, {state}, CPU", ours[state], "s", peer, took[state], goal)
        for state in ("cold", "warm")
        for peer, took in best.items()
        for goal in [_feeds_goal(state, peer, is_best=took == min(best.values(), key=_cold))]
    ]


def _cold(took: dict[str, float]) -> float:
    return took["cold"]


def _feeds_goal(state: str, peer: str, *, is_best: bool) -> Goal | None:
    if state == "cold":
        return Goal("ratio", "≤", 0.75) if is_best else None
    return Goal("ratio", "≤", 0.7) if peer == "reader" else None


def of_pages(folder: Path, feeds: int) -> list[Figure]:
    """Set pages from fetch to record beside bare extraction, and two cores beside one."""
    count = feeds * ENTRIES
    with outlet(feeds, count) as port:
        first = reading.apart("bare", port, count)
        one, two = (_read(folder, port, feeds, workers) for workers in (1, 2))
        again = reading.apart("bare", port, count)
    cpu_s = min(one["cpu_s"], two["cpu_s"])
    metric = "pages, fetch to record"
    alone, whole = ((way, count / min(first[way], again[way])) for way in first)
    per_core = Goal("ratio", "≥", 0.8)
    return [
        Figure(
            metric, count / cpu_s, "pages/s of CPU", f"trafilatura, {whole[0]}", whole[1], per_core
        ),
        Figure(metric, count / cpu_s, "pages/s of CPU", f"trafilatura, {alone[0]}", alone[1]),
        Figure(
            f"{metric}, two processes on two cores",
            count / two["took_s"],
            "pages/s",
            "one on one",
            count / one["took_s"],
            Goal("ratio", "≥", 1.8),
        ),
        Figure(f"{metric}, the daemon's part", one["own_s"] / count * 1e3, "ms of CPU"),
    ]


def of_memory(folder: Path, feeds: int, distinct: int) -> list[Figure]:
    """Set the daemon's memory after many pages beside that after the first fifth of them."""
    with outlet(feeds, distinct) as port:
        samples = _read(folder, port, feeds, 2)["memory"]
    warm = samples[int(len(samples) * _WARM_SHARE) :]
    most = Goal("ratio", "≤", 1.05)
    after = f"after {feeds * ENTRIES * _WARM_SHARE:,.0f}"
    metric = f"memory after {feeds * ENTRIES:,} pages"
    names = ("daemon", "worker")
    return [
        Figure(
            f"{metric}, {name}", _middle(warm[-5:], at), "MB", after, _middle(warm[:5], at), most
        )
        for at, name in enumerate(names)
    ]


def _middle(samples: list[list[float]], at: int) -> float:
    return sorted(sample[at] for sample in samples)[len(samples) // 2]


def _read(folder: Path, port: int, feeds: int, workers: int) -> dict[str, Any]:
    place = folder / f"{feeds} feeds, {workers} workers"
    place.mkdir()
    read = reading.apart("pages", place, port, feeds, workers)
    assert (read["articles"], read["others"]) == (feeds * ENTRIES, 0), read
    return read


def of_idling(folder: Path, count: int, interval_s: float, window_s: float) -> list[Figure]:
    """Run the daemon with so many sources that have nothing new; see its CPU and punctuality."""
    with outlet(1) as port:
        config = load_config(newsroom.write(folder, count, port))
        start = utc_now() + timedelta(seconds=20 + count / 100)
        due = newsroom.spread(start, interval_s, count)
        newsroom.watched(config, due)
        with newsroom.daemon(folder) as daemon:
            time.sleep(max(0.0, (start - utc_now()).total_seconds()) + _SETTLED_S)
            arrivals(port)
            before, began = processes.cpu_s(daemon), time.monotonic()
            time.sleep(window_s)
            cpu_s, took_s = processes.cpu_s(daemon) - before, time.monotonic() - began
            asked = arrivals(port)
    known = {f"/feed/{at}": instant.timestamp() for at, instant in enumerate(due)}
    late = sorted(at - known[path] for _, path, at in asked)
    assert late, "nothing was polled"
    what = f"{count:,} sources at {interval_s / 60:.3g} minutes"
    share = 100 * cpu_s / took_s
    return [
        Figure(f"{what}, idle", share, "% of a core", goal=Goal("value", "≤", 1.5)),
        Figure(f"{what}, CPU for a poll, all included", cpu_s / len(late) * 1e3, "ms"),
        Figure(
            f"{what}, start after due, p99",
            late[math.ceil(0.99 * len(late)) - 1] * 1e3,
            "ms",
            goal=Goal("value", "≤", 100),
        ),
        Figure(f"{what}, load of the machine", os.getloadavg()[0], "processes"),
    ]


# --- runs -------------------------------------------------------------------------------------


def test_the_measurement_of_polls_runs(tmp_path: Path) -> None:
    """A smoke run, so that it cannot rot; asserts nothing about time."""
    assert all(figure.value > 0 for figure in of_unchanged(tmp_path, 3, 1))


def test_the_measurement_of_feeds_runs(tmp_path: Path) -> None:
    """Everyone must find every entry."""
    assert all(figure.value > 0 for figure in of_feeds(tmp_path, 20, 1))


def test_the_measurement_of_pages_runs(tmp_path: Path) -> None:
    """Every page must become an article."""
    assert len(of_pages(tmp_path, 1)) == 4


def test_the_measurement_of_idling_runs(tmp_path: Path) -> None:
    """A daemon polls some sources, each when it is due."""
    assert len(of_idling(tmp_path, 40, 10.0, 2 * GRID_S)) == 4


@pytest.mark.bench
@pytest.mark.timeout(3_600)
def test_reading_side_by_side(tmp_path: Path) -> None:
    """Measure everything; print the table and append it to the results."""
    places = [tmp_path / name for name in ("unchanged", "feeds", "pages", "memory", "idle")]
    for place in places:
        place.mkdir()
    found = [
        *of_unchanged(places[0], 2_000, ROUNDS),
        *of_feeds(places[1], FEEDS, ROUNDS),
        *of_pages(places[2], PAGES_FEEDS),
        *of_memory(places[3], MEMORY_FEEDS, DISTINCT_PAGES),
        *of_idling(places[4], SOURCES, INTERVAL_S, WINDOW_S),
    ]
    show("reading", found)
    keep(found)
