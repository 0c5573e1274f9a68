"""A Slack-shaped receiver: the scripted site, with Apprise's plugin pointed at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.site import Answer, Reply, Site
from watcher.model import Secret
from watcher.notify import services

if TYPE_CHECKING:
    import pytest

TOKENS = ("T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ")
BOT_TOKEN = (
    "xoxb-1234567890-1234567890-4ddbc191d40ee098cbaae6f3523ada2d"  # shaped like one, no more
)
WEBHOOK_URL = f"slack://{'/'.join(TOKENS)}"
BOT_URL = f"slack://{BOT_TOKEN}"
_WEBHOOK = f"/services/{'/'.join(TOKENS)}"
_BOT = "/api/chat.postMessage"

OK = Reply(200, b"ok")
BOT_OK = Reply(200, b'{"ok": true, "channel": "C1"}')


@dataclass(slots=True)
class Slack:
    """Records payloads; `webhook` and `bot` script the answers."""

    site: Site

    def webhook(self, *answers: Answer) -> None:
        self.site.on(_WEBHOOK, *answers)

    def bot(self, *answers: Answer) -> None:
        self.site.on(_BOT, *answers)

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.site.requests]


def open_slack(site: Site, monkeypatch: pytest.MonkeyPatch) -> Slack:
    """Point Apprise's Slack plugin at a site; the plugin has no parameter for its host."""
    slack_plugin = type(services.open_service(Secret(WEBHOOK_URL)))
    monkeypatch.setattr(slack_plugin, "webhook_url", site.url("/services"))
    monkeypatch.setattr(slack_plugin, "api_url", site.url("/api/{}"))
    monkeypatch.setattr(slack_plugin, "request_rate_per_sec", 0)
    slack = Slack(site)
    slack.webhook(OK)
    slack.bot(BOT_OK)
    return slack
