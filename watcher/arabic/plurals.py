"""Broken plurals: the shapes they take, and which of them a noun has.

The lexicon lists many; a listed form counts only if it has the shape of a plural and the radicals
of its noun, because verbs, verbal nouns and participles are listed beside it. Where the lexicon is
silent, the shapes that a noun of this build regularly takes are generated; a shape that the lexicon
knows as another word is not taken. Shapes after Wright, vol. 1, §304-305.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from watcher.arabic.affixes import ENDINGS
from watcher.arabic.tables import (
    ABSTRACT,
    COLLECTIVES,
    DEFECTIVE,
    FUNCTION_WORDS,
    IRREGULAR,
    NAMES,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.arabic.lexicon import Lexicon

_WEAK = "اويء"
_SHAPES = re.compile(
    "CCوC|CCاC|CCC|اCCاC|اCCC?ة|اCCC?اء|CCCاء|CCCة|CواC"
    "|CCايا|CCCان|CCاة|CCاCC?|CCاCي|CCاCيC|CCاCCة".replace("C", "[^ة]")
)
_DEFECTIVE = re.compile("(.ا.|م..+)ي")
_OF_DERIVED = re.compile("مت?.ا.ي")
_PATIENTS = re.compile(r"..ي.")
"""فعيل: the build whose plural may be فعلى: قتيل قتلى."""


def broken_plurals(noun: str, known: Lexicon) -> list[str]:
    """List the plain stems of the broken plurals of a plain noun, without ة at their end too.

    >>> from watcher.arabic.lexicon import lexicon
    >>> "صواريخ" in broken_plurals("صاروخ", lexicon())
    True
    """
    irregular = IRREGULAR.get(noun, ())
    if noun in NAMES:
        return list(irregular)
    if len(noun) > 3 and noun[-1] == "ي":
        return [*irregular, *COLLECTIVES.get(noun, ()), *_of_relational(noun, known)]
    plurals = [*irregular, *_listed(noun, known, proven=False)]
    for spelled in _generated(noun):
        plural = spelled.replace("اا", "ا")
        if plural not in plurals and _is_free(plural, noun, known):
            plurals.append(plural)
    return [plural for plural in plurals if plural != noun] if noun in plurals else plurals


def _of_relational(noun: str, known: Lexicon) -> list[str]:
    """List the plurals of a noun in ي, which may be no nisba but defective: قاضي قضاة."""
    indefinite = noun[:-1] if is_defective(noun, known) else noun
    listed = _listed(indefinite, known, proven=indefinite == noun)
    plurals = [plural for plural in listed if len(plural) > 3]
    if indefinite != noun and len(noun) == 4:
        plurals += [
            plural for plural in _of_four(noun, feminine=False) if _is_free(plural, noun, known)
        ]
    return plurals


def is_dotless(plural: str) -> bool:
    """Tell whether the last letter is an ى that tells the plural from a nisba: قوى, قتلى."""
    return len(plural) < 5 and plural[-1] == "ي"


def is_defective(noun: str, known: Lexicon) -> bool:
    """Tell whether the ي at the end is not written where the noun is indefinite: قاضٍ."""
    if noun in DEFECTIVE:
        return True
    if _OF_DERIVED.fullmatch(noun) and not known.knows(noun[:-1]):
        return True
    return _DEFECTIVE.fullmatch(noun) is not None and noun[:-1] in known.nominal(noun)


def _is_free(plural: str, noun: str, known: Lexicon) -> bool:
    """Tell whether a generated plural is not known as another word."""
    if noun.endswith("وة") and is_dotless(plural):
        return True
    if known.knows(plural) and _is_other(plural, noun, known):
        return False
    if plural in ABSTRACT or plural in FUNCTION_WORDS or _is_verbal(plural, known):
        return False
    return not (plural.startswith("ال") and plural[-1] in "ءة" and plural[2:] in known)


def _is_other(plural: str, noun: str, known: Lexicon) -> bool:
    """Tell whether the lexicon lists a generated plural under another word."""
    if _is_only_itself(plural, known):
        return False
    own = {noun, _twin(noun), noun.removesuffix("ة") if plural.endswith("ايا") else noun}
    if not own.issuperset(known.nominal(plural)):
        return True
    lemmas = known.lemmas(plural)
    short = len(plural) < 5 or plural[-1] == "ة" or (len(noun) == 3 and noun[1] == "ا")
    return plural in lemmas or (short and bool(lemmas) and noun not in lemmas)


def _is_only_itself(plural: str, known: Lexicon) -> bool:
    """Tell whether the lexicon lists a word under itself and nothing else: that says nothing."""
    listed = {*known.lemmas(plural), *known.nominal(plural)}
    return listed == {plural} and not known.is_lemma(plural)


def _is_verbal(plural: str, known: Lexicon) -> bool:
    """Tell whether a generated plural is spelled like a verb; أفعية is not."""
    return not plural.endswith("ية") and known.is_verb(plural.removesuffix("ة"))


def _twin(noun: str) -> str:
    """Give the noun that shares plurals with `noun`: مطرة of مطر, ظاهر of ظاهرة."""
    if len(noun) == 3:
        return noun + "ة"
    return noun[:-1] if len(noun) == 5 and noun[1] == "ا" and noun[-1] == "ة" else noun


def _listed(noun: str, known: Lexicon, *, proven: bool) -> list[str]:
    """Pick the plurals among the forms of `noun`; `proven` wants them with the article."""
    forms = known.forms(noun)
    if not forms:
        return []
    proven_noun = noun in known.nominal(noun) or noun in known.nominal(noun + "ي")
    nominal = proven_noun or not known.is_verb(noun)
    plurals = []
    for form in forms:
        stem = form.removeprefix("ال") if len(form) > 4 else form
        if stem == form and proven:
            continue
        if not nominal and len(stem) < 5 and stem[0] != "ا":
            continue
        if is_plural_of(stem, noun) and not _is_regular(stem, noun):
            plurals.append(stem)
    return plurals


def _is_regular(stem: str, noun: str) -> bool:
    """Tell whether `stem` is `noun` with an ending."""
    return stem.startswith(noun) and stem[len(noun) :] in ENDINGS


def is_plural_of(stem: str, noun: str) -> bool:
    """Tell whether `stem` has the shape of a broken plural and the radicals of `noun`."""
    if stem in ABSTRACT or stem == noun or stem == noun + "ان" or stem == noun + "ة":
        return False
    if stem[-1:] == "ي" and len(stem) == 4 and "ا" not in stem:
        shaped = _PATIENTS.fullmatch(noun)
    else:
        shaped = _SHAPES.fullmatch(stem)
    if shaped is None or len(radicals(noun)) < 2:
        return False
    if len(stem) == 3 and ((len(noun) == 3 and noun[-1] != "ة") or noun[1] == "ا"):
        return False
    if len(stem) == 4 and stem[0] == "ا" and stem[2] not in "او" and stem[-1] not in "ةا":
        return False
    wanted = radicals(noun.removesuffix("ة"))
    return wanted in (radicals(stem.removesuffix("ة")), radicals(_without_suffix(stem)))


@lru_cache(maxsize=1024)
def radicals(word: str) -> str:
    """Give the strong letters of a word, doubled ones once.

    >>> radicals("حصص"), radicals("اموال")
    ('حص', 'مل')
    """
    strong = [letter for letter in word if letter not in _WEAK]
    return "".join(
        letter
        for place, letter in enumerate(strong)
        if not place or strong[place - 1] != letter or word[:2] == letter * 2
    )


def _without_suffix(plural: str) -> str:
    """Cut what the plural's shape adds at the end."""
    if plural.endswith("ان") and len(plural) == 5:
        return plural[:-2]
    return plural.removesuffix("ة")


def _generated(noun: str) -> Sequence[str]:
    """List the plurals that nouns of this build take."""
    base, feminine = noun.removesuffix("ة"), noun[-1] == "ة"
    if len(base) == 3:
        return _of_three(base, feminine=feminine)
    if len(base) == 4:
        return _of_four(base, feminine=feminine)
    if len(base) == 5 and base[3] in "اوي":
        a, b, c, _, d = tuple(base)
        return (a + ("و" if b == "ا" else b) + "ا" + c + "ي" + d,)
    if len(base) == 2:
        a, b = tuple(base)
        if b in "وي":
            return (base + "ي",) if feminine else (f"ا{a}{b}اء",)
        return () if feminine else (a + b + "و" + b, a + b + "ا" + b)
    return ()


def _of_three(base: str, *, feminine: bool) -> Sequence[str]:
    """List the plurals of nouns of three letters."""
    a, b, c = tuple(base)
    if feminine:
        if c == "ي":
            return base, f"{a}{b}ايا"
        return (base, f"{a}{b}ي") if c == "و" else (base,)
    if c in "اي":
        return f"ا{a}{b}اء", f"ا{a}{b}ياء"
    if b == "ا":
        return (f"ا{a}وا{c}",)
    return f"ا{a}{b}ا{c}", f"{a}{b}و{c}", f"{a}{b}ا{c}"


def _of_four(base: str, *, feminine: bool) -> Sequence[str]:
    """List the plurals of nouns of four letters."""
    a, b, c, d = tuple(base)
    if b == "ا":
        plurals = [f"{a}وا{c}{d}"]
        if d == "ي":
            plurals.append(f"{a}{c}اة")
        elif not feminine:
            plurals.append(f"{a}{c}ا{d}")
        return plurals
    if c in "اوي":
        if feminine:
            return (f"{a}{b}اء{d}",)
        plurals = [f"{a}{b}{d}", f"ا{a}{b}{d}ة"]
        if d == "ء":
            plurals.append(f"ا{a}{b}ية")
        if c == "ي":
            plurals.append(f"{a}{b}{d}اء")
        return plurals
    if d in "اي":  # مبنى, مصفاة: the ي is written where the plural is definite
        return (f"{a}{b}ا{c}", f"{a}{b}ا{c}ي") if a == "م" else ()
    plurals = [f"{a}{b}ا{c}{d}"] if feminine or a != "ت" else []
    if feminine and a not in "مت":  # عرقلة
        plurals.append(f"{a}{b}ا{c}ي{d}")
    return plurals
