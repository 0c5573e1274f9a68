"""Rate limits: never more than the limit in any window, whatever the order of calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.notify import pace
from watcher.notify.pace import Limit, Pace

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
limits = st.lists(
    st.builds(Limit, st.integers(1, 5), st.sampled_from([0.5, 1.0, 2.0, 60.0])),
    min_size=1,
    max_size=3,
).map(tuple)
# In any order: two lanes ask, and clocks are put back.
instants = st.lists(st.floats(0, 100).map(lambda s: NOW + timedelta(seconds=s)), max_size=40)


def most_in_a_window(turns: list[datetime], per_s: float) -> int:
    """Count in the fullest window: one begins at each turn, and its end is no part of it."""
    window = timedelta(seconds=per_s)
    return max((sum(a <= b < a + window for b in turns) for a in turns), default=0)


@given(limits, instants, instants)
def test_never_more_than_the_limit_in_any_window(
    limits: tuple[Limit, ...], before: list[datetime], asked: list[datetime]
) -> None:
    """Also with what was sent before a restart, which may have been at another pace."""
    one = Pace(limits)
    turns = [one.take_turn(now) for now in asked]
    assert all(turn >= now for turn, now in zip(turns, asked, strict=True))
    assert turns == sorted(turns)
    for limit in limits:
        assert most_in_a_window(turns, limit.per_s) <= limit.most

    restarted = Pace(limits)
    old = Pace(limits)
    sent = [old.take_turn(now) for now in sorted(before)]
    restarted.remember(sent)
    after = [restarted.take_turn(now) for now in asked]
    for limit in limits:
        assert most_in_a_window(sent + after, limit.per_s) <= limit.most


@given(limits, instants)
def test_looking_takes_nothing(limits: tuple[Limit, ...], asked: list[datetime]) -> None:
    one = Pace(limits)
    for now in asked:
        assert one.next_turn(now) == one.next_turn(now) == one.take_turn(now)


def test_nobody_waits_for_a_turn_nobody_took() -> None:
    one = Pace(pace.TELEGRAM_GROUP)
    turns = [one.take_turn(NOW + timedelta(minutes=n)) for n in range(5)]
    assert turns == [NOW + timedelta(minutes=n) for n in range(5)]


@pytest.mark.parametrize(
    ("limits", "messages", "seconds"),
    [
        pytest.param(pace.SLACK, 61, 60, id="slack: one a second"),
        pytest.param(pace.TELEGRAM_CHAT, 61, 60, id="a telegram chat: one a second"),
        pytest.param(pace.TELEGRAM_GROUP, 41, 120, id="a telegram group: twenty a minute"),
        pytest.param(pace.DISCORD, 31, 60, id="discord: thirty a minute"),
    ],
)
def test_a_storm_takes_its_time(limits: tuple[Limit, ...], messages: int, seconds: float) -> None:
    one = Pace(limits)
    last = [one.take_turn(NOW) for _ in range(messages)][-1]
    assert (last - NOW).total_seconds() == seconds


def test_a_burst_goes_to_a_server_of_ones_own_at_once() -> None:
    own = Pace(pace.OWN)
    after_s = [(own.take_turn(NOW) - NOW).total_seconds() for _ in range(101)]
    assert after_s[:20] == [0.0] * 20
    assert after_s[20] == 1.0
    assert after_s[100] == 10.0
