"""Waits for the turn of each message, so that no place gets them faster than its service takes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from watcher.notify.pace import LONGEST_WINDOW_S, Limit, Pace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime
    from typing import TypeAlias

    from watcher.clock import Clock

    Limits: TypeAlias = Mapping[str, tuple[Limit, ...]]
    """What to keep to for one message: the name of what is limited -> its limits."""

_LONGEST_QUEUE = timedelta(seconds=10 * LONGEST_WINDOW_S)


class Turns:
    """The turns of every place, shared by the targets that write to it."""

    def __init__(
        self, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._paces: dict[str, Pace] = {}

    def next_turn(self, limits: Limits) -> datetime:
        """Give the earliest instant at which a message may leave under all of these limits."""
        now = self._clock()
        return max((pace.next_turn(now) for pace in self._of(limits, now)), default=now)

    async def turn(self, limits: Limits) -> None:
        """Take a turn, and wait until it has come."""
        at = self.next_turn(limits)
        now = self._clock()
        for pace in self._of(limits, now):
            pace.take_turn(at)
        if at > now:
            await self._sleep((at - now).total_seconds())

    def remember(self, limits: Limits, sent: Sequence[datetime]) -> None:
        """Count what was sent before the program started, the oldest first."""
        for pace in self._of(limits, self._clock()):
            pace.remember(sent)

    def forget(self, limits: Limits) -> None:
        """Count nothing that was sent: others have sent since, and it is read anew."""
        for name in limits:
            self._paces.pop(name, None)

    def _of(self, limits: Limits, now: datetime) -> list[Pace]:
        """Find the paces; one whose next turn is absurdly far was kept by a clock put back."""
        for name, kept in limits.items():
            pace = self._paces.setdefault(name, Pace(kept))
            if pace.next_turn(now) - now > _LONGEST_QUEUE:
                self._paces[name] = Pace(kept)
        return [self._paces[name] for name in limits]
