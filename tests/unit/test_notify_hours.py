"""Quiet hours and digests on clocks that jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from watcher.notify import DigestTimes, QuietHours
from watcher.notify.hours import instant_of, next_digest, quiet_until

ZONES = (
    "Europe/London",
    "Asia/Baghdad",
    "America/New_York",
    "Africa/Cairo",
    "Asia/Tehran",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "UTC",
)
NIGHT = QuietHours(time(22), time(6, 30))


def at(text: str) -> datetime:
    """Read an instant such as `2024-05-04 09:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "is_last", "expected"),
    [
        pytest.param("Asia/Baghdad", "2024-05-04", "08:00", False, "2024-05-04 05:00", id="plain"),
        pytest.param(
            "Europe/London", "2024-03-31", "01:30", False, "2024-03-31 01:00", id="does-not-exist"
        ),
        pytest.param(
            "Europe/London", "2024-10-27", "01:30", False, "2024-10-27 00:30", id="first-of-two"
        ),
        pytest.param(
            "Europe/London", "2024-10-27", "01:30", True, "2024-10-27 01:30", id="last-of-two"
        ),
        pytest.param(
            "America/New_York", "2024-03-10", "02:00", True, "2024-03-10 07:00", id="first-missing"
        ),
        pytest.param(
            "Africa/Cairo", "2024-04-26", "00:00", False, "2024-04-25 22:00", id="no-midnight"
        ),
        pytest.param(
            "Asia/Tehran", "2022-03-22", "00:30", False, "2022-03-21 20:30", id="half-hour-zone"
        ),
    ],
)
def test_a_time_of_day_is_an_instant(zone, day, clock, is_last, expected) -> None:
    found = instant_of(date.fromisoformat(day), time.fromisoformat(clock), zone, is_last=is_last)
    assert found == at(expected)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        pytest.param("2024-05-04 18:59", None, id="before"),
        pytest.param("2024-05-04 19:00", "2024-05-05 03:30", id="at-the-first-instant"),
        pytest.param("2024-05-05 00:00", "2024-05-05 03:30", id="after-midnight"),
        pytest.param("2024-05-05 03:30", None, id="at-the-last-instant"),
    ],
)
def test_quiet_hours_over_midnight_in_baghdad(now: str, until: str | None) -> None:
    assert quiet_until(NIGHT, "Asia/Baghdad", at(now)) == (at(until) if until else None)


def test_quiet_hours_of_some_days_begin_on_these() -> None:
    thursday = QuietHours(time(22), time(6), frozenset({3}))
    assert quiet_until(thursday, "UTC", at("2024-05-03 03:00")) == at("2024-05-03 06:00")
    assert quiet_until(thursday, "UTC", at("2024-05-03 23:00")) is None


def test_quiet_hours_that_follow_each_other_are_one() -> None:
    weekend = QuietHours(time(0), time(0), frozenset({4, 5}))
    assert quiet_until(weekend, "UTC", at("2024-05-03 09:00")) == at("2024-05-05 00:00")


def test_quiet_hours_last_through_an_hour_that_comes_twice() -> None:
    night = QuietHours(time(23), time(1, 30))
    assert quiet_until(night, "Europe/London", at("2024-10-27 00:45")) == at("2024-10-27 01:30")


def test_quiet_hours_that_do_not_exist_are_none() -> None:
    gap = QuietHours(time(1, 10), time(1, 50))
    assert quiet_until(gap, "Europe/London", at("2024-03-31 01:00")) is None


@pytest.mark.parametrize(
    ("times", "now", "due"),
    [
        (DigestTimes((time(8), time(18))), "2024-05-04 04:59", "2024-05-04 05:00"),
        (DigestTimes((time(8), time(18))), "2024-05-04 05:00", "2024-05-04 15:00"),
        (DigestTimes((time(8), time(18))), "2024-05-04 15:00", "2024-05-05 05:00"),
        (DigestTimes(every_s=6 * 3600), "2024-05-04 09:01", "2024-05-04 15:00"),
        (DigestTimes(every_s=5 * 3600), "2024-05-04 17:01", "2024-05-04 21:00"),
    ],
)
def test_the_next_digest_in_baghdad(times: DigestTimes, now: str, due: str) -> None:
    assert next_digest(times, "Asia/Baghdad", at(now)) == at(due)


instants = st.integers(0, 15 * 366 * 86400).map(lambda n: at("2015-01-01") + timedelta(seconds=n))
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
zones = st.sampled_from(ZONES)


@st.composite
def jumps(draw: st.DrawFn) -> tuple[str, datetime]:
    """Give a zone, and an instant within hours of a change of its clocks, where it has any."""
    zone, start = draw(zones), draw(instants)
    info, step = ZoneInfo(zone), timedelta(hours=1)
    offset = start.astimezone(info).utcoffset()
    found = next(
        (
            start + n * step
            for n in range(0, 24 * 366, 6)
            if (start + n * step).astimezone(info).utcoffset() != offset
        ),
        start,
    )
    return zone, found + timedelta(minutes=draw(st.integers(-36 * 60, 30 * 60)))


@given(jumps(), clocks, clocks, st.frozensets(st.integers(0, 6), min_size=1, max_size=6))
def test_quiet_hours_cover_what_the_wall_clock_says(where, begin, end, days) -> None:
    """A plain reading of the wall clock is the judge, apart from what happens twice."""
    zone, now = where
    quiet = QuietHours(begin, end, days)
    wall = now.astimezone(ZoneInfo(zone))
    today = wall.weekday()
    clock = wall.time().replace(tzinfo=None)
    if begin < end:
        is_quiet = today in days and begin <= clock < end
    else:
        is_quiet = (today in days and clock >= begin) or ((today - 1) % 7 in days and clock < end)
    until = quiet_until(quiet, zone, now)
    if is_quiet:
        assert until is not None
    if until is not None:
        assert now < until <= now + timedelta(days=8)
        assert quiet_until(quiet, zone, until) is None
        assert quiet_until(quiet, zone, until - timedelta(seconds=1)) == until
        if not is_quiet:
            assert jumps_near(zone, now), "only an hour that comes twice is read twice"


def jumps_near(zone: str, now: datetime) -> bool:
    info, around = ZoneInfo(zone), timedelta(hours=26)
    shown = [(now + n * around).astimezone(info).utcoffset() for n in (-1, 0, 1)]
    return len(set(shown)) > 1


@given(jumps(), st.lists(clocks, min_size=1, max_size=4))
def test_the_next_digest_is_the_first_after_now(where, times) -> None:
    zone, now = where
    digests = DigestTimes(tuple(sorted(set(times))))
    due = next_digest(digests, zone, now)
    assert now < due <= now + timedelta(days=2, hours=2)
    before = due - timedelta(seconds=1)
    assume(before > now)
    assert next_digest(digests, zone, before) == due
    shown = due.astimezone(ZoneInfo(zone)).time().replace(fold=0)
    jumped = instant_of(due.astimezone(ZoneInfo(zone)).date(), shown, zone)
    assert shown in times or jumped == due
