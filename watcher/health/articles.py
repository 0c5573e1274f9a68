"""What readings show of a source's health, and which troubles that makes. Pure.

Of each reading one bit for each kind of trouble is kept: whether it shows its sign. A kind begins
when so many of the last twenty show it that, by the source's own usual share, it is no chance; it
is over when one of the last ten does at most.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from watcher.model import Sample

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from watcher.model import Article, Pending

SIGNS: Final = ("blocked", "layout", "garbled", "thin", "clock", "old")
"""Their order is that of the bits on record."""
LAST: Final = 20
"""Readings that are looked at for the beginning of a trouble; for its end, half of them."""
FEWEST: Final = 5
OVER: Final = 1
LASTING: Final = {
    "blocked": timedelta(minutes=30),
    "layout": timedelta(minutes=30),
    "garbled": timedelta(minutes=30),
    "thin": timedelta(hours=12),  # an hour of breaking news is an hour of short articles
    "clock": timedelta(minutes=30),
    "old": timedelta(0),
}
LATE_AFTER: Final = timedelta(hours=12)
_CHANCE: Final = 1e-6
_LEAST_SHARE: Final = {"thin": 0.05}
"""Short articles come together; every other sign is taken to be one in fifty at least."""
_COMPARED: Final = 10
"""Readings before one is compared with what is usual."""
_LEARNED: Final = 50
"""Readings before it is known how usual it is to differ from that."""
_RELATIVE: Final = frozenset({"layout", "garbled", "thin"})
_WEIGHT: Final = 0.02
_SHARE_WEIGHT: Final = 0.01
_SHORTEST: Final = math.log(5)
"""An article a fifth as long as usual is short, however much lengths vary."""
_AHEAD_S: Final = -600.0
_OLD_S: Final = 3 * 86_400.0
_LATE_S: Final = 45 * 60.0
_SPREAD_S: Final = 75 * 60.0
"""Ages that differ by no more than the longest usual pause between polls are one offset."""
_ARABIC: Final = re.compile(r"[\u0621-\u064a\u066e-\u06d3]+")
_OTHER: Final = re.compile(r"[^\W\d_\u0600-\u06ff]+")
_DAMAGE: Final = re.compile("[\ufffd\u0637\u0638]")
_SEEN_CHARACTERS: Final = 2000


@dataclass(frozen=True, slots=True)
class Vitals:
    """What is usual for a source's articles, and what the last ones showed."""

    count: int = 0
    size: float = 0.0
    """Usual logarithm of an article's characters."""
    size_spread: float = 0.0
    quality: float = 0.0
    quality_spread: float = 0.0
    arabic: float = 0.0
    shares: Mapping[str, float] = field(default_factory=dict)
    """Kind -> usual share of readings that show its sign."""
    recent: tuple[int, ...] = ()
    """The bits of the last readings, the newest last."""
    ages: tuple[float, ...] = ()
    """Seconds, of the last articles, the newest last."""
    suspects: Mapping[str, str] = field(default_factory=dict)
    """Kind -> since when there are too many signs, as ISO 8601."""
    troubles: tuple[str, ...] = ()
    why: str = ""
    """Why the last withheld page was withheld."""


def sample_of(article: Article, pending: Pending) -> Sample:
    """Take from an article what it shows of its source."""
    text = f"{article.title}\n{article.text}"[:_SEEN_CHARACTERS]
    arabic = sum(map(len, _ARABIC.findall(text)))
    letters = arabic + sum(map(len, _OTHER.findall(text)))
    damaged = _DAMAGE.findall(text)
    replaced = damaged.count("\ufffd")
    return Sample(
        quality=article.quality,
        characters=len(article.text),
        arabic=arabic / letters if letters >= 20 else None,
        # Utf-8 read as windows-1256 is every other letter ط or ظ.
        is_garbled=replaced * 200 > len(text) or (len(damaged) - replaced) * 3 > letters >= 20,
        age_s=_age_s(pending),
        is_old_news=bool(article.old_news),
    )


def sample_of_none(pending: Pending, *, withheld: str = "") -> Sample:
    """Note that a page gave no article; `withheld` says why, where the server did not show it."""
    return Sample(quality=0.0, withheld=withheld, age_s=_age_s(pending))


def _age_s(pending: Pending) -> float | None:
    """Give how old an entry said to be when it was listed; None for what was there before us."""
    listed, seen = pending.entry.published, pending.seen
    if listed is None or seen is None or pending.first_contact:
        return None
    return (seen - listed).total_seconds()


def read_well(vitals: Vitals, sample: Sample, now: datetime) -> Vitals:
    """Take up one reading: which troubles its source's articles show now, and what is usual."""
    bits = _signs(vitals, sample)
    gone = vitals.recent[0] if len(vitals.recent) == LAST else 0
    recent = (*vitals.recent, bits)[-LAST:]
    ages = vitals.ages if sample.age_s is None else (*vitals.ages, sample.age_s)[-(LAST // 2) :]
    seen = replace(vitals, recent=recent, ages=ages, why=sample.withheld or vitals.why)
    suspects = {
        kind: vitals.suspects.get(kind, now.isoformat())
        for kind in (*SIGNS, "late")
        if _is_suspect(kind, seen)
    }
    troubles = tuple(kind for kind in SIGNS if _holds(kind, seen, suspects, now))
    over = sum(1 << SIGNS.index(kind) for kind in vitals.troubles if kind not in troubles)
    # What is over counts no more: it must begin anew.
    recent = tuple(one & ~over for one in recent) if over else recent
    after = replace(seen, recent=recent, suspects=suspects, troubles=troubles)
    return replace(_usual(after, sample, bits), shares=_usual_shares(after, gone))


def describe(kind: str, vitals: Vitals) -> str:
    """Say what was seen of a trouble that readings show."""
    number, of = _count(kind, vitals.recent), len(vitals.recent)
    match kind:
        case "blocked":
            return f"{number} of its last {of} pages were withheld: {vitals.why}"
        case "layout":
            usual = f"{vitals.quality:.0%}"
            return f"{number} of its last {of} pages were read badly, usual quality is {usual}"
        case "garbled":
            return f"{number} of its last {of} articles are hardly Arabic, or hold damaged letters"
        case "thin":
            usual = f"{math.exp(vitals.size):.0f}"
            return f"{number} of its last {of} articles are far below its usual {usual} characters"
        case "clock" if _is_late(vitals):
            hours = min(vitals.ages) / 3600
            return f"its articles are dated {hours:.1f} hours before they are listed, always"
        case "clock":
            return f"{number} of its last {of} articles are dated in the future"
    return f"{number} of its last {of} new articles are older than three days"


def _signs(vitals: Vitals, sample: Sample) -> int:
    """Give the bits of the signs that a reading shows: a page that was withheld shows no other."""
    shown = {
        "clock": sample.age_s is not None and sample.age_s < _AHEAD_S,
        "old": sample.is_old_news or (sample.age_s is not None and sample.age_s > _OLD_S),
    }
    is_known = vitals.count >= _COMPARED
    poorest = vitals.quality - max(0.2, 3 * vitals.quality_spread)
    if sample.withheld:
        shown["blocked"] = True
    elif sample.is_garbled or _is_foreign(vitals, sample):
        shown["garbled"] = True
    elif not sample.characters or (is_known and sample.quality < poorest):
        shown["layout"] = True
    elif is_known and sample.characters:
        spread = max(math.log(3), 2.5 * vitals.size_spread)
        shortest = vitals.size - min(_SHORTEST, spread)
        shown["thin"] = math.log(sample.characters) < shortest
    return sum(1 << n for n, kind in enumerate(SIGNS) if shown.get(kind))


def _is_foreign(vitals: Vitals, sample: Sample) -> bool:
    is_arabic = vitals.count >= _COMPARED and vitals.arabic >= 0.7
    return is_arabic and sample.arabic is not None and sample.arabic < 0.3


def _is_suspect(kind: str, vitals: Vitals) -> bool:
    if kind == "late":
        return _is_late(vitals)
    if kind in _RELATIVE and vitals.count < _LEARNED:
        return False
    usual = vitals.shares.get(kind, 0.0)
    known = max(1.0, min(vitals.count - LAST, 2 / _SHARE_WEIGHT))
    unsure = 2.5 * math.sqrt(usual * (1 - usual) / known)
    if kind in _RELATIVE:
        unsure += 1 / known
    share = min(0.99, max(usual + unsure, _LEAST_SHARE.get(kind, 0.02)))
    least = needed(len(vitals.recent), round(share, 2))
    # A suspicion is not given up for one good page: it goes on while half as many show it.
    return _count(kind, vitals.recent) >= (least / 2 if kind in vitals.suspects else least)


def _is_late(vitals: Vitals) -> bool:
    ages = vitals.ages
    is_one_offset = len(ages) == LAST // 2 and max(ages) - min(ages) <= _SPREAD_S
    return is_one_offset and min(ages) >= _LATE_S and max(ages) <= _OLD_S


def _holds(kind: str, vitals: Vitals, suspects: Mapping[str, str], now: datetime) -> bool:
    if kind in vitals.troubles:
        is_late = kind == "clock" and "late" in suspects
        return is_late or _count(kind, vitals.recent[-(LAST // 2) :]) > OVER
    if kind == "clock" and _has_lasted(suspects.get("late"), LATE_AFTER, now):
        return True
    return _has_lasted(suspects.get(kind), LASTING[kind], now)


def _has_lasted(since: str | None, least: timedelta, now: datetime) -> bool:
    return since is not None and now - now.fromisoformat(since) >= least


def _count(kind: str, recent: tuple[int, ...]) -> int:
    bit = 1 << SIGNS.index(kind)
    return sum(1 for bits in recent if bits & bit)


@lru_cache(maxsize=4096)
def needed(of: int, share: float) -> int:
    """Give how many of so many readings are no chance where that share of them is usual.

    The binomial tail must be at most one in a million; `of` + 1 where no number is enough.
    """
    tail, number = 0.0, of + 1
    while number > FEWEST:
        lower = number - 1
        tail += math.comb(of, lower) * share**lower * (1 - share) ** (of - lower)
        if tail > _CHANCE:
            return number
        number = lower
    return max(number, FEWEST)


def _usual(vitals: Vitals, sample: Sample, bits: int) -> Vitals:
    """Learn what is usual from what shows no sign; what lasts becomes usual, but slowly."""
    count = vitals.count + 1
    is_settled = not bits and not vitals.suspects
    if not sample.characters or not (is_settled or vitals.troubles):
        return replace(vitals, count=count)
    size = math.log(sample.characters)
    if not vitals.size:
        first = 1.0 if sample.arabic is None else sample.arabic
        return replace(vitals, count=count, size=size, quality=sample.quality, arabic=first)
    weight = max(1 / count, _WEIGHT) if is_settled else _WEIGHT / 50
    arabic = vitals.arabic if sample.arabic is None else sample.arabic

    def toward(usual: float, seen: float) -> float:
        return round(usual + weight * (seen - usual), 4)

    return replace(
        vitals,
        count=count,
        size=toward(vitals.size, size),
        size_spread=toward(vitals.size_spread, abs(size - vitals.size)),
        quality=toward(vitals.quality, sample.quality),
        quality_spread=toward(vitals.quality_spread, abs(sample.quality - vitals.quality)),
        arabic=toward(vitals.arabic, arabic),
    )


def _usual_shares(vitals: Vitals, bits: int) -> dict[str, float]:
    """Learn how usual each sign is from the reading that is no longer judged.

    Not while there are too many of it: what has just begun is not what is usual.
    """
    shares = dict(vitals.shares)
    for n, kind in enumerate(SIGNS):
        if kind in vitals.troubles or kind in vitals.suspects:
            continue
        usual = shares.get(kind, 0.0)
        weight = max(_SHARE_WEIGHT, 1 / max(1, vitals.count - LAST))
        share = round(usual + weight * (bool(bits & 1 << n) - usual), 4)
        if share or usual:
            shares[kind] = share
    return shares
