"""Slack: blocks to channels, updates as replies in the thread of the first message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watcher.model import Refused, Sent, TryAgain
from watcher.notify import pace, verdict
from watcher.notify.posting import post_json

if TYPE_CHECKING:
    import requests

    from watcher.clock import Clock
    from watcher.model import Outcome
    from watcher.notify.services import SlackAddress
    from watcher.notify.turns import Limits

MOST_BLOCKS = 50
"""In one message: docs.slack.dev, "Blocks"."""
_LONGEST_DETAIL = 120
_PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
     "request_timeout", "rollup_error"}
)  # fmt: skip
_NO_THREAD = frozenset({"thread_not_found", "cannot_reply_to_message", "message_not_found"})


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a bot, or a webhook's own: a place for payloads of blocks."""

    address: SlackAddress
    name: str
    clock: Clock

    @property
    def limits(self) -> Limits:
        """A message a second; addresses of one channel share it."""
        account = f"{self.address.url} {self.address.headers.get('Authorization', '')}"
        return {f"slack {account} {self.name.lstrip('#').lower()}": pace.SLACK}

    def post(self, part: dict[str, Any], reply_to: str) -> Outcome:
        """Post a payload; blocks. A thread that is gone gets a message of its own."""
        channel, _, thread = reply_to.rpartition(":")
        fields = self.address.fields(self.name)
        if thread and self.address.is_bot and "thread_ts" not in fields:
            outcome = self._post({**part, **fields, "channel": channel, "thread_ts": thread})
            if not _has_no_thread(outcome):
                return outcome
        return self._post({**part, **fields})

    def _post(self, payload: dict[str, Any]) -> Outcome:
        answer = post_json(self.address, payload, self.address.headers)
        return answer if isinstance(answer, TryAgain) else judged(answer, self.clock)


def in_messages(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a payload in messages of as many blocks as one may have."""
    blocks = payload["blocks"]
    starts = range(0, max(len(blocks), 1), MOST_BLOCKS)
    return [{**payload, "blocks": blocks[at : at + MOST_BLOCKS]} for at in starts]


def judged(response: requests.Response, clock: Clock) -> Outcome:
    """Judge an answer: the Web API says 200 also when it refuses, with the reason inside."""
    said = _said(response)
    slug = _error(said)
    status = response.status_code
    if status == 200 and not slug and not _is_ok(said):
        # Slack says ok. A page of the network's own, or half an answer, is no receipt.
        return TryAgain("HTTP 200 without Slack's ok", is_of_target=True)
    if status == 200 and slug:
        status = 429 if slug in _PASSING else 400
    wait = response.headers.get("Retry-After", "")
    outcome = verdict.of_http(status, retry_after=wait, detail=slug, now=clock())
    if isinstance(outcome, Sent) and isinstance(said, dict) and said.get("ts"):
        return Sent(outcome.answer, f"{said.get('channel', '')}:{said['ts']}")
    return outcome


def _said(response: requests.Response) -> Any:
    text = response.content[:100_000].decode("utf-8", "replace").strip()
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_ok(said: Any) -> bool:
    if isinstance(said, dict):
        return said.get("ok") is True
    return isinstance(said, str) and said.lower() == "ok"


def _error(said: Any) -> str:
    """Give Slack's own name of what is wrong; empty where nothing is, or none is given."""
    if isinstance(said, str):
        is_slug = said.isascii() and said.replace("_", "").isalnum() and said.lower() != "ok"
        return said[:_LONGEST_DETAIL] if is_slug else ""
    if isinstance(said, dict) and said.get("ok") is not True:
        return str(said.get("error", ""))[:_LONGEST_DETAIL]
    return ""


def _has_no_thread(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and any(name in outcome.why for name in _NO_THREAD)
