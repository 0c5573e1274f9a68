"""Terms: words and phrases as a rule writes them, found in every inflection and spelling.

What a printed word matches is remembered, so that a word seen before costs one look-up, however
many terms there are. Words of a phrase stand next to each other inside a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from watcher.arabic.harakat import has_marks
from watcher.arabic.letters import UNMARKED, plain, plain_all
from watcher.arabic.stems import Place, Stems
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


class _Reading(NamedTuple):
    """What a printed word matches."""

    terms: tuple[int, ...]
    """Terms of one word."""
    opening: tuple[int, ...]
    """Words of terms that begin a phrase."""
    following: frozenset[int]
    """Words of terms that it may be inside a phrase: without conjunction and preposition."""


_NOTHING = _Reading((), (), frozenset())


class Terms:
    """Compiled terms; give it the whole list at once and ask for hits text by text."""

    __slots__ = ("_atoms", "_memo", "_opening", "_pairs", "_singles", "_stems", "texts")

    def __init__(self, terms: Iterable[str | Term]) -> None:
        self.texts: list[Term] = [Term(t) if isinstance(t, str) else t for t in terms]
        self._stems = Stems()
        self._atoms: dict[tuple[str, bool, Place], int] = {}
        self._singles: dict[int, tuple[int, ...]] = {}
        self._pairs: dict[tuple[int, int], tuple[tuple[int, tuple[int, ...]], ...]] = {}
        self._opening: set[int] = set()
        self._memo: dict[str, _Reading] = {}
        for index, term in enumerate(self.texts):
            self._add(index, term)

    def _add(self, index: int, term: Term) -> None:
        """Compile one term."""
        for words in _written(words_of(term.text).raw):
            self._add_words(index, words, exact=term.mode == "exact")

    def _add_words(self, index: int, words: list[str], *, exact: bool) -> None:
        """Compile one way of writing a term."""
        first: Place = "alone" if len(words) == 1 else "first"
        atoms = tuple(
            self._atom(word, exact=exact, place="later" if place else first)
            for place, word in enumerate(words)
        )
        if len(atoms) == 1:
            self._singles[atoms[0]] = (*self._singles.get(atoms[0], ()), index)
        elif atoms:
            pair = (atoms[0], atoms[1])
            self._opening.add(atoms[0])
            self._pairs[pair] = (*self._pairs.get(pair, ()), (index, atoms[2:]))

    def _atom(self, raw: str, *, exact: bool, place: Place) -> int:
        """Give the number of a word of a term; words written alike share it."""
        key = (raw if has_marks(raw) else raw.translate(UNMARKED), exact, place)
        atom = self._atoms.get(key)
        if atom is None:
            atom = self._atoms[key] = len(self._atoms)
            self._stems.add(atom, raw, exact=exact, place=place)
        return atom

    def __getstate__(self) -> dict[str, object]:
        """Leave behind what was remembered, so that a worker process gets little."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "_memo"}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Start with an empty memory."""
        for name, value in state.items():
            setattr(self, name, value)
        self._memo = {}

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield (index of the term, start, end) for each hit, in the order of the text."""
        for term, _, _, start, end in self.scan(text):
            yield term, start, end

    def scan(self, text: str | Words) -> list[Hit]:
        """List all hits in the order of the text."""
        words = words_of(text) if isinstance(text, str) else text
        memo, hits = self._memo, list[Hit]()
        if len(memo) >= _MEMO_SIZE:
            memo.clear()
        new = {word: None for word in words.raw if word not in memo}
        if new:
            self._learn(list(new))
        for place, word in enumerate(words.raw):
            reading = memo[word]
            if reading is _NOTHING:
                continue
            for term in reading.terms:
                hits.append(Hit(term, place, place, words.starts[place], words.ends[place]))
            if reading.opening:
                hits += self._phrases(words, place, reading.opening)
        return hits

    def _phrases(self, words: Words, place: int, opening: tuple[int, ...]) -> list[Hit]:
        """List the phrases that begin at `place`."""
        if place + 1 >= len(words.raw):
            return []
        following, pairs = self._memo[words.raw[place + 1]].following, self._pairs
        found = {
            (term, place + 1 + len(rest))
            for atom in opening
            for then in following
            for term, rest in pairs.get((atom, then), ())
            if not rest or self._continues(words, place + 2, rest)
        }
        return [
            Hit(term, place, last, words.starts[place], words.ends[last])
            for term, last in sorted(found)
            if words.sentence[place] == words.sentence[last]
        ]

    def _continues(self, words: Words, place: int, rest: tuple[int, ...]) -> bool:
        """Tell whether the words from `place` on match `rest`."""
        following = words.raw[place : place + len(rest)]
        return len(following) == len(rest) and all(
            atom in self._memo[word].following for word, atom in zip(following, rest, strict=True)
        )

    def _learn(self, new: list[str]) -> None:
        """Analyze the words of a text that are seen for the first time."""
        for raw, word in zip(new, plain_all(new), strict=True):
            codes = self._stems.match(raw, word)
            self._memo[raw] = self._reading(codes) if codes else _NOTHING

    def _reading(self, codes: tuple[int, ...]) -> _Reading:
        """Look up what words of terms mean for whole terms."""
        atoms = dict.fromkeys(code >> 1 for code in codes)
        return _Reading(
            tuple(sorted(term for atom in atoms for term in self._singles.get(atom, ()))),
            tuple(atom for atom in atoms if atom in self._opening),
            frozenset(code >> 1 for code in codes if not code & 1),
        )


def _written(words: list[str]) -> list[list[str]]:
    """Give the ways to write the words of a term: عبد الله is also one word."""
    ways = [words]
    for place, word in enumerate(words):
        joined = plain(word)
        if joined.startswith("عبدال") and len(joined) > 6 and word.startswith("عبدال"):
            ways.append([*words[:place], word[:3], word[3:], *words[place + 1 :]])
        elif joined == "عبد" and place + 1 < len(words) and words[place + 1].startswith("ال"):
            ways.append([*words[:place], word + words[place + 1], *words[place + 2 :]])
    return ways
