"""How much of a text is read: one hostile or broken page must not hold up all others. Pure."""

from __future__ import annotations

import re
from itertools import islice

from watcher.model import Removed

MOST_CHARS = 200_000
"""Of an article's text: the longest reports of the press have a third of it."""
MOST_PARAGRAPHS = 4000
MOST_MARKUP = 1_000_000
"""Characters of a feed's body or of scraped text before anything is read."""

MOST_TAGS = 10_000
"""Of a page, ends counted: the largest have half of it, and each takes many times its room."""

_LONG_TAG = re.compile(r"<[^<>]{32000,}>?")
"""Pictures written into an attribute, or attributes without end; no text is lost with it."""
_SHOWN = 80


def within_limits(text: str) -> tuple[str, tuple[Removed, ...]]:
    """Cut an article's text at the end of a paragraph; where one is too long, at a space."""
    lines = text.split("\n", MOST_PARAGRAPHS)
    kept, rest = "\n".join(lines[:MOST_PARAGRAPHS]), "\n".join(lines[MOST_PARAGRAPHS:])
    if len(kept) > MOST_CHARS:
        end = _end(kept)
        return kept[:end].rstrip(), (_beyond(kept[end:], f"{MOST_CHARS:,} characters"),)
    return kept, (_beyond(rest, f"{MOST_PARAGRAPHS:,} paragraphs"),) if rest.strip() else ()


def markup_within_limits(markup: str) -> tuple[str, tuple[Removed, ...]]:
    """Cut what a feed or a scraper brought before it is parsed."""
    rest = markup[MOST_MARKUP:]
    if not rest.strip():
        return markup, ()
    return markup[:MOST_MARKUP], (_beyond(rest, f"{MOST_MARKUP:,} characters of markup"),)


def page_within_limits(html: str) -> tuple[str, tuple[Removed, ...]]:
    """Cut a page before it becomes a tree: where its tags are too many, and tags too long."""
    html = _LONG_TAG.sub("", html)
    if html.count("<") <= MOST_TAGS:
        return html, ()
    last = next(islice(re.finditer("<", html), MOST_TAGS, None))
    rest = html[last.start() :]
    return html[: last.start()], (_beyond(rest, f"{MOST_TAGS:,} tags"),)


def _end(text: str) -> int:
    """Give where to cut: never in the first half, so that a lone headline is not all that stays."""
    for mark in ("\n", ". ", " "):
        at = text.rfind(mark, MOST_CHARS // 2, MOST_CHARS)
        if at >= 0:
            return at + len(mark)
    return MOST_CHARS


def _beyond(rest: str, limit: str) -> Removed:
    return Removed(" ".join(rest[: 2 * _SHOWN].split())[:_SHOWN] + "\u2026", f"beyond {limit}")
