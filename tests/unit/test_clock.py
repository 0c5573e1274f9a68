"""A clock that does not jump: it goes on by elapsed time until a step was taken up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from watcher.clock import SETTLED_S, STEP, SteadyClock

START = datetime(2026, 3, 2, tzinfo=UTC)


class Machine:
    """A clock on the wall that can be put, and what has really elapsed."""

    def __init__(self) -> None:
        self.elapsed_s = 1000.0
        self.off = timedelta()
        self.steady = SteadyClock(self.wall, lambda: self.elapsed_s)

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s) + self.off

    def goes_on(self, seconds: float) -> datetime:
        self.elapsed_s += seconds
        return self.steady()


steps = st.floats(-1e6, 1e6).filter(lambda s: abs(s) > 2 * STEP.total_seconds())


@given(st.lists(st.tuples(st.floats(0.001, 60.0), st.one_of(st.just(0.0), steps)), max_size=30))
def test_it_never_jumps_whatever_is_done_to_the_wall(moves: list[tuple[float, float]]) -> None:
    machine = Machine()
    before = machine.steady()
    for seconds, step in moves:
        machine.off += timedelta(seconds=step)
        after = machine.goes_on(seconds)
        assert abs((after - before).total_seconds() - seconds) < STEP.total_seconds()
        before = after


@given(steps)
def test_a_step_is_told_once_it_stands_and_taken_up_as_a_whole(seconds: float) -> None:
    machine = Machine()
    machine.off = timedelta(seconds=seconds)
    before = machine.goes_on(1.0)
    assert not machine.steady.step
    machine.goes_on(SETTLED_S)
    step = machine.steady.step
    assert step is not None
    assert abs(step - machine.off) < timedelta(seconds=1)
    machine.steady.take_up(step)
    assert abs(machine.steady() - machine.wall()) < timedelta(milliseconds=1)
    assert machine.steady.step is None
    assert abs(machine.steady() - before - machine.off).total_seconds() < SETTLED_S + 1


def test_what_is_put_right_again_at_once_never_happened() -> None:
    machine = Machine()
    machine.off = timedelta(hours=5)
    machine.goes_on(SETTLED_S / 2)
    machine.off = timedelta()
    machine.goes_on(SETTLED_S * 2)
    assert machine.steady.step is None
    assert machine.steady() == machine.wall()


def test_small_corrections_are_followed() -> None:
    """A clock that is slewed by a second a minute is never taken to have been put."""
    machine = Machine()
    for _ in range(3600):
        machine.off += timedelta(seconds=1)
        assert machine.goes_on(60.0) == machine.wall()
    assert machine.steady.step is None
