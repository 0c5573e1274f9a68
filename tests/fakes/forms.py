"""A message in every form, for tests that look at all of them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from rich.console import Console

from watcher.model import Links
from watcher.notify import (
    as_html,
    as_markdown,
    as_slack,
    as_telegram,
    as_text,
    message_of,
)
from watcher.notify.terminal import write

if TYPE_CHECKING:
    from watcher.model import Alert, Notice
    from watcher.notify import Message

ZONE = "Asia/Baghdad"


def forms(about: Alert | Notice, links: Links = Links()) -> dict[str, str]:  # noqa: B008 - frozen
    """Give every form of a message, by the name of its golden file."""
    message = message_of(about, zone=ZONE, links=links)
    return {
        "subject.txt": message.subject + "\n",
        "mail.html": as_html(message),
        "mail.txt": as_text(message),
        "markdown.md": as_markdown(message, with_title=True) + "\n",
        "telegram.html": as_telegram(message) + "\n",
        "slack.json": json.dumps(as_slack(message), ensure_ascii=False, indent=1) + "\n",
        "terminal.txt": terminal(message, colored=False),
        "terminal.ansi": terminal(message, colored=True),
    }


def terminal(message: Message, *, colored: bool) -> str:
    """Give what a terminal of 100 columns is sent."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=100,
        force_terminal=colored,
        color_system="truecolor" if colored else None,
        legacy_windows=False,
        no_color=not colored,
    )
    write(message, console)
    return stream.getvalue()
