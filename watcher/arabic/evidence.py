"""What the lexicon says against reading a printed word as a form of a term. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from watcher.arabic.affixes import (
    ACCUSATIVE,
    ARTICLE,
    BARE,
    CONJUNCTION,
    DUAL,
    ENCLITIC,
    FEMININE,
    FEMININE_DUAL,
    FEMININE_T,
    PERFECT,
    PLURAL_F,
    PLURAL_M,
    PREFIX,
    YEH,
)
from watcher.arabic.letters import UNMARKED
from watcher.arabic.lexicon import lexicon
from watcher.arabic.nouns import (
    CHANGED,
    PLURAL,
    has_feminine,
    is_active_participle,
    is_person,
    is_relational,
    is_verbal_noun,
)
from watcher.arabic.tables import COUNTRIES, FUNCTION_WORDS, NAMES, REFLEXIVES

if TYPE_CHECKING:
    from watcher.arabic.lexicon import Lexicon

VERB, NAME = 3, 4
"""The stem of a verb, and a second spelling of a name; beside what nouns.py distinguishes."""

_PRONOUNS = ("ه", "ها", "هم", "هما", "هن", "ك", "كم", "نا", "ي")
_SEATED = ("أ", "ئ", "ؤ")
"""Hamza where it is written; plain words have lost it."""


# Plain tuples: a new word has several, and the garbage collector lets go of no others.
Entry: TypeAlias = tuple[int, int, int, str, str]
"""What a stem stands for: the number of a word of a term, the endings that the stem takes, its
kind, its lemma, and the hamza seats that it may be printed with, empty where it does not matter."""
Cut: TypeAlias = tuple[int, int, int, int]
"""A printed word cut in three: what the proclitics are, where they end, where the stem ends, and
what the ending may say."""


def holds(word: str, raw: str, entry: Entry, cut: Cut, *, sure: bool) -> bool:
    """Tell whether the cut of a plain word, printed as `raw`, is not known to be another word.

    `sure` trusts the proclitics: the words that follow prove the reading.
    """
    _, endings, kind, lemma, seat = entry
    before, length, _, reading = cut
    if word[0] < "\u0600" or (word == lemma and reading == BARE and not before and not seat):
        return True
    if word in FUNCTION_WORDS and word != lemma:
        return lemma in FUNCTION_WORDS
    if kind == NAME:
        return not before & ARTICLE
    if seat and not _seated(raw, length, seat):
        return False
    known = lexicon()
    rest = word[length:]
    if _is_name(word, rest, entry, before, sure=sure):
        return False
    if before:
        if before & PREFIX:
            return _is_imperfect(word, entry, cut, known)
        if not (sure or _splits(word, entry, before, known)):
            return False
    if kind == VERB:
        return _is_perfect(word, raw, entry, cut, known)
    return reading & BARE > 0 or _ends(rest, entry, reading & endings, known)


def _is_name(word: str, rest: str, entry: Entry, before: int, *, sure: bool) -> bool:
    """Tell whether a word, or what is left of it without proclitics, is another name."""
    if rest in NAMES and rest != entry[3]:
        return not before & PREFIX
    return before > 0 and word in NAMES and not sure


def _seated(raw: str, length: int, seat: str) -> bool:
    """Tell whether the first letter of the stem is printed as the stem allows."""
    spelled = raw.translate(UNMARKED)
    letter = spelled[length : length + 1]
    if "ى" in seat and spelled[-1] != "ى":
        return False
    return letter not in "أإآ" or letter in seat or seat == "ى"


def _is_imperfect(word: str, entry: Entry, cut: Cut, known: Lexicon) -> bool:
    """Tell whether a word that begins with a prefix of the imperfect may be one of the verb."""
    _, endings, _, verb, _ = entry
    _, length, end, reading = cut
    rest, head = word[length - 1 :], word[length - 1 : end]
    listed = known.lemmas(rest)
    if verb in known.lemmas(head):
        listed.append(verb)
    if known.nominal(word) and (
        word[0] in "وفسل" or (word in known.lemmas(word) and verb not in listed)
    ):
        return False
    hollow = len(verb) == 3 and verb[1] in "وي"
    # What the first form and the fourth share is listed under either.
    other = listed and not {verb, rest, verb[1:], "ا" + verb} & set(listed)
    if other and (hollow or end < len(word)):
        return False
    person, stem = head[0], head[1:]
    if person == "ت" and word[: length - 1].endswith("س") and word not in known:
        return True
    if person == "ت":
        # «توقع» is the fifth form: the first loses its و in the imperfect.
        short = len(stem) == 2 and stem[1] != "ي"
        fifth = (stem[0] == "و" and verb == stem) or short
        if fifth and known.is_lemma(head):
            return False
        doubtful = verb in known.nominal(verb) and rest in listed and verb not in listed
        return not (doubtful and (head in REFLEXIVES or rest.endswith("وا")))
    if verb not in listed and (known.nominal(rest) or known.nominal(head)):
        return False
    if person == "ا":
        return reading & endings & BARE > 0 and (verb in listed or not listed) and word not in known
    return person == "ي" or not known.is_lemma(head)


def _is_perfect(word: str, raw: str, entry: Entry, cut: Cut, known: Lexicon) -> bool:
    """Tell whether a word without prefix may be of the verb, not a noun that looks like it."""
    _, endings, _, verb, _ = entry
    _, length, end, reading = cut
    reading &= endings
    rest = word[length:]
    if reading & BARE and rest == verb:
        return True
    if reading & PERFECT and verb[-1] == "ا" and raw.translate(UNMARKED)[:end].endswith(_SEATED):
        return True  # قرأت
    if reading & PERFECT:
        for whole in {word, rest}:
            base, t, pronoun = whole.rpartition("ت")
            noun = base + "ة"
            if t and pronoun in _PRONOUNS and (noun in known or known.nominal(noun)):
                return False
    if rest.startswith("ال") and not verb.startswith("ال") and _is_definite(rest, known):
        return False
    if reading & ENCLITIC and rest in known.lemmas(rest) and known.is_lemma(rest):
        return False
    listed = known.nominal(rest)
    # What is listed under itself and has no other form may be of the verb all the same: تبنت.
    return not listed or verb in listed or (listed == [rest] and not known.is_lemma(rest))


def _opens_a_clause(word: str, kind: int, before: int, known: Lexicon) -> bool:
    """Tell a verb behind و from a plural that is spelled like it: وجدد, «and renewed»."""
    rest = word[1:]
    return kind == PLURAL and before == CONJUNCTION and len(rest) == 3 and known.is_verb(rest)


def _is_definite(word: str, known: Lexicon) -> bool:
    """Tell whether what follows ال is a word."""
    return word[2:] in known or bool(known.nominal(word[2:]))


def _splits(word: str, entry: Entry, before: int, known: Lexicon) -> bool:
    """Tell whether the proclitics of `word` may be cut off, or belong to it: و in وفد, ب in بحر."""
    if word.startswith("وو"):
        return True
    _, _, kind, lemma, _ = entry
    if _opens_a_clause(word, kind, before, known):
        return False
    own = known.lemmas(word)
    if before == ARTICLE:
        return word not in own or lemma in own or bool(known.nominal(word[2:]))
    if lemma in own or (own == [word] and not known.is_lemma(word)):
        return True
    if kind == VERB and len(lemma) > 2 and max(map(len, own), default=0) < 4:
        return word not in own
    if known.nominal(word):
        return False
    return not own or (own == [word] and not known.is_verb(word))


def _ends(rest: str, entry: Entry, reading: int, known: Lexicon) -> bool:
    """Tell whether the ending may be cut off, or makes another word: ان in شعبان."""
    _, endings, kind, lemma, _ = entry
    if reading == YEH and _is_relational_of(rest, known):
        plural = endings & PLURAL_M > 0 and rest not in known.lemmas(rest)
        return plural or kind == CHANGED or is_active_participle(lemma, known)
    nominal = known.nominal(rest)
    listed = nominal + known.lemmas(rest)
    if reading == PLURAL_F and is_relational(lemma) and known.is_lemma(lemma + "ة"):
        return False
    if listed and not (
        lemma in listed
        or rest == lemma
        or (lemma[-1] == "ي" and lemma[:-1] in listed)
        or (reading & ENCLITIC and listed == [rest] and _is_only_listed(rest, lemma, known))
    ):
        return _ends_otherwise(rest, entry, reading, known)
    if reading == DUAL and rest.endswith("ان") and rest in known.lemmas(rest):
        return False
    if reading == YEH and not listed:
        return kind == CHANGED or endings & PLURAL_M > 0
    return not (reading & ACCUSATIVE and rest in COUNTRIES)


def _is_only_listed(rest: str, lemma: str, known: Lexicon) -> bool:
    """Tell whether the lexicon lists a noun with a pronoun as if it were a word of its own."""
    return not known.is_lemma(rest) and lemma[-1] != "ة" and not known.is_verb(lemma)


def _ends_otherwise(rest: str, entry: Entry, reading: int, known: Lexicon) -> bool:
    """Tell whether an ending holds although the lexicon lists the whole under another lemma."""
    _, endings, _, lemma, _ = entry
    nominal = known.nominal(rest)
    if rest[-1] == "ا" and reading & ACCUSATIVE:
        return rest not in nominal and rest not in COUNTRIES
    if reading & PLURAL_F and (is_verbal_noun(lemma) or is_person(lemma, known)):
        return True
    if reading & FEMININE:
        return lemma in nominal or has_feminine(lemma, known)
    if reading & FEMININE_T and is_person(lemma, known):
        return True
    if lemma[-1] == "ة" and reading & (PLURAL_F | FEMININE_T | FEMININE_DUAL):
        return True
    return rest in nominal and reading & endings & PLURAL_M > 0


def _is_relational_of(word: str, known: Lexicon) -> bool:
    """Tell whether the lexicon knows a word in ي as a nisba: it lists its feminine."""
    return word + "ة" in known or bool(known.nominal(word + "ة"))
