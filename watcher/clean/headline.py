"""Which of the first lines is the headline, and where else it is printed. Pure.

A text that begins with a paragraph has no headline here: none is invented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.clean import vocabulary as words
from watcher.clean.credit import split_credit
from watcher.clean.lines import is_among, is_cut_of, read_line, same_words

if TYPE_CHECKING:
    from collections.abc import Collection

    from watcher.clean.lines import Draft, Line

_HEAD_LINES = 12
_AGAIN = "headline again"


def find_headline(draft: Draft, dates: Collection[int]) -> int | None:
    """Give the index of the headline among the first lines; `dates` are the date lines' indexes.

    The evidence, strongest first: it is printed twice, a date line follows it, or it is a line
    without a full stop that is much shorter than the paragraphs it stands above.
    """
    first, _ = draft.body()
    head = [at for at in draft.kept() if at < _HEAD_LINES and at not in dates]
    for at in head:
        if _is_printed_twice(draft, at):
            return at
    above = [at for at in head if at < first < len(draft.lines)]
    fit = {at for at in above if len(draft.lines[at]) >= 4 and _could_be(draft.lines[at])}
    for at in sorted(fit):
        if _next_kept(draft, at) in dates:
            return _first_of_run(at, fit)
    return next((at for at in above if _stands_out(draft, at)), None)


def drop_headlines(draft: Draft, headline: Line, *, keep: int | None = None) -> None:
    """Take out the lines that only repeat the headline, unless nothing else would be left.

    `keep` is the index of the line that became the title.
    """
    again = [
        at
        for at in draft.kept()
        if at != keep
        and (same_words(draft.lines[at], headline) or _is_trimmed(draft.lines[at], headline))
    ]
    if len(again) < len([at for at in draft.kept() if at != keep]):
        for at in again:
            draft.drop(at, _AGAIN)


def drop_above(draft: Draft, headline: int) -> None:
    """Take out what a page prints above its headline: sections, kickers, names of columns."""
    for at in draft.kept():
        if at < headline and not draft.lines[at].is_paragraph:
            draft.drop(at, "above the headline")


def _is_printed_twice(draft: Draft, at: int) -> bool:
    line = draft.lines[at]
    if len(line) < 4 or line.has_full_stop:
        return False
    return any(
        same_words(line, draft.lines[other]) for other in draft.kept() if at < other < _HEAD_LINES
    )


def _first_of_run(at: int, fit: set[int]) -> int:
    """Go up from a standfirst to the headline right above it."""
    while at - 1 in fit:
        at -= 1
    return at


def _is_trimmed(line: Line, headline: Line) -> bool:
    """Tell whether a line is the headline cut off, as in breadcrumbs and share boxes."""
    return (line.text.rstrip().endswith(("...", "\u2026"))) and is_cut_of(line, headline)


def _next_kept(draft: Draft, at: int) -> int | None:
    return next((other for other in draft.kept() if other > at), None)


def _could_be(line: Line) -> bool:
    return not line.has_full_stop and split_credit(line.text) is None


def _stands_out(draft: Draft, at: int) -> bool:
    line = draft.lines[at]
    if not 4 <= len(line) < 25 or not _could_be(line) or is_among(line.words[0], words.REPORTING):
        return False
    paragraphs = sorted(
        len(draft.lines[other])
        for other in draft.kept()
        if other > at and draft.lines[other].is_paragraph
    )
    return bool(paragraphs) and len(line) < 0.75 * paragraphs[len(paragraphs) // 2]


def as_title(text: str) -> Line:
    """Read a title that was found elsewhere, so that lines can be compared with it."""
    return read_line(text)
