"""The article that a page carries as data for its own scripts. Pure.

Pages that are drawn by a script have no text; most of them carry it as JSON all the same.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from watcher.arabic import fold
from watcher.extract.plain import fragment_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_ASSIGNED = re.compile(r"(?:window|self|globalThis)\s*[.\[][\w.\[\]'\"$]+\s*=\s*(?=[{\[])")
_DATA = re.compile(r"=\s*[{\[]")
"""What most scripts do not have; to look for it takes no time."""
_TITLES = ("title", "headline", "name", "heading", "articleTitle", "mainTitle")
_BODIES = re.compile(r"body|content|text|paragraphs|blocks|html|details|story", re.IGNORECASE)
_TEXTS = ("text", "content", "value", "html", "body", "data", "children", "paragraph", "items")
_LARGEST = 3_000_000
_MOST_NODES = 20_000
_DEEPEST = 12
_TITLE_WORDS = 3
"""Sections and sites have shorter names."""


def body_in_state(tree: HtmlElement, title: str) -> str:
    """Give the text of the article whose title is the page's, one paragraph a line; empty if none.

    Other stories that the state holds have other titles.
    """
    wanted = " ".join(fold(title).split())
    if len(wanted.split()) < _TITLE_WORDS:
        return ""
    found: list[str] = []
    for data in _states(tree):
        for item in _objects(data):
            if any(_same(item.get(name), wanted) for name in _TITLES):
                found += [_read(value) for key, value in item.items() if _BODIES.search(key)]
    return max(found, key=len, default="")


def _states(tree: HtmlElement) -> Iterator[Any]:
    for script in tree.iter("script"):
        source, kind = script.text or "", (script.get("type") or "").lower()
        if not source or len(source) > _LARGEST or "ld+json" in kind:
            continue
        start = 0 if "json" in kind else _start_of_data(source)
        if start is not None:
            try:
                yield json.JSONDecoder(strict=False).raw_decode(source.lstrip(), start)[0]
            except (ValueError, RecursionError):
                continue


def _start_of_data(source: str) -> int | None:
    found = _ASSIGNED.search(source.lstrip()) if _DATA.search(source) else None
    return found.end() if found else None


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    todo, seen = [data], 0
    while todo and seen < _MOST_NODES:
        item, seen = todo.pop(), seen + 1
        if isinstance(item, list):
            todo += item
        elif isinstance(item, dict):
            yield item
            todo += item.values()


def _same(claim: Any, wanted: str) -> bool:
    return isinstance(claim, str) and " ".join(fold(claim).split()) == wanted


def _read(value: Any) -> str:
    return "\n".join(filter(None, _texts(value, _DEEPEST)))


def _texts(value: Any, depth: int) -> Iterator[str]:
    """Give the texts of a body: HTML, a list of blocks, or blocks inside blocks."""
    if isinstance(value, str):
        yield fragment_text(value)
    elif depth and isinstance(value, list):
        for item in value:
            yield from _texts(item, depth - 1)
    elif depth and isinstance(value, dict):
        for name in _TEXTS:
            if name in value:
                yield from _texts(value[name], depth - 1)
                return
