"""Quiet hours and times of digests on the reader's clock, as instants. Pure.

Clocks jump: a time of day may not exist on some day, or twice. One that does not exist is the
instant of the jump. Of one that exists twice the first counts, but quiet hours end at the last.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.notify.target import DigestTimes, QuietHours

_DAY: Final = timedelta(days=1)
_DAY_MINUTES: Final = 24 * 60
_MOST_NIGHTS: Final = 8
"""Quiet hours that follow each other without a break; a week of them never ends."""


def instant_of(day: date, at: time, zone: str, *, is_last: bool = False) -> datetime:
    """Give the instant in UTC at which clocks in a zone first (or last) show a time of a day.

    >>> instant_of(date(2024, 3, 31), time(1, 30), "Europe/London").isoformat()
    '2024-03-31T01:00:00+00:00'
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=int(is_last)))
    found = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
        return found
    return _jump(wall, ZoneInfo(zone))


def _jump(wall: datetime, zone: ZoneInfo) -> datetime:
    """Find the instant at which clocks jump over a time of day, to the second."""
    early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    after = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late


def quiet_until(quiet: QuietHours, zone: str, now: datetime) -> datetime | None:
    """Give when the quiet hours end that hold now, and those that follow at once; None for none."""
    until = None
    for _ in range(_MOST_NIGHTS):
        end = _end_of(quiet, zone, until or now)
        if end is None:
            break
        until = end
    return until


def _end_of(quiet: QuietHours, zone: str, now: datetime) -> datetime | None:
    today = now.astimezone(ZoneInfo(zone)).date()
    ends: list[datetime] = []
    for day in (today - _DAY, today):
        if day.weekday() not in quiet.days:
            continue
        last = day if quiet.begin < quiet.end else day + _DAY
        begin = instant_of(day, quiet.begin, zone)
        end = instant_of(last, quiet.end, zone, is_last=True)
        if begin <= now < end:
            ends.append(end)
    return max(ends, default=None)


def next_digest(times: DigestTimes, zone: str, now: datetime) -> datetime:
    """Give the next instant, after now, at which a digest is due.

    Every so many hours means from midnight on, each day anew.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    days = (today + _DAY * ahead for ahead in range(-1, 4))
    dues = (instant_of(day, at, zone) for day in days for at in _times(times))
    return min(due for due in dues if due > now)


def _times(times: DigestTimes) -> Iterator[time]:
    if not times.every_s:
        yield from times.at
        return
    for minute in range(0, _DAY_MINUTES, max(1, round(times.every_s / 60))):
        yield time(*divmod(minute, 60))
