"""One target, open for sending: which way its messages go. Imported late: Apprise is heavy."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.model import Refused, TryAgain
from watcher.notify import mail, services
from watcher.notify.message import message_of
from watcher.notify.render import as_markdown, as_slack, as_text
from watcher.notify.templates import SHIPPED
from watcher.notify.threads import in_thread

if TYPE_CHECKING:
    from watcher.clock import Clock
    from watcher.model import Notice, Outcome
    from watcher.notify.target import Target
    from watcher.notify.templates import Templates

_MOST_REMEMBERED = 1000


@dataclass(slots=True)
class Desk:
    """A target with its service; `lock` keeps its messages one after the other."""

    target: Target
    clock: Clock
    timeout_s: float
    plugin: services.Plugin | None = None
    fault: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    templates: Templates = SHIPPED
    _taken: dict[int, set[str]] = field(default_factory=dict)
    """Which recipients or channels have a notice already, while others still wait for it."""

    @classmethod
    def at(cls, target: Target, *, clock: Clock, timeout_s: float) -> Desk:
        """Open the service of a target; a bad address becomes the desk's fault."""
        services.listen()
        try:
            return cls(target, clock, timeout_s, services.open_service(target.url))
        except services.BadAddress as error:
            return cls(target, clock, timeout_s, fault=str(error))

    async def deliver(self, notice: Notice) -> Outcome:
        """Hand a notice over: mail by our own letter, Slack as blocks, all else through Apprise."""
        plugin = self.plugin
        if plugin is None:
            return TryAgain(f"the address of target '{self.target.name}' is {self.fault}")
        box = services.mailbox(plugin)
        if box is not None:
            outcome = await self._by_mail(box, notice)
        elif services.takes_blocks(plugin):
            outcome = await self._to_slack(plugin, notice)
        else:
            outcome = await self._to_service(plugin, notice)
        self._forget(notice, outcome)
        return outcome

    async def _by_mail(self, box: services.Mailbox, notice: Notice) -> Outcome:
        letter = mail.compose(notice, box, zone=self.target.zone, templates=self.templates)
        taken = self._taken.setdefault(notice.id, set())
        return await in_thread(
            lambda: mail.hand_over(letter, box, taken=taken, timeout_s=self.timeout_s)
        )

    async def _to_slack(self, plugin: services.Plugin, notice: Notice) -> Outcome:
        payload = as_slack(message_of(notice, zone=self.target.zone))
        taken = self._taken.setdefault(notice.id, set())
        return await in_thread(
            lambda: services.send_slack(plugin, payload, skip=taken, now=self.clock())
        )

    async def _to_service(self, plugin: services.Plugin, notice: Notice) -> Outcome:
        """Send through Apprise; a service that rejects our markup gets the plain text at once."""
        form = services.best_form(plugin)
        outcome = await self._in_form(plugin, notice, form)
        is_rejected = isinstance(outcome, Refused) and outcome.why.startswith("HTTP 400")
        if is_rejected and form != "text":
            return await self._in_form(plugin, notice, "text")
        return outcome

    async def _in_form(
        self, plugin: services.Plugin, notice: Notice, form: services.Form
    ) -> Outcome:
        message = message_of(notice, zone=self.target.zone)
        titled = services.has_title(plugin)
        if form == "text":
            body = as_text(message, self.templates)
        else:
            body = as_markdown(message, with_title=not titled, templates=self.templates)
        title = message.subject if titled else ""
        return await in_thread(
            lambda: services.send(plugin, title=title, body=body, form=form, now=self.clock())
        )

    def _forget(self, notice: Notice, outcome: Outcome) -> None:
        """Keep a partial delivery in mind only while its notice waits."""
        if not isinstance(outcome, TryAgain) or not self._taken.get(notice.id):
            self._taken.pop(notice.id, None)
        while len(self._taken) > _MOST_REMEMBERED:
            self._taken.pop(next(iter(self._taken)))
