"""Whose text an article is: agencies by every name that outlets print. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from watcher.arabic import fold, folded, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

UNNAMED: Final = "agencies"
"""«وكالات»: from the wires, and not said which."""

AGENCIES: Final = {
    "reuters": "رويترز | رويتر | Reuters",
    "afp": "أ ف ب | أف ب | فرانس برس | وكالة الصحافة الفرنسية | وكالة الفرنسية | AFP",
    "ap": "أ ب | أسوشيتد برس | أسوشييتد برس | أسوشيتدبرس | AP | Associated Press",
    "dpa": "د ب أ | وكالة الألمانية | DPA",
    "upi": "يو بي آي | يونايتد برس | UPI",
    "efe": "إفي | EFE",
    "bloomberg": "بلومبرغ | بلومبيرغ | بلومبرج | Bloomberg",
    "anadolu": "الأناضول | Anadolu | AA",
    "sputnik": "سبوتنيك | Sputnik",
    "tass": "تاس | TASS",
    "interfax": "إنترفاكس | Interfax",
    "ria": "نوفوستي | ريا نوفوستي | RIA",
    "xinhua": "شينخوا | Xinhua",
    "irna": "إرنا | IRNA",
    "ina": "واع | وكالة العراقية | INA",
    "nina": "نينا | NINA",
    "shafaq": "شفق نيوز | Shafaq News",
    "spa": "واس | وكالة السعودية | SPA",
    "sana": "سانا | وكالة السورية | SANA",
    "qna": "قنا | وكالة القطرية | QNA",
    "petra": "بترا | وكالة الأردنية | Petra",
    "wam": "وام | وكالة الإمارات | WAM",
    "kuna": "كونا | وكالة الكويتية | KUNA",
    "bna": "بنا | وكالة البحرين | BNA",
    "ona": "وكالة العمانية | ONA",
    "wafa": "وفا | وكالة الفلسطينية | WAFA",
    "mena": "أ ش أ | وكالة الشرق الأوسط | MENA",
    "aps": "واج | وكالة الجزائرية | APS",
    "tap": "وات | وكالة تونس أفريقيا للأنباء | TAP",
    "map": "وكالة المغرب العربي للأنباء | MAP",
    "saba": "سبأ | وكالة اليمنية | SABA",
    "lana": "وال | وكالة الليبية | LANA",
    "nna": "الوكالة الوطنية للإعلام | NNA",
    UNNAMED: "وكالات | الوكالات | وكالات الأنباء | وكالات أنباء | agencies",
}  # fmt: skip
"""Agency -> its names as printed, with `|` between; those with «وكالة» only behind such a word."""

_PRESENTED: Final = tuple(
    fold(word) for word in ("وكالة الأنباء", "وكالة أنباء", "وكالة", "وكالات", "صحافة")
)
_SURE: Final = frozenset({"reuters", "anadolu", "sputnik", "xinhua", "bloomberg", "interfax"})
"""Agencies whose name of one word means nothing else."""
_TELLERS: Final = frozenset(
    conjunction + word
    for word in fold("""
        قالت ذكرت أفادت نقلت أوردت أعلنت نشرت كشفت بثت بحسب حسب وفق وفقا نقلا لوكالة
    """).split()
    for conjunction in ("", "و")
)
"""What stands before the agency that an article repeats."""
_LEAD_WORDS = 60
"""Where an article says by whom it was told; what stands further down is background."""
_MOST_BETWEEN = 2
"""Words between «نقلت» and the agency: «نقلا عن وكالة رويترز»."""
_LONGEST = 4
"""Words of an agency's name."""
_DIVIDER = re.compile(r"\s*[/+،,;|()\[\]«»\"“”:–—-]+\s*")
_AND = re.compile(r"\s+(?:و|and\s|&)\s*(?=\S)")


def agencies_of(credit: str, text: str = "", outlet: str = "") -> tuple[str, ...]:
    """Name the agencies whose text an article is, each once, in order.

    By its credit; or else by what its lead says of where it is from («ذكرت وكالة رويترز»), or by
    the outlet's own name where that is an agency.

    >>> agencies_of("بغداد/ رويترز")
    ('reuters',)
    """
    return _credited(credit) or _cited(text) or _is_one(outlet)


def agency_name(key: str) -> str:
    """Give what messages call an agency."""
    return AGENCIES[key].split(" | ")[0] if key in AGENCIES else key


def _credited(credit: str) -> tuple[str, ...]:
    if not credit:
        return ()
    parts = [part for part in _DIVIDER.split(credit) if part]
    parts += [each for part in parts for each in _AND.split(part)]
    found = dict.fromkeys(key for part in parts if (key := _at_the_end(_words(part))))
    # «رويترز، وكالات» says no more than the first.
    named = tuple(key for key in found if key != UNNAMED)
    return named or tuple(found)


def _is_one(outlet: str) -> tuple[str, ...]:
    return _credited(outlet) or tuple(filter(None, (_begins(_words(outlet)),)))


def _at_the_end(words: Sequence[str]) -> str:
    """Give the agency that a piece of a credit ends with, behind a place or nothing."""
    sizes = range(min(_LONGEST + 1, len(words)), 0, -1)
    return next((key for size in sizes if (key := _named(words[-size:]))), "")


def _cited(text: str) -> tuple[str, ...]:
    words = _words(text[: _LEAD_WORDS * 12])[:_LEAD_WORDS]
    found: dict[str, None] = {}
    for place, word in enumerate(words):
        if word in _TELLERS:
            behind = range(place + 1, place + 2 + _MOST_BETWEEN)
            key = next((key for start in behind if (key := _begins(words[start:]))), "")
            found |= {key: None} if key else {}
    return tuple(found)


def _begins(words: Sequence[str]) -> str:
    """Give the agency that some words begin with; one of an everyday word only as «وكالة …»."""
    is_presented = words[:1] == [_AGENCY]
    for size in range(_LONGEST, 0, -1):
        key = _named(words[:size]) if len(words) >= size else ""
        if key and key != UNNAMED and (size > 1 or is_presented or key in _SURE):
            return key
    return ""


def _named(words: Sequence[str]) -> str:
    name = " ".join(words)
    if key := _NAMES.get(name):
        return key
    for presented in _PRESENTED:
        rest = name.removeprefix(presented).strip()
        if rest != name and (key := _NAMES.get(rest) or _NAMES.get(f"{_AGENCY} {rest}")):
            return key
    return ""


def _words(text: str) -> list[str]:
    """Split into folded words; «أ.ف.ب» is three of one letter."""
    return folded(words_of(text.replace(".", ". ")))


_NAMES: Final = {
    " ".join(_words(name)): key for key, names in AGENCIES.items() for name in names.split("|")
}
_AGENCY: Final = _words("وكالة")[0]
