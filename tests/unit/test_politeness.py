"""Turns at a host, and how long it wants to be left alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from watcher.fetch.politeness import (
    MAX_QUIET_S,
    AskedForQuiet,
    Pace,
    Politeness,
    http_date,
    retry_after_s,
)

_NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param(" 0 ", 0, id="no seconds"),
        pytest.param("1.5", 1.5, id="a fraction, which the RFC does not know"),
        pytest.param("Sat, 04 May 2024 09:02:00 GMT", 120, id="a date"),
        pytest.param("Saturday, 04-May-24 09:02:00 GMT", 120, id="a date of RFC 850"),
        pytest.param("Sat May  4 09:02:00 2024", 120, id="a date of asctime"),
        pytest.param("Sat, 04 May 2024 08:00:00 GMT", 0, id="a date that has passed"),
        pytest.param("999999999", MAX_QUIET_S, id="for years"),
        pytest.param("Sat, 04 May 2030 08:00:00 GMT", MAX_QUIET_S, id="until years from now"),
        pytest.param("-5", None, id="negative"),
        pytest.param("soon", None, id="a word"),
        pytest.param("", None, id="nothing"),
        pytest.param("١٢٠", None, id="digits of another script"),
    ],
)
def test_reads_both_forms_of_retry_after(value, seconds):
    assert retry_after_s(value, _NOW) == seconds


@given(st.text())
def test_no_header_makes_it_raise(value):
    seconds = retry_after_s(value, _NOW)
    assert seconds is None or 0 <= seconds <= MAX_QUIET_S


@given(st.integers(0, 80_000))
def test_a_date_and_its_seconds_mean_the_same(seconds):
    moment = format_datetime(_NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_s(moment, _NOW) == retry_after_s(str(seconds), _NOW)


@given(st.text())
def test_every_date_has_a_zone(value):
    moment = http_date(value)
    assert moment is None or moment.tzinfo is not None


class PaceAgainstModel(RuleBasedStateMachine):
    """Whatever happens, starts are a pause apart, never in the past, and quiet only grows."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.pace = Pace(pause_s=2.0)
        self.starts: list[float] = []
        self.quiet_until = 0.0

    @rule(seconds=st.floats(0, 50))
    def time_passes(self, seconds):
        self.now += seconds

    @rule()
    def reserve(self):
        start = self.pace.reserve(self.now)
        assert start >= self.now
        if self.starts:
            assert start == max(self.now, self.starts[-1] + 2.0)
        self.starts.append(start)

    @rule(seconds=st.floats(0, 100))
    def ask_quiet(self, seconds):
        self.pace.ask_quiet(self.now, seconds)
        self.quiet_until = max(self.quiet_until, self.now + seconds)

    @invariant()
    def quiet_is_what_was_asked_for(self):
        assert self.pace.quiet_for(self.now) == max(self.quiet_until - self.now, 0)

    @invariant()
    def idle_means_nothing_is_owed(self):
        if self.pace.is_idle(self.now):
            fresh = Pace(pause_s=2.0)
            assert fresh.quiet_for(self.now) == self.pace.quiet_for(self.now)
            assert fresh.reserve(self.now) == self.now


TestPace = PaceAgainstModel.TestCase


async def test_so_many_at_once_and_no_more():
    politeness = Politeness(connections=2, pause_s=0)
    inside = 0
    most = 0

    async def one():
        nonlocal inside, most
        async with politeness.turn("news.example"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(10)))
    assert most == 2


async def test_starts_are_a_pause_apart():
    politeness = Politeness(connections=2, pause_s=0.05)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    starts = []

    async def one():
        async with politeness.turn("news.example"):
            starts.append(loop.time())

    await asyncio.gather(*(one() for _ in range(4)))
    assert all(start - begun > 0.05 * n - 0.01 for n, start in enumerate(starts))


async def test_hosts_do_not_wait_for_each_other():
    politeness = Politeness(connections=1, pause_s=3600)
    for host in ("a.example", "b.example", "c.example"):
        async with asyncio.timeout(5), politeness.turn(host):
            pass


async def test_a_host_that_wants_quiet_is_left_alone_at_once():
    politeness = Politeness(connections=2, pause_s=0, clock=lambda: 50.0)
    politeness.ask_quiet("news.example", 30)
    with pytest.raises(AskedForQuiet) as quiet:
        async with politeness.turn("news.example"):
            pass
    assert (quiet.value.host, quiet.value.seconds) == ("news.example", 30)
    async with politeness.turn("other.example"):
        pass


async def test_those_who_wait_hear_of_the_quiet_too():
    politeness = Politeness(connections=1, pause_s=3600, clock=lambda: 50.0)
    async with politeness.turn("news.example"):
        waiting = asyncio.create_task(_take_turn(politeness))
        await asyncio.sleep(0)
        politeness.ask_quiet("news.example", 30)
    async with asyncio.timeout(5):
        with pytest.raises(AskedForQuiet):
            await waiting


async def _take_turn(politeness: Politeness) -> None:
    async with politeness.turn("news.example"):
        pass


async def test_quiet_ends():
    now = 50.0
    politeness = Politeness(connections=1, pause_s=0, clock=lambda: now)
    politeness.ask_quiet("news.example", 30)
    now = 80.0
    async with politeness.turn("news.example"):
        pass


async def test_idle_hosts_are_forgotten_and_quiet_ones_are_not():
    politeness = Politeness(connections=1, pause_s=0, clock=lambda: 50.0)
    politeness.ask_quiet("busy.example", 30)
    for number in range(3_000):
        async with politeness.turn(f"host-{number}.example"):
            pass
    assert len(politeness._hosts) <= 1_001
    with pytest.raises(AskedForQuiet):
        async with politeness.turn("busy.example"):
            pass


async def test_hosts_without_end_that_want_quiet_are_not_all_remembered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A hostile list can name any number of them; that some are forgotten is said."""
    monkeypatch.setattr("watcher.fetch.politeness._MOST_HOSTS", 1500)
    polite = Politeness(1, 0.0, lambda: 0.0)
    for number in range(4000):
        polite.ask_quiet(f"h{number}.example", 1000.0 + number)
        assert len(polite._hosts) <= 1500
    assert "too many hosts" in str([vars(one) for one in caplog.records])
    with pytest.raises(AskedForQuiet):
        async with polite.turn("h3999.example"):
            pass
