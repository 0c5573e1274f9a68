"""How often a source brings something new, by hour of the day and day of the week. Pure.

New entries are counted by hour and by weekday, in UTC. Once a week all counts fade, so that what is
learned follows the source: two and a half weeks weigh in the end. Instants are seconds since 1970.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
WEEK_S: Final = 7 * DAY_S
_FADE: Final = 0.6
"""What a week leaves of the weeks before it."""
_FIRST_GUESS: Final = (4.0, 4.0)
"""Entries and hours that a new source is credited with: one an hour, soon outweighed."""
_LIKE_ITS_MEAN: Final = 1.0
"""An hour of the day counts as the source's mean hour until it has shown about one entry itself."""
_LIKE_ANY_DAY: Final = 20.0
"""Entries of a weekday before it is taken for different from the others."""
_LATELY_S: Final = 2 * HOUR_S
_CALM: Final = 8.0
"""How many entries beyond the usual double the rate for the moment."""
_FIRST_LOOK_S: Final = 3 * DAY_S
_FEWEST_DATES: Final = 5
_LEARNED_WEEKS: Final = 0.95
"""Faded, as `weeks` is: the first full week and a third of the next."""
_SURE: Final = 1e-8
"""A silence less probable than this is a trouble: fifty sources have a million pauses in months."""
_LIKE_ANY_DAY_QUIET: Final = 5.0
"""A quiet weekend is believed sooner where a silence is judged."""
_DISPERSION: Final = 2.0
"""News comes in bursts: counts vary more than Poisson's by about this factor."""
_MOST_CERTAIN: Final = 25.0
"""No rate is ever known better than 25 independent entries tell it: days differ."""
_HORIZON_DAYS: Final = 60
_FORM: Final = struct.Struct("<5d24f7f")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Faded counts of new entries; `since` begins the week that is being counted."""

    since: float
    weeks: float = 0.0
    """The weeks before `since`, faded like their counts."""
    lately: float = 0.0
    """New entries of about the last two hours, fading from `lately_at` on."""
    lately_at: float = 0.0
    hours: tuple[float, ...] = (0.0,) * 24
    days: tuple[float, ...] = (0.0,) * 7
    """Monday first."""

    @property
    def total(self) -> float:
        """All entries counted, faded."""
        return sum(self.hours)


def pack(rhythm: Rhythm) -> bytes:
    """Give the rhythm as 164 bytes: reading them costs a poll a microsecond, JSON would ten."""
    head = (1.0, rhythm.since, rhythm.weeks, rhythm.lately, rhythm.lately_at)
    return _FORM.pack(*head, *rhythm.hours, *rhythm.days)


def unpack(data: bytes) -> Rhythm | None:
    """Read what `pack` gave; None for anything else, which is then learned anew."""
    if len(data) != _FORM.size:
        return None
    _, since, weeks, lately, lately_at, *counts = _FORM.unpack(data)
    return Rhythm(since, weeks, lately, lately_at, tuple(counts[:24]), tuple(counts[24:]))


def aged(rhythm: Rhythm, now: float) -> Rhythm:
    """Fade the counts once for each week that has passed."""
    while now - rhythm.since >= WEEK_S:
        rhythm = replace(
            rhythm,
            since=rhythm.since + WEEK_S,
            weeks=(rhythm.weeks + 1) * _FADE,
            hours=tuple(count * _FADE for count in rhythm.hours),
            days=tuple(count * _FADE for count in rhythm.days),
        )
    return rhythm


def learn(rhythm: Rhythm, arrivals: Sequence[float], now: float) -> Rhythm:
    """Count new entries at the instants at which they came."""
    rhythm = aged(rhythm, now)
    hours, days = list(rhythm.hours), list(rhythm.days)
    for at in arrivals:
        hours[_hour(at)] += 1
        days[_weekday(at)] += 1
    lately = _lately(rhythm, now) + len(arrivals)
    return replace(rhythm, lately=lately, lately_at=now, hours=tuple(hours), days=tuple(days))


def first_learned(dates: Sequence[float], now: float) -> Rhythm:
    """Take a first idea from the dates in a list that is seen for the first time.

    Lists end with their oldest entry, so only the time that it covers counts, three days at most.
    """
    recent = sorted(at for at in dates if now - _FIRST_LOOK_S <= at <= now)
    is_all = len(recent) == len(dates)
    since = recent[0] if recent and is_all else now - _FIRST_LOOK_S
    if len(recent) < _FEWEST_DATES or now - since < HOUR_S:
        return Rhythm(now)
    return learn(Rhythm(since), recent[1:] if is_all else recent, now)


def rate(rhythm: Rhythm, at: float) -> float:
    """Give the usual number of new entries an hour at that hour and weekday."""
    return _hour_rate(rhythm, _hour(at), rhythm.total, at) * _day_factor(rhythm, _weekday(at), at)


def rate_now(rhythm: Rhythm, at: float, now: float) -> float:
    """Give the rate at an instant soon to come: more than usual while more than usual comes."""
    usual = rate(rhythm, at)
    expected = usual * _LATELY_S / HOUR_S
    return usual * (_lately(rhythm, now) + _CALM) / (expected + _CALM)


def expected(rhythm: Rhythm, start: float, end: float) -> float:
    """Give how many new entries usually come between two instants, a month apart at most."""
    total, at = 0.0, max(start, end - 30 * DAY_S)
    while at < end:
        until = min(end, at + HOUR_S)
        total += rate(rhythm, at) * (until - at) / HOUR_S
        at = until
    return total


def quiet_until(rhythm: Rhythm, start: float, now: float) -> float | None:
    """Give the instant until which silence since `start` can be chance; None if that is open.

    The number of entries is taken as Poisson's with a rate that is itself known only as well as it
    was learned (Gamma), so that P(none) = (1 + expected / shape) ** -shape. Little learned, or less
    than a week, makes every silence possible.
    """
    shape = min(_MOST_CERTAIN, rhythm.total / _DISPERSION)
    weeks = rhythm.weeks + (now - rhythm.since) / WEEK_S
    if weeks < _LEARNED_WEEKS or shape < 2:
        return None
    # A weekday may have been busy by chance; it is taken to be as quiet as it ever was.
    weekdays = [min(1.0, _day_factor(rhythm, day, now, _LIKE_ANY_DAY_QUIET)) for day in range(7)]
    left = float(shape * (_SURE ** (-1 / shape) - 1))
    hourly = daily(rhythm, now)
    at, end = start, start + _HORIZON_DAYS * DAY_S
    while at < end:
        until = at + HOUR_S - at % HOUR_S
        comes = hourly[_hour(at)] * weekdays[_weekday(at)] * (until - at) / HOUR_S
        if comes >= left:
            return at + (until - at) * left / comes
        left -= comes
        at = until
    return None


def daily(rhythm: Rhythm, now: float) -> tuple[float, ...]:
    """Give the usual new entries an hour for each of the 24 hours, over all weekdays."""
    total = rhythm.total
    return tuple(_hour_rate(rhythm, hour, total, now) for hour in range(24))


def _hour_rate(rhythm: Rhythm, hour: int, total: float, now: float) -> float:
    entries, guessed_hours = _FIRST_GUESS
    days = _days(rhythm, now)
    mean = (total + entries) / (24 * days + guessed_hours)
    before, after = rhythm.hours[hour - 1], rhythm.hours[(hour + 1) % 24]
    count = (before + 2 * rhythm.hours[hour] + after) / 4
    return (count + _LIKE_ITS_MEAN) / (days + _LIKE_ITS_MEAN / mean)


def _day_factor(rhythm: Rhythm, weekday: int, now: float, like_any: float = _LIKE_ANY_DAY) -> float:
    """Give how much more or less than a mean day a weekday brings."""
    begun = (now - rhythm.since) / DAY_S - (weekday - _weekday(rhythm.since)) % 7
    seen = rhythm.weeks + min(1.0, max(0.0, begun))
    mean = rhythm.total / max(_days(rhythm, now), 1.0)
    return (rhythm.days[weekday] + like_any) / (mean * seen + like_any)


def _days(rhythm: Rhythm, now: float) -> float:
    # A clock that was put back makes `since` lie ahead.
    return 7 * rhythm.weeks + max(0.0, now - rhythm.since) / DAY_S


def _lately(rhythm: Rhythm, now: float) -> float:
    return rhythm.lately * math.exp(-max(0.0, now - rhythm.lately_at) / _LATELY_S)


def _hour(at: float) -> int:
    return int(at % DAY_S // HOUR_S)


def _weekday(at: float) -> int:
    return int(at // DAY_S + 3) % 7  # 1970 began on a Thursday
