"""A month of fifty sources on a fake clock: every trouble is noticed in time, and no false one."""

from __future__ import annotations

import heapq
import random
from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING

import pytest

from tests.fakes import month
from tests.fakes.month import START, Watch
from watcher.config import Polling
from watcher.model import Entry
from watcher.schedule import learn, schedule

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.month import Outlet

DAYS = 30
POLLING = Polling()
TROUBLES = {
    # what happens -> day, how long in days, the kind that must be noticed, within hours
    "outage": (15.3, 9 / 24, "dead", 7.0),
    "dead": (18.6, 99, "dead", 7.0),
    "certificate": (20.2, 2, "certificate", 2.0),
    "silent": (17.4, 99, "silent", None),
    "empty": (19.5, 3, "empty", None),
    "few": (16.1, 4, "few", 26.0),
    "redirected": (21.7, 2, "redirected", None),
    "blocked": (15.5, 5, "blocked", None),
    "layout": (16.4, 99, "layout", None),
    "garbled": (18.2, 4, "garbled", None),
    "thin": (14.9, 5, "thin", None),
    "clock": (17.7, 6, "clock", None),
    "behind": (16.6, 8, "clock", None),
    "old": (20.4, 99, "old", None),
}
"""None: within so many articles or entries, see `deadline`."""


def world(seed: int) -> list[Watch]:
    dice = random.Random(seed)
    watches = []
    for n in range(50):
        made = month.outlet(f"s{n}", seed, DAYS)
        if n < len(TROUBLES):
            name, (day, lasts, _, _) = list(TROUBLES.items())[n]
            kind = month.KINDS[dice.randrange(3)]
            made = month.outlet(f"s{n}", seed, DAYS, kind=kind)
            made.trouble, made.begins = name, START + timedelta(days=day)
            made.ends = made.begins + timedelta(days=lasts)
        watches.append(month.watch(made))
    return watches


def live(watches: list[Watch]) -> None:
    """Let the month pass."""
    queue = [(seen.state.due, n) for n, seen in enumerate(watches)]
    heapq.heapify(queue)
    end = START + timedelta(days=DAYS)
    while queue[0][0] < end:
        now, n = queue[0]
        poll(watches[n], now)
        heapq.heapreplace(queue, (watches[n].state.due, n))


def poll(seen: Watch, now: datetime) -> None:
    """Do what the pipeline and the record do with one poll, and read at once what is new."""
    made, before = seen.outlet, seen.state
    polled, arrivals = month.answer(seen, now)
    jitter = made.dice.random()
    after = schedule(before, polled, now=now, polling=POLLING, jitter=jitter)
    dates = [month.published(made, at, now) for at in arrivals]
    dates += month.announced_again(made, now) if after.succeeded == now else []
    entries = [Entry(str(at), str(at), published=at) for at in dates]
    if entries:
        after = learn(
            after, entries, last=before.succeeded, now=now, polling=POLLING, jitter=jitter
        )
    seen.state, seen.polls = after, seen.polls + 1
    seen.hear(kinds(before.condition.troubles), kinds(after.condition.troubles), now)
    if before.seen_before:
        seen.delays += [(now - at).total_seconds() for at in arrivals]
        month.take_up(seen, [month.sample(made, at, now) for at in dates], now)


def kinds(listed: str) -> set[str]:
    return {kind for kind in listed.split(",") if kind}


def deadline(seen: Watch) -> datetime:
    """Say by when a trouble must be noticed, by what REFERENCE.md states."""
    made = seen.outlet
    _, _, kind, hours = TROUBLES[made.trouble]
    if hours is not None:
        return made.begins + timedelta(hours=hours)
    if kind in {"silent", "empty"}:
        entries, least = (60.0, 6.0) if kind == "silent" else (10.0, 3.0)
        return max(missed(made, entries), made.begins + timedelta(hours=least)) + month.HOUR
    if kind == "redirected":
        return missed(made, 3.0) + 4 * month.HOUR
    if kind == "old":
        return made.begins + 2 * month.HOUR
    later = [at for at in made.arrivals if at >= made.begins]
    lasting = {"thin": 12.0, "behind": 12.0}.get(kind if kind == "thin" else made.trouble, 0.5)
    return max(later[10], made.begins + timedelta(hours=lasting)) + DAY_AND_POLL[kind == "thin"]


DAY_AND_POLL = {True: timedelta(hours=30), False: timedelta(hours=13)}
"""What is judged by articles waits for the next one, which may be after the night."""


def missed(made: Outlet, entries: float) -> datetime:
    """Give when so many entries should have come since the trouble began, by the true rates."""
    at = made.begins
    while entries > 0 and at < START + timedelta(days=DAYS):
        entries -= made.rates[int((at - month.ORIGIN) / month.HOUR)]
        at += month.HOUR
    return at


def as_fast(watches: list[Watch], delay: float) -> tuple[int, float]:
    """Give what fixed polling costs at the interval that has the same mean delay."""
    interval_s = 2 * delay
    for _ in range(3):
        _, reached = month.fixed_polling(watches, interval_s, DAYS)
        interval_s *= delay / reached
    return month.fixed_polling(watches, interval_s, DAYS)


def judge(watches: list[Watch]) -> tuple[list[str], list[str]]:
    """Give what was noticed too late or not at all, and what was noticed falsely."""
    late, false = [], []
    for seen in watches:
        made = seen.outlet
        wanted = TROUBLES[made.trouble][2] if made.trouble else ""
        for kind, at in seen.begun:
            if kind != wanted or at < made.begins:
                false.append(f"{made.name} ({made.trouble}): {kind} at day {day(at):.1f}")
        times = [at for kind, at in seen.begun if kind == wanted and at >= made.begins]
        if made.trouble and (not times or times[0] > deadline(seen)):
            when = f"at day {day(times[0]):.2f}" if times else "never"
            by = f"began {day(made.begins):.2f}, due by {day(deadline(seen)):.2f}"
            late.append(f"{made.name}: {made.trouble} {when}, {by}")
        if len(times) > 1:
            false.append(f"{made.name}: {wanted} was told {len(times)} times")
    return late, false


def day(at: datetime) -> float:
    return (at - START) / timedelta(days=1)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param((1,), id="one month"),
        pytest.param((1, 2, 3), id="three months", marks=pytest.mark.bench),
    ],
)
def test_fifty_sources(seeds: tuple[int, ...]) -> None:
    """Troubles in time, none false, and at most 60 % of fixed polling's requests."""
    requests = fixed = 0
    for seed in seeds:
        watches = world(seed)
        live(watches)
        late, false = judge(watches)
        healthy = [seen for seen in watches if not seen.outlet.trouble]
        delay = fmean(delay for seen in healthy for delay in seen.delays)
        ours, (theirs, same) = sum(seen.polls for seen in healthy), as_fast(healthy, delay)
        requests, fixed = requests + ours, fixed + theirs
        print(f"\nseed {seed}: {noticed(watches)}")
        print(f"found after {delay:.0f} s: {ours} requests, fixed {theirs}: {ours / theirs:.1%}")
        assert late == []
        assert false == []
        assert same == pytest.approx(delay, rel=0.01)
    print(f"all: {requests / fixed:.1%} of the requests of fixed polling")
    assert requests <= 0.6 * fixed


def noticed(watches: list[Watch]) -> str:
    """Say after how many hours each trouble was noticed."""
    return ", ".join(
        f"{seen.outlet.trouble} {(seen.begun[0][1] - seen.outlet.begins) / month.HOUR:.1f} h"
        for seen in watches
        if seen.begun and seen.outlet.trouble
    )
