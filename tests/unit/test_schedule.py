"""When a source is due again, and what its operator should know."""

from __future__ import annotations

import asyncio
import itertools
import math
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.config import Polling
from watcher.model import (
    Condition,
    Entry,
    Fetched,
    FetchFailed,
    NotModified,
    Parsed,
    Polled,
    SourceState,
    Validators,
)
from watcher.rhythm import Rhythm, pack
from watcher.schedule import (
    GRID_S,
    LASTING_MOVE,
    LONGEST_BACKOFF,
    Ticks,
    expected_delay,
    learn,
    next_on_grid,
    schedule,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLLING = Polling(min_interval_s=60, max_interval_s=600)
STATE = SourceState(id="ina", url="https://a.example/rss", due=NOW, interval_s=60, entries_last=5)
ENTRY = Entry(url="https://a.example/1", link="https://a.example/1")
FETCHED = Fetched(STATE.url, STATE.url, b"x", validators=Validators(etag="new"))
NOT_MODIFIED = NotModified(STATE.url, "304", validators=Validators(etag="same"))
NOT_FOUND = FetchFailed(STATE.url, "status", "the server answered 404", status=404)


def after(polled: Polled, state: SourceState = STATE, jitter: float = 0.0) -> SourceState:
    return schedule(state, polled, now=NOW, polling=POLLING, jitter=jitter)


def test_a_success_remembers_its_validators() -> None:
    """The next poll can ask whether there is anything new."""
    state = after(Polled(FETCHED, Parsed((ENTRY,))))

    assert NOW + timedelta(seconds=60) <= state.due <= NOW + timedelta(seconds=600)
    assert Validators(etag="new") == state.validators
    assert state.seen_before
    assert state.succeeded == NOW


def test_calm_is_asked_ever_less_up_to_the_bound() -> None:
    """Without news the interval grows, and stops at the operator's bound."""
    state, now = STATE, NOW
    waits = []
    for _ in range(800):
        state = schedule(state, Polled(NOT_MODIFIED), now=now, polling=POLLING, jitter=0.0)
        waits.append(state.interval_s)
        now = state.due

    assert 120 < waits[0] < 300
    assert all(later > wait * 0.99 for wait, later in itertools.pairwise(waits))
    assert waits[-1] == 600


def test_a_busy_hour_is_polled_more_often_than_a_quiet_one() -> None:
    """Four times the entries, half the interval."""
    hours = (1.0,) * 9 + (400.0,) * 6 + (1.0,) * 2 + (100.0,) * 6 + (1.0,)
    learned = Rhythm(NOW.timestamp(), weeks=4, hours=hours, days=(sum(hours) / 7,) * 7)

    def wait(hour: int) -> float:
        now = NOW.replace(hour=hour)
        as_usual = replace(learned, lately=2 * hours[hour] / 28, lately_at=now.timestamp())
        state = replace(STATE, condition=Condition(rhythm=pack(as_usual)))
        polled = Polled(NOT_MODIFIED)
        calm = Polling(min_interval_s=1, max_interval_s=3600)
        return schedule(state, polled, now=now, polling=calm, jitter=0.0).interval_s

    assert 1.7 < wait(20) / wait(12) < 2.3
    assert wait(3) > 3 * wait(20)


def test_what_comes_now_shortens_the_interval() -> None:
    """Breaking news is more than the rhythm says."""
    state = after(Polled(FETCHED, Parsed((ENTRY,))))
    news = [replace(ENTRY, url=f"https://a.example/{n}") for n in range(20)]
    last = NOW - timedelta(minutes=10)
    learned = learn(state, news, last=last, now=NOW, polling=POLLING, jitter=0.0)

    assert learned.due < state.due
    assert learned.condition.new_at == NOW


def test_the_expected_delay_is_half_the_interval_of_the_hours_with_news() -> None:
    """Nights without news do not count, however seldom they are looked at."""
    hours = (0.0,) * 8 + (100.0,) * 8 + (0.0,) * 8
    learned = Rhythm(NOW.timestamp(), weeks=4, hours=hours, days=(800 / 7,) * 7)
    busy_s = math.sqrt(60 * 600 / (100 / 28))

    delay = expected_delay(learned, POLLING, 0.0, NOW.timestamp())

    assert delay == pytest.approx(busy_s / 2, rel=0.3)
    assert expected_delay(learned, POLLING, 500.0, NOW.timestamp()) >= 250


def test_what_the_source_asks_for_is_respected_within_the_bounds() -> None:
    """TTL and Cache-Control delay a poll, but never beyond the operator's bound."""
    asked = after(Polled(replace(FETCHED, fresh_for_s=300), Parsed((ENTRY,))))
    still = after(Polled(NOT_MODIFIED), asked)
    too_much = after(Polled(FETCHED, Parsed((ENTRY,), ttl_s=86400)))

    assert NOW + timedelta(seconds=300) == asked.due == still.due
    assert NOW + timedelta(seconds=600) == too_much.due


@pytest.mark.parametrize(
    ("polled", "remark"),
    [
        pytest.param(Polled(NOT_FOUND), "the server answered 404", id="not found"),
        pytest.param(Polled(FETCHED, failure="broke"), "broke", id="unparsable"),
        pytest.param(
            Polled(FETCHED, Parsed((), ("an HTML page instead of a feed",), is_feed=False)),
            "an HTML page instead of a feed",
            id="a page",
        ),
    ],
)
def test_trouble_is_said_and_validators_are_kept(polled: Polled, remark: str) -> None:
    """What gave no entries must not silence the next poll with its validators."""
    state = after(polled, replace(STATE, validators=Validators(etag="old")))

    assert remark == state.remark
    assert state.failures == 1
    assert Validators(etag="old") == state.validators
    assert state.succeeded is None


def test_an_empty_feed_is_a_state_of_its_own() -> None:
    """It has not failed; what it says to the next poll must not be "nothing changed"."""
    state = after(Polled(FETCHED, Parsed(())), replace(STATE, validators=Validators(etag="old")))
    again = after(Polled(FETCHED, Parsed(())), state)

    assert again.failures == 0
    assert again.remark == "no entries, where there were 5"
    assert again.condition.empty_since == NOW
    assert Validators(etag="old") == again.validators


def test_an_empty_feed_that_always_was_empty_needs_no_remark() -> None:
    """A new source may begin with nothing."""
    assert after(Polled(FETCHED, Parsed(())), replace(STATE, entries_last=0)).remark == ""


def test_repeated_404_asks_for_a_new_address() -> None:
    """Once can be an accident; three times is a matter for a person."""
    state = STATE
    for _ in range(3):
        state = after(Polled(NOT_FOUND), state)

    assert "not found 3 times in a row" in state.remark


def test_gone_is_reported_at_once() -> None:
    """410 says of itself that it will last."""
    gone = FetchFailed(STATE.url, "status", "the server answered 410", status=410, is_gone=True)

    assert "gone for good" in after(Polled(gone)).remark


def test_nothing_new_after_failures_is_not_yet_recovery() -> None:
    """A 304 proves nothing: the whole feed is asked for, and what was failing is not forgotten."""
    state = STATE
    for _ in range(3):
        state = after(Polled(NOT_FOUND), state)
    quiet = after(Polled(NOT_MODIFIED), state)
    whole = after(Polled(FETCHED, Parsed((ENTRY,))), quiet)

    assert (quiet.failures, quiet.condition.failing_since) == (0, NOW)
    assert Validators() == quiet.validators
    assert whole.condition.failing_since is None


def test_recovery_clears_the_remark() -> None:
    """A 304 after one failure is a success."""
    state = after(Polled(NOT_MODIFIED), after(Polled(NOT_FOUND)))

    assert state.remark == ""
    assert state.failures == 0


def test_a_move_is_adopted_once_it_has_held() -> None:
    """The new address is taken after several polls that all led there."""
    moved = replace(FETCHED, moved_to="https://b.example/rss")
    state = STATE
    addresses = []
    for _ in range(LASTING_MOVE):
        state = after(Polled(moved, Parsed((ENTRY,))), state)
        addresses.append(state.url)

    assert [STATE.url] * (LASTING_MOVE - 1) + ["https://b.example/rss"] == addresses
    assert "moved for good" in state.remark


def test_a_move_that_does_not_hold_is_forgotten() -> None:
    """One poll without redirect starts the count again."""
    moved = Polled(replace(FETCHED, moved_to="https://b.example/rss"), Parsed((ENTRY,)))
    state = after(moved, after(Polled(FETCHED, Parsed((ENTRY,))), after(moved, after(moved))))

    assert STATE.url == state.url
    assert state.moved_seen == 1


@given(st.integers(1, 200), st.floats(0, 1e7), st.floats(0, 1, exclude_max=True))
def test_backoff_never_kills_a_source(failures: int, asked: float, jitter: float) -> None:
    """However long it failed and whatever it asks, it is tried again within six hours."""
    failed = FetchFailed(STATE.url, "status", "503", status=503, retry_after_s=asked)
    state = after(Polled(failed), replace(STATE, failures=failures), jitter)

    assert NOW < state.due <= NOW + LONGEST_BACKOFF


def test_retry_after_is_never_undercut() -> None:
    """Jitter only adds to what the other side asked for."""
    failed = FetchFailed(STATE.url, "status", "503", status=503, retry_after_s=900)

    assert after(Polled(failed)).due >= NOW + timedelta(seconds=900)


@given(st.floats(0, 1e7), st.floats(0, 21_600), st.floats(0, 1, exclude_max=True))
def test_due_instants_lie_on_the_grid(later_s: float, asked: float, jitter: float) -> None:
    """Never sooner than asked, never more than a tenth later; on the grid if it can be."""
    failed = FetchFailed(STATE.url, "status", "503", status=503, retry_after_s=asked)
    now = NOW + timedelta(seconds=later_s)
    state = schedule(STATE, Polled(failed), now=now, polling=POLLING, jitter=jitter)
    first, slack = (
        now + timedelta(seconds=state.interval_s),
        timedelta(seconds=state.interval_s / 10),
    )

    assert first <= state.due <= first + slack
    assert state.due == next_on_grid(state.due) or next_on_grid(first) > first + slack


def test_jitter_spreads_sources_evenly_over_the_grid() -> None:
    """Sources that were polled together are not all due together."""
    polled = Polled(replace(FETCHED, fresh_for_s=600), Parsed((ENTRY,)))
    counts = Counter(after(polled, jitter=n / 1_000).due for n in range(1_000))

    assert len(counts) == 60 / GRID_S + 1
    assert max(counts.values()) - min(counts.values()) <= 1


async def test_ticks_run_on_the_loop() -> None:
    """Lanes are woken from the thread that they live in."""
    heard = asyncio.get_running_loop().create_future()
    ticks = Ticks()

    async def tick() -> None:
        if not heard.done():
            heard.set_result(threading.current_thread())

    ticks.every(0.01, tick, name="tick")
    ticks.start()
    thread = await asyncio.wait_for(heard, 10)
    ticks.stop()

    assert thread is threading.current_thread()


async def test_ticks_go_on_when_the_clock_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library plans by the clock: it would wait for hours."""
    late, count = timedelta(), 0

    class Put(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - late

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Put)
    monkeypatch.setattr("apscheduler.triggers.interval.datetime", Put)
    monkeypatch.setattr("watcher.schedule.utc_now", lambda: datetime.now(UTC) - late)
    monkeypatch.setattr("watcher.schedule.CLOCK_LOOK_S", 0.05)
    ticks = Ticks()

    async def tick() -> None:
        nonlocal count
        count += 1

    ticks.every(0.05, tick, name="tick")
    ticks.start()
    await asyncio.sleep(0.2)
    late, before = timedelta(hours=3), count
    for _ in range(200):
        await asyncio.sleep(0.05)
        if count > before + 3:
            break
    ticks.stop()

    assert before
    assert count > before + 3
