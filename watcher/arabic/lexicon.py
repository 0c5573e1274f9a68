"""What simplemma knows about Arabic words: form to lemma and back. Pure data, loaded on first use.

Kept in tries: a dictionary of 260,000 forms takes a hundred megabytes, a trie five, for a
microsecond more each time it is asked. The only module that imports simplemma and marisa_trie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marisa_trie import BytesTrie

from watcher.arabic.letters import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ARTICLE = "ال"
_HAMZA_SEATS = ("أ", "إ", "آ")
_FINITE_ENDINGS = ("تما", "وا")


class Lexicon:
    """Forms and lemmas; asked with plain words, answers with plain words.

    A form with the article is evidence of a noun: «الكتب» belongs to كتاب although bare «كتب» is
    listed under the verb.
    """

    __slots__ = ("_forms", "_initials", "_lemmas", "_verbs")

    def __init__(self, forms: str, lemmas: str) -> None:
        """Take all forms and, in the same order, their lemmas, one a line."""
        plain_forms, plain_lemmas = _plain_lines(forms), _plain_lines(lemmas)
        known = dict(zip(plain_forms, plain_lemmas, strict=True))
        listed: dict[str, str] = {}
        for form, lemma in zip(plain_forms, plain_lemmas, strict=True):
            if lemma in listed:
                listed[lemma] += " " + form
            else:
                listed[lemma] = form
            if known[form] != lemma and lemma not in known[form].split():
                known[form] += " " + lemma
        self._lemmas = _trie(known)
        self._forms = _trie(listed)
        self._verbs: dict[str, bool] = {}
        """Lemmas that were asked for -> whether they are verbs."""
        self._initials = _initials(forms.split("\n"), plain_forms, plain_lemmas)

    def lemmas(self, form: str) -> list[str]:
        """List the lemmas of a plain form as printed; empty when it is unknown."""
        return _found(self._lemmas, form).split()

    def nominal(self, form: str) -> list[str]:
        """List the lemmas that `form` has with the article before it, not with an ال of its own."""
        if form.endswith("وا"):
            return []  # of a verb whose first radical is ل: العبوا, "play!"
        definite = ARTICLE + form
        found = _found(self._lemmas, definite)
        if ARTICLE not in found:
            return found.split()
        own = form.startswith(ARTICLE)
        return [
            form if lemma == definite else lemma
            for lemma in found.split()
            if lemma == definite or own or not lemma.startswith(ARTICLE)
        ]

    def forms(self, lemma: str) -> list[str]:
        """List the forms of a plain lemma."""
        return _found(self._forms, lemma).split()

    def is_lemma(self, word: str) -> bool:
        """Tell whether other forms are listed under `word`; the lexicon lists some only as such."""
        return any(form != word for form in self.forms(word))

    def is_verb(self, lemma: str) -> bool:
        """Tell whether finite forms of `lemma` are listed."""
        known = self._verbs.get(lemma)
        if known is None:
            forms = self.forms(lemma)
            if not forms:
                return False
            known = self._verbs[lemma] = _has_finite(lemma, forms)
        return known

    def distinguishes(self, form: str) -> bool:
        """Tell whether أ, إ and آ begin different words that `form` spells with a bare ا."""
        return form in self._initials

    def knows(self, form: str) -> bool:
        """Tell whether a form is listed at all, bare or with the article."""
        return form in self._lemmas or ARTICLE + form in self._lemmas

    def __contains__(self, form: str) -> bool:
        return form in self._lemmas


def _trie(entries: Mapping[str, str]) -> BytesTrie:
    return BytesTrie((key, value.encode()) for key, value in entries.items())


def _found(trie: BytesTrie, key: str) -> str:
    """Give what is kept under a key; nothing under others."""
    values: list[bytes] | None = trie.get(key)
    return values[0].decode() if values else ""


def _plain_lines(lines: str) -> list[str]:
    """Normalize all lines at once: replacing letter by letter is faster than a table."""
    for letter in set(lines):
        to = PLAIN.get(ord(letter), letter)
        if to != letter:
            lines = lines.replace(letter, to or "")
    return lines.replace("يء\n", "ء\n").split("\n")


def _has_finite(lemma: str, forms: list[str]) -> bool:
    """Tell whether one of the forms can only be of a verb."""
    return any(
        (form[0] == "ي" and lemma[0] != "ي")
        or form.endswith(_FINITE_ENDINGS)
        or (form.endswith("تا") and lemma[-1] not in "ةت")
        or (lemma[-1] == "ي" and form == lemma[:-1] + "ت")
        for form in forms
    )


def _initials(forms: list[str], plain_forms: list[str], lemmas: list[str]) -> frozenset[str]:
    """Collect the plain forms that begin with a seat of hamza for each of several lemmas."""
    seats: dict[str, tuple[str, str]] = {}
    several = set()
    for form, bare, lemma in zip(forms, plain_forms, lemmas, strict=True):
        if form.startswith(_HAMZA_SEATS):
            seat, first = seats.setdefault(bare, (form[0], lemma))
            if seat != form[0] and first != lemma:
                several.add(bare)
    return frozenset(several)


class _Shelf:
    """Where the lexicon of this process comes from, and stands once it is loaded."""

    known: Lexicon | None = None
    load: Callable[[], Lexicon]


def lexicon() -> Lexicon:
    """Give the lexicon; the first call loads it."""
    if _Shelf.known is None:
        _Shelf.known = _Shelf.load()
    return _Shelf.known


def load_lexicon_by(load: Callable[[], Lexicon]) -> None:
    """Have `load` called when the lexicon is first asked for, instead of `build_lexicon`."""
    _Shelf.load = load


def build_lexicon() -> Lexicon:
    """Build the lexicon from simplemma's list: a second or two, and 70 MB on the way."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    mapping: Mapping[str, str] = DefaultDictionaryFactory().get_dictionary("ar")
    entries = getattr(mapping, "_dict", None)  # the public view decodes entry by entry: +0.5 s
    if isinstance(entries, dict):
        return Lexicon(b"\n".join(entries).decode(), b"\n".join(entries.values()).decode())
    return Lexicon("\n".join(mapping), "\n".join(mapping.values()))


_Shelf.load = build_lexicon
