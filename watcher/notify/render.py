"""A message in the form each service shows best: HTML, plain text, Markdown, Slack, Telegram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.notify.blocks import as_slack
from watcher.notify.forms import HTML, MARKDOWN, TELEGRAM, TEXT
from watcher.notify.templates import SHIPPED

if TYPE_CHECKING:
    from watcher.notify.parts import Message
    from watcher.notify.templates import Templates

__all__ = ["as_html", "as_markdown", "as_slack", "as_telegram", "as_text"]


def as_text(message: Message, templates: Templates = SHIPPED) -> str:
    """Give plain text: hits between asterisks, foreign runs isolated, addresses alone on a line.

    An address stands alone because mail programs take a closing isolate for a part of it.
    """
    return templates.render(TEXT, message)


def as_html(message: Message, templates: Templates = SHIPPED) -> str:
    """Give a whole HTML document for mail: right-to-left, inline styles, tables, no images."""
    return templates.render(HTML, message)


def as_markdown(message: Message, *, with_title: bool, templates: Templates = SHIPPED) -> str:
    """Give CommonMark: hits in bold, everything scraped escaped.

    `with_title` puts the headline on top, for services that have no title of their own.
    """
    return templates.render(MARKDOWN, message, with_title=with_title).rstrip("\n")


def as_telegram(message: Message, templates: Templates = SHIPPED) -> str:
    """Give the HTML that Telegram's bots may send: `parse_mode` is HTML.

    Each tag is closed in its line. The text can be longer than the 4,096 characters of a message.
    """
    return templates.render(TELEGRAM, message).rstrip("\n")
