"""Nesting without end, taken out of a feed: its readers need quadratic time for it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

DEEPEST: Final = 100
"""No feed nests its elements deeper, XHTML bodies included; hostile ones do by the thousand."""

_MARKUP: Final = re.compile(
    r"<!\[CDATA\[(?:(?!<!\[CDATA\[).)*?\]\]>|<!--(?:(?!<!--).)*?-->"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z_][\w:.\-]*)[^<>]*(?<!/)>",
    re.DOTALL,
)
_ITEMS: Final = frozenset({"item", "entry", "rss:item", "atom:entry"})


def without_deep_nesting(text: str) -> str:
    """Drop the tags that nest deeper than `DEEPEST`; their text stays. CDATA is no nesting."""
    return _MARKUP.sub(_Elements().judged, text)


class _Elements:
    """The elements that are open at a place of the text."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._count: Counter[str] = Counter()

    def judged(self, found: re.Match[str]) -> str:
        """Give the tag as it stands, or nothing where it nests too deep."""
        name = found["name"]
        if name is None:
            return found.group()
        if found["end"]:
            depth = len(self._open)
            self._close(name)
            is_deep = depth > DEEPEST and len(self._open) >= DEEPEST
        else:
            self._begin(name)
            is_deep = len(self._open) > DEEPEST
        return "" if is_deep else found.group()

    def _begin(self, name: str) -> None:
        if name in _ITEMS:  # Items do not nest: the one before was never closed.
            self._close(name)
        self._open.append(name)
        self._count[name] += 1

    def _close(self, name: str) -> None:
        """Close an element and all that was left open in it; an end without a beginning is none."""
        while self._count[name]:
            last = self._open.pop()
            self._count[last] -= 1
            if last == name:
                return
