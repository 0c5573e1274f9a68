"""Stems of a noun or adjective and the endings each takes. Rules generate, the lexicon confirms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.arabic.affixes import (
    ACCUSATIVE,
    BARE,
    DUAL,
    ENCLITIC,
    ENDINGS,
    FEMININE,
    FEMININE_T,
    FEMININES,
    HEH,
    NOUN,
    PLURAL_F,
    PLURAL_M,
    YEH,
)
from watcher.arabic.plurals import broken_plurals, is_defective, is_plural_of
from watcher.arabic.tables import DEFECTIVE, ELATIVES, IRREGULAR, VEHICLES
from watcher.arabic.verbs import verb_stems

if TYPE_CHECKING:
    from watcher.arabic.lexicon import Lexicon

OWN, PLURAL, CHANGED = 0, 1, 2
"""What a stem is: the word itself, a plural of another shape, the word with another last letter."""

Stems = dict[str, tuple[int, int]]

_AGENT = re.compile("م[^ا][^ا].")
_PERSON = re.compile("..ي[^اوي]")
_DERIVED = re.compile("ت..ي.|ا..ا.|ا...ا.|است...ا.|است.ا.ة")
_DIPTOTE = re.compile("[^ا].ا..|[^ا].ا.ي.|.+اء")
_DEFECTIVE_PLURAL = re.compile("[^ا].ا[^ء]ي")
"""مباني, which is written مبان where it is indefinite."""
_BROKEN = BARE | ACCUSATIVE | ENCLITIC | YEH
_NUMBERS = ("ات", "ون", "ين", "تين", "ت", "وا")
_PERSONS = ("ون", "ين", "وا")
_SOUND = ("ات", "ون", "ين", "تين")
_PLURAL_OF_THREE = re.compile("أ[^ا][^ا]ا[^ا]")
"""أفعال, which the lexicon takes for the verbal noun إفعال too."""
_OF_FOURTH = re.compile("أ[^ا][^ا][^اةىي]")
"""أفعل, which the lexicon takes for the first person too."""
_VERBAL_NOUN = re.compile(".?.[او].|..ا.ة|...ة|..ي.")
"""Shapes that plurals share with verbal nouns."""


def citations(
    word: str, written: str, known: Lexicon, *, verb: bool = False, phrased: bool = False
) -> list[str]:
    """Give the plain citation forms of a word as a person writes it, plural or singular.

    A word that the lexicon knows as a lemma is its own; so is one that may be a `verb`, a verbal
    noun or participle, which the lexicon lists under its verb, and a word about which nothing is
    known. In a phrase the other words tell the plural from a verbal noun of the same shape.
    """
    nominal, other = known.nominal(word), known.lemmas(word)
    if not nominal and word + "ي" in DEFECTIVE:
        return [word + "ي"]
    if written[0] == "أ":
        if _PLURAL_OF_THREE.fullmatch(written):
            short = [one for one in nominal or other if len(one.removesuffix("ة")) < 4]
            return [one for one in short if is_plural_of(word, one)][:1] or [word]
        if _OF_FOURTH.fullmatch(written):
            return [word]
    if verb or word in nominal or word in other or _is_active(word, known):
        return [word]
    if not nominal and not other:
        return _guessed(word, known)
    reduced = [
        lemma
        for lemma in nominal or other
        if (phrased or not _is_derived(word, written, lemma, known))
        and _is_form_of(word, written, lemma, known)
    ]
    return reduced or [word]


def _is_active(word: str, known: Lexicon) -> bool:
    """Tell whether a word like معارض is a participle with forms of its own, not a plural."""
    if len(word) != 5 or word[0] != "م" or word[2] != "ا":
        return False
    return bool(known.nominal(word + "ين") or known.nominal(word + "ون") or known.is_verb(word[1:]))


def _is_form_of(word: str, written: str, lemma: str, known: Lexicon) -> bool:
    """Tell whether `word` is `lemma` in another number or, of a verb, in another person."""
    if word in IRREGULAR.get(lemma, ()):
        return True
    noun = lemma in known.nominal(lemma) or word[0] != "ا"
    if noun and written[0] != "إ" and is_plural_of(word, lemma):
        return True
    base = lemma.removesuffix("ة")
    if word.startswith(base) and word[len(base) :] in _NUMBERS:
        return word[len(base) :] not in _PERSONS or _has_persons(lemma, known)
    return known.is_verb(lemma) and not known.nominal(word) and _is_finite(word, lemma, known)


def _is_derived(word: str, written: str, lemma: str, known: Lexicon) -> bool:
    """Tell whether the lexicon lists under `lemma` what is a word of its own.

    A nisba beside its noun, جمالي of جمال, and a verbal noun beside its verb, وضوح of وضح.
    """
    if written[-1] == "ي" and word[:-1] in known and lemma[-1] not in "ةي":
        return True
    if is_relational(lemma) and not word.startswith(lemma):
        return True
    if _VERBAL_NOUN.fullmatch(word) is None:
        return False
    return known.is_verb(lemma) or lemma not in known.nominal(lemma)


def _has_persons(lemma: str, known: Lexicon) -> bool:
    """Tell whether a noun may take the plural in ون, which persons and their adjectives take."""
    return is_relational(lemma) or _is_participle(lemma) or is_active_participle(lemma, known)


def _is_finite(word: str, verb: str, known: Lexicon) -> bool:
    """Tell whether `word` is a form of the imperfect of `verb`, or of the perfect."""
    perfect, imperfect = verb_stems(verb, verb, known)
    for stems, rest in ((perfect, word), (imperfect, word[1:] if word[0] in "يتن" else "")):
        for end in range(1, len(rest) + 1):
            if stems.get(rest[:end], 0) & ENDINGS.get(rest[end:], 0):
                return True
    return False


def _guessed(word: str, known: Lexicon) -> list[str]:
    """Cut a sound plural or dual off a word that the lexicon does not list."""
    if not word.endswith(_SOUND):
        return [word]
    for ending in _SOUND:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            for lemma in (stem + "ة", stem) if "ت" in ending else (stem,):
                if lemma in known and (ending not in _PERSONS or _has_persons(lemma, known)):
                    return [lemma]
    return [word]


def masculine(noun: str, known: Lexicon) -> str:
    """Give the masculine of an adjective in ة, or the word itself."""
    if not noun.endswith("ة"):
        return noun
    stem = noun[:-1]
    listed = stem in known.nominal(noun) or stem in known.lemmas(noun)
    return stem if listed or is_relational(stem) else noun


def noun_stems(noun: str, known: Lexicon) -> Stems:
    """Give the plain stems of a plain noun: (the endings each takes, what it is)."""
    stems: Stems = {}
    if noun[-1] == "ة":
        _add_feminine(noun, known, stems)
    else:
        stems[noun] = (_masculine_endings(noun, known), OWN)
        _add_changed_ends(noun, known, stems)
    for plural in broken_plurals(noun, known):
        if plural[-1] == "ة":
            stem, endings = plural[:-1], FEMININE | FEMININE_T
        else:
            stem, endings = plural, _BROKEN & ~ACCUSATIVE if _is_diptote(plural) else _BROKEN
        before, kind = stems.get(stem, (0, PLURAL))
        stems[stem] = (before | endings, kind)
        if _DEFECTIVE_PLURAL.fullmatch(plural):
            stems.setdefault(plural[:-1], (BARE, PLURAL))
    return stems


def _is_diptote(plural: str) -> bool:
    """Tell whether a plural has no nunation: مطالب, قوانين, وزراء."""
    return len(plural) > 2 and _DIPTOTE.fullmatch(plural) is not None


def _add_feminine(noun: str, known: Lexicon, stems: Stems) -> None:
    """Add the stems of a noun in ة."""
    stem = noun[:-1]
    possessed = bool(known.nominal(stem))
    stems[stem] = (FEMININES & ~HEH if possessed else FEMININES, OWN)
    if stem.endswith("ا") and len(stem) > 3:
        stems[stem[:-1]] = (PLURAL_F, OWN)
    if stem.endswith("ا") and len(stem) > 2:
        stems[stem[:-1] + "و"] = stems[stem[:-1] + "ي"] = (PLURAL_F, OWN)


def _masculine_endings(noun: str, known: Lexicon) -> int:
    """Give the endings of a noun without ة."""
    endings = NOUN
    adjective = is_relational(noun) or is_active_participle(noun, known)
    person = adjective or _is_participle(noun)
    feminine = adjective or _has_own_feminine(noun, known)
    if feminine or _belongs(noun + "ة", noun, known, otherwise=person):
        endings |= FEMININES & ~HEH
    if _belongs(noun + "ون", noun, known, otherwise=person or _is_agent(noun)):
        endings |= PLURAL_M
    if is_verbal_noun(noun) or _belongs(
        noun + "ات", noun, known, otherwise=len(noun) > 3 or noun + "ة" not in known
    ):
        endings |= PLURAL_F
    return endings


def _belongs(form: str, lemma: str, known: Lexicon, *, otherwise: bool) -> bool:
    """Ask the lexicon whether `form` is one of `lemma`; `otherwise` where it does not know."""
    if not known.knows(form):
        return otherwise
    nominal = known.nominal(form)
    own = nominal == [form] and len(lemma) == 3 and lemma[1] != "ا"
    lemmas = nominal if own else nominal + known.lemmas(form)
    return lemma in lemmas if lemmas else otherwise


def has_feminine(noun: str, known: Lexicon) -> bool:
    """Tell whether the word with ة is its feminine: عراقية, حاضرة, سفيرة."""
    return (
        is_relational(noun) or is_active_participle(noun, known) or _has_own_feminine(noun, known)
    )


def _has_own_feminine(noun: str, known: Lexicon) -> bool:
    """Tell whether the lexicon lists forms of a feminine: ممثلتان, سفراء."""
    if len(noun) != 4:
        return False
    agent = _AGENT.fullmatch(noun) is not None and noun + "تان" in known.forms(noun)
    return agent or is_person(noun, known)


def is_person(noun: str, known: Lexicon) -> bool:
    """Tell by its plural a person of the build فعيل from a thing: سفير سفراء."""
    return _PERSON.fullmatch(noun) is not None and noun[:2] + noun[3] + "اء" in known.forms(noun)


def is_verbal_noun(noun: str) -> bool:
    """Tell whether the word has the shape of the verbal noun of a derived verb: تعليق, انفجار."""
    return _DERIVED.fullmatch(noun) is not None


def is_relational(noun: str) -> bool:
    """Tell whether the word looks like a nisba: عراقي, عسكري."""
    return len(noun) > 3 and noun[-1] == "ي" and noun not in ELATIVES


def is_active_participle(noun: str, known: Lexicon) -> bool:
    """Tell whether the word has the shape of فاعل and its feminine is no noun of its own."""
    return _is_agent(noun) and not _is_substantive(noun + "ة", known)


def _is_agent(noun: str) -> bool:
    """Tell whether the word has the shape of فاعل, be it an adjective or a noun: سابق, شاهد."""
    return len(noun) == 4 and noun[1] == "ا"


def _is_substantive(feminine: str, known: Lexicon) -> bool:
    """Tell by its own broken plural that a word like قافلة is a noun."""
    return feminine in VEHICLES or feminine[0] + "وا" + feminine[2:4] in known.forms(feminine)


def _is_participle(noun: str) -> bool:
    """Tell whether the word looks like a participle of a derived verb: مسؤول, متحدث, مسلح."""
    return len(noun) > 3 and noun[0] == "م"


def _add_changed_ends(noun: str, known: Lexicon, stems: Stems) -> None:
    """Add the stems of nouns whose last letter changes before endings."""
    last = noun[-1]
    if last == "ي":
        if not (known.nominal(noun + "ة") or noun + "ة" in known):
            stems.setdefault(noun[:-1] + "ا", (ENCLITIC | YEH, CHANGED))
        if is_defective(noun, known):
            stems.setdefault(noun[:-1], (BARE | PLURAL_M, CHANGED))
    elif last == "ء" and noun[-2:-1] not in ("ا", "و", "ي"):
        adjective = FEMININES & ~HEH if noun[:-1] + "يءة" in known else 0
        stems.setdefault(noun[:-1] + "يء", (stems[noun][0] | adjective, OWN))
    elif last == "ء" and noun[-2:-1] == "ا":
        stems.setdefault(noun[:-1] + "و", (DUAL | PLURAL_F, CHANGED))
    elif last == "ا":
        stems.setdefault(noun[:-1] + "ء", (ENCLITIC, CHANGED))
        if len(noun) > 4:
            stems.setdefault(noun[:-1], (PLURAL_F, CHANGED))
