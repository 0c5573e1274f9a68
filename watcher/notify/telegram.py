"""Telegram: HTML to chats, in parts where it is long, updates as replies to the first message."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watcher.model import Refused, Sent, TryAgain
from watcher.notify import pace, verdict
from watcher.notify.posting import post_json
from watcher.notify.render import as_telegram
from watcher.notify.split import split
from watcher.notify.templates import SHIPPED

if TYPE_CHECKING:
    import requests

    from watcher.clock import Clock
    from watcher.model import Outcome
    from watcher.notify.message import Message
    from watcher.notify.services import TelegramAddress
    from watcher.notify.templates import Templates
    from watcher.notify.turns import Limits

_LONGEST_DETAIL = 120
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat, group or channel of a bot: a place for texts in Telegram's HTML."""

    address: TelegramAddress
    chat: str
    topic: int | None
    clock: Clock

    @property
    def name(self) -> str:
        """The chat, and the topic inside it."""
        return f"{self.chat}:{self.topic}" if self.topic else self.chat

    @property
    def limits(self) -> Limits:
        """A message a second, twenty a minute in a group; topics of one chat share it."""
        is_group = self.chat.startswith(("-", "@"))
        own = pace.TELEGRAM_GROUP if is_group else pace.TELEGRAM_CHAT
        bot = f"telegram {self.address.bot}"
        return {bot: pace.TELEGRAM_BOT, f"{bot} {self.chat.lower()}": own}

    def post(self, part: str, reply_to: str) -> Outcome:
        """Post a text; blocks. What Telegram does not understand as HTML goes as plain text."""
        outcome = self._post({"text": part, "parse_mode": "HTML"}, reply_to)
        if isinstance(outcome, Refused) and outcome.why.startswith("HTTP 400"):
            return self._post({"text": html.unescape(_TAG.sub("", part))}, reply_to)
        return outcome

    def _post(self, text: dict[str, Any], reply_to: str) -> Outcome:
        payload: dict[str, Any] = {
            "chat_id": self.chat,
            **text,
            "disable_notification": self.address.is_silent,
            "link_preview_options": {"is_disabled": not self.address.has_preview},
        }
        if self.topic:
            payload["message_thread_id"] = self.topic
        first = reply_to.rpartition(":")[2]
        if first.isdecimal():
            # What was deleted on the other side must not keep the update from being told.
            reply = {"message_id": int(first), "allow_sending_without_reply": True}
            payload["reply_parameters"] = reply
        headers = {"Content-Type": "application/json", "User-Agent": "watcher"}
        answer = post_json(self.address, payload, headers)
        return answer if isinstance(answer, TryAgain) else judged(answer, self.clock)


def parts_of(message: Message, most: int, templates: Templates = SHIPPED) -> list[str]:
    """Give a message as texts in Telegram's HTML that each fit."""
    return split(as_telegram(message, templates), most, "html")


def judged(response: requests.Response, clock: Clock) -> Outcome:
    """Judge an answer; how long to wait stands inside it (Bot API, ResponseParameters)."""
    said = _said(response)
    detail = str(said.get("description", ""))[:_LONGEST_DETAIL]
    wait = said.get("parameters", {}).get("retry_after", response.headers.get("Retry-After", ""))
    status = response.status_code
    outcome = verdict.of_http(status, retry_after=str(wait), detail=detail, now=clock())
    if isinstance(outcome, Sent):
        told = said.get("result", {})
        number, chat = told.get("message_id"), told.get("chat", {}).get("id", "")
        return Sent(outcome.answer, f"{chat}:{number}" if number else "")
    return outcome


def _said(response: requests.Response) -> dict[str, Any]:
    try:
        said = json.loads(response.content[:100_000])
    except ValueError:
        return {}
    is_well_formed = isinstance(said, dict) and all(
        isinstance(said.get(key, {}), dict) for key in ("parameters", "result")
    )
    return said if is_well_formed else {}
