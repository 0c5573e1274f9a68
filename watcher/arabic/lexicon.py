"""What simplemma knows about Arabic words: form to lemma and back. Pure data, loaded on first use.

The only module that imports simplemma.
"""

from __future__ import annotations

from functools import lru_cache

from watcher.arabic.letters import plain

ARTICLE = "ال"
_HAMZA_SEATS = ("أ", "إ", "آ")
_FINITE_ENDINGS = ("تما", "تا", "وا")


class Lexicon:
    """Forms and lemmas; asked with plain words, answers with plain words.

    A form with the article is evidence of a noun: «الكتب» belongs to كتاب although bare «كتب» is
    listed under the verb.
    """

    __slots__ = ("_forms", "_initials", "_lemmas")

    def __init__(self, entries: list[tuple[str, str]]) -> None:
        forms, lemmas = _plain_columns(entries)
        known = self._lemmas = dict(zip(forms, lemmas, strict=True))
        listed: dict[str, str] = {}
        for form, lemma in zip(forms, lemmas, strict=True):
            if known[form] != lemma and lemma not in known[form].split():
                known[form] += f" {lemma}"
            before = listed.get(lemma)
            listed[lemma] = form if before is None else f"{before} {form}"
        self._forms = listed
        self._initials = _initials(entries)

    def lemmas(self, form: str) -> list[str]:
        """List the lemmas of a plain form as printed; empty when it is unknown."""
        return self._lemmas.get(form, "").split()

    def nominal(self, form: str) -> list[str]:
        """List the lemmas that `form` has with the article before it."""
        lemmas = self._lemmas.get(ARTICLE + form, "").split()
        return [
            lemma.removeprefix(ARTICLE) if lemma == ARTICLE + form else lemma for lemma in lemmas
        ]

    def forms(self, lemma: str) -> list[str]:
        """List the forms of a plain lemma."""
        return self._forms.get(lemma, "").split()

    def is_verb(self, lemma: str) -> bool:
        """Tell whether finite forms of `lemma` are listed."""
        forms = self._forms.get(lemma)
        if forms is None:
            return False
        return any(
            (form[0] == "ي" and lemma[0] != "ي") or form.endswith(_FINITE_ENDINGS)
            for form in forms.split()
        )

    def distinguishes(self, form: str) -> bool:
        """Tell whether أ, إ and آ begin different words that `form` spells with a bare ا."""
        return len(self._initials.get(form, "")) > 1

    def __contains__(self, form: str) -> bool:
        return form in self._lemmas


def _plain_columns(entries: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Normalize all forms and all lemmas, each in one pass over one string."""
    forms = plain("\n".join([form for form, _ in entries])).split("\n")
    lemmas = plain("\n".join([lemma for _, lemma in entries])).split("\n")
    return forms, lemmas


def _initials(entries: list[tuple[str, str]]) -> dict[str, str]:
    """Collect the seats of hamza that forms beginning with one are spelled with."""
    seats: dict[str, str] = {}
    for form, _ in entries:
        if form.startswith(_HAMZA_SEATS):
            bare = plain(form)
            if form[0] not in seats.get(bare, ""):
                seats[bare] = seats.get(bare, "") + form[0]
    return {bare: initials for bare, initials in seats.items() if len(initials) > 1}


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Load the lexicon; the first call takes about a second, later ones nothing."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    return Lexicon(list(DefaultDictionaryFactory().get_dictionary("ar").items()))
