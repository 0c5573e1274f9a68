"""How long a notice waits, longer each time and not for ever; and when its target is at fault."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.record import Outage, retry_delay
from watcher.record.outbox import LONGEST_ASKED_S, MAX_ATTEMPTS, MOST_HELD

DAY = 86_400
attempts = st.integers(1, MAX_ATTEMPTS - 1)
jitters = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("failed", "asked_s", "expected"),
    [
        pytest.param(1, None, 30.0, id="the first failure"),
        pytest.param(2, None, 60.0, id="doubled"),
        pytest.param(5, None, 480.0, id="the last that is doubled in full"),
        pytest.param(6, None, 900.0, id="a quarter of an hour at most"),
        pytest.param(100, None, 900.0, id="still a quarter of an hour"),
        pytest.param(1, 120.0, 120.0, id="asked for more"),
        pytest.param(8, 120.0, 900.0, id="asked for less than is due anyway"),
        pytest.param(1, 30.0 * DAY, LONGEST_ASKED_S, id="asked for a month"),
        pytest.param(1, -5.0, 30.0, id="asked for the past"),
        pytest.param(1, math.nan, 30.0, id="asked for nonsense"),
        pytest.param(1, math.inf, LONGEST_ASKED_S, id="asked for ever"),
        pytest.param(MAX_ATTEMPTS, None, None, id="given up"),
        pytest.param(MAX_ATTEMPTS + 1, 60.0, None, id="given up, whatever is asked"),
    ],
)
def test_delays(failed: int, asked_s: float | None, expected: float | None) -> None:
    assert retry_delay(failed, asked_s, 0.0) == expected


@pytest.mark.parametrize(("jitter", "days"), [(0.0, 5), (0.999999, 4)], ids=["longest", "shortest"])
def test_giving_up_takes_at_least_three_days(jitter: float, days: int) -> None:
    delays = [retry_delay(failed, None, jitter) for failed in range(1, MAX_ATTEMPTS)]
    assert 3 * DAY <= sum(delay for delay in delays if delay is not None) <= days * DAY


@given(attempts, jitters, st.floats(0, LONGEST_ASKED_S))
def test_never_sooner_than_asked(failed: int, jitter: float, asked_s: float) -> None:
    delay = retry_delay(failed, asked_s, jitter)
    assert delay is not None
    assert delay >= asked_s


@given(attempts, jitters)
def test_jitter_takes_a_quarter_at_most(failed: int, jitter: float) -> None:
    most = retry_delay(failed, None, 0.0)
    delay = retry_delay(failed, None, jitter)
    assert most is not None
    assert delay is not None
    assert 0.75 * most <= delay <= most


def test_delays_never_shrink() -> None:
    delays = [retry_delay(failed, None, 0.5) or 0.0 for failed in range(1, MAX_ATTEMPTS)]
    assert all(later >= earlier for earlier, later in itertools.pairwise(delays))


NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)


def failed(outage: Outage, *ids: int, is_of_target: bool = False) -> None:
    for id_ in ids:
        outage.failed(id_, NOW, is_of_target=is_of_target)


def test_one_message_that_fails_holds_up_nobody() -> None:
    outage = Outage()
    failed(outage, 1)
    assert not outage.rests(NOW)
    assert outage.due_at_once == frozenset()


def test_two_that_fail_in_a_row_are_the_targets_fault() -> None:
    outage = Outage()
    failed(outage, 1, 2)
    assert outage.rests(NOW)
    assert not outage.rests(NOW + timedelta(minutes=1))
    assert outage.due_at_once == {1, 2}


def test_a_server_that_is_away_is_known_by_one() -> None:
    outage = Outage()
    failed(outage, 1, is_of_target=True)
    assert outage.rests(NOW)
    assert outage.due_at_once == {1}


def test_as_long_as_was_asked_for() -> None:
    outage = Outage()
    outage.failed(1, NOW, asked_s=600, is_of_target=True)
    assert outage.until == NOW + timedelta(minutes=10)


def test_when_it_is_over_all_that_it_held_is_due() -> None:
    outage = Outage()
    failed(outage, 1, 2, 1)
    outage.taken(1)
    assert not outage.rests(NOW)
    assert outage.due_at_once == {2}


def test_what_fails_where_others_are_taken_waits_its_own_time() -> None:
    """Two messages that no server takes cost one rest, and then the others go on."""
    outage = Outage()
    failed(outage, 1, 2)
    outage.taken(3)
    assert outage.due_at_once == {1, 2}
    failed(outage, 1, 2)
    assert not outage.rests(NOW)
    assert outage.due_at_once == frozenset()
    failed(outage, 1, is_of_target=True)
    assert outage.rests(NOW)


def test_now_and_then_another_is_tried_than_the_severest() -> None:
    outage = Outage()
    failed(outage, 1, 2, 1)
    assert outage.passed_over == frozenset()
    failed(outage, 1)
    assert outage.passed_over == {1, 2}
    failed(outage, 1, 1, 1, 1, is_of_target=True)
    assert outage.passed_over == {1, 2}


def test_none_is_passed_over_where_the_server_named_a_time() -> None:
    outage = Outage()
    for _ in range(8):
        outage.failed(1, NOW, asked_s=60, is_of_target=True)
        assert outage.passed_over == frozenset()


def test_a_message_that_only_meets_what_is_said_of_a_server_is_not_due_at_once_again() -> None:
    """Some answer 504 to one message, always: the target rests, but next is another's turn."""
    outage = Outage()
    failed(outage, 1, is_of_target=True)
    outage.taken(2)
    failed(outage, 1, is_of_target=True)
    assert outage.rests(NOW)
    assert outage.due_at_once == frozenset()


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.booleans()), max_size=40))
def test_an_outage_ends_with_the_first_message_that_is_taken(
    events: list[tuple[int, bool, bool]],
) -> None:
    outage = Outage()
    for id_, was_taken, is_of_target in events:
        if was_taken:
            outage.taken(id_)
            assert not outage.rests(NOW)
            assert not outage.is_on
            assert id_ not in outage.due_at_once
        else:
            outage.failed(id_, NOW, is_of_target=is_of_target)
            assert outage.rests(NOW) == outage.is_on


def test_an_outage_keeps_a_bounded_number_of_notices_in_mind() -> None:
    outage = Outage()
    for number in range(5 * MOST_HELD):
        outage.failed(number, NOW, is_of_target=True)
        assert len(outage.due_at_once) <= MOST_HELD
    outage.taken(0)
    for number in range(5 * MOST_HELD, 10 * MOST_HELD):
        outage.failed(number, NOW)
    assert max(len(outage._held), len(outage._doubted), len(outage._tried)) <= MOST_HELD
