"""How one text became another, told in words. Pure.

Spelling, marks and white space are no difference: words are compared folded. Sentences are aligned
first and words inside what is left, both with difflib (Ratcliff and Obershelp 1988); a stretch of
very many words that changed altogether is told as one removal and one insertion.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING

from watcher.arabic import fold, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watcher.arabic import Words

MOST_PAIRS = 1_000_000
"""Words of one text times words of the other that are compared one by one."""
MOST_SENTENCES = 4_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of the old text that were removed, and words of the new one that stand there instead.

    Spans of code points in either text; an empty one is the place where the other text has more.
    """

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def differences(old: str, new: str) -> tuple[Difference, ...]:
    """Give how the words of two texts differ, in order; nothing where they are the same."""
    if old == new:
        return ()
    before, after = words_of(old), words_of(new)
    left, right = _folded(before), _folded(after)
    first, last_left, last_right = _ends(left, right)
    places = [
        (i + first, j + first, k + first, m + first)
        for i, j, k, m in _changed(
            _sentences(left, before.sentence, first, last_left),
            _sentences(right, after.sentence, first, last_right),
        )
    ]
    return tuple(
        Difference(*_span(before, i, j), *_span(after, k, m)) for i, j, k, m in _joined(places)
    )


def applied(old: str, new: str, changes: Iterable[Difference]) -> str:
    """Put what was inserted in the place of what was removed; what was kept stays as it was."""
    parts, place = [], 0
    for change in changes:
        parts += [old[place : change.old_start], f" {new[change.new_start : change.new_end]} "]
        place = change.old_end
    return "".join([*parts, old[place:]])


def stands(start: int, end: int, changes: Iterable[Difference]) -> bool:
    """Tell whether a span of the old text is untouched in the new one."""
    return not any(
        (one.old_start < end and start < one.old_end)
        or (one.old_start == one.old_end and start < one.old_start < end)
        for one in changes
    )


def counterpart(place: int, changes: Iterable[Difference]) -> int:
    """Give about where in the new text a place of the old one is."""
    found = place
    for change in changes:
        if change.old_start > place:
            break
        is_inside = place < change.old_end
        found = change.new_start if is_inside else place - change.old_end + change.new_end
    return max(found, 0)


def _folded(words: Words) -> list[str]:
    return [fold(word) for word in words.raw]


def _ends(left: Sequence[str], right: Sequence[str]) -> tuple[int, int, int]:
    """Leave out what both begin and end with: most revisions touch one place."""
    most, first = min(len(left), len(right)), 0
    while first < most and left[first] == right[first]:
        first += 1
    same = 0
    while same < most - first and left[-1 - same] == right[-1 - same]:
        same += 1
    return first, len(left) - same, len(right) - same


def _sentences(
    folded: Sequence[str], numbers: Sequence[int], first: int, last: int
) -> list[tuple[str, ...]]:
    grouped = groupby(range(first, last), key=numbers.__getitem__)
    return [tuple(folded[place] for place in places) for _, places in grouped]


def _changed(
    left: Sequence[tuple[str, ...]], right: Sequence[tuple[str, ...]]
) -> Iterator[tuple[int, int, int, int]]:
    """Give the ranges of words that differ."""
    starts_left, starts_right = _starts(left), _starts(right)
    for i, j, k, m in _unlike(left, right, MOST_SENTENCES):
        begin, start = starts_left[i], starts_right[k]
        some = [word for sentence in left[i:j] for word in sentence]
        others = [word for sentence in right[k:m] for word in sentence]
        for a, b, c, d in _unlike(some, others, MOST_PAIRS):
            yield begin + a, begin + b, start + c, start + d


def _starts(sentences: Sequence[tuple[str, ...]]) -> list[int]:
    starts = [0]
    for sentence in sentences:
        starts.append(starts[-1] + len(sentence))
    return starts


def _unlike(
    left: Sequence[object], right: Sequence[object], most: int
) -> list[tuple[int, int, int, int]]:
    if len(left) * len(right) > most:
        return [(0, len(left), 0, len(right))]
    matcher = SequenceMatcher(None, left, right)
    return [tuple(found) for tag, *found in matcher.get_opcodes() if tag != "equal"]  # type: ignore[misc]


def _joined(places: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Make one of differences that touch."""
    joined: list[tuple[int, int, int, int]] = []
    for place in places:
        if joined and joined[-1][1] == place[0] and joined[-1][3] == place[2]:
            place = (joined[-1][0], place[1], joined.pop()[2], place[3])  # noqa: PLW2901
        joined.append(place)
    return joined


def _span(words: Words, first: int, last: int) -> tuple[int, int]:
    """Give the code points of a range of words; of none, the end of the word before."""
    if first < last:
        return words.starts[first], words.ends[last - 1]
    place = words.ends[first - 1] if first else 0
    return place, place
