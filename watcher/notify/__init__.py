"""Tell people: whom (route), what (alert_of), in which form (render), and the sending itself."""

from __future__ import annotations

from watcher.notify.message import Message, message_of
from watcher.notify.own import own_trouble, troubles_begun, troubles_over
from watcher.notify.passages import alert_of
from watcher.notify.render import as_html, as_markdown, as_slack, as_telegram, as_text
from watcher.notify.route import route
from watcher.notify.samples import sample_messages
from watcher.notify.send import Notifier, fault_of
from watcher.notify.target import Target
from watcher.notify.templates import Templates, check_templates, write_templates

__all__ = [
    "Message",
    "Notifier",
    "Target",
    "Templates",
    "alert_of",
    "as_html",
    "as_markdown",
    "as_slack",
    "as_telegram",
    "as_text",
    "check_templates",
    "fault_of",
    "message_of",
    "own_trouble",
    "route",
    "sample_messages",
    "troubles_begun",
    "troubles_over",
    "write_templates",
]
