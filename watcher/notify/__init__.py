"""Tell people: whom (route), what (alert_of), in which form (render), and the sending itself."""

from __future__ import annotations

from watcher.notify.hold import Holding, hold
from watcher.notify.links import Signer, without_links
from watcher.notify.message import Message, message_of
from watcher.notify.own import notice_of_trouble, own_trouble, troubles_begun, troubles_over
from watcher.notify.pace import LONGEST_WINDOW_S
from watcher.notify.passages import alert_of
from watcher.notify.render import as_html, as_markdown, as_slack, as_telegram, as_text
from watcher.notify.route import route, unwanted
from watcher.notify.samples import sample_messages
from watcher.notify.send import Notifier, fault_of
from watcher.notify.target import WISHES, DigestTimes, QuietHours, Target, Wish
from watcher.notify.templates import Templates, check_templates, write_templates
from watcher.notify.verdict import is_for_all

__all__ = [
    "LONGEST_WINDOW_S",
    "WISHES",
    "DigestTimes",
    "Holding",
    "Message",
    "Notifier",
    "QuietHours",
    "Signer",
    "Target",
    "Templates",
    "Wish",
    "alert_of",
    "as_html",
    "as_markdown",
    "as_slack",
    "as_telegram",
    "as_text",
    "check_templates",
    "fault_of",
    "hold",
    "is_for_all",
    "message_of",
    "notice_of_trouble",
    "own_trouble",
    "route",
    "sample_messages",
    "troubles_begun",
    "troubles_over",
    "unwanted",
    "without_links",
    "write_templates",
]
