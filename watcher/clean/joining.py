"""Sentences that a stray newline broke in two. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.clean import vocabulary as words
from watcher.clean.lines import LONG_WORDS, is_among, read_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from watcher.clean.lines import Line

_RUNNING_WORDS = 18
_INNER_STOP = re.compile(r"[.:!?\u061f\u06d4]\s")
_QUOTED = re.compile(r"^\s*[«\"\u201c(\[\d]")
_PAIRS = (("«", "»"), ("\u201c", "\u201d"), ("(", ")"))


def join_broken(lines: Collection[Line]) -> list[str]:
    """Put the halves of broken sentences together again, with a space."""
    long = [line for line in lines if len(line) >= LONG_WORDS]
    has_stops = sum(line.is_open for line in long) <= max(1, len(long) // 5)
    joined: list[Line] = []
    for line in lines:
        if joined and _is_one(joined[-1], line, has_stops=has_stops):
            joined[-1] = read_line(f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
    return [line.text for line in joined]


def _is_one(first: Line, second: Line, *, has_stops: bool) -> bool:
    """Tell whether two lines are one sentence; `has_stops`: the others end as sentences do."""
    if goes_on(first, second):
        return True
    if not first.is_open or not second.is_stopped or second.is_bulleted or not len(second):
        return False
    if _is_unfinished(first):
        return True
    return has_stops and _is_running(first) and not _begins_anew(second)


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


def _is_unfinished(line: Line) -> bool:
    """Tell whether a line ends with a word that asks for another, as no heading does.

    «بين مدينتي»: a dual that has lost its final nun governs what follows.
    """
    if len(line) < 3 or line.is_bulleted:
        return False
    last = line.words[-1]
    return last in words.GOVERNING or (line.words[-2] == "بين" and last.endswith("تي"))


def _is_running(line: Line) -> bool:
    """Tell half a sentence from a heading: long, or opened as only running text opens."""
    if line.is_bulleted or len(line) < 8 or len(_INNER_STOP.split(line.text)[-1].split()) < 5:
        return False
    first = line.words[0]
    return len(line) >= _RUNNING_WORDS or first[0] == "و" or is_among(first, words.REPORTING)


def _begins_anew(line: Line) -> bool:
    """Tell whether a line may be a paragraph of its own: most open with "and" or with a verb."""
    first = line.words[0]
    return (
        (first[0] in "وفي" and first != "في")
        or first == "كما"
        or is_among(first, words.REPORTING)
        or bool(_QUOTED.match(line.text))
        or ":" in line.text[:60]
    )


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
