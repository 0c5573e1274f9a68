"""Captions and photo credits in plain text, where no markup tells them from sub-headings. Pure.

A line is a caption for a positive reason only: printed twice, credited, dated at its end, or
opening with words that point at a picture. Any other short line is a sub-heading and stays.
"""

from __future__ import annotations

import re
from datetime import UTC
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from watcher.arabic.dates import find_dates
from watcher.clean import phrases
from watcher.clean import vocabulary as words
from watcher.clean.lines import Line, is_among, read_line, same_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from watcher.clean.lines import Draft

_MAX_WORDS = 45
_IN_BRACKETS = re.compile(r"(?P<before>.*?)\s*[(\[]\s*(?P<name>[^()\[\]]{2,40})\s*[)\]]\s*\.?$")
_BEHIND_A_SIGN = re.compile(
    r"(?P<before>.*?)(?:\s*[/\u00a9|]|\s[-\u2013])\s*(?P<name>[^/|.\u00a9]{2,30}?)\s*$"
)


def drop_credited(draft: Draft) -> None:
    """Take out the lines that carry a picture's credit, point into a picture, or are doubled."""
    _drop(draft, _is_marked)


def drop_captions(draft: Draft, *, now: datetime) -> None:
    """Take out the captions that only their wording, date or repetition gives away."""
    _drop(draft, partial(_is_worded, now=now))
    _drop_repeated(draft)


def _drop(draft: Draft, judge: Callable[[Line], str | None]) -> None:
    """Take out the captions that `judge` finds, as long as a paragraph is left."""
    running = {at for at in draft.kept() if draft.lines[at].is_paragraph}
    for at in draft.kept():
        line = draft.lines[at]
        why = judge(line) if len(line) <= _MAX_WORDS else None
        if why and (len(running) > 1 or running - {at}):
            draft.drop(at, why)
            running.discard(at)


def halves(text: str) -> str | None:
    """Give the half of a line that is printed twice in a row, with or without a space between.

    >>> halves("صورة الميناءصورة الميناء")
    'صورة الميناء'
    """
    bare = " ".join(text.split())
    for gap in (0, 1, 3):
        size, odd = divmod(len(bare) - gap, 2)
        if (
            not odd
            and size >= 5
            and bare[:size] == bare[size + gap :]
            and len(bare[:size].split()) > 1
        ):
            return bare[:size].strip()
    return None


def _is_marked(line: Line) -> str | None:
    if halves(line.text):
        return "caption printed twice"
    if _is_credited(line):
        return "caption or photo credit"
    return "caption" if not line.is_stopped and phrases.DEICTIC.search(line.folded) else None


def _is_worded(line: Line, *, now: datetime) -> str | None:
    if line.is_stopped or len(line) > 30 or _opens_with_verb(line):
        return None
    return "caption" if phrases.PICTURE.match(line.folded) or _is_dated(line, now=now) else None


def _is_credited(line: Line) -> bool:
    """Tell whether the line ends with whom a picture is owed to, after its own full stop if any."""
    found = _IN_BRACKETS.match(line.folded) or _BEHIND_A_SIGN.match(line.folded)
    if not found or line.is_sentence:
        return False
    name = found["name"].strip(" .:")
    before = read_line(found["before"])
    if _names(name, words.PHOTO_CREDITS):
        return len(before) <= _MAX_WORDS
    if not _names(name, words.AGENCIES) or not len(before) or _opens_with_verb(before):
        return False
    return not before.is_paragraph or bool(phrases.DEICTIC.search(before.folded))


def _names(credit: str, known: tuple[str, ...]) -> bool:
    """Tell whether a credit is one of the known names, or several of them side by side."""
    parts = re.split(r"\s*[/\-\u2013،,|:]\s*|\s+عبر\s+", credit)
    return any(part in known or part.removeprefix("ال") in known for part in parts)


def _opens_with_verb(line: Line) -> bool:
    return bool(line.words) and is_among(line.words[0], words.REPORTING)


def _is_dated(line: Line, *, now: datetime) -> bool:
    """Tell whether a noun phrase ends with the day it shows; timelines begin with theirs."""
    if len(line) < 6 or not line.is_open or _opens_with_verb(line):
        return False
    found = find_dates(line.text, now=now, zone=now.tzinfo or UTC)
    if not found or found[-1].is_relative:
        return False
    return found[-1].end >= len(line.text.rstrip()) - 2 and found[-1].start >= len(line.text) // 3


def _drop_repeated(draft: Draft) -> None:
    """Take out a short line that stands twice in a row: a picture's text and its caption."""
    kept = draft.kept()
    for one, two in pairwise(kept):
        first, second = draft.lines[one], draft.lines[two]
        if same_words(first, second) and not first.is_paragraph and not first.is_stopped:
            draft.drop(one, "caption printed twice")
            draft.drop(two, "caption printed twice")
