"""What articles are filed under: content words for their likeness, printed words for searching."""

from __future__ import annotations

import re
from functools import lru_cache

from watcher.arabic.datewords import WEEKDAYS
from watcher.arabic.letters import UNMARKED, fold
from watcher.arabic.tables import FOLDED_FUNCTION_WORDS as FUNCTION_WORDS
from watcher.arabic.words import words_of

_PROCLITICS = ("وبال", "فبال", "وكال", "وال", "فال", "بال", "كال", "ولل", "فلل", "لل", "ال")
_ENCLITICS = ("هما", "ها", "هم", "هن", "نا", "كم")
_BARE_PREPOSITIONS = "بلكف"
_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
_WITHIN_NUMBERS = str.maketrans("", "", ".,:/٫٬،")
_DIGIT = re.compile(r"\d")
_DAYS = {fold(name): day for name, day in WEEKDAYS.items() if name.startswith("ال")}


def content_keys(text: str) -> list[str]:
    """List the keys of the words of `text` in order, function words dropped.

    >>> content_keys("وقالت القوات إنها انسحبت من بغداد")
    ['قالت', 'قوات', 'انسحبت', 'بغداد']
    """
    return [key for raw in words_of(text).raw if (key := _key(raw))]


def printed_words(text: str) -> set[str]:
    """Give the different words of `text` as printed, without marks, tatweel, invisible characters.

    What is dropped only ever forbids a reading: a term that is found in a word is also found in
    that word without it.

    >>> sorted(printed_words("قُوّات وقُوّاتٌ وقوات"))
    ['قوات', 'وقوات']
    """
    unmarked = "\n".join(set(words_of(text).raw)).translate(UNMARKED)
    return set(unmarked.split("\n")) - {""}


@lru_cache(maxsize=200_000)
def _key(raw: str) -> str:
    """Give the key of one printed word, empty for a function word."""
    word = fold(raw)
    if word in FUNCTION_WORDS:
        return ""
    stem = _without_proclitics(word)
    return "" if stem in FUNCTION_WORDS else stem


def _without_proclitics(word: str) -> str:
    """Strip the article with what precedes it, or a single و, as far as three letters stay."""
    for proclitic in _PROCLITICS:
        if word.startswith(proclitic) and len(word) >= len(proclitic) + 3:
            return word[len(proclitic) :]
    if word[:1] == "و" and len(word) >= 5:
        return word[1:]
    return word


@lru_cache(maxsize=200_000)
def light_stem(key: str) -> str:
    """Give what most inflections of a content key share; numbers without their separators.

    Light stemming (Larkey, Ballesteros and Connell 2002), for likeness only: what is alike may
    differ in grammar.

    >>> light_stem("لشبكه"), light_stem("مروريه"), light_stem("2,464")
    ('شبك', 'مرور', '2464')
    """
    if is_number(key):
        return key.translate(_WITHIN_NUMBERS)
    stem = key[1:] if len(key) >= 5 and key[0] in _BARE_PREPOSITIONS else key
    for suffix in _SUFFIXES:
        if stem.endswith(suffix) and len(stem) >= len(suffix) + 3:
            return stem[: -len(suffix)]
    return stem


def is_number(key: str) -> bool:
    """Tell whether a key is written with digits."""
    return _DIGIT.search(key) is not None


def weekdays(text: str) -> list[int]:
    """List the different weekdays that are named, Monday 1; only with the article, «الأحد».

    >>> weekdays("قال يوم الأحد إن أحد الجناة سيحاكم الثلاثاء")
    [2, 7]
    """
    return sorted({day for raw in set(words_of(text).raw) if (day := _weekday(raw))})


@lru_cache(maxsize=50_000)
def _weekday(raw: str) -> int:
    return _DAYS.get(fold(raw), 0)
