"""Terms: words and phrases as a rule writes them, found in every inflection and spelling.

1. A term is compiled once: each of its words becomes stems, and for each stem the endings it takes.
2. A printed word is cut into proclitics, stem and ending in every possible way; what a word matches
   is remembered, so that a word seen before costs one look-up, however many terms there are.
3. Words of a phrase stand next to each other inside a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from watcher.arabic.affixes import (
    ARTICLE,
    BARE,
    CONJUNCTION,
    DEFINITE_ENDINGS,
    ENCLITIC,
    ENDINGS,
    FEMININE,
    FEMININE_T,
    IMPERFECT,
    LONGEST_ENDING,
    MY,
    PERFECT,
    PREFIXES,
    PREPOSITION,
    PROCLITICS,
)
from watcher.arabic.harakat import agree, has_marks
from watcher.arabic.letters import UNMARKED, plain
from watcher.arabic.lexicon import lexicon
from watcher.arabic.nouns import noun_stems
from watcher.arabic.verbs import verb_stems
from watcher.arabic.words import Words, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.arabic.lexicon import Lexicon

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


class _Stem(NamedTuple):
    """Compiled terms: give it the whole list at once, ask for the hits text by text."""

    atom: int
    endings: int
    verb: bool


class Terms:
    """Compiled terms; give it the whole list at once and ask for hits text by text."""

    __slots__ = (
        "_atoms",
        "_imperfect",
        "_marked",
        "_memo",
        "_pairs",
        "_rest",
        "_singles",
        "_stems",
        "texts",
    )

    def __init__(self, terms: Iterable[str | Term]) -> None:
        self.texts: list[Term] = [Term(t) if isinstance(t, str) else t for t in terms]
        self._stems: dict[str, tuple[_Stem, ...]] = {}
        self._imperfect: dict[str, tuple[_Stem, ...]] = {}
        self._atoms: dict[tuple[str, str, str], int] = {}
        self._marked: dict[int, str] = {}
        self._singles: dict[int, tuple[int, ...]] = {}
        self._pairs: dict[tuple[int, int], tuple[tuple[int, tuple[int, ...]], ...]] = {}
        self._memo: dict[str, tuple[int, ...]] = {}
        for index, term in enumerate(self.texts):
            self._add(index, term)

    # compiling

    def _add(self, index: int, term: Term) -> None:
        """Compile one term."""
        raw = words_of(term.text).raw
        if not raw:
            return
        atoms = tuple(
            self._atom(word, term.mode, "first" if not place else "later")
            for place, word in enumerate(raw)
        )
        if len(atoms) == 1:
            self._singles[atoms[0]] = (*self._singles.get(atoms[0], ()), index)
        else:
            pair = (atoms[0], atoms[1])
            self._pairs[pair] = (*self._pairs.get(pair, ()), (index, atoms[2:]))

    def _atom(self, raw: str, mode: str, place: str) -> int:
        """Give the number of a word of a term; words written alike share it."""
        marked = has_marks(raw)
        key = (raw if marked else plain_hamza(raw), mode, place if mode == "inflected" else "")
        if key in self._atoms:
            return self._atoms[key]
        atom = self._atoms[key] = len(self._atoms)
        if marked:
            self._marked[atom] = raw
        word = plain(raw)
        if word[0] < "\u0600":
            self._put(self._stems, word, _Stem(atom, BARE, verb=False))
        else:
            self._add_stems(atom, key[0], word, mode, place)
        return atom

    def _add_stems(self, atom: int, written: str, word: str, mode: str, place: str) -> None:
        """Register the stems under which `word` is found."""
        bare = word.removeprefix("ال") if len(word) > 4 else word
        if mode == "exact":
            stem, endings = (
                (bare[:-1], FEMININE | FEMININE_T)
                if bare[-1] == "ة"
                else (bare, BARE | ENCLITIC | MY)
            )
            self._put(self._stems, stem, _Stem(atom, endings, verb=False))
            return
        known = lexicon()
        for stem, endings in noun_stems(bare, known, agreeing=place == "later").items():
            self._put(self._stems, stem, _Stem(atom, endings, verb=False))
        if bare == word and is_verb(word, known):
            perfect, imperfect = verb_stems(written)
            for stem in perfect:
                self._put(self._stems, stem, _Stem(atom, BARE | PERFECT, verb=True))
            for stem in imperfect:
                self._put(self._imperfect, stem, _Stem(atom, BARE | IMPERFECT, verb=True))

    @staticmethod
    def _put(index: dict[str, tuple[_Stem, ...]], stem: str, entry: _Stem) -> None:
        index[stem] = (*index.get(stem, ()), entry)

    # finding

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield (index of the term, start, end) for each hit, in the order of the text."""
        for hit in self.scan(text):
            yield hit.term, hit.start, hit.end

    def scan(self, text: str | Words) -> list[Hit]:
        """List all hits in the order of the text."""
        words = words_of(text) if isinstance(text, str) else text
        raw, memo = words.raw, self._memo
        hits: list[Hit] = []
        for place, word in enumerate(raw):
            atoms = memo.get(word)
            if atoms is None:
                atoms = self._learn(word)
            if atoms:
                self._collect(words, place, atoms, hits)
        return hits

    def _collect(self, words: Words, place: int, atoms: tuple[int, ...], hits: list[Hit]) -> None:
        """Add the terms that begin at `place`."""
        start, end = words.starts[place], words.ends[place]
        singles = self._singles
        for code in atoms:
            hits += [Hit(term, place, place, start, end) for term in singles.get(code >> 1, ())]
        if self._pairs and place + 1 < len(words.raw):
            for term, last in sorted(self._phrases(words, place, atoms)):
                hits.append(Hit(term, place, last, start, words.ends[last]))

    def _phrases(
        self, words: Words, place: int, atoms: tuple[int, ...]
    ) -> Iterator[tuple[int, int]]:
        """Yield (term, last word) of the phrases that begin at `place`."""
        following = self._match(words.raw[place + 1])
        for code in atoms:
            for then in following:
                for term, rest in (
                    self._pairs.get((code >> 1, then >> 1), ()) if not then & 1 else ()
                ):
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
        atoms = self._memo.get(word)
        return self._learn(word) if atoms is None else atoms

    def _learn(self, raw: str) -> tuple[int, ...]:
        """Analyze a word seen for the first time."""
        found: dict[int, None] = {}
        word = plain(raw)
        for entry, kind in self._readings(word):
            code = entry.atom << 1 | bool(kind & (PREPOSITION | CONJUNCTION))
            if entry.atom in self._marked and not agree(self._marked[entry.atom], raw):
                continue
            found[code] = None
        atoms = tuple(found)
        if len(self._memo) >= _MEMO_SIZE:
            self._memo.clear()
        self._memo[raw] = atoms
        return atoms

    def _readings(self, word: str) -> Iterator[tuple[_Stem, int]]:
        """Yield each stem that `word` can be cut to, with what stands before it."""
        yield from self._cut(word, 0, self._stems)
        for proclitic, length, kind in PROCLITICS.get(word[:1], ()):
            if len(word) > length + 1 and word.startswith(proclitic):
                yield from self._cut(word[length:], kind, self._stems)
        if self._imperfect:
            for prefix, length, kind in PREFIXES.get(word[:1], ()):
                if len(word) > length and word.startswith(prefix):
                    yield from self._cut(word[length:], kind, self._imperfect)

    @staticmethod
    def _cut(
        rest: str, kind: int, index: dict[str, tuple[_Stem, ...]]
    ) -> Iterator[tuple[_Stem, int]]:
        """Yield the stems of `rest` whose ending fits."""
        endings = DEFINITE_ENDINGS if kind & ARTICLE else ENDINGS
        for length in range(max(1, len(rest) - LONGEST_ENDING), len(rest) + 1):
            entries = index.get(rest[:length])
            if entries is None:
                continue
            reading = endings.get(rest[length:], 0)
            for entry in entries:
                if entry.endings & reading and not (entry.verb and kind & (ARTICLE | PREPOSITION)):
                    yield entry, kind


def plain_hamza(raw: str) -> str:
    """Drop marks but keep the spelling, which tells أ from ا in a verb."""
    return raw.translate(UNMARKED)


def is_verb(word: str, known: Lexicon) -> bool:
    """Tell whether the lexicon lists finite forms of `word`."""
    forms = known.forms(word)
    return any(f[0] == "ي" != word[0] or f.endswith("تما") for f in forms)
