"""Tell people: whom (route), what (alert_of), in which form (render), and the sending itself."""

from __future__ import annotations

from watcher.notify.message import Message, message_of
from watcher.notify.own import own_trouble, troubles_begun, troubles_over
from watcher.notify.pace import LONGEST_WINDOW_S
from watcher.notify.passages import alert_of
from watcher.notify.render import as_html, as_markdown, as_slack, as_text
from watcher.notify.route import route
from watcher.notify.send import Notifier, fault_of
from watcher.notify.target import Target

__all__ = [
    "LONGEST_WINDOW_S",
    "Message",
    "Notifier",
    "Target",
    "alert_of",
    "as_html",
    "as_markdown",
    "as_slack",
    "as_text",
    "fault_of",
    "message_of",
    "own_trouble",
    "route",
    "troubles_begun",
    "troubles_over",
]
