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
    ARTICLE,
    BARE,
    CONJUNCTION,
    ENCLITIC,
    ENDINGS,
    FEMININE,
    FEMININE_T,
    NO_STACK,
    PREFIX,
    PREPOSITION,
    STACKS,
)
from watcher.arabic.evidence import NAME, VERB, holds
from watcher.arabic.harakat import agree, has_marks, part_of_speech
from watcher.arabic.letters import UNMARKED, plain
from watcher.arabic.lexicon import lexicon
from watcher.arabic.nouns import OWN, PLURAL, citations, masculine, noun_stems
from watcher.arabic.plurals import is_dotless
from watcher.arabic.tables import PLURALS_IN_I, SPELLINGS, VARIANTS
from watcher.arabic.verbs import is_verb, verb_stems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.arabic.evidence import Cut, Entry
    from watcher.arabic.lexicon import Lexicon

_SPELLED_TWICE = re.compile("|".join(piece for pair in SPELLINGS for piece in pair))
_APART = PREPOSITION | CONJUNCTION
_OF_NOUNS = ARTICLE | PREPOSITION
_PLURAL_OF_HAMZA = "أآ"
Place: TypeAlias = Literal["alone", "first", "later"]
Form: TypeAlias = tuple[str, int, int, str, str, bool]
"""A stem of a word; the endings it takes; OWN, PLURAL, CHANGED, VERB or NAME; its lemma; the hamza
seats that its first letter may be printed with, empty where it does not matter; whether it is of
the imperfect. Plain values, so that they can be kept on disk."""
_STARTS = {ending[:2] for ending in ENDINGS}
"""What may follow a stem of one or two letters in its first three."""


class Index:
    """Stems by their letters."""

    __slots__ = ("sizes", "stems")

    def __init__(self) -> None:
        self.stems: dict[str, Entry | list[Entry]] = {}
        self.sizes: dict[str, tuple[int, ...]] = {}
        """What a stem, with an ending, begins with in three letters -> how long it may be."""

    def put(self, stem: str, entry: Entry) -> None:
        """Enter a stem."""
        before = self.stems.setdefault(stem, entry)
        if before is entry:
            self._note(stem)
        elif isinstance(before, list):
            before.append(entry)
        else:
            self.stems[stem] = [before, entry]

    def _note(self, stem: str) -> None:
        """Note the size of a new stem under all that it may begin with."""
        size = len(stem)
        for head in (stem[:3],) if size > 2 else {(stem + start)[:3] for start in _STARTS}:
            sizes = self.sizes.get(head, ())
            if size not in sizes:
                self.sizes[head] = tuple(sorted((*sizes, size), reverse=True))


class Stems:
    """The stems of all words of all terms."""

    __slots__ = ("_imperfect", "_marked", "_phrased", "_stems")

    def __init__(self) -> None:
        self._stems = Index()
        self._imperfect = Index()
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
            index.put(stem, (atom, endings, kind, lemma, seat))

    def match(self, raw: str, word: str) -> tuple[int, ...]:
        """Give twice the number of each word that `raw` is a form of; odd behind a proclitic.

        `word` is `raw` made plain.
        """
        return self.match_all((raw,), (word,)).get(raw, ())

    def match_all(self, raws: Iterable[str], words: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Give what `match` gives for each of `raws` that is a form of any word."""
        found = {}
        for raw, word in zip(raws, words, strict=True):
            cuts = self._cuts(word)
            if cuts and (codes := self._holding(raw, word, cuts)):
                found[raw] = codes
        return found

    def _cuts(self, word: str) -> list[tuple[Entry | list[Entry], Cut]]:
        """Cut `word` in every way that leaves a known stem between proclitics and ending."""
        cuts = []
        nominal, imperfect = self._stems, self._imperfect
        for stack, length, before, readings in STACKS.get(word[:2], NO_STACK):
            index = imperfect if before & PREFIX else nominal
            sizes = index.sizes.get(word[length : length + 3])
            if sizes is None or (length > 2 and not word.startswith(stack)):
                continue
            for size in sizes:
                end = length + size
                entries = index.stems.get(word[length:end])
                if entries and end <= len(word) and (reading := readings.get(word[end:])):
                    cuts.append((entries, (before, length, end, reading)))
        return cuts

    def _holding(
        self, raw: str, word: str, cuts: list[tuple[Entry | list[Entry], Cut]]
    ) -> tuple[int, ...]:
        """Give the codes of the words for which a cut holds."""
        found: list[int] = []
        for entries, cut in cuts:
            before, _, _, reading = cut
            for entry in entries if isinstance(entries, list) else (entries,):
                atom, endings, kind, _, _ = entry
                if not endings & reading or (kind == VERB and before & _OF_NOUNS):
                    continue
                code = atom << 1 | (before & _APART > 0)
                if (
                    code not in found
                    and holds(word, raw, entry, cut, sure=atom in self._phrased)
                    and (atom not in self._marked or agree(self._marked[atom], raw))
                ):
                    found.append(code)
        return tuple(found)


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
            forms += _inflected(spelled, as_typed, place=place, speech=speech)
        if spelled in VARIANTS:
            stem, endings = VARIANTS[spelled]
            forms.append((stem, endings, NAME, spelled, "", False))
    return tuple(forms)


def _exact(word: str) -> Form:
    """Give the form of a word that takes clitics and nothing else."""
    if word[-1] == "ة" and len(word) > 1:
        return word[:-1], FEMININE | FEMININE_T, OWN, word, "", False
    return word, BARE | ENCLITIC, OWN, word, "", False


def _inflected(word: str, written: str, *, place: Place, speech: str) -> list[Form]:
    """List all forms of a plain word, given as a person writes it, too."""
    known = lexicon()
    forms: list[Form] = []
    bare = speech != "verb"
    own = is_verb(word, written, known)
    for citation in citations(word, written, known, verb=own, phrased=place != "alone"):
        if citation == word:
            base, spelled, verb = word, written, own
        else:
            base, spelled = plain(citation), citation
            verb = is_verb(base, citation, known) and not known.nominal(word)
        verb = verb and speech != "noun"
        if not verb or not (speech == "verb" or _is_only_verb(base, spelled, known)):
            bare = bare and (citation != word or word[-1] == "ة")  # else it is a stem of the noun
            also = masculine(citation, known) if place == "later" else citation
            for lemma in (citation,) if also == citation else (citation, also):
                forms += _of_noun(lemma, spelled[0], known)
        if verb:
            forms += _of_verb(base, spelled, citation, known)
    if bare:
        forms.append((word, BARE, OWN, word, _seat(written[0], word, known), False))
    return forms


def _of_noun(noun: str, initial: str, known: Lexicon) -> list[Form]:
    """List the forms of a noun that is written with `initial` at its beginning."""
    forms: list[Form] = []
    for stem, (endings, kind) in noun_stems(noun, known).items():
        if not stem:
            continue
        seat = "ى" if kind == PLURAL and endings & BARE and is_dotless(stem) else ""
        if stem[0] == "ا":
            seat = _seat(initial, noun, known) if kind == OWN else seat + _PLURAL_OF_HAMZA
            if stem in PLURALS_IN_I:
                seat += "إ"
        forms.append((stem, endings, kind, noun, seat, False))
    return forms


def _of_verb(verb: str, written: str, citation: str, known: Lexicon) -> list[Form]:
    """List the forms of a verb."""
    perfect, imperfect = verb_stems(verb, written, known)
    seat = "أ" if written[0] == "أ" else ""
    forms: list[Form] = [
        (stem, endings, VERB, citation, seat if stem[0] == "ا" else "", False)
        for stem, endings in perfect.items()
    ]
    forms += [(stem, endings, VERB, citation, "", True) for stem, endings in imperfect.items()]
    return forms


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


def _is_only_verb(verb: str, written: str, known: Lexicon) -> bool:
    """Tell whether a verb has a shape that nouns do not share."""
    if written[-1] == "ى":
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
