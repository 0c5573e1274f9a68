"""One target, open for sending: which way its messages go. Imported late: Apprise is heavy."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from watcher.model import Refused, TryAgain
from watcher.notify import mail, services, slack, telegram
from watcher.notify.links import without_links
from watcher.notify.message import message_of
from watcher.notify.places import How, Taken, post_all
from watcher.notify.render import as_markdown, as_slack, as_text
from watcher.notify.split import split
from watcher.notify.templates import SHIPPED
from watcher.notify.threads import Calls, StillHanging
from watcher.points import reached

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.clock import Clock
    from watcher.model import Links, Notice, Outcome
    from watcher.notify.message import Message
    from watcher.notify.target import Target
    from watcher.notify.templates import Templates
    from watcher.notify.turns import Limits, Turns

Part = TypeVar("Part")
_MOST_REMEMBERED = 1000


@dataclass(slots=True)
class Desk:
    """A target with its service; `lock` keeps its messages one after the other."""

    target: Target
    clock: Clock
    timeout_s: float
    turns: Turns
    plugin: services.Plugin | None = None
    fault: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    templates: Templates = SHIPPED
    links: Callable[[Notice], Links] = without_links
    """Gives the links by which people answer a notice."""
    calls: Calls = field(default_factory=Calls)
    _taken: dict[int, Taken] = field(default_factory=dict)
    """Who has a notice already, while others still wait for it."""

    @classmethod
    def at(cls, target: Target, *, clock: Clock, timeout_s: float, turns: Turns) -> Desk:
        """Open the service of a target; a bad address becomes the desk's fault."""
        services.listen()
        try:
            plugin = services.open_service(target.url)
        except services.BadAddress as error:
            return cls(target, clock, timeout_s, turns, fault=str(error))
        return cls(target, clock, timeout_s, turns, plugin)

    @property
    def limits(self) -> Limits:
        """How fast all of its places together take messages."""
        if self.plugin is None:
            return {}
        if (box := services.mailbox(self.plugin)) is not None:
            return mail.limits_of(box)
        places = self._channels() or self._chats() or [services.Service(self.plugin)]
        return {name: limits for place in places for name, limits in place.limits.items()}

    def taken_of(self, notice: Notice) -> tuple[str, ...]:
        """Say who has a notice already, as far as is known."""
        taken = self._taken.get(notice.id)
        return taken.written if taken else notice.taken

    async def deliver(self, notice: Notice) -> Outcome:
        """Hand a notice over: mail, Slack and Telegram ourselves, all else through Apprise."""
        plugin = self.plugin
        if plugin is None:
            return TryAgain(f"the address of target '{self.target.name}' is {self.fault}")
        # What the record knows, and what this process learned since: a delivery that was given up
        # may have gone through.
        taken = self._taken.setdefault(notice.id, Taken())
        taken.add(notice.taken)
        try:
            outcome = await self._hand_over(plugin, notice, taken)
        except StillHanging as hanging:
            outcome = TryAgain(str(hanging), is_of_target=True)
        if isinstance(outcome, TryAgain):
            outcome = replace(outcome, taken=taken.written)
        self._forget(notice, outcome)
        return outcome

    async def _hand_over(self, plugin: services.Plugin, notice: Notice, taken: Taken) -> Outcome:
        box = services.mailbox(plugin)
        if box is not None:
            return await self._by_mail(box, notice, taken)
        message = message_of(notice, zone=self.target.zone, links=self.links(notice))
        how = How(taken, notice.replies_to, self.turns, self.calls)
        if channels := self._channels():
            return await post_all(channels, slack.in_messages(as_slack(message)), how)
        if chats := self._chats():
            parts = telegram.parts_of(message, chats[0].address.most, self.templates)
            return await post_all(chats, parts, how)
        return await self._to_service(plugin, message, how)

    def _channels(self) -> list[slack.Channel]:
        bot = services.slack(self.plugin)
        return [slack.Channel(bot, name, self.clock) for name in bot.channels] if bot else []

    def _chats(self) -> list[telegram.Chat]:
        bot = services.telegram(self.plugin)
        return [telegram.Chat(bot, *chat, self.clock) for chat in bot.chats] if bot else []

    async def _by_mail(self, box: services.Mailbox, notice: Notice, taken: Taken) -> Outcome:
        letter = mail.compose(
            notice,
            box,
            zone=self.target.zone,
            links=self.links(notice),
            templates=self.templates,
        )
        await self.turns.turn(mail.limits_of(box))
        reached("turn-taken")
        return await self.calls.run(
            lambda: mail.hand_over(letter, box, taken=taken.receipts, timeout_s=self.timeout_s)
        )

    async def _to_service(self, plugin: services.Plugin, message: Message, how: How) -> Outcome:
        """Send through Apprise; a service that rejects our markup gets the plain text at once."""
        form = services.best_form(plugin)
        outcome = await self._in_form(plugin, message, form, how)
        is_rejected = isinstance(outcome, Refused) and outcome.why.startswith("HTTP 400")
        if is_rejected and form != "text":
            return await self._in_form(plugin, message, "text", how)
        return outcome

    async def _in_form(
        self, plugin: services.Plugin, message: Message, form: services.Form, how: How
    ) -> Outcome:
        titled = services.has_title(plugin)
        if form == "text":
            body = as_text(message, self.templates)
        else:
            body = as_markdown(message, with_title=not titled, templates=self.templates)
        title = message.subject if titled else ""
        room = services.room_for(plugin, title, form)
        parts = split(body, room, form) if room else [body]
        return await post_all([services.Service(plugin, title, form, self.clock)], parts, how)

    def _forget(self, notice: Notice, outcome: Outcome) -> None:
        """Keep a partial delivery in mind only while its notice waits."""
        if not isinstance(outcome, TryAgain) or not self._taken[notice.id].receipts:
            self._taken.pop(notice.id)
        while len(self._taken) > _MOST_REMEMBERED:
            self._taken.pop(next(iter(self._taken)))
