"""What is learned of an outlet's clocks: by how much its stamps are off, and which never change.

A stamp that was right is never after first sight, and under frequent polling often just before it.
So the least of many lags (first sight less stamp) is the constant by which the stamps are off:
three hours ahead gives lags of about -180 minutes, again and again. A lag below zero is proof, as
nothing is seen before it is published; lags above zero may be a slow feed, and count only where a
stamp names no zone and the lags crowd together. Pure.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from watcher.model import Claim

MAX_GAP_S: Final = 7_200.0
"""After a longer pause of ours first sight says nothing about when something was published."""
_KEPT: Final = 24
_FEW: Final = 5
_MANY: Final = 12
_TOLERANCE: Final = 5
"""Minutes by which clocks of machines differ."""
_SPREAD: Final = 75
"""Minutes within which most lags lie: the longest usual pause between polls, and some delay."""
_CROWDED: Final = 30
_FARTHEST: Final = 15 * 60
"""Minutes; no zone is farther from another one that an outlet could mix it up with."""
_PAIRS: Final = 6
_REPEATS: Final = 3


@dataclass(frozen=True, slots=True)
class Clock:
    """What is known of one kind of stamps of one source. Minutes, the newest last."""

    shift: int = 0
    """To be added to its stamps."""
    lags: tuple[int, ...] = ()
    """From the stamp as given to first sight."""
    pairs: tuple[int, ...] = ()
    """From the stamp to the date with a zone that the page itself gives."""
    old: tuple[int, ...] = ()
    """Old dates that it gave for articles listed as new, as minutes since 1970."""

    def repeats(self, instant: datetime) -> bool:
        """Tell whether it gave this old date for other articles too: a template's, then."""
        return self.old.count(_minutes(instant)) >= _REPEATS - 1


def as_json(clocks: Mapping[str, Clock]) -> dict[str, dict[str, Any]]:
    """Give a source's clocks as JSON."""
    return {how: asdict(clock) for how, clock in clocks.items()}


def clocks_of(data: Mapping[str, Any]) -> dict[str, Clock]:
    """Read a source's clocks from their JSON, also from what another version wrote."""
    return {how: _clock_of(kept) for how, kept in data.items()}


def _clock_of(data: Mapping[str, Any]) -> Clock:
    series = {
        name: tuple(int(value) for value in data.get(name) or ())
        for name in ("lags", "pairs", "old")
    }
    return Clock(int(data.get("shift") or 0), **series)


def learn(
    clocks: Mapping[str, Clock],
    claims: Sequence[Claim],
    *,
    seen: datetime,
    gap_s: float | None,
) -> dict[str, Clock]:
    """Learn from the dates given for one article, which was first seen at `seen`.

    `gap_s`: how long its source had not been looked at then; None at the first contact, whose
    backlog is no evidence.
    """
    if gap_s is None or gap_s > MAX_GAP_S:
        return dict(clocks)
    after = dict(clocks)
    exact = [c for c in claims if c.precision == "exact" and not c.is_update]
    zoned = [c for c in exact if c.has_zone and c.how == "page data" and c.instant <= seen]
    for claim in {c.how: c for c in reversed(exact)}.values():
        lag = _between(claim.instant, seen)
        if abs(lag) <= _FARTHEST:
            clock = after.get(claim.how, Clock())
            pairs = [_between(claim.instant, page.instant) for page in zoned[:1]]
            is_pair = not claim.has_zone and bool(pairs) and abs(pairs[0]) <= _FARTHEST
            clock = _with_pair(clock, pairs[0]) if is_pair else clock
            after[claim.how] = observe(clock, lag, has_zone=claim.has_zone)
    return after


def remember_old(clocks: Mapping[str, Clock], claim: Claim) -> dict[str, Clock]:
    """Remember an old date that was given for an article listed as new."""
    clock = clocks.get(claim.how, Clock())
    old = (*clock.old, _minutes(claim.instant))[-_KEPT:]
    return {**clocks, claim.how: replace(clock, old=old)}


def observe(clock: Clock, lag: int, *, has_zone: bool) -> Clock:
    """Take up one lag, in minutes; learn the shift, keep it, or unlearn it."""
    lags = (*clock.lags, lag)[-_KEPT:]
    if _no_longer_holds(clock.shift, lags):
        newest = lags[-_FEW:]
        below = [lag for lag in newest if lag < clock.shift - _TOLERANCE]
        lags = tuple(below) if len(below) >= _FEW - 2 else lags[-_MANY:]
        clock = replace(clock, shift=0)
    shift = _paired(clock.pairs, lags)
    if shift is None:
        shift = _shift(lags, has_zone=has_zone)
    return replace(clock, lags=lags, shift=clock.shift if shift is None else shift)


def _no_longer_holds(shift: int, lags: Sequence[int]) -> bool:
    """Tell whether the newest stamps are farther ahead than before, or less."""
    newest = lags[-_FEW:]
    if sum(lag < shift - _TOLERANCE for lag in newest) >= _FEW - 2:
        return True
    return shift != 0 and len(lags) >= _MANY and min(lags[-_MANY:]) >= shift + _CROWDED


def _shift(lags: Sequence[int], *, has_zone: bool) -> int | None:
    """Give the shift that the lags prove, 0 where they prove the stamps right, else None."""
    if len(lags) < _FEW:
        return None
    # The least of them, but for one in ten: articles are stamped in advance now and then.
    least = sorted(lags)[len(lags) // 10]
    shift = (least + _TOLERANCE) // 15 * 15
    if shift < 0:
        is_ahead = _share(lags, upto=-_TOLERANCE - 1) >= 0.7
        return (
            shift if is_ahead and _share(lags, shift - _TOLERANCE, shift + _SPREAD) >= 0.7 else None
        )
    if least < 60:
        return 0 if shift == 0 else None
    shift = shift // 30 * 30
    crowd = _share(lags, shift - _TOLERANCE, shift + _CROWDED)
    return shift if not has_zone and len(lags) >= _MANY and crowd >= 0.7 else None


def _share(lags: Sequence[int], least: int = -_FARTHEST, upto: int = _FARTHEST) -> float:
    return sum(least <= lag <= upto for lag in lags) / len(lags)


def _paired(pairs: Sequence[int], lags: Sequence[int]) -> int | None:
    """Give the constant by which page and stamp differ, unless it would date things after sight."""
    newest = pairs[-_PAIRS:]
    if len(newest) < _FEW:
        return None
    shift = round(sorted(newest)[len(newest) // 2] / 15) * 15
    agree = sum(abs(pair - shift) <= 2 for pair in newest) >= _FEW
    return shift if agree and _share(lags, shift - _TOLERANCE) >= 0.9 else None


def _with_pair(clock: Clock, pair: int) -> Clock:
    return replace(clock, pairs=(*clock.pairs, pair)[-_PAIRS:])


def _between(earlier: datetime, later: datetime) -> int:
    return int((later - earlier) // timedelta(minutes=1))


def _minutes(instant: datetime) -> int:
    return int(instant.timestamp() // 60)
