"""What of many terms stands in one text, and where; each part is worked out when it is asked for.

Almost every word of a text belongs to no term, and almost every text to no rule. So the text is
split at white space only, each run of signs is looked up once, and words, phrases and code points
are counted where a run matters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from watcher.arabic.words import pieces

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from watcher.arabic.words import Words

Columns: TypeAlias = tuple[list[int], list[int]]
"""First and last words of hits, in the order of the text; one list where each is one word."""
Pairs: TypeAlias = "Mapping[tuple[int, int], tuple[tuple[Hashable, tuple[int, ...]], ...]]"
"""First two words of phrases to the label and the remaining words of each."""

SPECIAL = object()
"""First label of a run that is not one word, or whose word may be part of a phrase."""
OPENING = object()
"""Label of a run in which a phrase may begin."""
_MAY_END = re.compile("[.!?؟۔…\n]")


class Reading(NamedTuple):
    """What a printed word matches."""

    terms: tuple[Hashable, ...]
    """Terms of one word."""
    opening: tuple[int, ...]
    """Words of terms that begin a phrase."""
    following: frozenset[int]
    """Words of terms that it may be inside a phrase: without conjunction and preposition."""


class Survey:
    """The terms in one text. `labels` are those that occur."""

    __slots__ = ("_alone", "_found", "_phrases", "_sizes", "_special", "labels", "words")

    def __init__(
        self,
        words: Words,
        found: list[tuple[Hashable, ...]],
        special: Mapping[str, tuple[Reading, ...]],
        pairs: Pairs,
    ) -> None:
        """Take what was found for each run, and the words of those that are SPECIAL."""
        self.words = words
        self.labels: set[Any] = set().union(*filter(None, found))
        self._found = found
        self._alone: dict[Hashable, list[int]] | None = None
        self._special: dict[int, Reading] = {}
        """Readings of the words of special runs, by word."""
        self._sizes: dict[int, int] = {}
        """How many words the special runs have."""
        self._phrases: list[tuple[Hashable, int, int]] = []
        if SPECIAL in self.labels:
            self._read_special(special)
            self._phrases = list(self._find_phrases(pairs)) if OPENING in self.labels else []
            self.labels -= {SPECIAL, OPENING}
            self.labels.update(label for label, _, _ in self._phrases)

    def _read_special(self, special: Mapping[str, tuple[Reading, ...]]) -> None:
        found, shift = self._found, 0
        for run in [run for run, labels in enumerate(found) if labels and labels[0] is SPECIAL]:
            readings = special[self.words.runs[run]]
            self._sizes[run] = len(readings)
            self._special.update(enumerate(readings, run + shift))
            shift += len(readings) - 1

    def _find_phrases(self, pairs: Pairs) -> Iterator[tuple[Hashable, int, int]]:
        """Yield the phrases: label, first and last word."""
        special = self._special
        for place, reading in special.items():
            after = special.get(place + 1) if reading.opening else None
            if after is None or not after.following:
                continue
            found = {
                (label, place + 1 + len(rest))
                for atom in reading.opening
                for then in after.following
                for label, rest in pairs.get((atom, then), ())
                if not rest or self._continues(place + 2, rest)
            }
            for label, last in found:
                if self._is_together(place, last):
                    yield label, place, last

    def _continues(self, place: int, rest: tuple[int, ...]) -> bool:
        """Tell whether the words from `place` on match `rest`."""
        return all(
            (reading := self._special.get(place + offset)) is not None and atom in reading.following
            for offset, atom in enumerate(rest)
        )

    def _is_together(self, first: int, last: int) -> bool:
        """Tell whether no sentence ends between two words."""
        between = self.words.text[self.span(first, first)[1] : self.span(last, last)[0]]
        if not _MAY_END.search(between):
            return True
        sentence = self.words.sentence
        return sentence[first] == sentence[last]

    def columns(self, label: Hashable) -> Columns:
        """Give where a term stands."""
        if self._alone is None:
            self._alone = self._placed()
        words = self._alone.get(label) or []
        if not self._phrases:
            return words, words
        phrases = [(first, last) for one, first, last in self._phrases if one == label]
        if not phrases:
            return words, words
        # A term of several words may be written as one, too.
        hits = sorted([*phrases, *zip(words, words, strict=True)])
        return [first for first, _ in hits], [last for _, last in hits]

    def _placed(self) -> dict[Hashable, list[int]]:
        """Give the words that terms of one word stand at."""
        placed: dict[Hashable, list[int]] = defaultdict(list)
        shift = 0
        for run, labels in enumerate(self._found):
            if labels and labels[0] is SPECIAL:
                for word in range(run + shift, run + shift + self._sizes[run]):
                    for label in self._special[word].terms:
                        placed[label].append(word)
                shift += self._sizes[run] - 1
                continue
            for label in labels:
                placed[label].append(run + shift)
        return placed

    def hits(self) -> Iterator[tuple[Any, int, int, int, int]]:
        """Yield label, first and last word, and code points of each hit, in order."""
        phrases: dict[int, list[tuple[Any, int]]] = defaultdict(list)
        for label, first, last in sorted(self._phrases, key=itemgetter(0)):
            phrases[first].append((label, last))
        for word, labels, start, end in self._sighted() if self.labels else ():
            for label in sorted(labels) if len(labels) > 1 else labels:
                yield label, word, word, start, end
            for label, last in phrases.get(word, ()):
                yield label, word, last, start, self.span(last, last)[1]

    def _sighted(self) -> Iterator[tuple[int, tuple[Any, ...], int, int]]:
        """Yield each word that may be a hit or begin one: number, labels, code points."""
        shift, run_start = 0, self.words.run_start
        for run, labels in enumerate(self._found):
            if not labels:
                continue
            start, word = run_start(run), run + shift
            if labels[0] is not SPECIAL:
                (printed,) = pieces(self.words.runs[run])
                start += self.words.runs[run].index(printed)
                yield word, labels, start, start + len(printed)
                continue
            shift += self._sizes[run] - 1
            for number, printed in enumerate(pieces(self.words.runs[run]), word):
                start = self.words.text.index(printed, start)
                yield number, self._special[number].terms, start, start + len(printed)
                start += len(printed)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Give the code points from the first word to the last."""
        start, end = self._code_points(first)
        return start, end if first == last else self._code_points(last)[1]

    def _code_points(self, word: int) -> tuple[int, int]:
        run, inside = self._run_of(word)
        start, words = self.words.run_start(run), pieces(self.words.runs[run])
        for before in words[:inside]:
            start = self.words.text.index(before, start) + len(before)
        start = self.words.text.index(words[inside], start)
        return start, start + len(words[inside])

    def _run_of(self, word: int) -> tuple[int, int]:
        """Give the run in which a word stands, and how many words of it stand before."""
        run = word
        for special, size in self._sizes.items():
            if special > run:
                break
            if run < special + size:
                return special, run - special
            run -= size - 1
        return run, 0
