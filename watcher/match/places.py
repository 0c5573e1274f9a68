"""Where a character of a scalar stands in its file. Pure; knows no YAML but its escapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.document import Mark

if TYPE_CHECKING:
    from watcher.document import Scalar

_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|.)", re.DOTALL
)


def places_in(node: Scalar) -> list[Mark]:
    """Give the place of every character of a scalar's text, and of its end.

    Quotes, escapes, and lines that YAML folds are taken into account.
    """
    mark = node.mark
    if not node.raw:
        first = mark.col + node.quoted
        return [Mark(mark.file, mark.line, first + n) for n in range(len(node.text) + 1)]
    offsets = _aligned(node.text, node.raw)
    marks, line, begin, done = [], 0, 0, 0
    for offset in offsets:
        line += node.raw.count("\n", done, offset)
        begin = max(begin, node.raw.rfind("\n", done, offset) + 1)
        done = offset
        col = offset - begin + (1 if line else mark.col)
        marks.append(Mark(mark.file, mark.line + line, col))
    return marks


def _aligned(text: str, raw: str) -> list[int]:
    """Give for each character, and the end, where it begins in what the file has."""
    style = raw[0] if raw[0] in "'\"|>" else ""
    at = 1 if style in {"'", '"'} else raw.find("\n") + 1 if style else 0
    offsets = []
    for letter in text:
        if not letter.isspace():
            at = _passed_over(raw, at)
        offsets.append(at)
        at += _width(raw, at, letter, style)
    return [*offsets, at]


def _passed_over(raw: str, at: int) -> int:
    """Skip indentation and the newlines that were folded, with a backslash before them or not."""
    while at < len(raw) and (raw[at].isspace() or raw.startswith("\\\n", at)):
        at += 1 + (raw[at] == "\\")
    return at


def _width(raw: str, at: int, letter: str, style: str) -> int:
    if style == "'" and letter == "'":
        return 2
    escape = _ESCAPE.match(raw, at) if style == '"' else None
    if escape:
        return escape.end() - at
    return int(at < len(raw))
