"""Tell people: whom (route), what (alert_of), in which form (render), and the sending itself."""

from __future__ import annotations

from watcher.notify.hold import Holding, hold
from watcher.notify.links import Signer
from watcher.notify.message import Message, message_of
from watcher.notify.own import own_trouble, troubles_begun, troubles_over
from watcher.notify.passages import alert_of
from watcher.notify.render import as_html, as_markdown, as_slack, as_text
from watcher.notify.route import route, unwanted
from watcher.notify.send import Notifier, fault_of, without_links
from watcher.notify.target import WISHES, DigestTimes, QuietHours, Target, Wish

__all__ = [
    "WISHES",
    "DigestTimes",
    "Holding",
    "Message",
    "Notifier",
    "QuietHours",
    "Signer",
    "Target",
    "Wish",
    "alert_of",
    "as_html",
    "as_markdown",
    "as_slack",
    "as_text",
    "fault_of",
    "hold",
    "message_of",
    "own_trouble",
    "route",
    "troubles_begun",
    "troubles_over",
    "unwanted",
    "without_links",
]
