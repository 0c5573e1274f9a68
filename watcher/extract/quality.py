"""How well an article was read, between 0 and 1, with what speaks against it in words. Pure.

Each piece of evidence is a factor; what is without fault has 1. A good reading stays above 0.8 with
the small doubts that good pages have; one sure sign of damage brings it below 0.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from watcher.arabic import fold

if TYPE_CHECKING:
    from watcher.model import Article

GOOD, DAMAGED = 0.8, 0.5

_MOJIBAKE = re.compile(
    r"(?:[\u00d8-\u00db][\u0080-\u00bf\u0152-\u2122]){2}|[\u00c2\u00c3][\u0080-\u00bf]"
    r"|(?:[\u0637\u0638][\u00a0-\u00bf\u2018-\u2122\u0679-\u06d2]){3}"
)
_BROKEN = re.compile(r"\ufffd|\?{4,}")
_OPEN_END = re.compile(
    r"(?:\u2026|\.\.+|(?P<more>\[\s*(?:\u2026|\.\.\.)\s*\]))\s*[\])\u00bb\"]*\s*"
    r"(?P<label>(?:اقرأ|قراءة|لقراءة|عرض|تابع|أكمل|المزيد|read|continue).{0,30})?$"
)
_ARABIC = re.compile(r"[\u0620-\u064a]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_PROCLITICS = re.compile(r"^[وف]?(?:ال|لل|[بكل]ال)?(?=\w{3})")
_STEM = 4
_LONG = 80


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page shows beside the text that was read from it."""

    text: str
    carried: str = ""
    """The text that the page carries as data, empty where it carries none."""
    summary: str = ""
    """What the feed says of the article."""
    visible: int = 0
    """Words of running text that the page shows outside its furniture; 0 where not known."""
    asks_for_payment: bool = False
    is_cut: bool = False
    """Our own limits cut it."""


Doubts = list[tuple[float, str]]


def judge_reading(article: Article, evidence: Evidence) -> Article:
    """Judge an article, as extracted, by the page that it came from."""
    return _lowered(article, [*_amount(evidence), *_agreement(evidence), *_rest(evidence)])


def judge_text(article: Article) -> Article:
    """Judge an article, as cleaned, by itself."""
    checks = (_letters, _end, _form, _title, _date)
    return _lowered(article, [doubt for check in checks for doubt in check(article)])


def doubt(article: Article, factor: float, why: str) -> Article:
    """Lower the quality of an article for something that was seen later."""
    return _lowered(article, [(factor, why)])


def _lowered(article: Article, doubts: Doubts) -> Article:
    quality = article.quality * prod(factor for factor, _ in doubts)
    reasons = [why for _, why in sorted(doubts)]
    return replace(article, quality=round(quality, 2), quality_why=(*article.quality_why, *reasons))


# --- by the text itself -----------------------------------------------------------------------


def _letters(article: Article) -> Doubts:
    """Look for text that was read in a wrong encoding, and for letters that got lost."""
    removed = "\n".join(one.line for one in article.removed)
    text = f"{article.title}\n{article.text}\n{removed}"
    found: Doubts = []
    size = max(1, len(text))
    if 20 * len(_MOJIBAKE.findall(text)) > 0.2 * size:
        found.append((0.15, "the letters look as if read in a wrong encoding"))
    lost = len(_BROKEN.findall(text))
    if lost > 0.005 * size:
        found.append((0.4, "many letters are lost"))
    elif lost:
        found.append((0.95, "a few letters are lost"))
    letters = _amount_of(_LETTERS, article.text)
    is_arabic = article.language == "ar" or bool(_ARABIC.search(article.title))
    if is_arabic and letters and _amount_of(_ARABIC, article.text) < 0.3 * letters:
        found.append((0.5, "hardly a letter of the text is Arabic"))
    return found


def _amount_of(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))


def _end(article: Article) -> Doubts:
    """Look for what says that the text goes on elsewhere; a long one may end with an ellipsis."""
    last = article.text.rstrip().rpartition("\n")[2]
    if not (found := _OPEN_END.search(last)):
        return []
    is_sure = bool(found["more"] or found["label"]) or len(article.text.split()) < _LONG
    return [(0.45 if is_sure else 0.85, "the text breaks off")]


def _form(article: Article) -> Doubts:
    """Look at lines that hardly are paragraphs, and at paragraphs that ran together."""
    sizes = [len(line.split()) for line in article.text.split("\n")]
    found: Doubts = []
    if len(sizes) >= 6 and sum(size <= 3 for size in sizes) > 0.5 * len(sizes):
        found.append((0.45, "most lines are labels"))
    if sum(sizes) >= 200 and max(sizes) > 0.8 * sum(sizes):
        found.append((0.8, "the paragraphs ran together"))
    return found


def _title(article: Article) -> Doubts:
    """Look for what the title speaks of."""
    stems = {stem for word in fold(article.title).split() if len(stem := _stem(word)) >= _STEM}
    if len(stems) < 3 or len(article.text.split()) < 20:
        return []
    text = fold(article.text)
    said = any(stem in text for stem in stems)
    return [] if said else [(0.7, "no word of the title occurs in the text")]


def _date(article: Article) -> Doubts:
    return [] if article.published else [(0.9, "it has no date")]


# --- by the page ------------------------------------------------------------------------------


def _amount(evidence: Evidence) -> Doubts:
    """Compare the text with all that the page shows and with what the feed says."""
    count = len(evidence.text.split())
    if not count:
        return [(0.2, "there is only a headline")]
    found: Doubts = []
    if evidence.visible and (share := count / evidence.visible) < 0.6:
        grave = 0.4 if share < 0.35 else 0.6
        found.append((grave, f"only {share:.0%} of the page's running text was kept"))
    said = len(evidence.summary.split())
    if said >= 25 and count < 0.8 * said:
        found.append((0.45, "the feed itself says more"))
    return found


def _rest(evidence: Evidence) -> Doubts:
    """Look for what says that there is more to have."""
    paid = [(0.45, "the rest must be paid for")] if evidence.asks_for_payment else []
    return [*paid, (0.7, "the text is longer than our limits")] if evidence.is_cut else paid


def _agreement(evidence: Evidence) -> Doubts:
    """Compare the text with the one that the page carries as data."""
    own, other = _shingles(evidence.text), _shingles(evidence.carried)
    if len(other) < 30 or not own:
        return []
    if len(own & other) < 0.5 * len(other):
        return [(0.45, "much of the text in the page's own data was not kept")]
    if len(own & other) < 0.5 * len(own):
        return [(0.6, "much of the text is not in the page's own data")]
    return []


def _stem(word: str) -> str:
    return re.sub(r"\W", "", _PROCLITICS.sub("", word))[:_STEM]


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", fold(text))
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}
