"""Proclitics, enclitics and endings of plain words, and what each may attach to. Pure tables."""

from __future__ import annotations

from typing import TypeAlias

# What an ending says about the word it closes. A stem carries the set that it takes.
BARE = 1
ACCUSATIVE = 2
ENCLITIC = 4
DUAL = 8
PLURAL_M = 16
PLURAL_F = 32
FEMININE = 64
FEMININE_T = 128
FEMININE_DUAL = 256
YEH = 512
"""A bare ي: construct of a dual or plural, or "my"; spelled like a nisba."""
HEH = 1024
"""A bare ه: "his", or a ة without its dots."""
PERFECT = 2048
PERFECT_C = 4096
"""The perfect's endings that begin with a vowel, and those that begin with a consonant."""
IMPERFECT = 8192
IMPERFECT_N = 16384
VERB_DUAL = 32768
OBJECT = 65536
"""The object "me", which only verbs take."""

NOUN = BARE | ACCUSATIVE | ENCLITIC | DUAL | YEH
FEMININES = FEMININE | FEMININE_T | FEMININE_DUAL | PLURAL_F | HEH

_PRONOUNS = ("ها", "هما", "هم", "هن", "ك", "كما", "كم", "كن", "نا")
_OBJECTS = ("ه", *_PRONOUNS, "ني")

_BEFORE_PRONOUN = (
    ("ا", DUAL),
    ("ي", DUAL | PLURAL_M),
    ("و", PLURAL_M),
    ("ات", PLURAL_F),
    ("ت", FEMININE_T),
    ("تا", FEMININE_DUAL),
    ("تي", FEMININE_DUAL),
)


def _nominal_endings() -> dict[str, int]:
    """Give for each ending the readings it has on a noun or adjective without the article."""
    table = {"": BARE, "ا": ACCUSATIVE | DUAL, "ي": YEH, "و": PLURAL_M, "ه": ENCLITIC | HEH}
    table |= {"ان": DUAL, "ين": DUAL | PLURAL_M, "ون": PLURAL_M, "ات": PLURAL_F, "اتي": PLURAL_F}
    table |= {"ة": FEMININE, "تي": FEMININE_T | FEMININE_DUAL, "تا": FEMININE_DUAL}
    table |= {"تان": FEMININE_DUAL, "تين": FEMININE_DUAL}
    for pronoun in ("ه", *_PRONOUNS):
        table[pronoun] = table.get(pronoun, 0) | ENCLITIC
        for stem_end, reading in _BEFORE_PRONOUN:
            ending = stem_end + pronoun
            table[ending] = table.get(ending, 0) | reading
    return table


def _verbal_endings(endings: dict[str, tuple[str, int]]) -> dict[str, int]:
    """Give the endings of a verb, with objects where the form before an object is given."""
    table: dict[str, int] = {}
    for ending, (before_object, reading) in endings.items():
        for form in (ending, *(before_object + pronoun for pronoun in _OBJECTS if before_object)):
            table[form] = table.get(form, 0) | reading
    return table


_VERBAL = {
    "ت": ("ت", PERFECT | PERFECT_C),
    "ا": ("ا", VERB_DUAL | IMPERFECT),
    "تا": ("تا", PERFECT),
    "وا": ("و", PERFECT | IMPERFECT),
    "نا": ("نا", PERFECT_C),
    "تم": ("تمو", PERFECT_C),
    "تما": ("", PERFECT_C),
    "ن": ("", PERFECT_C | IMPERFECT_N),
    "ان": ("ان", IMPERFECT),
    "ون": ("ون", IMPERFECT),
    "ين": ("", IMPERFECT),
    "ني": ("", OBJECT),
}


def _joined() -> dict[str, int]:
    """Unite the readings of all endings."""
    table = _nominal_endings()
    for ending, reading in _verbal_endings(_VERBAL).items():
        table[ending] = table.get(ending, 0) | reading
    return table


ENDINGS: dict[str, int] = _joined()

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
"""The person of the imperfect, with or without the future's س."""


def _proclitics() -> dict[str, int]:
    """List every stack of proclitics that a noun takes."""
    table = {}
    for conjunction in ("", "و", "ف", "او", "اف", "ا"):
        for preposition in ("", "ب", "ك", "ل"):
            for article in ("", "ال"):
                if conjunction in ("ا", "او") and not (preposition and article):
                    continue
                if conjunction == "اف" and not (preposition or article):
                    continue
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
    return {
        conjunction + particle + person: PREFIX | (CONJUNCTION if conjunction else 0)
        for conjunction in ("", "و", "ف")
        for particle in ("", "س", "ل")
        for person in "يتنا"
    }


_DEFINITE = {ending: reading & ENDINGS[ending] for ending, reading in DEFINITE_ENDINGS.items()}

Stack: TypeAlias = tuple[str, int, int, dict[str, int]]
"""What stands before a stem, its length, its kind, and the readings of the endings behind it."""


def _stack(letters: str, kind: int) -> Stack:
    return letters, len(letters), kind, _DEFINITE if kind & ARTICLE else ENDINGS


def _by_two_letters(*tables: dict[str, int]) -> dict[str, tuple[Stack, ...]]:
    """Group stacks by the two letters a word begins with; no stack first, then the longest."""
    letters = "ءابةتثجحخدذرزسشصضطظعغفقكلمنهوي"
    groups: dict[str, list[Stack]] = {}
    for stack, kind in (item for table in tables for item in table.items() if item[0]):
        for two in (stack[:2],) if len(stack) > 1 else (stack + letter for letter in letters):
            groups.setdefault(two, []).append(_stack(stack, kind))
    return {
        two: (*NO_STACK, *sorted(group, key=lambda stack: -stack[1]))
        for two, group in groups.items()
    }


NO_STACK = (_stack("", 0),)
STACKS = _by_two_letters(_proclitics(), _prefixes())
