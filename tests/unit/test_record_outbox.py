"""How long a notice waits: longer each time, as long as asked for, and not for ever."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.record import retry_delay
from watcher.record.outbox import LONGEST_ASKED_S, MAX_ATTEMPTS

DAY = 86_400
attempts = st.integers(1, MAX_ATTEMPTS - 1)
jitters = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("failed", "asked_s", "expected"),
    [
        pytest.param(1, None, 30.0, id="the first failure"),
        pytest.param(2, None, 60.0, id="doubled"),
        pytest.param(7, None, 1920.0, id="the last that is doubled in full"),
        pytest.param(8, None, 3600.0, id="an hour at most"),
        pytest.param(100, None, 3600.0, id="still an hour"),
        pytest.param(1, 120.0, 120.0, id="asked for more"),
        pytest.param(8, 120.0, 3600.0, id="asked for less than is due anyway"),
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
