"""A lane takes work as it comes due and does a few pieces of it at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from watcher.errors import StorageUnavailable
from watcher.log import error, event
from watcher.standstill import Standstill

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Sequence

Work = TypeVar("Work")
_SHARE = 4
"""A lane that is full looks for more when a quarter of it is free."""
PAUSE_S = 1.0
"""How long a piece of work that could not be recorded keeps its place."""
MOST_IN_HAND_S = 3600.0
"""No piece takes longer, however many others wait for the same host."""


@dataclass(slots=True)
class Lane(Generic[Work]):
    """Do `do(work)` for everything that `take(free, busy)` gives, at most `width` at once.

    `take` gets how many more pieces fit and those in hand, which are passed over if it gives them
    again.
    One piece that goes wrong does not stop the lane: it is logged, and `fail` records it so that it
    is not tried at once again.
    """

    name: str
    take: Callable[[int, Sequence[Work]], Awaitable[Sequence[Work]]]
    do: Callable[[Work], Awaitable[object]]
    key: Callable[[Work], Hashable]
    width: int
    fail: Callable[[Work, Exception], Awaitable[None]]
    then: Callable[[], None] = lambda: None
    """Called after each piece: usually wakes the next lane."""
    takes_all: bool = False
    """Whether `take` gives all that is due, as far as it fits; else it is asked again at once."""
    grace_s: float = 0.0
    """How long pieces in hand may take to end when the lane is told to stop."""
    standstill: Standstill = field(default_factory=Standstill)
    """Shared by all lanes on one database."""
    patience_s: float = 900.0
    """Longer than any piece takes that has its timeouts: in so long one of those in hand ends."""
    _in_hand: dict[Hashable, asyncio.Task[None]] = field(default_factory=dict)
    _works: dict[Hashable, Work] = field(default_factory=dict)
    _since: dict[Hashable, float] = field(default_factory=dict)
    """When each piece was taken up, on the loop's clock."""
    _moved: float = 0.0
    """When one ended, or the first one was taken up."""
    _looking: float | None = None
    """Since when the lane has been waiting for what is due."""
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _is_full: bool = False
    """Whether there may be work that did not fit when the lane last looked."""

    def wake(self) -> None:
        """Look for work now instead of at the next tick."""
        self._awake.set()

    @property
    def pieces(self) -> int:
        """How many are in hand."""
        return len(self._in_hand)

    def standing(self, now: float, floor: float) -> str:
        """Say what does not move though there is work; empty while all is well.

        `now` is the loop's clock; what was before `floor` is not held against the lane.
        """
        if self._looking is not None and now - max(self._looking, floor) > self.patience_s:
            return f"{self.name}: has looked for work for {now - self._looking:.0f} s"
        if self._since and now - max(self._moved, floor) > self.patience_s:
            what = f"{len(self._since)} in hand, none ended for {now - self._moved:.0f} s"
            return f"{self.name}: {what}"
        oldest = min(self._since.values(), default=now)
        if now - max(oldest, floor) > MOST_IN_HAND_S:
            return f"{self.name}: a piece has been in hand for {now - oldest:.0f} s"
        return ""

    async def run(self) -> None:
        """Work until canceled; pieces in hand then have `grace_s` to end.

        Raises StorageDamaged: what is damaged no waiting mends.
        """
        try:
            while True:
                await self._awake.wait()
                self._awake.clear()
                await self._fill()
        finally:
            await self._let_go()

    async def drain(self) -> None:
        """Work until nothing more is due and nothing is in hand."""
        try:
            while (new := await self._fill()) or self._in_hand:
                if self._is_full or not new:
                    await self._room()
        finally:
            await self._let_go()

    async def _fill(self) -> int:
        """Take up what is due; give how many pieces were new."""
        if self.standstill.damage:
            raise self.standstill.damage
        free = self.width - len(self._in_hand)
        self._is_full = free <= 0
        if self._is_full or self.standstill.is_on:
            return 0
        clock = asyncio.get_running_loop().time
        self._looking = clock()
        try:
            due = await self.take(free, tuple(self._works.values()))
        except StorageUnavailable as failure:
            self.standstill.met(self.name, failure)
            self.wake()  # what is damaged is raised at once
            return 0
        finally:
            self._looking = None
        new = [work for work in due if self.key(work) not in self._in_hand][:free]
        self._is_full = len(new) >= free
        if new and not self._since:
            self._moved = clock()
        for work in new:
            name = f"{self.name} {self.key(work)}"
            self._works[self.key(work)] = work
            self._since[self.key(work)] = clock()
            self._in_hand[self.key(work)] = asyncio.create_task(self._one(work), name=name)
        if new and not self.takes_all:
            self.wake()
        return len(new)

    async def _room(self) -> None:
        """Wait until a quarter of the pieces are done, so that it is worth looking for more."""
        most = len(self._in_hand) * (1 - 1 / _SHARE)
        while len(self._in_hand) > most:
            self._ended.clear()
            await self._ended.wait()

    @property
    def _has_room(self) -> bool:
        """Whether it is worth looking for more: one look for several pieces costs as one for one.

        Where pieces hang and it stays as it is, the next tick looks all the same.
        """
        free = self.width - len(self._in_hand)
        return not self._is_full or free * _SHARE >= self.width

    async def _one(self, work: Work) -> None:
        try:
            await self._do_or_fail(work)
        except StorageUnavailable as failure:
            self.standstill.met(self.name, failure)
            await asyncio.sleep(PAUSE_S)
        finally:
            del self._in_hand[self.key(work)], self._works[self.key(work)]
            del self._since[self.key(work)]
            self._moved = asyncio.get_running_loop().time()
            self._ended.set()
        if self._is_full and self._has_room:
            self.wake()
        self.then()

    async def _do_or_fail(self, work: Work) -> None:
        try:
            await self.do(work)
        except StorageUnavailable:
            raise
        except Exception as failure:  # noqa: BLE001 - an edge: one bad input must not end the daemon; `fail` records it
            error(self.name, work=self.key(work), failure=failure)
            await self._fail(work, failure)

    async def _fail(self, work: Work, failure: Exception) -> None:
        try:
            await self.fail(work, failure)
        except StorageUnavailable:
            raise
        except Exception as again:  # noqa: BLE001 - the same edge: the lease runs out, and the work is taken up again
            error(self.name, work=self.key(work), failure=again)

    async def _let_go(self) -> None:
        if self._in_hand and self.grace_s:
            await asyncio.wait(list(self._in_hand.values()), timeout=self.grace_s)
        tasks = list(self._in_hand.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if tasks:
            event(self.name, status="let go", pieces=len(tasks))
