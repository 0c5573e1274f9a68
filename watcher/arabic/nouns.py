"""Stems of a noun or adjective and the endings each takes. Rules generate, the lexicon confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.arabic.affixes import (
    ACCUSATIVE,
    BARE,
    DUAL,
    ENCLITIC,
    ENDINGS,
    MY,
    NOUN,
    PLURAL_F,
    PLURAL_M,
    WOMAN,
)

if TYPE_CHECKING:
    from watcher.arabic.lexicon import Lexicon

_BROKEN = BARE | ACCUSATIVE | ENCLITIC | MY
_SUFFIXED = tuple(ending for ending in ENDINGS if ending)


def noun_stems(noun: str, known: Lexicon, *, agreeing: bool = False) -> dict[str, int]:
    """Give the plain stems of a plain noun, each with the endings it takes.

    `agreeing` is for the later words of a phrase: an adjective there follows its noun's gender.
    """
    stems: dict[str, int] = {}
    if noun.endswith("ة"):
        stems[noun[:-1]] = _feminine_endings(noun, known)
        if agreeing:
            for lemma in known.lemmas(noun):
                if lemma == noun[:-1]:
                    stems |= noun_stems(lemma, known)
    else:
        stems[noun] = _masculine_endings(noun, known)
        _add_changed_ends(noun, stems)
    for plural in broken_plurals(noun, known):
        stems[plural] = stems.get(plural, 0) | _BROKEN
    return stems


def _feminine_endings(noun: str, known: Lexicon) -> int:
    """Give the endings of a noun in ة, counted from before the ة."""
    plural = noun[:-1] + "ات"
    lemmas = known.nominal(plural) or known.lemmas(plural)
    if lemmas and noun not in lemmas and noun[:-1] not in lemmas:
        return WOMAN & ~PLURAL_F
    return WOMAN


def _masculine_endings(noun: str, known: Lexicon) -> int:
    """Give the endings of a noun without ة."""
    endings = NOUN
    person = is_relational(noun) or _is_participle(noun)
    if _belongs(noun + "ة", noun, known, otherwise=person):
        endings |= WOMAN
    if _belongs(noun + "ون", noun, known, otherwise=person) or _belongs(
        noun + "ين", noun, known, otherwise=False
    ):
        endings |= PLURAL_M
    if _belongs(noun + "ات", noun, known, otherwise=(noun + "ة") not in known):
        endings |= PLURAL_F
    return endings


def _belongs(form: str, lemma: str, known: Lexicon, *, otherwise: bool) -> bool:
    """Ask the lexicon whether `form` is one of `lemma`; `otherwise` where it does not know."""
    lemmas = known.nominal(form) + known.lemmas(form)
    return lemma in lemmas if lemmas else otherwise


def is_relational(noun: str) -> bool:
    """Tell whether the word looks like a nisba: عراقي, عسكري."""
    return len(noun) > 3 and noun.endswith("ي")


def _is_participle(noun: str) -> bool:
    """Tell whether the word looks like a participle of a derived verb: مسؤول, متحدث, مسلح."""
    return len(noun) > 3 and noun.startswith("م")


def _add_changed_ends(noun: str, stems: dict[str, int]) -> None:
    """Add the stems of nouns whose last letter changes before endings."""
    if noun.endswith("ي"):
        stems.setdefault(noun[:-1] + "ا", ENCLITIC)
    elif noun.endswith("اء"):
        stems.setdefault(noun[:-1] + "و", DUAL | PLURAL_F)


def broken_plurals(noun: str, known: Lexicon) -> set[str]:
    """List the forms of the lemma that no ending explains: plurals with a stem of their own."""
    plurals = set()
    base = noun.removesuffix("ة")
    for form in known.forms(noun):
        stem = form.removeprefix("ال")
        if not _is_regular(stem, base) and (stem != form or _has_plural_shape(stem, base, known)):
            plurals.add(stem.removesuffix("ا") if stem.removesuffix("ا") in plurals else stem)
    return plurals


def _is_regular(stem: str, base: str) -> bool:
    """Tell whether `stem` is `base` with an ending."""
    return stem.startswith(base) and stem[len(base) :] in ENDINGS


def _has_plural_shape(stem: str, base: str, known: Lexicon) -> bool:
    """Tell whether a form without the article is a noun: it is listed with it, or is no verb."""
    if known.nominal(stem):
        return True
    verbal = stem[0] in "يتن" and stem[0] != base[0]
    return (not verbal and not stem.endswith(("تا", "تما", "وا", "ت"))) or stem.endswith("ات")
