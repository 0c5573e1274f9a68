"""Articles that people hand over as JSON lines: `id`, `title`, `text` and what else is known."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from watcher.cli.show import err
from watcher.model import Article


def given(line: bytes, number: int) -> tuple[dict[str, Any], str]:
    """Give the object of a line, or an empty one and what is wrong with the line."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError) as failure:
        return {}, f"line {number}: not JSON: {failure}. Give one object a line."
    if not isinstance(read, dict):
        return {}, f"line {number}: expected an object with id, title and text."
    return read, ""


def text_of(read: dict[str, Any], key: str) -> str:
    """Give the text under `key`; empty where there is none."""
    value = read.get(key)
    return value if isinstance(value, str) else ""


def article_of(read: dict[str, Any]) -> Article:
    """Make an article of what was given; what is missing or of another kind is left empty.

    A date that cannot be read is named on standard error: without one, an article is never too old.
    """
    tags = read.get("tags")
    return Article(
        url=text_of(read, "url"),
        title=text_of(read, "title"),
        text=text_of(read, "text"),
        author=text_of(read, "author"),
        credit=text_of(read, "credit"),
        language=text_of(read, "language"),
        source=text_of(read, "source"),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        published=_instant(text_of(read, "published") or text_of(read, "date")),
    )


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            found = parsedate_to_datetime(text)
        except ValueError:
            if text:
                what = f"no date (ISO 8601, or as mails have it): «{text}»; taken as undated"
                err.print(what, style="yellow", markup=False, soft_wrap=True)
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
