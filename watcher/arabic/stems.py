"""From a printed word to the words of terms it is a form of.

1. Each word of a term is entered once under its stems, with the endings each stem takes.
2. A printed word is cut into proclitics, stem and ending in every possible way.
3. A cut counts unless the lexicon knows the printed word, or what is left of it without its
   proclitics, as another word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from watcher.arabic.affixes import (
    ANY,
    ARTICLE,
    BARE,
    CONJUNCTION,
    DEFINITE_ENDINGS,
    ENCLITIC,
    ENDING_LENGTHS,
    ENDINGS,
    FEMININE,
    FEMININE_T,
    PREFIX,
    PREPOSITION,
    STACKS,
)
from watcher.arabic.evidence import NAME, VERB, Cut, holds
from watcher.arabic.harakat import agree, has_marks, part_of_speech
from watcher.arabic.letters import UNMARKED, plain
from watcher.arabic.lexicon import lexicon
from watcher.arabic.nouns import OWN, PLURAL, citations, masculine, noun_stems
from watcher.arabic.plurals import is_dotless
from watcher.arabic.tables import SPELLINGS, VARIANTS
from watcher.arabic.verbs import is_verb, verb_stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.arabic.lexicon import Lexicon

_NO_STACK = (("", 0, 0),)
_SPELLED_TWICE = re.compile("|".join(piece for pair in SPELLINGS for piece in pair))
_APART = PREPOSITION | CONJUNCTION
_PLURAL_OF_HAMZA = "أآ"
Place: TypeAlias = Literal["alone", "first", "later"]
Form: TypeAlias = tuple[str, int, int, str, str, bool]
"""A stem of a word; the endings it takes; OWN, PLURAL, CHANGED, VERB or NAME; its lemma; the hamza
seats that its first letter may be printed with, empty where it does not matter; whether it is of
the imperfect. Plain values, so that they can be kept on disk."""
Entry: TypeAlias = tuple[int, int, int, str, str]
"""The number of a word, then as in Form. Of plain tuples the garbage collector lets go."""
Index: TypeAlias = dict[str, Entry | list[Entry]]
"""Stem to what it is a stem of; most are of one word."""


class Stems:
    """The stems of all words of all terms."""

    __slots__ = ("_heads", "_imperfect", "_marked", "_phrased", "_stems")

    def __init__(self) -> None:
        self._stems: Index = {}
        self._imperfect: Index = {}
        self._heads: set[str] = set()
        self._marked: dict[int, str] = {}
        self._phrased: set[int] = set()

    def add(self, atom: int, raw: str, *, exact: bool, place: Place) -> None:
        """Enter a word of a term under a number of its own."""
        self.enter(atom, raw, place, forms_of(raw, exact=exact, place=place))

    def enter(self, atom: int, raw: str, place: Place, forms: Iterable[Form]) -> None:
        """Enter a word of a term of which the forms are known."""
        if place == "first":
            self._phrased.add(atom)
        if has_marks(raw):
            self._marked[atom] = raw
        for stem, endings, kind, lemma, seat, imperfect in forms:
            index = self._imperfect if imperfect else self._stems
            entry, before = (atom, endings, kind, lemma, seat), index.get(stem)
            if before is None:
                index[stem] = entry
            elif isinstance(before, list):
                before.append(entry)
            else:
                index[stem] = [before, entry]
            self._heads.add(stem[:3])
            if len(stem) == 1:
                self._heads.update((stem + ending)[:3] for ending in ENDINGS)

    def match(self, raw: str, word: str) -> tuple[int, ...]:
        """Give twice the number of each word that `raw` is a form of; odd behind a proclitic.

        `word` is `raw` made plain.
        """
        found: list[int] = []
        for atom, cut in self._cuts(word):
            code = atom << 1 | (cut.before & _APART > 0)
            if code in found or not holds(word, raw, cut, sure=atom in self._phrased):
                continue
            if atom in self._marked and not agree(self._marked[atom], raw):
                continue
            found.append(code)
        return tuple(found)

    def _cuts(self, word: str) -> list[tuple[int, Cut]]:
        """Cut `word` in every way that ends at a known stem."""
        size, heads, endings = len(word), self._heads, None
        cuts: list[tuple[int, Cut]] = []
        for stack, length, before in STACKS.get(word[:2], _NO_STACK):
            if word[length : length + 3] not in heads and word[length : length + 2] not in heads:
                continue
            if size <= length or (length > 2 and not word.startswith(stack)):
                continue
            index = self._imperfect if before & PREFIX else self._stems
            if endings is None:
                endings = _endings(word)
            for end, reading in endings:
                if entries := index.get(word[length:end]):
                    definite = DEFINITE_ENDINGS.get(word[end:], 0) if before & ARTICLE else ANY
                    _fit(entries, length, before, (end, reading & definite), cuts)
        return cuts


def forms_of(raw: str, *, exact: bool, place: Place) -> tuple[Form, ...]:
    """List the forms of a word of a term, by their stems.

    The first word of a phrase is read with less doubt, since the next one must follow; later
    words agree with the word before them.
    """
    written = raw.translate(UNMARKED)
    word = plain(raw)
    if word[0] < "\u0600" or not word[0].isalpha():
        return ((word, BARE, OWN, word, "", False),)
    definite = _has_article(written, word, lexicon())
    if definite:
        written, word = written[2:], word[2:]
    speech = "noun" if definite else part_of_speech(raw)
    forms: list[Form] = []
    for spelled in _spellings(word):
        if exact:
            forms.append(_exact(spelled))
        else:
            as_typed = written if spelled == word else spelled
            forms += _inflected(as_typed, spelled, place=place, speech=speech)
        if spelled in VARIANTS:
            forms.append((VARIANTS[spelled], FEMININE, NAME, spelled, "", False))
    return tuple(forms)


def _exact(word: str) -> Form:
    """Give the form of a word that takes clitics and nothing else."""
    if word[-1] == "ة" and len(word) > 1:
        return word[:-1], FEMININE | FEMININE_T, OWN, word, "", False
    return word, BARE | ENCLITIC, OWN, word, "", False


def _inflected(written: str, word: str, *, place: Place, speech: str) -> Iterator[Form]:
    """Yield all forms of a word."""
    known = lexicon()
    if speech != "verb":
        yield word, BARE, OWN, word, _seat(written[0], word, known), False
    for citation in citations(word, written, known, phrased=place != "alone"):
        spelled = written if citation == word else citation
        verb = speech != "noun" and is_verb(spelled, known)
        verb = verb and (citation == word or not known.nominal(word))
        noun = not verb or not (speech == "verb" or _is_only_verb(spelled, known))
        if noun:
            also = masculine(citation, known) if place == "later" else citation
            for lemma in dict.fromkeys((citation, also)):
                yield from _of_noun(lemma, spelled[0], known)
        if verb:
            yield from _of_verb(spelled, citation, known)


def _of_noun(noun: str, initial: str, known: Lexicon) -> Iterator[Form]:
    for stem, (endings, kind) in noun_stems(noun, known).items():
        if not stem:
            continue
        dotless = kind == PLURAL and endings & BARE and is_dotless(stem)
        seat = "ى" if dotless else ""
        if stem[0] == "ا":
            if kind == OWN:
                seat = _seat(initial, noun, known)
            else:
                seat += _PLURAL_OF_HAMZA
        yield stem, endings, kind, noun, seat, False


def _of_verb(written: str, verb: str, known: Lexicon) -> Iterator[Form]:
    perfect, imperfect = verb_stems(written, known)
    for stem, endings in perfect.items():
        seat = "أ" if stem[0] == "ا" and written[0] == "أ" else ""
        yield stem, endings, VERB, verb, seat, False
    for stem, endings in imperfect.items():
        yield stem, endings, VERB, verb, "", True


def _endings(word: str) -> list[tuple[int, int]]:
    """List where an ending of `word` may begin, with what it may say."""
    size = len(word)
    return [(size, BARE)] + [
        (size - length, reading)
        for length in ENDING_LENGTHS.get(word[-1:], ())
        if length < size and (reading := ENDINGS.get(word[size - length :]))
    ]


def _fit(
    entries: Entry | list[Entry],
    length: int,
    before: int,
    ending: tuple[int, int],
    cuts: list[tuple[int, Cut]],
) -> None:
    """Add the entries that take the ending and what stands before them."""
    end, reading = ending
    for atom, endings, kind, lemma, seat in entries if isinstance(entries, list) else (entries,):
        fitting = endings & reading
        if fitting and not (kind == VERB and before & (ARTICLE | PREPOSITION)):
            cuts.append((atom, Cut(lemma, kind, endings, seat, before, length, end, fitting)))


def _has_article(written: str, word: str, known: Lexicon) -> bool:
    """Tell whether a word begins with the article: العراق does, ألمانيا and التزام do not."""
    if not written.startswith("ال") or len(word) < 5 or known.is_verb(word):
        return False
    return not (word in known.lemmas(word) or word in known.nominal(word)) or bool(
        known.nominal(word[2:]) and word not in known.nominal(word)
    )


def _seat(initial: str, word: str, known: Lexicon) -> str:
    """Give the seat of hamza that a word must be printed with, if it tells it from another."""
    return initial if initial in "أإآ" and known.distinguishes(word) else ""


def _is_only_verb(citation: str, known: Lexicon) -> bool:
    """Tell whether a verb has a shape that nouns do not share."""
    verb = plain(citation)
    if citation[-1] == "ى":
        return len(verb) == 3
    shaped = (verb[0] == "ا" and len(verb) > 3) or (len(verb) == 3 and verb[-1] in "اي")
    return shaped and verb not in known.nominal(verb)


def _spellings(word: str) -> list[str]:
    """Give the ways in which newspapers spell a word."""
    spelled = [word]
    if not _SPELLED_TWICE.search(word):
        return spelled
    for one, other in SPELLINGS:
        for old, new in ((one, other), (other, one)):
            if old in word and not (new in word and old in new):
                spelled.append(word.replace(old, new))
    return spelled
