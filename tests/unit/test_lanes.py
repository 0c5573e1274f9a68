"""A lane: at most so many at once, nothing twice at once, one failure harms nobody else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from watcher.errors import StorageDamaged, StorageUnavailable
from watcher.lanes import MOST_IN_HAND_S, Lane
from watcher.standstill import Standstill

if TYPE_CHECKING:
    from collections.abc import Sequence


class Bench:
    """Work that is due until it is done; counts what happened to it."""

    def __init__(self, *due: int, broken: tuple[int, ...] = ()) -> None:
        self.due = list(due)
        self.broken = broken
        self.running: set[int] = set()
        self.most = 0
        self.looks = 0
        self.done: list[int] = []
        self.failed: list[int] = []

    async def take(self, free: int, in_hand: Sequence[int]) -> list[int]:
        self.looks += 1
        return self.due[: free + len(in_hand)]

    async def do(self, work: int) -> None:
        assert work not in self.running
        self.running.add(work)
        self.most = max(self.most, len(self.running))
        await asyncio.sleep(0)
        self.running.remove(work)
        self.due.remove(work)
        if work in self.broken:
            raise ValueError(work)
        self.done.append(work)

    async def fail(self, work: int, failure: Exception) -> None:
        assert isinstance(failure, ValueError)
        self.failed.append(work)

    def lane(self, width: int) -> Lane[int]:
        return Lane("bench", self.take, self.do, key=lambda work: work, width=width, fail=self.fail)


async def test_everything_is_done_and_never_more_than_the_width_at_once() -> None:
    bench = Bench(*range(20))
    await bench.lane(3).drain()

    assert sorted(bench.done) == list(range(20))
    assert bench.most == 3


async def test_a_lane_that_drains_does_not_look_after_each_piece() -> None:
    """Also at the end, when nothing more is due."""
    bench = Bench(*range(64))
    do = bench.do

    async def one_after_another(work: int) -> None:
        for _ in range(work):
            await asyncio.sleep(0)
        await do(work)

    lane = bench.lane(64)
    lane.do = one_after_another
    await lane.drain()

    assert sorted(bench.done) == list(range(64))
    assert bench.looks < 32


async def test_a_failure_is_handed_over_and_the_rest_goes_on() -> None:
    bench = Bench(1, 2, 3, broken=(2,))
    await bench.lane(1).drain()

    assert (bench.done, bench.failed) == ([1, 3], [2])


async def test_a_database_that_is_away_is_waited_for() -> None:
    bench = Bench(1)
    refusals = [StorageUnavailable("locked")]
    take = bench.take

    async def away_once(free: int, in_hand: Sequence[int]) -> list[int]:
        if refusals:
            raise refusals.pop()
        return await take(free, in_hand)

    lane_done, done = bench.do, asyncio.Event()

    async def do(work: int) -> None:
        await lane_done(work)
        done.set()

    bench.do = do  # type: ignore[method-assign]  # to hear of the end
    bench.take = away_once  # type: ignore[method-assign]  # the database comes back
    lane = bench.lane(1)
    running = asyncio.create_task(lane.run())
    lane.wake()
    await turns()
    assert lane.standstill.is_on
    lane.wake()
    await turns()
    assert bench.looks == 0, "no work is taken while it is away"

    assert await lane.standstill.look(no) is None
    lane.standstill.since -= 10.0
    assert await lane.standstill.look(yes) is not None
    lane.wake()
    await asyncio.wait_for(done.wait(), 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert bench.done == [1]


async def test_a_damaged_database_ends_the_lane() -> None:
    bench = Bench(1)

    async def damaged(work: int) -> None:
        raise StorageDamaged("malformed")

    bench.do = damaged  # type: ignore[method-assign]  # what its first piece meets
    lane = bench.lane(1)
    lane.wake()
    running = asyncio.create_task(lane.run())
    await turns()
    assert lane.standstill.damage
    lane.wake()
    with pytest.raises(StorageDamaged):
        await asyncio.wait_for(running, 10)
    assert bench.failed == [], "nothing is written about it"


async def test_a_standstill_is_told_once_and_each_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Three hours without a database are some two hundred lines, however many lanes knock."""
    now = 0.0
    standstill = Standstill(clock=lambda: now)
    for second in range(3 * 3600):
        now = float(second)
        for lane in range(20):
            standstill.met(f"lane {lane}", StorageUnavailable("locked"))
        await standstill.look(no)
    assert 180 <= len(caplog.records) <= 182
    assert standstill.lasts_s == 3 * 3600 - 1


async def test_what_fails_again_and_again_is_tried_ever_less() -> None:
    """A disk that takes the smallest row and no article: three hours are no thousand of tries."""
    now, tries = 0.0, 0
    standstill = Standstill(clock=lambda: now)
    for second in range(3 * 3600):
        now = float(second)
        if not standstill.is_on:
            tries += 1
            standstill.met("read", StorageUnavailable("full"))
        await standstill.look(yes)
    assert tries < 200


async def turns() -> None:
    """Let the lane do all that it can do at once."""
    for _ in range(100):
        await asyncio.sleep(0)


async def yes() -> str:
    return ""


async def no() -> str:
    return "locked"


async def test_what_is_in_hand_may_end_within_the_grace() -> None:
    ended = asyncio.Event()

    async def once(free: int, in_hand: Sequence[int]) -> list[int]:
        return [] if lane_started.is_set() else [1]

    async def slow(work: int) -> None:
        lane_started.set()
        await asyncio.sleep(0.05)
        ended.set()

    async def fail(work: int, failure: Exception) -> None:
        raise failure

    lane_started = asyncio.Event()
    lane = Lane("slow", once, slow, key=lambda work: work, width=1, fail=fail, grace_s=5)
    running = asyncio.create_task(lane.run())
    lane.wake()
    await lane_started.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert ended.is_set()


async def test_a_failure_of_the_failure_is_survived() -> None:
    bench = Bench(1, 2, broken=(1,))

    async def fail(work: int, failure: Exception) -> None:
        raise RuntimeError(work)

    bench.fail = fail  # type: ignore[method-assign]  # the second mistake
    await bench.lane(1).drain()

    assert bench.done == [2]


# --- whether it moves -------------------------------------------------------------------------


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_lane_stands_when_none_of_its_pieces_ends() -> None:
    now = asyncio.get_running_loop().time
    bench, gate = Bench(1, 2), asyncio.Event()

    async def do(work: int) -> None:
        await gate.wait()
        bench.due.remove(work)

    lane = bench.lane(2)
    lane.do, lane.patience_s = do, 10.0
    idle = lane.standing(now() + 1e6, 0.0)
    running = asyncio.create_task(lane.run())
    lane.wake()
    await settled()

    assert idle == ""
    assert lane.standing(now() + 9, 0.0) == ""
    assert lane.standing(now() + 11, 0.0).startswith("bench: 2 in hand, none ended for 11 s")
    # What was before the database came back is not held against it.
    assert lane.standing(now() + 11, now() + 5) == ""

    gate.set()
    await settled()
    assert lane.standing(now() + 1e6, 0.0) == ""
    running.cancel()


async def test_one_piece_among_many_that_never_ends_is_found() -> None:
    """The others move, so that the lane does not stand as a whole."""
    now = asyncio.get_running_loop().time
    never = asyncio.Event()
    bench = Bench(1, 2, 3, 4)

    async def do(work: int) -> None:
        if work == 1:
            await never.wait()
        bench.due.remove(work)

    lane = bench.lane(2)
    lane.do, lane.patience_s = do, 1e9
    running = asyncio.create_task(lane.run())
    lane.wake()
    await settled()

    assert lane.pieces == 1
    assert lane.standing(now() + MOST_IN_HAND_S - 5, 0.0) == ""
    assert "a piece has been in hand for" in lane.standing(now() + MOST_IN_HAND_S + 5, 0.0)
    running.cancel()


async def test_a_lane_stands_when_it_is_never_told_what_is_due() -> None:
    now = asyncio.get_running_loop().time

    async def take(_free: int, _in_hand: Sequence[int]) -> list[int]:
        await asyncio.Event().wait()
        return []

    lane = Bench().lane(2)
    lane.take, lane.patience_s = take, 10.0
    running = asyncio.create_task(lane.run())
    lane.wake()
    await settled()

    assert lane.standing(now() + 11, 0.0).startswith("bench: has looked for work for")
    running.cancel()
