"""Numbers in a text: digits of three scripts, words, «dozens». Pure.

سبعة · ثلاثة عشر · خمسة وعشرين · مئة وعشرين · ألفين وخمسمئة · ٢٥ ألفا · 1,500 · عشرات · مئات الآلاف
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from watcher.arabic.letters import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Number(NamedTuple):
    """A number in words `first` up to, without, `last`; `high` is above `low` for «dozens»."""

    first: int
    last: int
    low: int
    high: int


class _Part(NamedTuple):
    """A number that ends before word `last`; `size` is what a part that follows stays below."""

    value: int
    size: int
    last: int


def _table(**written: str) -> dict[str, int]:
    return {
        fold(word): int(value[1:]) for value, words in written.items() for word in words.split()
    }


_UNITS = _table(
    n1="واحد واحدة",
    n2="اثنان اثنين اثنتان اثنتين",
    n3="ثلاث ثلاثة",
    n4="أربع أربعة",
    n5="خمس خمسة",
    n6="ست ستة",
    n7="سبع سبعة",
    n8="ثمان ثماني ثمانية",
    n9="تسع تسعة",
    n10="عشر عشرة",
)
_BEFORE_TEN = _UNITS | _table(n1="أحد إحدى", n2="اثنا اثني اثنتا اثنتي")
_TENS = _table(
    n20="عشرون عشرين",
    n30="ثلاثون ثلاثين",
    n40="أربعون أربعين",
    n50="خمسون خمسين",
    n60="ستون ستين",
    n70="سبعون سبعين",
    n80="ثمانون ثمانين",
    n90="تسعون تسعين",
)
_HUNDRED = frozenset(map(fold, ("مئة", "مائة", "مية", "مئه")))
_HUNDREDS = _table(n200="مئتان مئتين مئتا مئتي مائتان مائتين مائتا مائتي") | {
    fold(word + hundred): value * 100
    for word, value in _UNITS.items()
    if 3 <= value <= 9
    for hundred in ("مئة", "مائة")
}
_MANY = {
    fold(word): size
    for size, words in (
        (1000, "ألف ألفا آلاف"),
        (1_000_000, "مليون مليونا ملايين"),
        (1_000_000_000, "مليار مليارا مليارات"),
    )
    for word in words.split()
}
_TWICE = _table(n2000="ألفان ألفين ألفي", n2000000="مليونان مليونين مليوني")
_VAGUE = _table(n10="عشرات", n100="مئات مائات", n1000="آلاف", n1000000="ملايين")
_FEW = frozenset(map(fold, ("بضع", "بضعة")))
_TEEN = frozenset(map(fold, ("عشر", "عشرة")))
_PROCLITICS = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول")
_DIGITS = re.compile(r"\d+")
_DECIMAL = re.compile(r"\d{1,9}[.,\u066b]\d{1,9}")
_GROUPED = re.compile(r"\d{1,3}(?:([.,\u066b\u066c])\d{3})(?:\1\d{3})*")
_FIRST = frozenset().union(_BEFORE_TEN, _TENS, _HUNDRED, _HUNDREDS, _MANY, _TWICE, _VAGUE, _FEW)
_LARGEST = 10**10
"""What is larger counts nothing that people report."""


def numbers(words: Sequence[str]) -> Iterator[Number]:
    """Give the numbers among folded words, in order; the longest reading of each place.

    >>> list(numbers(["مقتل", "خمسه", "وعشرين", "جنديا"]))
    [Number(first=1, last=3, low=25, high=25)]
    """
    place = 0
    while place < len(words):
        found = _may_begin(words[place]) and (_vague(words, place) or _exact(words, place))
        if found:
            yield found
        place = found.last if found else place + 1


@lru_cache(maxsize=16_384)
def _may_begin(word: str) -> bool:
    """Tell whether a number can begin with a word; of most it is asked again and again."""
    rests = [word[len(one) :] for one in _PROCLITICS if word.startswith(one)]
    return any(
        rest[:1].isdigit() or rest.removeprefix("ال") in _FIRST or rest in _FIRST for rest in rests
    )


def _exact(words: Sequence[str], place: int) -> Number | None:
    for proclitic in _PROCLITICS:
        if words[place].startswith(proclitic) and (part := _part(words, place, proclitic)):
            return _grown(words, place, part)
    return None


def _grown(words: Sequence[str], first: int, part: _Part) -> Number | None:
    """Add what follows with و as long as it is smaller than what stands before."""
    total, size, last = part
    while last < len(words) and words[last].startswith("و"):
        more = _part(words, last, "و")
        if more is None or more.value >= size:
            break
        total, size, last = total + more.value, more.size, more.last
    return Number(first, last, total, total) if 0 < total < _LARGEST else None


def _part(words: Sequence[str], place: int, proclitic: str) -> _Part | None:
    """Read what stands before «thousand», and that with it."""
    if _is_decimal(words[place][len(proclitic) :]):
        return _of_decimal(words, place, words[place][len(proclitic) :])
    part = _below_thousand(words, place, proclitic)
    if part and part.last < len(words) and words[part.last] in _MANY:
        many = _MANY[words[part.last]]
        return _Part(part.value * many, many, part.last + 1)
    return part


def _is_decimal(word: str) -> bool:
    return _DECIMAL.fullmatch(word) is not None and _GROUPED.fullmatch(word) is None


def _of_decimal(words: Sequence[str], place: int, word: str) -> _Part | None:
    """Read «1.8 مليون»; a decimal of nothing is no number that counts."""
    if place + 1 >= len(words) or words[place + 1] not in _MANY:
        return None
    many = _MANY[words[place + 1]]
    return _Part(round(float(re.sub(r"[^\d]", ".", word)) * many), many, place + 2)


def _below_thousand(words: Sequence[str], place: int, proclitic: str) -> _Part | None:
    small = _small(words, place, words[place][len(proclitic) :])
    if small is None or small.last >= len(words) or words[small.last][:1] != "و":
        return small
    value, size, last = small
    if size == 100 and (rest := _below_thousand(words, last, "و")) and rest.value < 100:
        return _Part(value + rest.value, 0, rest.last)
    if value < 10 and words[last][1:] in _TENS:
        return _Part(value + _TENS[words[last][1:]], 0, last + 1)
    return small


def _small(words: Sequence[str], place: int, word: str) -> _Part | None:
    """Read a number that is written in one word, or in two as teens and hundreds are."""
    following = words[place + 1] if place + 1 < len(words) else ""
    if word[:1].isdigit():
        value = _of_digits(word)
        return None if value is None else _Part(value, 0, place + 1)
    if word in _BEFORE_TEN and following in _TEEN:
        return _Part(_BEFORE_TEN[word] + 10, 0, place + 2)
    if word in _UNITS and following in _HUNDRED and 3 <= _UNITS[word] <= 9:
        return _Part(_UNITS[word] * 100, 100, place + 2)
    if word in _UNITS:
        return _Part(_UNITS[word], 0, place + 1)
    if word in _TENS:
        return _Part(_TENS[word], 0, place + 1)
    if word in _HUNDRED:
        return _Part(100, 100, place + 1)
    if word in _HUNDREDS:
        return _Part(_HUNDREDS[word], 100, place + 1)
    if word in _TWICE:
        return _Part(_TWICE[word], _TWICE[word] // 2, place + 1)
    if word in _MANY and word not in _VAGUE:
        return _Part(_MANY[word], _MANY[word], place + 1)
    return None


def _of_digits(word: str) -> int | None:
    if _DIGITS.fullmatch(word):
        return int(word) if len(word) <= 10 else None
    if _GROUPED.fullmatch(word):
        return int(re.sub(r"\D", "", word)) if len(word) <= 13 else None
    return None


def _vague(words: Sequence[str], place: int) -> Number | None:
    for proclitic in _PROCLITICS:
        if not words[place].startswith(proclitic):
            continue
        word = words[place][len(proclitic) :]
        word = word if word in _VAGUE else word.removeprefix("ال")
        if word in _FEW:
            return Number(place, place + 1, 3, 9)
        if word in _VAGUE:
            low, last = _VAGUE[word], place + 1
            after = words[last] if last < len(words) else ""
            after = after if after in _VAGUE else after.removeprefix("ال")
            if after in _VAGUE and low < _VAGUE[after]:
                low, last = low * _VAGUE[after], last + 1
            return Number(place, last, low, low * 10 - 1)
    return None
