"""What of many terms stands in one text, and where; each part is worked out when it is asked for.

Almost every word of a text belongs to no term, and almost every text to no rule. So the text is
split at white space only, each run of signs is looked up once, and words, phrases and code points
are counted where a run matters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import chain
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

_MAY_END = re.compile("[.!?؟۔…\n]")


class Reading(NamedTuple):
    """What a printed word matches."""

    terms: tuple[Hashable, ...]
    """Terms of one word."""
    opening: tuple[int, ...]
    """Words of terms that begin a phrase."""
    following: frozenset[int]
    """Words of terms that it may be inside a phrase: without conjunction and preposition."""


class Several:
    """What a run matches that is not one word and one term."""

    __slots__ = ("labels", "readings")

    def __init__(self, labels: tuple[Hashable, ...], readings: tuple[Reading, ...] | None) -> None:
        """Take all labels, and the readings of its words where they matter one by one."""
        self.labels = labels
        self.readings = readings


Memory: TypeAlias = "dict[str, Hashable | Several | None]"
"""What stands between white space -> the label of the term that it is, or all it may be."""


class Survey:
    """The terms in one text. `labels` are those that occur."""

    __slots__ = ("_alone", "_phrases", "_runs", "_sizes", "_special", "labels", "words")

    def __init__(self, words: Words, memory: Memory, pairs: Pairs) -> None:
        """Look every run up, once; raise KeyError if one is not known."""
        self.words = words
        self._runs = list(map(memory.__getitem__, words.runs))
        self._alone: dict[Hashable, list[int]] | None = None
        self._special: dict[int, Reading] = {}
        """Readings of the words of special runs, by word."""
        self._sizes: dict[int, int] = {}
        """How many words the special runs have."""
        self._phrases: list[tuple[Hashable, int, int]] = []
        found: set[Any] = set(self._runs)
        found.discard(None)
        several = [one for one in found if type(one) is Several]
        if several:
            found.difference_update(several)
            found.update(chain.from_iterable(one.labels for one in several))
            readings = chain.from_iterable(one.readings or () for one in several)
            if any(one.readings is not None for one in several):
                self._read_special()
            if any(reading.opening for reading in readings):
                self._phrases = list(self._find_phrases(pairs))
                found.update(label for label, _, _ in self._phrases)
        self.labels = found

    def _found(self) -> Iterator[tuple[int, Hashable | Several]]:
        """Yield each run that matches something, with what it matches."""
        return ((run, one) for run, one in enumerate(self._runs) if one is not None)

    def _read_special(self) -> None:
        shift = 0
        for run, one in self._found():
            if isinstance(one, Several) and one.readings is not None:
                self._sizes[run] = len(one.readings)
                self._special.update(enumerate(one.readings, run + shift))
                shift += len(one.readings) - 1

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
        for run, one in self._found():
            if not isinstance(one, Several):
                placed[one].append(run + shift)
            elif one.readings is None:
                for label in one.labels:
                    placed[label].append(run + shift)
            else:
                for word, reading in enumerate(one.readings, run + shift):
                    for label in reading.terms:
                        placed[label].append(word)
                shift += len(one.readings) - 1
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
        for run, one in self._found():
            start, word, signs = run_start(run), run + shift, self.words.runs[run]
            if isinstance(one, Several) and one.readings is not None:
                shift += len(one.readings) - 1
                for number, printed in enumerate(pieces(signs), word):
                    start = self.words.text.index(printed, start)
                    yield number, self._special[number].terms, start, start + len(printed)
                    start += len(printed)
            else:
                (printed,) = pieces(signs)
                start += signs.index(printed)
                labels = one.labels if isinstance(one, Several) else (one,)
                yield word, labels, start, start + len(printed)

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
