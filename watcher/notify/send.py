"""Tells people: one notice to one target, and what became of it. Retrying is the outbox's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

from watcher import log
from watcher.clock import utc_now
from watcher.model import Links, Notice, Refused, Sent, TryAgain
from watcher.notify import terminal
from watcher.notify.links import without_links
from watcher.notify.masking import Mask
from watcher.notify.message import message_of
from watcher.notify.own import sample
from watcher.notify.templates import SHIPPED
from watcher.notify.turns import Turns
from watcher.notify.verdict import is_for_all

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from watcher.clock import Clock
    from watcher.errors import Problem
    from watcher.model import Outcome
    from watcher.notify.desk import Desk
    from watcher.notify.target import Target
    from watcher.notify.templates import Templates


CONSOLE = "console"


def fault_of(target: Target) -> str:
    """Say what is wrong with a target's address, without quoting it; empty when it is well."""
    if target.scheme == CONSOLE:
        return ""
    from watcher.notify.services import BadAddress, open_service

    mask = Mask([target.url])
    mask.install()
    try:
        open_service(target.url)
    except BadAddress as error:
        return str(error)
    finally:
        mask.remove()
    return ""


class Notifier:
    """Sends notices. Use as an async context manager; one message at a time for each target.

    `console` is where `console://` targets print; `timeout_s` bounds each step of a conversation;
    `templates` write the messages; `links` gives the links by which people answer a notice.
    """

    def __init__(  # noqa: PLR0913 - what tests hand in instead of the real thing
        self,
        targets: Sequence[Target],
        *,
        console: Console | TextIO | None = None,
        clock: Clock = utc_now,
        timeout_s: float = 20.0,
        limit_s: float = 120.0,
        templates: Templates = SHIPPED,
        links: Callable[[Notice], Links] = without_links,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._targets = tuple(targets)
        self._console = console if isinstance(console, Console) else Console(file=console)
        self._clock = clock
        self._timeout_s = timeout_s
        self._limit_s = limit_s
        self._templates = templates
        self.links = links
        self._mask = Mask(target.url for target in targets if target.scheme != CONSOLE)
        self._consoles: dict[str, Target] = {}
        self._desks: dict[str, Desk] = {}
        self._turns = Turns(clock, sleep)

    async def __aenter__(self) -> Self:
        """Open every target; a bad address fails its own notices only."""
        from watcher.notify.desk import Desk

        self._mask.install()
        for target in self._targets:
            if target.scheme == CONSOLE:
                self._consoles[target.name] = target
            else:
                timeout_s, turns = self._timeout_s, self._turns
                desk = Desk.at(target, clock=self._clock, timeout_s=timeout_s, turns=turns)
                desk.templates, desk.links = self._templates, self.links
                self._desks[target.name] = desk
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; messages under way are not waited for, the outbox still has them."""
        self._mask.remove()

    @property
    def template_problems(self) -> Sequence[Problem]:
        """What is wrong with the operator's templates, as far as messages have met it."""
        return self._templates.problems

    def remember(self, sent: Iterable[tuple[str, datetime]]) -> None:
        """Count what was sent before the program started: (target, instant), the oldest first."""
        for target, instant in sent:
            if target in self._desks:
                self._turns.remember(self._desks[target].limits, [instant])

    def forget(self, targets: Iterable[str]) -> None:
        """Count nothing that was sent to these; `remember` has what the record knows of it."""
        for target in targets:
            if target in self._desks:
                self._turns.forget(self._desks[target].limits)

    def sharing(self) -> dict[str, str]:
        """Give every target with the one that stands for all that share a pace with it."""
        owners: dict[str, str] = {}
        lanes = {target.name: target.name for target in self._targets}
        for target in self._targets:
            desk = self._desks.get(target.name)
            for place in desk.limits if desk else ():
                other = lanes[owners.setdefault(place, target.name)]
                mine = lanes[target.name]
                lanes = {name: other if lane == mine else lane for name, lane in lanes.items()}
        return lanes

    def next_turn(self, target: str) -> datetime:
        """Give the earliest instant at which a target may get its next message."""
        desk = self._desks.get(target)
        return self._turns.next_turn(desk.limits) if desk else self._clock()

    async def send(self, notice: Notice) -> Outcome:
        """Tell the target of a notice, and say whether it was sent, should wait, or was refused."""
        outcome = self._masked(await self._outcome(notice))
        self._log(notice, outcome)
        return outcome

    async def send_test(self, target_name: str) -> Outcome:
        """Send a sample message to a target."""
        return await self.send(sample(target_name, self._clock()))

    async def _outcome(self, notice: Notice) -> Outcome:
        if notice.target in self._consoles:
            return self._print(self._consoles[notice.target], notice)
        desk = self._desks.get(notice.target)
        if desk is None:
            return Refused(f"there is no target named '{notice.target}' any more")
        try:
            async with desk.lock, asyncio.timeout(self._limit_s):
                return await desk.deliver(notice)
        except TimeoutError:
            why = f"no answer within {self._limit_s:.0f} s"
            return TryAgain(why, is_of_target=True, taken=desk.taken_of(notice))
        except Exception as error:  # noqa: BLE001 - the edge of a delivery: kept as its outcome
            why = f"{type(error).__name__} while sending: {error}"
            return TryAgain(why, taken=desk.taken_of(notice))

    def _print(self, target: Target, notice: Notice) -> Outcome:
        try:
            message = message_of(notice, zone=target.zone, links=self.links(notice))
            terminal.write(message, self._console)
        except (OSError, ValueError) as error:
            return TryAgain(f"the console cannot be written: {error}")
        return Sent("printed")

    def _masked(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Sent):
            return replace(outcome, answer=self._mask(outcome.answer))
        return replace(outcome, why=self._mask(outcome.why))

    def _log(self, notice: Notice, outcome: Outcome) -> None:
        said = outcome.answer if isinstance(outcome, Sent) else outcome.why
        tell = _tell(outcome)
        tell(
            "notify",
            target=notice.target,
            notice=notice.id,
            rule=notice.rule,
            status={Sent: "sent", TryAgain: "try-again", Refused: "refused"}[type(outcome)],
            why=said or None,
        )


def _tell(outcome: Outcome) -> Callable[..., None]:
    """WARNING is tried again; ERROR wants a person."""
    if isinstance(outcome, TryAgain):
        return log.warning
    return log.event if isinstance(outcome, Sent) and is_for_all(outcome) else log.error
