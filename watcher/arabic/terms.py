"""Terms: words and phrases as a rule writes them, found in every inflection and spelling.

What a printed word matches is remembered, so that a word seen before costs one look-up, however
many terms there are. Words of a phrase stand next to each other inside a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from watcher.arabic.harakat import has_marks
from watcher.arabic.letters import UNMARKED, plain, plain_all
from watcher.arabic.stems import Form, Place, Stems, forms_of
from watcher.arabic.survey import Memory, Reading, Several, Survey
from watcher.arabic.words import Words, one_words, pieces, words_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

Mode: TypeAlias = Literal["inflected", "exact"]
Word: TypeAlias = tuple[str, bool, Place]
"""A word of a term, whether it is exact, and where in the term it stands."""
Analyses: TypeAlias = dict[Word, tuple[Form, ...]]
"""What is known of words of terms; plain values, worth keeping on disk."""
REMEMBERED = 300_000
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


_LEARNING = Lock()
"""Held by whoever adds to a memory. One for all, so that terms can be handed to processes."""
_NO_WORDS: frozenset[int] = frozenset()
_NOTHING = Reading((), (), _NO_WORDS)


class Terms:
    """Compiled terms; give it the whole list at once and ask for hits text by text.

    Hits name a term by its label: its index, where no `labels` are given. What words mean is
    remembered; several threads may ask.
    """

    __slots__ = (
        "_atoms",
        "_later",
        "_most",
        "_opening",
        "_pairs",
        "_runs",
        "_several",
        "_singles",
        "_stems",
        "texts",
    )

    def __init__(
        self,
        terms: Iterable[str | Term],
        labels: Sequence[Hashable] | None = None,
        analyses: Analyses | None = None,
        *,
        remembered: int = REMEMBERED,
    ) -> None:
        """Compile terms; words in `analyses` need no analysis, others are added to it.

        `remembered` is how many printed words are remembered, 200 bytes each.
        """
        self._most = remembered
        self.texts: list[Term] = [Term(t) if isinstance(t, str) else t for t in terms]
        self._stems = Stems()
        self._atoms: dict[Word, int] = {}
        self._singles: dict[int, tuple[Hashable, ...]] = {}
        self._pairs: dict[tuple[int, int], tuple[tuple[Hashable, tuple[int, ...]], ...]] = {}
        self._later: set[int] = set()
        self._opening: set[int] = set()
        self._forget()
        known = {} if analyses is None else analyses
        ways = _ways(self.texts)
        for label, term in zip(labels or range(len(self.texts)), ways, strict=True):
            for words in term:
                self._add(label, words, known)

    @property
    def vocabulary(self) -> AbstractSet[Word]:
        """Give the words of all terms."""
        return self._atoms.keys()

    def _add(self, label: Hashable, words: list[tuple[str, Word]], known: Analyses) -> None:
        """Compile one way of writing a term."""
        atoms = tuple(self._atom(raw, word, known) for raw, word in words)
        if len(atoms) == 1:
            self._singles[atoms[0]] = (*self._singles.get(atoms[0], ()), label)
        elif atoms:
            pair = (atoms[0], atoms[1])
            self._opening.add(atoms[0])
            self._later.update(atoms[1:])
            self._pairs[pair] = (*self._pairs.get(pair, ()), (label, atoms[2:]))

    def _atom(self, raw: str, word: Word, known: Analyses) -> int:
        """Give the number of a word of a term; words written alike share it."""
        atom = self._atoms.get(word)
        if atom is None:
            atom = self._atoms[word] = len(self._atoms)
            self._stems.enter(atom, raw, word[2], _analyzed(raw, word, known))
        return atom

    def _forget(self) -> None:
        self._runs: Memory = {}
        """What was found for each run of signs between white space."""
        self._several: dict[object, Several] = {}
        """What is more than one term, each kept once."""

    def __getstate__(self) -> dict[str, object]:
        """Leave behind what was remembered, so that a worker process gets little."""
        kept = set(self.__slots__) - {"_runs", "_several"}
        return {name: getattr(self, name) for name in kept}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Start with an empty memory."""
        for name, value in state.items():
            setattr(self, name, value)
        self._forget()

    # asking

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield (index of the term, start, end) for each hit, in the order of the text."""
        for term, _, _, start, end in self.survey(words_of(text)).hits():
            yield term, start, end

    def scan(self, text: str | Words) -> list[Hit]:
        """List all hits in the order of the text."""
        survey = self.survey(words_of(text) if isinstance(text, str) else text)
        return [Hit(*hit) for hit in survey.hits()]

    def survey(self, words: Words) -> Survey:
        """Look every run of signs up, once."""
        try:
            return Survey(words, self._runs, self._pairs)
        except KeyError:
            with _LEARNING:
                memory = self._learn(words.runs)
            return Survey(words, memory, self._pairs)

    # learning

    def _learn(self, runs: list[str]) -> Memory:
        """Analyze what is seen for the first time; give the memory that has all of it.

        Nothing is remembered before all of it is known: others look words up meanwhile.
        """
        if len(self._runs) >= self._most:
            self._forget()
        memory = self._runs
        new = list({run: None for run in runs if run not in memory})
        one_word = one_words(new)
        learned: Memory = dict.fromkeys(one_word)  # as most are: no form of any term
        others = {run: pieces(run) for run in new if run not in one_word}
        words = [*one_word, *chain.from_iterable(others.values())]
        matched = self._stems.match_all(words, plain_all(words)) if words else {}
        for word in one_word & matched.keys():
            learned[word] = self._meaning((self._reading(matched[word]),))
        for run, inside in others.items():
            readings = (
                self._reading(matched[word]) if word in matched else _NOTHING for word in inside
            )
            learned[run] = self._meaning(tuple(readings))
        memory.update(learned)
        return memory

    def _meaning(self, inside: tuple[Reading, ...]) -> Hashable | Several | None:
        """Give the labels of a run by its words, and the words where they matter one by one."""
        if len(inside) == 1 and not inside[0].following and not inside[0].opening:
            labels = inside[0].terms
            if len(labels) > 1:
                return self._several.setdefault(labels, Several(labels, None))
            return labels[0] if labels else None
        there = self._several.get(inside)
        if there is None:
            labels = tuple(dict.fromkeys(label for reading in inside for label in reading.terms))
            there = self._several[inside] = Several(labels, inside)
        return there

    def _reading(self, codes: tuple[int, ...]) -> Reading:
        """Look up what words of terms mean for whole terms."""
        if len(codes) == 1:
            atom = codes[0] >> 1
            if atom not in self._opening and atom not in self._later:
                return Reading(self._singles.get(atom, ()), (), _NO_WORDS)
        atoms = dict.fromkeys(code >> 1 for code in codes)
        labels = {label: None for atom in atoms for label in self._singles.get(atom, ())}
        return Reading(
            tuple(labels),
            tuple(atom for atom in atoms if atom in self._opening),
            frozenset(code >> 1 for code in codes if not code & 1 and code >> 1 in self._later),
        )


def analyze(terms: Iterable[Term], analyses: Analyses) -> None:
    """Add to `analyses` what is not known yet of the words of some terms."""
    for term in _ways(list(terms)):
        for raw, word in chain.from_iterable(term):
            _analyzed(raw, word, analyses)


def _analyzed(raw: str, word: Word, analyses: Analyses) -> tuple[Form, ...]:
    forms = analyses.get(word)
    if forms is None:
        forms = analyses[word] = forms_of(raw, exact=word[1], place=word[2])
    return forms


def _ways(terms: list[Term]) -> Iterator[list[list[tuple[str, Word]]]]:
    """Yield for each term the ways to write it, word by word."""
    simple = one_words([term.text for term in terms])
    for term in terms:
        exact = term.mode == "exact"
        if term.text in simple and "عبد" not in term.text:  # as most are
            yield [[(term.text, (term.text, exact, "alone"))]]
        else:
            yield [_keyed(words, exact=exact) for words in _written(words_of(term.text).raw)]


def _keyed(words: list[str], *, exact: bool) -> list[tuple[str, Word]]:
    """Give each word with what it is known by: harakat are part of that, tatweel is not."""
    first: Place = "alone" if len(words) == 1 else "first"
    return [
        (raw, (raw if has_marks(raw) else raw.translate(UNMARKED), exact, "later" if at else first))
        for at, raw in enumerate(words)
    ]


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
