"""Which reader reads what a poll of a source brought: one for each kind of source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.parse import feeds

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.model import Fetched, Parsed, SourceKind


def parse(fetched: Fetched, *, now: datetime, kind: SourceKind = "feed", links: str = "") -> Parsed:
    """Read what a poll brought: entries, the newest first, and remarks; any bytes will do.

    `links` is the CSS selector of a listing. Never raises.
    """
    if kind == "sitemap":
        from watcher.parse import sitemap

        return sitemap.parse(fetched, now=now)
    if kind == "listing":
        from watcher.parse import listing

        return listing.parse(fetched, now=now, links=links)
    if kind == "telegram":
        from watcher.parse import telegram

        return telegram.parse(fetched, now=now)
    return feeds.parse(fetched, now=now)
