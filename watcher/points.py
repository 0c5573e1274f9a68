"""Named points at which tests kill the program as a power cut would. Nothing else happens here.

`WATCHER_DIE_AT=message-left:2` kills the whole process group with SIGKILL when that point is
reached for the second time. Without it a point costs a comparison.
"""

from __future__ import annotations

import os
import signal
from typing import Final

POINTS: Final = (
    # starting
    "leases-freed",
    "sources-synced",
    "rules-kept",
    # a poll
    "poll-begun",
    "list-fetched",
    "list-parsed",
    "entries-added",
    "poll-noted",
    "poll-kept",
    # a reading
    "entries-leased",
    "entry-taken",
    "page-read",
    "article-matched",
    "story-found",
    "entry-closed",
    "article-added",
    "notices-queued",
    "reading-kept",
    "entry-put-off",
    # what the program says of itself
    "troubles-told",
    # a delivery
    "notices-leased",
    "notice-taken",
    "turn-taken",
    "server-reached",
    "message-left",
    "part-taken",
    "answer-known",
    "notice-closed",
    "sent-noted",
    "sent-kept",
    "postponed-noted",
    "postponed-kept",
    "fallback-queued",
    "refusal-noted",
    "refusal-kept",
)
"""In the order in which work passes them; some lie inside transactions, just before they end."""

_left = 0
_deadly = ""


def die_at(where: str) -> None:
    """Have the process group killed at `point:count`; an empty text for never."""
    global _deadly, _left  # noqa: PLW0603 - one per process
    _deadly, _, count = where.partition(":")
    _left = int(count or 1)
    if _deadly and _deadly not in POINTS:
        raise ValueError(f"there is no point '{_deadly}'")


def reached(point: str) -> None:
    """Say that a point is reached."""
    global _left  # noqa: PLW0603 - one per process
    if point != _deadly:
        return
    _left -= 1
    if _left <= 0:
        os.killpg(os.getpgrp(), signal.SIGKILL)


die_at(os.environ.get("WATCHER_DIE_AT", ""))
