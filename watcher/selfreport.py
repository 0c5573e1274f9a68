"""What the program has to say of itself and of its sources, to the operator's target."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from watcher.log import event, warning
from watcher.notify import own_trouble, troubles_begun, troubles_over
from watcher.points import reached

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from watcher.clock import Clock
    from watcher.errors import Problem
    from watcher.model import Alert, Source, Trouble
    from watcher.record import Record

MANY_SOURCES: Final = 5
"""Where there are so many and most of them fail, it is the network and not the sources."""


@dataclass(frozen=True, slots=True)
class SelfReport:
    """Queues words for the operator; without a target, they are only marked as told."""

    record: Record
    target: str
    sources: Mapping[str, Source]
    now: Clock

    async def tell(self, what: str, details: str, *, occasion: str) -> None:
        """Queue a word about a trouble of ours, once for each occasion."""
        if word := self.word(what, details, occasion=occasion):
            await self.record.selfreport.tell(*word, self.now())

    def word(self, what: str, details: str, *, occasion: str) -> tuple[str, Alert, str] | None:
        """Give such a word as (target, alert, occasion), to be queued with what it is about."""
        if not self.target:
            return None
        return self.target, own_trouble(what, details, self.now()), occasion

    async def tell_of_sources(self) -> None:
        """Tell of troubles of sources that began or are over, alike ones together."""
        untold = await self.record.selfreport.untold_troubles()
        untold.sort(key=_kind_of_word)
        for (is_over, kind), group in groupby(untold, key=_kind_of_word):
            troubles = [trouble for trouble, _ in group]
            if not is_over and kind == "dead" and await self._is_network(troubles):
                continue
            if not is_over and kind == "clock" and await self._is_our_clock(troubles):
                continue
            word = troubles_over if is_over else troubles_begun
            names = {trouble.source: self._name(trouble.source) for trouble in troubles}
            now, ids = self.now(), [trouble.id for trouble in troubles]
            status = "over" if is_over else "begun"
            notice = (self.target, word(troubles, names, now), f"{status} {kind} {min(ids)}")
            await self.record.selfreport.troubles_told(ids, notice if self.target else None, now)
            reached("troubles-told")
            event("health", kind=kind, status=status, sources=",".join(names))

    async def tell_of_templates(self, problems: Sequence[Problem]) -> None:
        """Tell of message templates that cannot be used, once a day while they are broken."""
        for problem in problems:
            what = "a message template is broken; the one that ships is used instead"
            await self.tell(what, str(problem), occasion=f"{self.now():%Y-%m-%d} {problem}")

    async def _is_network(self, troubles: Sequence[Trouble]) -> bool:
        """Tell whether most sources fail; they are then told of as one, once a day."""
        failing, active = await self.record.selfreport.failing()
        if active < MANY_SOURCES or failing * 2 <= active:
            return False
        now, ids = self.now(), [trouble.id for trouble in troubles]
        what = f"{failing} of {active} sources cannot be polled"
        details = "So many at once: look at the network of this machine, its DNS, its proxy.\n"
        details += (
            "They are not named one by one, neither now nor when it is over: `watcher status`."
        )
        notice = (self.target, own_trouble(what, details, now), f"network {now:%Y-%m-%d}")
        await self.record.selfreport.troubles_told(
            ids, notice if self.target else None, now, words=2
        )
        warning("health", kind="network", failing=failing, sources=active)
        return True

    async def _is_our_clock(self, troubles: Sequence[Trouble]) -> bool:
        """Tell whether most sources give wrong times; it is then ours, told of once a day."""
        wrong, active = await self.record.upkeep.troubled("clock")
        if active < MANY_SOURCES or wrong * 2 <= active:
            return False
        now, ids = self.now(), [trouble.id for trouble in troubles]
        what = f"{wrong} of {active} sources seem to give wrong times"
        details = (
            f"So many at once: look at the clock of this machine, which says {now:%Y-%m-%d %H:%M} "
            "UTC (`timedatectl`).\nThey are not named one by one: `watcher status`."
        )
        notice = (self.target, own_trouble(what, details, now), f"clock {now:%Y-%m-%d}")
        await self.record.selfreport.troubles_told(
            ids, notice if self.target else None, now, words=2
        )
        warning("health", kind="clock", wrong=wrong, sources=active)
        return True

    def _name(self, source_id: str) -> str:
        source = self.sources.get(source_id)
        return source.name if source else source_id


def _kind_of_word(untold: tuple[Trouble, bool]) -> tuple[bool, str]:
    trouble, is_over = untold
    return is_over, trouble.kind
