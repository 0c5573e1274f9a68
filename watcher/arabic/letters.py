"""Code points of Arabic text and the two normal forms. Pure; knows no words.

`plain` is the form in which words are looked up: marks, tatweel and invisible characters gone,
hamza seats, Persian letters, presentation forms and digits unified. `fold` goes one step further
(ة and ه are one) and is what spellings are compared with.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff"
"""Harakat, Koranic marks and superscript alef, as the inside of a regex class."""

INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
)
"""Soft hyphen, zero-width characters, bidi controls and variation selectors."""

TATWEEL = "\u0640"
SHADDA = "\u0651"
SUKUN = "\u0652"
FATHA = "\u064e"
DAMMA = "\u064f"
KASRA = "\u0650"
SUPERSCRIPT_ALEF = "\u0670"

LETTERS = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff"
    "\u0750-\u077f\u08a0-\u08c9\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc"
)
"""Arabic letters, presentation forms included."""

_BEFORE_HAMZA = re.compile(r"ي+ء(?!\w)")
"""«القارىء» for «القارئ», «شئ» for «شيء»: the seat written beside the hamza."""
_MARKS_SPAN = re.compile(f"[{MARKS}]")
_UNIFIED = {
    "أإآٱٲٳٵ": "ا",
    "ؤئٶٸ": "ء",
    "ىیۍېےۓ": "ي",
    "کڪګگڭ": "ك",
    "ھہەۀۂۿ": "ه",
    "ۃ": "ة",
    "پ": "ب",
    "چ": "ج",
    "ژ": "ز",
    "ڤڥ": "ف",
    "ۆۇۈۋ": "و",
}


def _ranges(inside: str) -> list[int]:
    """List the code points of the inside of a regex class."""
    points: list[int] = []
    for match in re.finditer("(.)-(.)|(.)", inside, re.DOTALL):
        first, last, single = match.groups()
        points += range(ord(first), ord(last) + 1) if first else [ord(single)]
    return points


def _presentation_forms() -> dict[int, str]:
    """Spell out the presentation forms, which NFKC decomposes, without spaces and marks."""
    table = {}
    for point in [*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD)]:
        spelled = unicodedata.normalize("NFKC", chr(point))
        if spelled != chr(point):
            table[point] = _MARKS_SPAN.sub("", spelled).replace(" ", "").replace(TATWEEL, "")
    return table


def _plain_table() -> dict[int, str | None]:
    """Build the translation of `plain`."""
    table: dict[int, str | None] = dict.fromkeys(_ranges(MARKS + INVISIBLE + TATWEEL))
    unified = {ord(letter): to for letters, to in _UNIFIED.items() for letter in letters}
    table.update(unified)
    for zero in (0x0660, 0x06F0):
        table.update({zero + digit: str(digit) for digit in range(10)})
    for point, spelled in _presentation_forms().items():
        table[point] = spelled.translate(unified)
    return table


PLAIN = _plain_table()
FOLD = (
    PLAIN
    | {ord("ة"): "ه"}
    | {
        point: spelled.replace("ة", "ه")
        for point, spelled in PLAIN.items()
        if spelled and "ة" in spelled
    }
)
_PLAIN_PRINT = (("أ", "ا"), ("إ", "ا"), ("آ", "ا"), ("ؤ", "ء"), ("ئ", "ء"), ("ى", "ي"))
_FOLD_PRINT = (*_PLAIN_PRINT, ("ة", "ه"))
"""All that changes in most texts; to replace letter by letter is many times as fast."""
_BEYOND_PRINT = re.compile(
    f"[{re.escape(''.join(one for one in map(chr, FOLD) if one not in dict(_FOLD_PRINT)))}]"
)
"""What changes besides."""
UNMARKED = {point: to for point, to in PLAIN.items() if to is None}
"""Drops marks, tatweel and invisible characters, keeps the spelling."""


def plain(word: str) -> str:
    """Give the form of `word` in which it is looked up; ة stays apart from ه.

    >>> plain("الأُسْـــرَة")
    'الاسرة'
    """
    return _finished(word.translate(PLAIN))


def plain_all(words: list[str]) -> list[str]:
    """Give the plain forms of many words; three times as fast as one by one."""
    return _spelled("\n".join(words), PLAIN, _PLAIN_PRINT).split("\n")


def fold(text: str) -> str:
    """Give the normal form in which spellings are compared; idempotent, spaces stay.

    Hamza seats, ى and ي, ة and ه, tatweel, harakat, presentation forms, Persian letters, digits of
    three scripts, zero-width and bidi characters.

    >>> fold("مدرســةٌ ١٢")
    'مدرسه 12'
    """
    return _spelled(text, FOLD, _FOLD_PRINT)


def _spelled(text: str, table: Mapping[int, str | None], common: Iterable[tuple[str, str]]) -> str:
    if _BEYOND_PRINT.search(text):
        return _finished(text.translate(table))
    for printed, to in common:
        text = text.replace(printed, to)
    return _finished(text)


def _finished(text: str) -> str:
    return (_BEFORE_HAMZA.sub("ء", text) if "يء" in text else text).casefold()
