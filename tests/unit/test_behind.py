"""Whether the daemon is behind: begun and over, each told once however the measure swings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.behind import (
    LOOKS,
    WHATS,
    Awake,
    Behind,
    Bounds,
    Level,
    backlogs,
    backups,
    patience_with_backups,
    shortages,
    trouble_of_backups,
)
from watcher.model import Backups, Depths, Machine

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def level(value: float) -> Level:
    return Level("polls", value, 10.0, 4.0, "said", "advice")


def played(values: list[float], behind: Behind | None = None) -> list[str]:
    """Look at one value after another, and keep every change."""
    behind, told = behind or Behind(), []
    for number, value in enumerate(values):
        now = NOW + timedelta(minutes=number)
        for change in behind.look([level(value)], now):
            told.append("over" if change.is_over else "begun")
            behind.keep(change)
    return told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        pytest.param([10, 10], ["begun"], id="held for two looks"),
        pytest.param([10, 9, 10, 9, 10], [], id="one look is a chance"),
        pytest.param([10, 10, 5, 5, 5], ["begun"], id="not over above the lower bound"),
        pytest.param([10, 10, 4, 4], ["begun", "over"], id="over"),
        pytest.param([10, 10, 4, 11, 4, 11], ["begun"], id="not over by one look"),
        pytest.param([10, 10, 50, 500], ["begun"], id="worse is not told again"),
        pytest.param([9, 4, 9, 4, 9, 4], [], id="swings between the bounds"),
    ],
)
def test_it_is_told_when_it_begins_and_when_it_is_over(values, told):
    assert played(values) == told


@given(st.lists(st.floats(0, 20), max_size=60))
def test_words_alternate_and_are_few(values):
    told = played(values)

    assert told == (["begun", "over"] * len(told))[: len(told)]
    assert len(told) <= len(values) / LOOKS


def test_what_could_not_be_told_is_told_at_the_next_look():
    behind = Behind()
    changes = [behind.look([level(10)], NOW) for _ in range(LOOKS + 2)]

    assert [len(found) for found in changes] == [0, 1, 1, 1]


def test_an_earlier_process_may_have_told_it():
    behind = Behind()
    behind.remember({"polls": NOW, "of another version": NOW})

    assert played([10, 10, 10], behind) == []
    assert played([1, 1], behind) == ["over"]
    assert behind.since == {}


def test_every_kind_is_measured_and_begins_at_its_bound():
    bounds = Bounds()
    calm = [
        *backlogs(Depths(), bounds),
        *shortages(Machine(limit=2**32, disk_free=2**40, disk_size=2**41), bounds),
        *backups(nightly(), NOW, NOW),
    ]
    bad = [
        *backlogs(
            Depths(
                poll_late_s=bounds.late_s,
                entry_ready_s=bounds.late_s,
                notice_ready_s=bounds.late_s,
                database_bytes=bounds.max_database,
            ),
            bounds,
        ),
        *shortages(
            Machine(used=int(0.95 * 2**32), limit=2**32, disk_free=2**20, disk_size=2**41), bounds
        ),
        *backups(Backups(failed=NOW, why="the disk is full"), NOW, NOW),
    ]

    assert {one.what for one in bad} == set(WHATS)
    assert all(one.value < one.ends for one in calm)
    assert all(one.value >= one.begins > one.ends for one in bad)
    assert all(one.said and one.advice for one in bad)


DAY = timedelta(days=1)


def nightly(*days_ago: float) -> Backups:
    """Backups so many days ago, by default one in each of the last nights."""
    made = tuple(NOW - days * DAY for days in days_ago or (0.3, 1.3, 2.3))
    return Backups(made, "/backups/one.db")


@pytest.mark.parametrize(
    ("days_ago", "patience"),
    [
        pytest.param([], None, id="none"),
        pytest.param([0, 1], None, id="two are no rhythm"),
        pytest.param([0, 1, 2], 2 * DAY, id="every night"),
        pytest.param([0, 7, 14, 21], 14 * DAY, id="every week"),
        pytest.param([0, 0.04, 0.08], None, id="three by hand"),
        pytest.param([0, 0.5, 1], 2 * DAY, id="twice a day, which is not asked for so closely"),
        pytest.param([0, 0.1, 1, 2, 3], 2 * DAY, id="one by hand"),
        pytest.param([0, 1, 9, 10, 11], 2 * DAY, id="after an outage"),
    ],
)
def test_a_backup_is_missed_after_twice_the_usual_time(days_ago, patience):
    assert patience_with_backups([NOW - days * DAY for days in days_ago]) == patience


def test_backups_that_used_to_come_are_missed():
    assert trouble_of_backups(nightly(1.9, 2.9, 3.9), NOW) == ("", "")
    said, advice = trouble_of_backups(nightly(2.1, 3.1, 4.1), NOW)
    assert "2026-02-27 09:36 UTC" in said
    assert "systemctl start watcher-backup" in advice
    assert trouble_of_backups(Backups(), NOW) == ("", "")
    assert backups(Backups(), NOW, NOW) == []


def test_a_backup_that_failed_is_told_with_the_reason():
    said, advice = trouble_of_backups(Backups(failed=NOW, why="the disk is full."), NOW)
    assert said == "the backup of 2026-03-01 12:00 UTC failed: the disk is full"
    assert "watcher db backup" in advice


def test_a_backup_that_the_machine_slept_through_has_time_to_be_made_up_for():
    late = nightly(5, 6, 7)
    (at_once,), (later,) = backups(late, NOW, NOW), backups(late, NOW, NOW - timedelta(hours=3))
    assert at_once.ends < at_once.value < at_once.begins, "neither begun nor over"
    assert later.value >= later.begins


def test_what_is_not_known_of_the_machine_is_no_shortage():
    assert shortages(Machine(), Bounds()) == []


LATE = Depths(poll_late_s=36_000.0, entry_ready_s=36_000.0, notice_ready_s=30.0)


def charged(awake: Awake, minutes: float, steady_minutes: float) -> list[float]:
    now = NOW + timedelta(minutes=minutes)
    found = awake.charged(LATE, now, steady_minutes * 60)
    return [found.poll_late_s / 60, found.entry_ready_s / 60, found.notice_ready_s / 60]


def test_what_became_due_before_the_start_is_not_held_against_the_daemon():
    awake = Awake()

    assert charged(awake, 0, 0) == [0, 0, 0]
    assert charged(awake, 20, 20) == [20, 20, 0.5]
    assert charged(awake, 1200, 1200) == [600, 600, 0.5]


@pytest.mark.parametrize(
    ("minutes", "steady"),
    [
        pytest.param(520, 20, id="the machine slept, or the clock was put ahead"),
        pytest.param(-280, 20, id="the clock was put back"),
    ],
)
def test_patience_begins_anew_when_the_clock_has_jumped(minutes, steady):
    awake = Awake()
    charged(awake, 0, 0)

    assert charged(awake, minutes, steady) == [0, 0, 0]
    assert charged(awake, minutes + 5, steady + 5) == [5, 5, 0.5]


def test_a_clock_that_is_set_right_by_a_second_changes_nothing():
    awake = Awake()
    charged(awake, 0, 0)

    assert charged(awake, 20, 20 - 1 / 60)[0] == 20
