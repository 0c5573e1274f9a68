"""Words of a text, their places, sentences and paragraphs. Pure; knows no forms."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from watcher.arabic.letters import INVISIBLE, LETTERS, MARKS, TATWEEL

_INSIDE = f"{LETTERS}{MARKS}{TATWEEL}"
_WORD = re.compile(
    rf"[{LETTERS}][{_INSIDE}{INVISIBLE}]*(?<![{INVISIBLE}])"
    r"|\d+(?:[.,\u066b\u066c]\d+)*"
    rf"|[^\W\d_{LETTERS}{MARKS}{TATWEEL}]+"
)
_SENTENCE_END = re.compile(r"(?<![A-Z0-9\u0660-\u0669])\.(?=\s|$|[^\w.])|[.](?=\s)|[!?؟۔\u2026\n]")
_ABBREVIATION = re.compile(r"(?:^|[^\w.])(?:\w|Dr|Mr|Mrs|St|No)$")


class Words:
    """The words of one text: tokenized once, asked by every rule.

    `starts` and `ends` are code points of the text as given. `sentence` and `paragraph` number
    each word's sentence and paragraph from 0. All four are computed when first asked for.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.raw: list[str] = _WORD.findall(text)

    def __len__(self) -> int:
        return len(self.raw)

    @cached_property
    def starts(self) -> list[int]:
        """Give the code point at which each word begins."""
        return [match.start() for match in _WORD.finditer(self.text)]

    @cached_property
    def ends(self) -> list[int]:
        """Give the code point after each word."""
        return [start + len(word) for start, word in zip(self.starts, self.raw, strict=True)]

    @cached_property
    def sentence(self) -> list[int]:
        """Number the sentence of each word."""
        return self._numbered(_sentence_ends(self.text))

    @cached_property
    def paragraph(self) -> list[int]:
        """Number the paragraph of each word; paragraphs end with a newline."""
        return self._numbered([match.start() for match in re.finditer("\n", self.text)])

    def _numbered(self, ends: list[int]) -> list[int]:
        """Count for each word the `ends` before it that have a word between them."""
        numbers: list[int] = []
        number = last = 0
        for start in self.starts:
            passed = bisect_left(ends, start)
            if passed > last and numbers:
                number += 1
            last = passed
            numbers.append(number)
        return numbers


def words_of(text: str) -> Words:
    """Split `text` into words: Arabic with everything invisible inside, Latin, numbers.

    >>> words_of("وصل 1,500 جندي.").raw
    ['وصل', '1,500', 'جندي']
    """
    return Words(text)


def _sentence_ends(text: str) -> list[int]:
    """List the places of sentence ends; a dot after an initial or a title ends none."""
    ends = []
    for match in _SENTENCE_END.finditer(text):
        place = match.start()
        if match.group() == "." and _ABBREVIATION.search(text, max(0, place - 6), place):
            continue
        ends.append(place)
    return ends
