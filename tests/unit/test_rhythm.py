"""What is learned of when a source publishes, and how long it may be silent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import rhythm
from watcher.rhythm import DAY_S, HOUR_S, WEEK_S, Rhythm

MONDAY = datetime(2026, 3, 2, tzinfo=UTC).timestamp()


def learned(weeks: int, daily: int, *, busy: int = 10, weekend: bool = True) -> Rhythm:
    """Publish `daily` entries in one hour of each day."""
    found, at = Rhythm(MONDAY), MONDAY
    for day in range(weeks * 7):
        at = MONDAY + day * DAY_S
        if weekend or day % 7 not in {4, 5}:
            found = rhythm.learn(found, [at + (busy + 0.5) * HOUR_S] * daily, at + DAY_S)
    return rhythm.aged(found, at + DAY_S)


def test_the_hours_of_the_day_are_told_apart() -> None:
    """The busy hour has its rate, the night none to speak of."""
    now = MONDAY + 3 * WEEK_S
    found = learned(3, 24)

    assert rhythm.rate(found, now + 10.5 * HOUR_S) > 8
    assert rhythm.rate(found, now + 2 * HOUR_S) < 0.2


def test_a_quiet_weekend_is_learned() -> None:
    """Friday and Saturday without news count for less."""
    now = MONDAY + 3 * WEEK_S
    found = learned(3, 24, weekend=False)

    friday, monday = now + 4 * DAY_S + 10.5 * HOUR_S, now + 10.5 * HOUR_S
    assert rhythm.rate(found, friday) < rhythm.rate(found, monday) / 2


def test_what_is_learned_follows_the_source() -> None:
    """Two months after it moved its busy hour, the old one is forgotten."""
    found, now = learned(4, 24), MONDAY + 4 * WEEK_S
    for day in range(56):
        now = MONDAY + 4 * WEEK_S + day * DAY_S
        found = rhythm.learn(found, [now + 20.5 * HOUR_S] * 24, now + DAY_S)

    assert rhythm.rate(found, now + 10.5 * HOUR_S) < rhythm.rate(found, now + 20.5 * HOUR_S) / 10


def test_the_night_is_no_silence() -> None:
    """What comes once a day is not missed until the next day's hour has passed, and more."""
    now = MONDAY + 3 * WEEK_S
    until = rhythm.quiet_until(learned(3, 24), now - 13 * HOUR_S, now)

    assert until is not None
    assert until > now + 10 * HOUR_S


def test_little_learned_makes_every_silence_possible() -> None:
    """Neither a first week nor a handful of entries is enough."""
    in_a_week = MONDAY + 6 * DAY_S
    young = rhythm.learn(Rhythm(MONDAY), [MONDAY] * 500, in_a_week)
    assert rhythm.quiet_until(young, in_a_week, in_a_week) is None
    few = Rhythm(MONDAY, hours=(0.1,) * 24, days=(0.3,) * 7)
    assert rhythm.quiet_until(few, MONDAY + 20 * DAY_S, MONDAY + 20 * DAY_S) is None


def test_a_first_list_is_a_first_idea() -> None:
    """Twenty entries in the last ten hours are two an hour; without dates nothing is known."""
    dates = [MONDAY - n * HOUR_S / 2 for n in range(20)]

    assert rhythm.first_learned(dates, MONDAY).total == 19
    assert rhythm.first_learned([], MONDAY) == Rhythm(MONDAY)
    assert rhythm.first_learned([MONDAY + DAY_S] * 20, MONDAY) == Rhythm(MONDAY)


@given(
    st.floats(0, 4e9),
    st.floats(0, 3),
    st.lists(st.floats(0, 1000, width=32), min_size=31, max_size=31),
)
def test_packing_loses_nothing(since: float, weeks: float, counts: list[float]) -> None:
    """Counts are kept as single precision, which is more than they are worth."""
    found = Rhythm(since, weeks, 1.5, since, tuple(counts[:24]), tuple(counts[24:]))

    assert rhythm.unpack(rhythm.pack(found)) == found


def test_what_is_no_rhythm_is_learned_anew() -> None:
    """An older or newer version may have kept something else."""
    assert rhythm.unpack(b"") is None
    assert rhythm.unpack(b"something else") is None


@given(st.lists(st.floats(0, 500), min_size=24, max_size=24), st.floats(0, 2.5), st.floats(0, 7))
def test_rates_are_never_nothing(counts: list[float], weeks: float, days: float) -> None:
    """Whatever was counted, an interval can be worked out."""
    found = Rhythm(MONDAY, weeks, hours=tuple(counts), days=(sum(counts) / 7,) * 7)
    now = MONDAY + days * DAY_S

    for hour in range(24):
        assert rhythm.rate_now(found, now + hour * HOUR_S, now) > 0


def test_expected_adds_up_the_rates() -> None:
    """A day has about as many entries as a day had."""
    now = MONDAY + 3 * WEEK_S

    assert rhythm.expected(learned(3, 24), now, now + DAY_S) == pytest.approx(24, rel=0.2)
