"""Which words differ between two versions of a passage. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from watcher.notify.bidi import is_word_char

if TYPE_CHECKING:
    from collections.abc import Sequence

Spans = list[tuple[int, int]]

_WORD = re.compile(r"\S+")
_ALIKE = 0.4
"""Below this the two are different texts, in which marked words would say nothing."""


def changed_words(before: str, after: str) -> tuple[Spans, Spans]:
    """Give the spans of the words that are gone from `before`, and of those new in `after`.

    Punctuation around a word does not count. Texts that have little in common give none.

    >>> changed_words("قتل 3 جنود", "قتل 7 جنود.")
    ([(4, 5)], [(4, 5)])
    """
    old, new = list(_WORD.finditer(before)), list(_WORD.finditer(after))
    matcher = SequenceMatcher(None, _bare(old), _bare(new), autojunk=False)
    gone: Spans = []
    added: Spans = []
    if matcher.ratio() < _ALIKE:
        return gone, added
    for step, first, last, begin, end in matcher.get_opcodes():
        if step == "equal":
            continue
        gone += [found.span() for found in old[first:last]]
        added += [found.span() for found in new[begin:end]]
    return gone, added


def _bare(words: Sequence[re.Match[str]]) -> list[str]:
    return ["".join(filter(is_word_char, found.group())) or found.group() for found in words]
