"""Names that one text has wherever the other has others: one form, filled in twice. Pure."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from watcher.arabic import is_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Run = tuple[str, ...]

LONGEST = 6
"""Words; what is longer is another passage, not another name."""
TIMES = 2
NAME_TIMES = 3
LEAST_WORDS = 2
"""Exchanged again and again; a single word may be an epithet («the former», «the ousted»)."""
NAME_LETTERS = 4
"""A country and its people begin alike."""
ALIKE = 0.6
"""Letters in common, of the shorter name: then it is one name, spelled in two ways."""


def exchanged(one: Sequence[str], other: Sequence[str]) -> tuple[str, str] | None:
    """Give a name that stands wherever the other text has another one; None where there is none.

    Both texts are aligned (Ratcliff and Obershelp 1988). Reworded copies exchange a word here and
    there; forms exchange the same names for the same others in every place.
    """
    runs: Counter[tuple[Run, Run]] = Counter()
    names: Counter[tuple[str, str]] = Counter()
    for ours, theirs in _runs(one, other):
        runs[ours, theirs] += 1
        pairs = {(a[:NAME_LETTERS], b[:NAME_LETTERS]) for a, b in product(ours, theirs)}
        names.update(pair for pair in pairs if not _alike(*pair))
    again = [pair for pair, times in runs.items() if times >= TIMES]
    if sum(min(map(len, pair)) for pair in again) >= LEAST_WORDS:
        ours, theirs = max(again, key=lambda pair: sum(map(len, pair)))
        return " ".join(ours), " ".join(theirs)
    often = [pair for pair, times in names.items() if times >= NAME_TIMES]
    return often[0] if often else None


def _runs(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[Run, Run]]:
    """Give the words that stand in each other's place and are nowhere else in the other text."""
    held, held_there = set(one), set(other)
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "replace" or max(j - i, m - k) > LONGEST:
            continue
        ours = tuple(w for w in one[i:j] if w not in held_there and not is_number(w))
        theirs = tuple(w for w in other[k:m] if w not in held and not is_number(w))
        if ours and theirs and not _alike("".join(ours), "".join(theirs)):
            yield ours, theirs


@lru_cache(maxsize=10_000)
def _alike(one: str, other: str) -> bool:
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= ALIKE * min(len(one), len(other))
