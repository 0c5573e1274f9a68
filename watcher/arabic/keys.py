"""What articles are filed under: content words for their likeness, printed words for searching.

All words of a text are worked on at once, which costs less than to remember them one by one, and
takes no memory of the workers.
"""

from __future__ import annotations

import re
from functools import lru_cache

from watcher.arabic.datewords import WEEKDAYS
from watcher.arabic.letters import UNMARKED, fold
from watcher.arabic.tables import FOLDED_FUNCTION_WORDS as FUNCTION_WORDS
from watcher.arabic.words import printed

_PROCLITIC = re.compile(
    r"^(?:(?:وبال|فبال|وكال|وال|فال|بال|كال|ولل|فلل|لل|ال)(?=.{3})|و(?=.{4}))", re.MULTILINE
)
"""The article with what precedes it, or a single و, as far as three letters stay, or four."""

_DROPPED = re.compile(f"[{''.join(map(chr, UNMARKED))}]+")
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
    folded = fold("\n".join(printed(text)))
    stems = _PROCLITIC.sub("", folded)
    pairs = zip(folded.split("\n"), stems.split("\n"), strict=True)
    return [
        stem
        for word, stem in pairs
        if stem and word not in FUNCTION_WORDS and stem not in FUNCTION_WORDS
    ]


def printed_words(text: str) -> set[str]:
    """Give the different words of `text` as printed, without marks, tatweel, invisible characters.

    What is dropped only ever forbids a reading: a term that is found in a word is also found in
    that word without it.

    >>> sorted(printed_words("قُوّات وقُوّاتٌ وقوات"))
    ['قوات', 'وقوات']
    """
    unmarked = _DROPPED.sub("", "\n".join(set(printed(text))))
    return set(unmarked.split("\n")) - {""}


@lru_cache(maxsize=16_384)
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
    return sorted({day for raw in set(printed(text)) if (day := _weekday(raw))})


@lru_cache(maxsize=16_384)
def _weekday(raw: str) -> int:
    return _DAYS.get(fold(raw), 0)
