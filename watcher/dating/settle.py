"""Which of the dates that are said of an article holds, and whether it is old news. Pure.

A feed's stamp goes before the page's own, corrected by what was learned of the outlet's clocks.
Nothing is published after it was first seen. A feed that lists something old as new is told by the
page's data and the address; where these disagree, or only print speaks against the feed, the
article counts as new: an alert too many is better than one too few.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher.dating.clocks import Clock
from watcher.model import AHEAD_OF_TIME, Article, Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

_ORDER: Final = (
    "feed", "page data", "meta element", "time element", "printed line", "address",
)  # fmt: skip
_WEIGHTS: Final = {
    "page data": ("data", 2),
    "meta element": ("data", 2),
    "address": ("address", 2),
    "time element": ("time", 1),
    "printed line": ("print", 1),
}
"""How much a date counts against the feed's. Data and meta elements come from one system."""
_STRONG: Final = 2
OLD: Final = timedelta(days=14)
"""So much older than the feed says is old news; what is younger, stories keep apart."""
_SAME_DAY: Final = timedelta(hours=36)
_ZONES: Final = timedelta(hours=15)
MIN_WORDS: Final = 60
"""A shorter text may well be written twice."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    claim: Claim | None
    old_news: str = ""


def settle(
    article: Article,
    clocks: Mapping[str, Clock],
    *,
    seen: datetime,
    first_contact: bool = False,
    earlier: datetime | None = None,
) -> Article:
    """Choose when the article was published and updated, and tell whether it is old news.

    `seen` is first sight; `earlier` when the same text was recorded before.
    """
    claims = [_corrected(claim, clocks) for claim in article.claims or _as_given(article)]
    published = [claim for claim in claims if not claim.is_update]
    updates = [claim for claim in claims if claim.is_update]
    best = _best(published, seen) or _as_published(_best(updates, seen))
    chosen = _older(best, claims, clocks, seen=seen, earlier=earlier)
    told = _not_after(chosen.claim, seen)
    changed = _not_after(_best(updates, seen), seen)
    if told is None and article.published_how == AHEAD_OF_TIME and not first_contact:
        told = Claim(seen, article.published_raw, f"first sight, the stamp is {AHEAD_OF_TIME}")
    if told and changed and told.instant == changed.instant:
        changed = None
    return replace(
        article,
        published=told.instant if told else None,
        published_raw=told.raw if told else article.published_raw,
        published_how=told.how if told else article.published_how,
        updated=changed.instant if changed else None,
        updated_raw=changed.raw if changed else "",
        updated_how=changed.how if changed else "",
        old_news=chosen.old_news,
    )


def _as_given(article: Article) -> list[Claim]:
    """Give the date of an article that says nothing of how it was found."""
    how = article.published_how or "feed"
    return [Claim(article.published, article.published_raw, how)] if article.published else []


def _as_published(update: Claim | None) -> Claim | None:
    """Take the date of the last change where no other is known."""
    return update and replace(update, how=f"{update.how}, of the last change")


def _corrected(claim: Claim, clocks: Mapping[str, Clock]) -> Claim:
    shift = clocks.get(claim.how, Clock()).shift
    if not shift or claim.precision != "exact":
        return claim
    how = f"{claim.how}, corrected by {_hours(shift)}"
    return replace(claim, instant=claim.instant + timedelta(minutes=shift), how=how)


def _hours(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    clock = f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{'-' if minutes < 0 else '+'}{clock}"


def _origin(claim: Claim) -> str:
    return claim.how.partition(",")[0]


def _rank(claim: Claim) -> int:
    origin = _origin(claim)
    return _ORDER.index(origin) if origin in _ORDER else 0


def _best(claims: Iterable[Claim], seen: datetime) -> Claim | None:
    """Choose by who says it; a clock beats a mere day, and a zone a clock without one."""
    ranked = sorted((claim for claim in claims if claim.precision != "month"), key=_rank)
    if not ranked:
        return None
    first = ranked[0]
    if first.precision == "day":
        noon = first.instant + timedelta(hours=12)
        exact = (c for c in ranked if c.precision == "exact" and abs(c.instant - noon) <= _SAME_DAY)
        return next(exact, first)
    if not first.has_zone and first.how == _origin(first):
        zoned = (
            c
            for c in ranked
            if c.has_zone
            and _origin(c) in {"page data", "meta element"}
            and abs(c.instant - first.instant) <= _ZONES
            and c.instant <= seen
        )
        return next(zoned, first)
    return first


def _not_after(claim: Claim | None, seen: datetime) -> Claim | None:
    if claim is None or claim.instant <= seen:
        return claim
    return replace(claim, instant=seen, how=f"{claim.how}, {AHEAD_OF_TIME}: first sight instead")


# --- old news ---------------------------------------------------------------------------------


def _older(
    best: Claim | None,
    claims: Sequence[Claim],
    clocks: Mapping[str, Clock],
    *,
    seen: datetime,
    earlier: datetime | None,
) -> _Chosen:
    """Give the older date that speaks against the one chosen, with the reason in words."""
    if best is None and earlier is not None:
        return _on_record(earlier, "")
    if best is None or seen - best.instant > OLD:
        return _Chosen(best)
    against = old_claims(claims, best.instant)
    believed = [claim for claim in against if not _is_template(claim, clocks)]
    if believed and _weight(believed) >= _STRONG + _weight(_recent(claims, best)):
        oldest = min(believed, key=_rank)
        why = f"the {_origin(best)} says {_day(best)}, the {_origin(oldest)} {_day(oldest)}"
        return _Chosen(oldest, f"announced again: {why}")
    if earlier is not None and best.instant - earlier > OLD:
        return _on_record(earlier, best.raw)
    return _Chosen(best)


def _on_record(earlier: datetime, raw: str) -> _Chosen:
    claim = Claim(earlier, raw, "the same text on record")
    return _Chosen(claim, f"announced again: the same text was recorded on {_day(claim)}")


def old_claims(claims: Iterable[Claim], than: datetime) -> list[Claim]:
    """Give the page's dates of publication that are far older than another one."""
    return [
        claim
        for claim in claims
        if not claim.is_update and _origin(claim) in _WEIGHTS and than - claim.instant > OLD
    ]


def _is_template(claim: Claim, clocks: Mapping[str, Clock]) -> bool:
    clock = clocks.get(_origin(claim))
    return clock is not None and claim.precision == "exact" and clock.repeats(claim.instant)


def _recent(claims: Sequence[Claim], best: Claim) -> list[Claim]:
    return [
        claim
        for claim in claims
        if not claim.is_update and abs(best.instant - claim.instant) <= OLD
    ]


def _weight(claims: Iterable[Claim]) -> int:
    """Add up what the dates count, each kind of witness once."""
    witnesses = dict(_WEIGHTS[_origin(claim)] for claim in claims if _origin(claim) in _WEIGHTS)
    return sum(witnesses.values())


def _day(claim: Claim) -> str:
    return f"{claim.instant:%Y-%m}" if claim.precision == "month" else f"{claim.instant:%Y-%m-%d}"
