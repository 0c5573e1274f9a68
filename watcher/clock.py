"""The one place that reads the clock. The core never imports it: it takes `now`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

Clock = Callable[[], datetime]

STEP: Final = timedelta(seconds=30)
"""By less than this clocks are put right all the time."""
SETTLED_S: Final = 30.0
"""For so long a step must stand: what is put right again at once never happened."""


def utc_now() -> datetime:
    """Give the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the place


def elapsed_s() -> float:
    """Give the seconds since some instant, those of sleep too, whatever is done to the clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True)
class SteadyClock:
    """A clock that does not jump when the machine's is put forward or back by much.

    It then goes on as if nothing had happened, and says by how much it is off (`step`), until that
    is taken up (`take_up`): so whoever holds instants can have them moved first. It follows small
    corrections, and sleep of the machine, at once.
    """

    wall: Clock = utc_now
    elapsed: Callable[[], float] = elapsed_s
    settled_s: float = SETTLED_S
    _began: datetime = field(init=False)
    """What the clock would say now, less what has elapsed."""
    _step: timedelta = timedelta()
    """By how much the machine's clock was off when that was last seen to change."""
    _step_at: float = 0.0

    def __post_init__(self) -> None:
        """Begin with what the machine's clock says."""
        self._began = self.wall() - timedelta(seconds=self.elapsed())

    def __call__(self) -> datetime:
        """Give the present instant."""
        return self._look()[0]

    @property
    def step(self) -> timedelta | None:
        """By how much the machine's clock was put forward, or back; None where it was not."""
        _, off = self._look()
        is_settled = self.elapsed() - self._step_at >= self.settled_s
        return off if off and is_settled else None

    def take_up(self, step: timedelta) -> None:
        """Say from now on what the machine's clock says."""
        self._began += step
        self._step = timedelta()

    def _look(self) -> tuple[datetime, timedelta]:
        wall, elapsed = self.wall(), self.elapsed()
        expected = self._began + timedelta(seconds=elapsed)
        off = wall - expected
        if abs(off) < STEP:
            self._began, self._step = wall - timedelta(seconds=elapsed), timedelta()
            return wall, timedelta()
        if abs(off - self._step) >= STEP:
            self._step, self._step_at = off, elapsed
        return expected, off
