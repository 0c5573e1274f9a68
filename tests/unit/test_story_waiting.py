"""Bursts, corroboration and silence: told once, and again only when they have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Account, When
from watcher.story import burst, corroborated, looked_back, quiet, stories_of

NOW = datetime(2026, 5, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREE = When("stories", 6 * 3600.0, 3)
TWO = When("outlets", 12 * 3600.0, 2)
DAY = When("quiet_for", 24 * 3600.0)


def bursts(hours: list[float], when: When = THREE) -> list[float]:
    """Give the hours at which a burst is told, of stories that come at some hours."""
    told: list[float] = []
    last: datetime | None = None
    for place in range(1, len(hours) + 1):
        now = NOW + hours[place - 1] * HOUR
        since = looked_back(when, last, now)
        arrivals = [(NOW + hour * HOUR, n) for n, hour in enumerate(hours[:place])]
        if burst([one for one in arrivals if one[0] >= since], when, last):
            told.append(hours[place - 1])
            last = now
    return told


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        pytest.param([0, 1], [], id="two are none"),
        pytest.param([0, 1, 2], [2], id="three are one"),
        pytest.param([0, 4, 8, 12, 16], [], id="too far apart"),
        pytest.param([0, 1, 2, 3, 4, 5, 6, 7], [2], id="one notice for each burst"),
        pytest.param([0, 1, 2, 5, 8, 9, 12, 13], [2], id="it goes on, thinner"),
        pytest.param([0, 1, 2, 20, 21, 22], [2, 22], id="it has subsided"),
        pytest.param([0, 1, 2, 9, 10, 11], [2, 11], id="nothing was left in the window"),
        pytest.param([*range(0, 101, 2)], [4, 52, 100], id="it goes on for days"),
    ],
)
def test_bursts(hours: list[float], told: list[float]) -> None:
    assert bursts(hours) == told


def test_a_burst_names_its_stories() -> None:
    arrivals = [(NOW - 9 * HOUR, 1), (NOW - 2 * HOUR, 2), (NOW - HOUR, 3), (NOW, 4)]
    found = burst(arrivals, THREE, None)

    assert found is not None
    assert (found.update.count, found.update.within_s) == (3, THREE.within_s)
    assert stories_of(arrivals, THREE) == [2, 3, 4]


@given(st.lists(st.floats(0, 60), min_size=1, max_size=14).map(sorted), st.integers(2, 5))
def test_a_burst_is_told_where_there_are_so_many_stories(hours: list[float], count: int) -> None:
    when = When("stories", 6 * 3600.0, count)
    told = bursts(hours, when)
    for hour in told:
        assert len([one for one in hours if hour - 6 <= one <= hour]) >= count
    enough = [
        hour
        for n, hour in enumerate(hours)
        if len([one for one in hours[: n + 1] if one >= hour - 6]) >= count
    ]
    assert told[:1] == enough[:1]


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), min_size=1, max_size=14).map(sorted),
    st.integers(2, 5),
    st.integers(0, 40),
)
def test_a_burst_has_subsided_at_the_first_thin_window(
    found: list[tuple[int, int]], count: int, told: int
) -> None:
    """However the windows are counted: here each by itself."""
    when = When("stories", 6 * 3600.0, count)
    arrivals = [(NOW + hour * HOUR, story) for hour, story in found]
    thin = any(
        len({story for at, story in found[:place] if at >= hour - 6}) * 2 < count
        for place, (hour, _) in enumerate(found)
        if hour > told
    )
    last = found[-1][0]
    is_enough = len({story for at, story in found if at >= last - 6}) >= count
    is_told = is_enough and (thin or last - told >= 48)
    assert bool(burst(arrivals, when, NOW + told * HOUR)) == is_told


def test_what_decides_a_burst_is_bounded() -> None:
    window = timedelta(seconds=THREE.within_s)
    year = timedelta(days=365)
    for told in (None, NOW - year, NOW - 8 * window, NOW - 7 * window, NOW, NOW + year):
        assert NOW - 9 * window <= looked_back(THREE, told, NOW) <= NOW - window


def account(number: int, outlet: str, hours: float, *agencies: str) -> Account:
    return Account(number, outlet, NOW + hours * HOUR, agencies)


@pytest.mark.parametrize(
    ("accounts", "is_told"),
    [
        pytest.param([account(1, "a", 0)], False, id="one"),
        pytest.param([account(1, "a", 0), account(2, "b", 3)], True, id="two"),
        pytest.param([account(1, "a", 0), account(2, "b", 13)], False, id="too late"),
        pytest.param([account(1, "a", 0, "afp"), account(2, "b", 1, "afp")], False, id="one text"),
        pytest.param([account(1, "a", 0), account(2, "b", 13), account(3, "c", 14)], True, id="two of three"),
    ],
)  # fmt: skip
def test_corroboration(accounts: list[Account], is_told: bool) -> None:
    assert bool(corroborated(accounts, TWO)) == is_told


def test_silence_is_told_once_for_each_last_match() -> None:
    assert quiet(NOW, DAY, NOW + 23 * HOUR) is None
    first, later = quiet(NOW, DAY, NOW + 24 * HOUR), quiet(NOW, DAY, NOW + 60 * HOUR)
    other = quiet(NOW + HOUR, DAY, NOW + 60 * HOUR)

    assert first is not None
    assert later is not None
    assert other is not None
    assert first.occasion == later.occasion != other.occasion
    assert first.update.within_s == 86400.0
