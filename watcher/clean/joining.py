"""Sentences that a stray newline broke in two. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.clean import vocabulary as words
from watcher.clean.lines import is_among, read_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.clean.lines import Line

_PAIRS = (("«", "»"), ("\u201c", "\u201d"), ("(", ")"))


def join_broken(paragraphs: Iterable[str]) -> list[str]:
    """Put the halves of broken sentences together again, with a space."""
    joined: list[str] = []
    for text in paragraphs:
        if joined and goes_on(read_line(joined[-1]), read_line(text)):
            joined[-1] = f"{joined[-1]} {text}"
        else:
            joined.append(text)
    return joined


def goes_on(first: Line, second: Line) -> bool:
    """Tell whether a sentence begun in `first` ends in `second`.

    A short first line is a sub-heading or an item of a list, not half a sentence.
    """
    if len(first) < 8 or not first.is_open or second.is_bulleted or not len(second):
        return False
    if first.text.rstrip().endswith(("،", ",")):
        return True
    if first.words[-1] in words.CONNECTIVES or _is_left_open(first.text, second.text):
        return True
    return len(second) <= 4 and second.has_full_stop and _adds(second)


def _adds(line: Line) -> bool:
    """Tell whether a few words hang on to what was before: «والمياه.», «في المدينة.»."""
    first = line.words[0]
    return not is_among(first, words.REPORTING) and (
        first[0] in "وف" or first in words.CONNECTIVES or len(line) <= 2
    )


def _is_left_open(first: str, second: str) -> bool:
    for opening, closing in _PAIRS:
        is_open = first.count(opening) > first.count(closing)
        before = second.partition(closing)
        if is_open and before[1] and opening not in before[0]:
            return True
    return False
