"""The function behind `watcher read`, in the form that the page scorer calls."""

from __future__ import annotations

from datetime import UTC, datetime

from watcher.model import Fetched, NotAnArticle
from watcher.pages import read_page

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(body: bytes, url: str | None) -> str | None:
    """Give a page's article text, one paragraph a line; None where it is no article."""
    found = read_page(Fetched(url or "", url or "", body), now=_NOW)
    return None if isinstance(found, NotAnArticle) else found.text
