"""Terms: words and phrases as a rule writes them, found in every inflection and spelling.

What a printed word matches is remembered, so that a word seen before costs one look-up, however
many terms there are. Words of a phrase stand next to each other inside a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from watcher.arabic.harakat import has_marks
from watcher.arabic.letters import UNMARKED
from watcher.arabic.stems import Stems
from watcher.arabic.words import Words, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Mode: TypeAlias = Literal["inflected", "exact"]

_MEMO_SIZE = 400_000
"""Distinct printed words remembered; Arabic news has about 300,000 in a year."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase; `exact` folds clitics and spelling and allows no other inflection."""

    text: str
    mode: Mode = "inflected"


class Hit(NamedTuple):
    """Where a term stands: its index, first and last word, and code points of the text as given."""

    term: int
    first: int
    last: int
    start: int
    end: int


class Terms:
    """Compiled terms; give it the whole list at once and ask for hits text by text."""

    __slots__ = ("_atoms", "_memo", "_pairs", "_singles", "_stems", "texts")

    def __init__(self, terms: Iterable[str | Term]) -> None:
        self.texts: list[Term] = [Term(t) if isinstance(t, str) else t for t in terms]
        self._stems = Stems()
        self._atoms: dict[tuple[str, bool, bool], int] = {}
        self._singles: dict[int, tuple[int, ...]] = {}
        self._pairs: dict[tuple[int, int], tuple[tuple[int, tuple[int, ...]], ...]] = {}
        self._memo: dict[str, tuple[int, ...]] = {}
        for index, term in enumerate(self.texts):
            self._add(index, term)

    def _add(self, index: int, term: Term) -> None:
        """Compile one term."""
        exact = term.mode == "exact"
        atoms = tuple(
            self._atom(word, exact=exact, later=place > 0 and not exact)
            for place, word in enumerate(words_of(term.text).raw)
        )
        if len(atoms) == 1:
            self._singles[atoms[0]] = (*self._singles.get(atoms[0], ()), index)
        elif atoms:
            pair = (atoms[0], atoms[1])
            self._pairs[pair] = (*self._pairs.get(pair, ()), (index, atoms[2:]))

    def _atom(self, raw: str, *, exact: bool, later: bool) -> int:
        """Give the number of a word of a term; words written alike share it."""
        key = (raw if has_marks(raw) else raw.translate(UNMARKED), exact, later)
        atom = self._atoms.get(key)
        if atom is None:
            atom = self._atoms[key] = len(self._atoms)
            self._stems.add(atom, raw, exact=exact, later=later)
        return atom

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield (index of the term, start, end) for each hit, in the order of the text."""
        for hit in self.scan(text):
            yield hit.term, hit.start, hit.end

    def scan(self, text: str | Words) -> list[Hit]:
        """List all hits in the order of the text."""
        words = words_of(text) if isinstance(text, str) else text
        memo, hits = self._memo, list[Hit]()
        for place, word in enumerate(words.raw):
            codes = memo.get(word)
            if codes is None:
                codes = self._learn(word)
            if codes:
                self._collect(words, place, codes, hits)
        return hits

    def _collect(self, words: Words, place: int, codes: tuple[int, ...], hits: list[Hit]) -> None:
        """Add the terms that begin at `place`."""
        start, end = words.starts[place], words.ends[place]
        singles = self._singles
        for atom in {code >> 1: None for code in codes}:
            hits += [Hit(term, place, place, start, end) for term in singles.get(atom, ())]
        if self._pairs and place + 1 < len(words.raw):
            for term, last in sorted(set(self._phrases(words, place, codes))):
                hits.append(Hit(term, place, last, start, words.ends[last]))

    def _phrases(
        self, words: Words, place: int, codes: tuple[int, ...]
    ) -> Iterator[tuple[int, int]]:
        """Yield (term, last word) of the phrases that begin at `place`."""
        following = self._match(words.raw[place + 1])
        for code in codes:
            for then in following:
                if then & 1:
                    continue
                for term, rest in self._pairs.get((code >> 1, then >> 1), ()):
                    last = place + 1 + len(rest)
                    if (
                        self._continues(words, place + 2, rest)
                        and words.sentence[place] == words.sentence[last]
                    ):
                        yield term, last

    def _continues(self, words: Words, place: int, rest: tuple[int, ...]) -> bool:
        """Tell whether the words from `place` on match `rest`."""
        if place + len(rest) > len(words.raw):
            return False
        return all(
            atom << 1 in self._match(words.raw[place + offset]) for offset, atom in enumerate(rest)
        )

    def _match(self, word: str) -> tuple[int, ...]:
        """Give what a printed word matches, remembering it."""
        codes = self._memo.get(word)
        return self._learn(word) if codes is None else codes

    def _learn(self, raw: str) -> tuple[int, ...]:
        """Analyze a word seen for the first time."""
        if len(self._memo) >= _MEMO_SIZE:
            self._memo.clear()
        codes = self._memo[raw] = self._stems.match(raw)
        return codes
