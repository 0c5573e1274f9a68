"""What simplemma knows about Arabic words: form to lemma and back. Pure data, loaded on first use.

The only module that imports simplemma.
"""

from __future__ import annotations

from functools import lru_cache

from watcher.arabic.letters import PLAIN

ARTICLE = "ال"


class Lexicon:
    """Forms and lemmas; asked with plain words, answers with plain words.

    A form with the article is evidence of a noun: «الكتب» belongs to كتاب although bare «كتب» is
    listed under the verb.
    """

    __slots__ = ("_forms", "_lemmas")

    def __init__(self, entries: list[tuple[str, str]]) -> None:
        forms, lemmas = _plain_columns(entries)
        self._lemmas: dict[str, str] = {}
        self._forms: dict[str, str] = {}
        known, listed = self._lemmas, self._forms
        for form, lemma in zip(forms, lemmas, strict=True):
            before = known.get(form)
            if before is None:
                known[form] = lemma
            elif lemma not in before:
                known[form] = f"{before} {lemma}"
            forms_before = listed.get(lemma)
            listed[lemma] = form if forms_before is None else f"{forms_before} {form}"

    def lemmas(self, form: str) -> list[str]:
        """List the lemmas of a plain form as printed; empty when it is unknown."""
        return self._lemmas.get(form, "").split()

    def nominal(self, form: str) -> list[str]:
        """List the lemmas that `form` has with the article before it."""
        return self._lemmas.get(ARTICLE + form, "").split()

    def forms(self, lemma: str) -> list[str]:
        """List the forms of a plain lemma."""
        return self._forms.get(lemma, "").split()

    def __contains__(self, form: str) -> bool:
        return form in self._lemmas


def _plain_columns(entries: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Normalize all forms and all lemmas, each in one pass over one string."""
    forms = "\n".join([form for form, _ in entries]).translate(PLAIN).split("\n")
    lemmas = "\n".join([lemma for _, lemma in entries]).translate(PLAIN).split("\n")
    return forms, lemmas


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Load the lexicon; the first call takes about a second, later ones nothing."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    return Lexicon(list(DefaultDictionaryFactory().get_dictionary("ar").items()))
