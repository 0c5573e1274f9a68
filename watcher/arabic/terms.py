"""Terms: words and phrases as a rule writes them, found in every inflection and spelling.

What a printed word matches is remembered, so that a word seen before costs one look-up, however
many terms there are. Words of a phrase stand next to each other inside a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from watcher.arabic.harakat import has_marks
from watcher.arabic.letters import UNMARKED, plain, plain_all
from watcher.arabic.stems import Place, Stems
from watcher.arabic.survey import OPENING, SPECIAL, Reading, Survey
from watcher.arabic.words import Words, pieces, words_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

Mode: TypeAlias = Literal["inflected", "exact"]
_MEMO_SIZE = 300_000
"""Distinct printed words remembered; Arabic news has about 300,000 in a year."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase; `exact` folds clitics and spelling and allows no other inflection."""

    text: str
    mode: Mode = "inflected"


class Hit(NamedTuple):
    """Where a term stands: its label, first and last word, and code points of the text as given."""

    term: Any
    first: int
    last: int
    start: int
    end: int


_NOTHING = Reading((), (), frozenset())


class Terms:
    """Compiled terms; give it the whole list at once and ask for hits text by text.

    Hits name a term by its label: its index, where no `labels` are given. What words mean is
    remembered, so that one thread at a time may ask.
    """

    __slots__ = (
        "_atoms",
        "_found",
        "_later",
        "_opening",
        "_pairs",
        "_runs",
        "_singles",
        "_special",
        "_stems",
        "texts",
    )

    def __init__(
        self, terms: Iterable[str | Term], labels: Sequence[Hashable] | None = None
    ) -> None:
        self.texts: list[Term] = [Term(t) if isinstance(t, str) else t for t in terms]
        self._stems = Stems()
        self._atoms: dict[tuple[str, bool, Place], int] = {}
        self._singles: dict[int, tuple[Hashable, ...]] = {}
        self._pairs: dict[tuple[int, int], tuple[tuple[Hashable, tuple[int, ...]], ...]] = {}
        self._later: set[int] = set()
        self._opening: set[int] = set()
        self._forget()
        for label, term in zip(labels or range(len(self.texts)), self.texts, strict=True):
            self._add(label, term)

    def _add(self, label: Hashable, term: Term) -> None:
        """Compile one term."""
        for words in _written(words_of(term.text).raw):
            self._add_words(label, words, exact=term.mode == "exact")

    def _add_words(self, label: Hashable, words: list[str], *, exact: bool) -> None:
        """Compile one way of writing a term."""
        first: Place = "alone" if len(words) == 1 else "first"
        atoms = tuple(
            self._atom(word, exact=exact, place="later" if place else first)
            for place, word in enumerate(words)
        )
        if len(atoms) == 1:
            self._singles[atoms[0]] = (*self._singles.get(atoms[0], ()), label)
        elif atoms:
            pair = (atoms[0], atoms[1])
            self._opening.add(atoms[0])
            self._later.update(atoms[1:])
            self._pairs[pair] = (*self._pairs.get(pair, ()), (label, atoms[2:]))

    def _atom(self, raw: str, *, exact: bool, place: Place) -> int:
        """Give the number of a word of a term; words written alike share it."""
        key = (raw if has_marks(raw) else raw.translate(UNMARKED), exact, place)
        atom = self._atoms.get(key)
        if atom is None:
            atom = self._atoms[key] = len(self._atoms)
            self._stems.add(atom, raw, exact=exact, place=place)
        return atom

    def _forget(self) -> None:
        self._runs: dict[str, tuple[Hashable, ...]] = {}
        """What stands between white space -> labels of the terms of one word in it."""
        self._found: dict[tuple[Hashable, ...], tuple[Hashable, ...]] = {}
        """What runs match, each kept once."""
        self._special: dict[str, tuple[Reading, ...]] = {}
        """Runs that are not one word, or whose word may be part of a phrase."""

    def __getstate__(self) -> dict[str, object]:
        """Leave behind what was remembered, so that a worker process gets little."""
        kept = set(self.__slots__) - {"_found", "_runs", "_special"}
        return {name: getattr(self, name) for name in kept}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Start with an empty memory."""
        for name, value in state.items():
            setattr(self, name, value)
        self._forget()

    # asking

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield (index of the term, start, end) for each hit, in the order of the text."""
        for term, _, _, start, end in self.scan(text):
            yield term, start, end

    def scan(self, text: str | Words) -> list[Hit]:
        """List all hits in the order of the text."""
        survey = self.survey(words_of(text) if isinstance(text, str) else text)
        if not survey.labels:
            return []
        found = sorted(
            (first, last != first, label, last)
            for label in survey.labels
            for first, last in zip(*survey.columns(label), strict=True)
        )
        return [
            Hit(label, first, last, *survey.span(first, last)) for first, _, label, last in found
        ]

    def survey(self, words: Words) -> Survey:
        """Look every run of signs up, once."""
        try:
            found = list(map(self._runs.__getitem__, words.runs))
        except KeyError:
            self._learn(words.runs)
            found = list(map(self._runs.__getitem__, words.runs))
        return Survey(words, found, self._special, self._pairs)

    # learning

    def _learn(self, runs: list[str]) -> None:
        """Analyze what is seen for the first time."""
        if len(self._runs) >= _MEMO_SIZE:
            self._forget()
        new = {run: pieces(run) for run in runs if run not in self._runs}
        words = list({word: None for inside in new.values() for word in inside})
        readings = {
            raw: self._reading(codes) if (codes := self._stems.match(raw, word)) else _NOTHING
            for raw, word in zip(words, plain_all(words) if words else (), strict=True)
        }
        for run, inside in new.items():
            self._remember(run, tuple(readings[word] for word in inside))

    def _remember(self, run: str, inside: tuple[Reading, ...]) -> None:
        """Note the labels of a run, and its words where they matter one by one."""
        labels = dict.fromkeys(label for reading in inside for label in reading.terms)
        if len(inside) != 1 or inside[0].following or inside[0].opening:
            self._special[run] = inside
            opening = any(reading.opening for reading in inside)
            labels = {SPECIAL: None, **({OPENING: None} if opening else {}), **labels}
        found = tuple(labels)
        self._runs[run] = self._found.setdefault(found, found)

    def _reading(self, codes: tuple[int, ...]) -> Reading:
        """Look up what words of terms mean for whole terms."""
        atoms = dict.fromkeys(code >> 1 for code in codes)
        labels = {label: None for atom in atoms for label in self._singles.get(atom, ())}
        return Reading(
            tuple(labels),
            tuple(atom for atom in atoms if atom in self._opening),
            frozenset(code >> 1 for code in codes if not code & 1 and code >> 1 in self._later),
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
