"""Words of a text, their places, sentences and paragraphs. Pure; knows no forms."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from watcher.arabic.letters import INVISIBLE, LETTERS, MARKS, TATWEEL, fold

_INSIDE = f"{LETTERS}{MARKS}{TATWEEL}"
_WORD = re.compile(
    rf"[{LETTERS}][{_INSIDE}{INVISIBLE}]*(?<![{INVISIBLE}])"
    r"|\d+(?:[.,\u066b\u066c]\d+)*"
    rf"|[^\W\d_{LETTERS}{MARKS}{TATWEEL}]+"
)
_SENTENCE_END = re.compile(r"(?<![A-Z0-9\u0660-\u0669])\.(?=\s|$|[^\w.])|[.](?=\s)|[!?؟۔\u2026\n]")
_ABBREVIATION = re.compile(r"(?:^|[^\w.])(?:\w|Dr|Mr|Mrs|St|No)$")
_ONE_WORD = re.compile(rf"^[{LETTERS}]+$", re.MULTILINE)


@lru_cache(maxsize=16_384)
def pieces(run: str) -> tuple[str, ...]:
    """Give the words of a run of signs without white space; of most, which are one, it is known."""
    return tuple(_WORD.findall(run))


def one_words(runs: list[str]) -> set[str]:
    """Pick the runs that are one word of Arabic letters and nothing else, as most are."""
    return set(_ONE_WORD.findall("\n".join(runs)))


def printed(text: str) -> list[str]:
    """Give the words of a text that is looked at once: nothing is remembered."""
    return _WORD.findall(text)


class Words:
    """The words of one text: tokenized once, asked by every rule.

    `runs` is what stands between white space, `raw` the words in it. `starts` and `ends` are code
    points of the text as given. `sentence` and `paragraph` number each word's sentence and
    paragraph from 0. All but `text` and `runs` are computed when first asked for.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.runs: list[str] = text.split()

    def __len__(self) -> int:
        return len(self.raw)

    @cached_property
    def raw(self) -> list[str]:
        """Give the words, which are those of the runs: white space never stands inside one."""
        return printed(self.text)

    def run_start(self, run: int) -> int:
        """Give the code point at which a run begins."""
        if self._shift is None:
            return self._run_starts[run]
        return self._shift + run + (self._lengths[run - 1] if run else 0)

    @cached_property
    def _lengths(self) -> list[int]:
        return list(accumulate(map(len, self.runs)))

    @cached_property
    def _shift(self) -> int | None:
        """Give where the first run begins, if one sign of white space stands between any two."""
        before = len(self.text) - len(self.text.lstrip())
        even = before + self._lengths[-1] + len(self.runs) - 1 == len(self.text.rstrip())
        return before if even else None

    @cached_property
    def _run_starts(self) -> list[int]:
        return _places(self.text, self.runs)

    @cached_property
    def starts(self) -> list[int]:
        """Give the code point at which each word begins.

        Between two words stands nothing that could begin one, so that each is where it is first
        found behind the one before it.
        """
        return _places(self.text, self.raw)

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
        starts = self.starts
        breaks = {bisect_right(starts, end) for end in ends} - {0, len(starts)}
        numbers: list[int] = []
        for number, (first, beyond) in enumerate(pairwise([0, *sorted(breaks), len(starts)])):
            numbers += [number] * (beyond - first)
        return numbers


def words_of(text: str) -> Words:
    """Split `text` into words: Arabic with everything invisible inside, Latin, numbers.

    >>> words_of("وصل 1,500 جندي.").raw
    ['وصل', '1,500', 'جندي']
    """
    return Words(text)


def folded(words: Words) -> list[str]:
    """Give the words folded; many times as fast as one by one."""
    return fold("\n".join(words.raw)).split("\n") if words.raw else []


def _places(text: str, pieces_of_it: list[str]) -> list[int]:
    """Find pieces of a text that follow each other."""
    starts, place = [], 0
    for piece in pieces_of_it:
        start = text.find(piece, place)
        starts.append(start)
        place = start + len(piece)
    return starts


def _sentence_ends(text: str) -> list[int]:
    """List the places of sentence ends; a dot after an initial or a title ends none."""
    ends = []
    for match in _SENTENCE_END.finditer(text):
        place = match.start()
        if match.group() == "." and _ABBREVIATION.search(text, max(0, place - 6), place):
            continue
        ends.append(place)
    return ends
