"""The last stage: which notice a target gets next and when, and what its answer leads to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from watcher.errors import StorageDamaged, StorageUnavailable
from watcher.log import error
from watcher.model import Refused, Sent, TryAgain
from watcher.notify import is_for_all
from watcher.points import reached
from watcher.record import Outage, retry_delay
from watcher.standstill import Standstill

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence
    from datetime import datetime

    from watcher.clock import Clock
    from watcher.model import Notice
    from watcher.notify import Notifier, Target
    from watcher.record import Record
    from watcher.selfreport import SelfReport


class Parts(Protocol):
    """What a delivery is made with: the pipeline's own parts, whatever they are at the time."""

    @property
    def record(self) -> Record:
        """Where notices wait."""

    @property
    def notifier(self) -> Notifier:
        """Who sends them."""

    @property
    def targets(self) -> Sequence[Target]:
        """Who gets them."""

    @property
    def operator(self) -> str:
        """The target that hears of our own troubles; empty for none."""

    @property
    def report(self) -> SelfReport:
        """What the operator is to be told."""

    @property
    def now(self) -> Clock:
        """The clock."""

    @property
    def jitter(self) -> Callable[[], float]:
        """Chance, in [0, 1)."""

    @property
    def sleep(self) -> Callable[[float], Awaitable[None]]:
        """How to wait."""


LONG_OUTAGE: Final = timedelta(hours=1)
"""A target that takes nothing for so long wants a person."""
KEEP_AGAIN_S: Final = 2.0
"""How long to wait until a message that left is marked as sent again."""


@dataclass(slots=True)
class Delivery:
    """Deliveries to every target, each with what its failures in a row say."""

    parts: Parts
    standstill: Standstill = field(default_factory=Standstill)
    _outages: dict[str, Outage] = field(default_factory=lambda: defaultdict(Outage))
    _told: dict[str, datetime] = field(default_factory=dict)
    """Outages that were told of: by target, since when."""

    def outage(self, target: str) -> Outage:
        """Give what failures in a row say of a target."""
        return self._outages[target]

    def learn_outage(self, target: str, outage: Outage) -> None:
        """Take over what another process knows of a target."""
        self._outages[target] = outage

    async def due(self, target: str, others: Collection[str]) -> list[Notice]:
        """Take the notice that a target is to get next, once it may get one; none while it rests.

        Only then is chosen which: what is severer, and came while the turn was waited for, goes
        first. `others` are the targets that have lanes of their own.
        """
        parts, outage = self.parts, self._outages[target]
        if outage.rests(parts.now()):
            return []
        wait = (parts.notifier.next_turn(target) - parts.now()).total_seconds()
        if wait > 0:
            await parts.sleep(wait)
        take, now = parts.record.due_notices, parts.now()
        due = await take(now, 1, others, but=outage.passed_over) if outage.passed_over else []
        return due or await take(now, 1, others, also=outage.due_at_once)

    async def deliver(self, notice: Notice) -> None:
        """Hand a notice over, and record what the other side answered."""
        reached("notice-taken")
        started = self.parts.now()
        outcome = await self.parts.notifier.send(notice)
        reached("answer-known")
        now = self.parts.now()
        took_s = (now - started).total_seconds()
        match outcome:
            case Sent():
                self._outages[notice.target].taken(notice.id)
                await self._kept(partial(self.parts.record.sent, notice, outcome, now, took_s))
                reached("sent-kept")
                await self._tell_if_not_for_all(notice.target, outcome)
            case Refused(why=why):
                await self._dead_letter(notice, why, took_s)
            case TryAgain():
                await self._put_off(notice, outcome, took_s)

    async def _kept(self, keep: Callable[[], Awaitable[None]]) -> None:
        """Have it recorded that a message left, however long the database is away.

        Given up, the message would leave once more. Until then its target gets no other.
        """
        while True:
            try:
                return await keep()
            except StorageDamaged:
                raise
            except StorageUnavailable as failure:
                self.standstill.met("notify", failure)
                await self.parts.sleep(KEEP_AGAIN_S)

    def moved(self, step: timedelta) -> None:
        """Take up that the clock was put forward or back."""
        for outage in self._outages.values():
            outage.moved(step)
        self._told = {target: since + step for target, since in self._told.items()}

    async def tell_of_outages(self) -> None:
        """Tell the operator of targets that have taken nothing for an hour, and when they do again.

        Each is told of once. Of the operator's own target only the log can tell.
        """
        now = self.parts.now()
        for target, since in list(self._told.items()):
            if self._outages[target].since != since:
                what = f"target '{target}' takes messages again"
                await self._tell_of(target, what, f"It took none since {_clock(since)}.", since)
                del self._told[target]
        for target, outage in list(self._outages.items()):
            began = outage.since
            if began and outage.is_on and target not in self._told and now - began >= LONG_OUTAGE:
                what = f"target '{target}' has taken nothing since {_clock(began)}"
                details = "What waits for it is kept and tried again: `watcher status`."
                await self._tell_of(target, what, details, began)
                self._told[target] = began
                error("notify", target=target, why=what)

    async def _tell_of(self, target: str, what: str, details: str, since: datetime) -> None:
        if target != self.parts.operator:
            await self.parts.report.tell(what, details, occasion=f"{what} {since.isoformat()}")

    async def _tell_if_not_for_all(self, target: str, sent: Sent) -> None:
        """Tell the operator, once a day, of people or places of a target that get nothing."""
        if not is_for_all(sent):
            what = f"target '{target}' takes messages for some of its people or places only"
            occasion = f"not for all {target} {self.parts.now():%Y-%m-%d}"
            await self.parts.report.tell(what, sent.answer, occasion=occasion)

    async def broke(self, notice: Notice, failure: Exception) -> None:
        """Put off a notice whose delivery raised, which is a mistake of ours."""
        await self._put_off(notice, TryAgain(repr(failure)), 0.0)

    async def _put_off(self, notice: Notice, outcome: TryAgain, took_s: float) -> None:
        now, jitter, asked = self.parts.now(), self.parts.jitter(), outcome.after_s
        self._outages[notice.target].failed(
            notice.id, now, asked_s=asked, is_of_target=outcome.is_of_target, jitter=jitter
        )
        wait = retry_delay(notice.attempts + 1, asked, jitter)
        if wait is None:
            await self._dead_letter(notice, f"given up: {outcome.why}", took_s)
            return
        again = now + timedelta(seconds=wait)
        why, taken = outcome.why, outcome.taken
        await self.parts.record.postponed(notice, why, again, now, took_s, taken=taken)
        reached("postponed-kept")

    async def _dead_letter(self, notice: Notice, why: str, took_s: float) -> None:
        """Give a notice up: for its fallback, if it has one, and with a word to the operator."""
        parts, now, word = self.parts, self.parts.now(), None
        self._outages[notice.target].forget(notice.id)
        if notice.target != parts.operator:
            occasion = f"dead letter {notice.target} {now:%Y-%m-%dT%H}"
            what = f"target '{notice.target}' does not take messages"
            word = parts.report.word(what, f"{why}\n{notice.alert.title}", occasion=occasion)
        fallback = next((one.fallback for one in parts.targets if one.name == notice.target), "")
        await parts.record.refused(notice, why, now, took_s, fallback=fallback, word=word)
        reached("refusal-kept")


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
