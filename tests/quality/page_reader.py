"""The pages' way through decode, extract and clean, in the form that the page scorer calls."""

from __future__ import annotations

from datetime import UTC, datetime

from watcher.clean import clean
from watcher.extract import extract
from watcher.model import NotAnArticle
from watcher.parse.decode import decode

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(body: bytes, url: str | None) -> str | None:
    """Give a page's article text, one paragraph a line; None where it is no article."""
    found = extract(decode(body).text, url=url or "", now=_NOW)
    return None if isinstance(found, NotAnArticle) else clean(found, now=_NOW).text
