"""Proclitics, enclitics and endings of plain words, and what each may attach to. Pure tables."""

from __future__ import annotations

# What an ending says about the word it closes. A term carries the set it takes.
BARE = 1
ACCUSATIVE = 2
ENCLITIC = 4
DUAL = 8
PLURAL_M = 16
PLURAL_F = 32
FEMININE = 64
FEMININE_T = 128
FEMININE_DUAL = 256
PERFECT = 512
MY = 1024
IMPERFECT = 2048
"""Endings of the perfect and of the imperfect; BARE counts for both."""

NOUN = BARE | ACCUSATIVE | ENCLITIC | DUAL | MY
WOMAN = FEMININE | FEMININE_T | FEMININE_DUAL | PLURAL_F

_PRONOUNS = ("ه", "ها", "هما", "هم", "هن", "ك", "كما", "كم", "كن", "نا")
_OBJECTS = (*_PRONOUNS, "ني")


def _nominal_endings() -> dict[str, int]:
    """Give for each ending the readings it has on a noun or adjective without the article."""
    table = {"": BARE, "ا": ACCUSATIVE | DUAL, "ي": MY | DUAL | PLURAL_M, "و": PLURAL_M}
    table |= {"ان": DUAL, "ين": DUAL | PLURAL_M, "ون": PLURAL_M, "ات": PLURAL_F, "اتي": PLURAL_F}
    table |= {"ة": FEMININE, "تي": FEMININE_T | FEMININE_DUAL, "تا": FEMININE_DUAL}
    table |= {"تان": FEMININE_DUAL, "تين": FEMININE_DUAL}
    for pronoun in _PRONOUNS:
        table[pronoun] = table.get(pronoun, 0) | ENCLITIC
        for stem_end, reading in (
            ("ا", DUAL),
            ("ي", DUAL | PLURAL_M),
            ("و", PLURAL_M),
            ("ات", PLURAL_F),
            ("ت", FEMININE_T),
            ("تا", FEMININE_DUAL),
            ("تي", FEMININE_DUAL),
        ):
            ending = stem_end + pronoun
            table[ending] = table.get(ending, 0) | reading
    table["ه"] |= FEMININE
    return table


def _verbal_endings(bare: dict[str, str], reading: int) -> dict[str, int]:
    """Give the endings of a verb; `bare` maps each to its form before an object, - to none."""
    table = {}
    for ending, before_object in bare.items():
        table[ending] = reading
        if before_object != "-":
            table |= {before_object + pronoun: reading for pronoun in _OBJECTS}
    return table


_PERFECT = {
    "": "",
    "ت": "ت",
    "ا": "ا",
    "تا": "تا",
    "وا": "و",
    "ن": "ن",
    "نا": "نا",
    "تم": "تمو",
    "تما": "-",
    "تن": "-",
}
_IMPERFECT = {"": "", "ان": "ان", "ا": "ا", "ون": "ون", "وا": "و", "ين": "ين", "ي": "ي", "ن": "ن"}


def _joined() -> dict[str, int]:
    """Unite the readings of all endings."""
    table = _nominal_endings()
    for verbal in (_verbal_endings(_PERFECT, PERFECT), _verbal_endings(_IMPERFECT, IMPERFECT)):
        for ending, reading in verbal.items():
            table[ending] = table.get(ending, 0) | reading
    return table


ENDINGS: dict[str, int] = _joined()
LONGEST_ENDING = max(map(len, ENDINGS))

DEFINITE_ENDINGS: dict[str, int] = {
    "": BARE,
    "ان": DUAL,
    "ين": DUAL | PLURAL_M,
    "ون": PLURAL_M,
    "ات": PLURAL_F,
    "ة": FEMININE,
    "ه": FEMININE,
    "تان": FEMININE_DUAL,
    "تين": FEMININE_DUAL,
}
"""The endings that a word with the article takes: no pronoun, no construct, no nunation."""

# What stands before the stem.
ARTICLE = 1
PREPOSITION = 2
CONJUNCTION = 4
PREFIX = 8
"""Prefix of the imperfect, with or without the future's س."""


def _proclitics() -> dict[str, int]:
    """List every stack of proclitics that a noun takes."""
    table = {}
    for conjunction in ("", "و", "ف", "او", "اف"):
        for preposition in ("", "ب", "ك", "ل"):
            for article in ("", "ال"):
                stack = conjunction + preposition + article
                if preposition == "ل" and article:
                    stack = conjunction + "لل"
                kind = CONJUNCTION if conjunction else 0
                kind |= PREPOSITION if preposition else 0
                kind |= ARTICLE if article else 0
                table[stack] = kind
    return table


def _prefixes() -> dict[str, int]:
    """List every stack that ends with a prefix of the imperfect."""
    table: dict[str, int] = {}
    for conjunction in ("", "و", "ف", "او", "اف", "ا"):
        for particle in ("", "س", "ل"):
            for person in "يتنا":
                stack = conjunction + particle + person
                table.setdefault(stack, PREFIX | (CONJUNCTION if conjunction else 0))
    return table


def _by_first_letter(stacks: dict[str, int]) -> dict[str, tuple[tuple[str, int, int], ...]]:
    """Group (stack, its length, kind) by first letter, longest first."""
    groups: dict[str, list[tuple[str, int, int]]] = {}
    for stack, kind in stacks.items():
        if stack:
            groups.setdefault(stack[0], []).append((stack, len(stack), kind))
    return {
        letter: tuple(sorted(group, key=lambda item: -item[1])) for letter, group in groups.items()
    }


PROCLITICS = _by_first_letter(_proclitics())
PREFIXES = _by_first_letter(_prefixes())
