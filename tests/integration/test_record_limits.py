"""What waits goes on waiting though the clock is put; backlogs are counted, held back, summed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.readings import NOW, alert, entry, reading, source
from watcher.model import Severity, Silence

if TYPE_CHECKING:
    from watcher.record import Record

HOURS = timedelta(hours=5)
MINUTE = timedelta(minutes=1)


async def polled(record: Record, name: str = "nahr", *numbers: int, at: datetime = NOW) -> None:
    state = await record.state(name)
    due = at + 10 * MINUTE
    entries = [entry(number) for number in numbers]
    await record.polled(replace(state, polled=at, succeeded=at, due=due), entries, at)


@pytest.mark.parametrize("step", [HOURS, -HOURS])
async def test_what_waits_waits_as_long(record: Record, step: timedelta) -> None:
    await record.sync_sources([source()], NOW)
    await polled(record, "nahr", 1, 2)
    [first, second] = await record.pending(NOW, 2)
    await record.reading(replace(reading(first), alerts=(("desk", alert()),)), NOW)
    await record.entry_failed(second, "busy", NOW, NOW + 3 * MINUTE)
    [notice] = await record.due_notices(NOW, 1)
    await record.postponed(notice, "busy", NOW + 2 * MINUTE, NOW)
    await record.people.silence(Silence(0, "other", "", None, NOW, NOW + 9 * MINUTE, "a", "b"))

    await record.upkeep.clock_moved(step, NOW)

    after = NOW + step
    state = await record.state("nahr")
    assert (state.due, state.polled) == (after + 10 * MINUTE, after)
    assert await record.pending(after + 2 * MINUTE, 1) == []
    assert len(await record.pending(after + 3 * MINUTE, 1)) == 1
    status = await record.status(after + MINUTE)
    assert [one.ends for one in status.silences] == [after + 9 * MINUTE]
    assert status.outbox.oldest == after
    assert await record.due_notices(after + MINUTE, 1) == []


async def test_what_was_polled_in_the_future_is_polled_in_time(record: Record) -> None:
    """A machine whose clock was ahead has kept it."""
    await record.sync_sources([source(), source("dijla")], NOW)
    await polled(record, "nahr", at=NOW + HOURS)
    await polled(record, "dijla")
    assert await record.upkeep.last_poll() == NOW + HOURS
    assert await record.upkeep.recall(NOW) == 1
    assert (await record.state("nahr")).due == NOW + 10 * MINUTE
    assert (await record.state("dijla")).due == NOW + 10 * MINUTE
    assert await record.upkeep.recall(NOW) == 0


async def test_what_came_on_record_by_the_clock_before_is_taken_up(record: Record) -> None:
    """As the clock is put back, a poll and a reading may be under way."""
    await record.sync_sources([source()], NOW)
    await polled(record, "nahr", 1, 2, at=NOW + HOURS)
    [first] = await record.pending(NOW + HOURS, 1)
    await record.reading(replace(reading(first), alerts=(("desk", alert()),)), NOW + HOURS)
    assert not await record.pending(NOW, 9)
    assert not await record.due_notices(NOW, 9)
    assert await record.upkeep.recall(NOW) == 3
    assert len(await record.pending(NOW, 9)) == len(await record.due_notices(NOW, 9)) == 1


async def test_sources_of_which_entries_wait_are_left_out(record: Record) -> None:
    await record.sync_sources([source(), source("dijla")], NOW)
    await polled(record, "nahr", 1)
    await polled(record, "dijla")
    late = NOW + HOURS
    assert len(await record.due(late, 10)) == 2
    assert [state.id for state in await record.due(late, 10, read_up=True)] == ["dijla"]
    [pending] = await record.pending(late, 1)
    await record.entry_skipped(pending, "no article", late)
    assert len(await record.due(late, 10, read_up=True)) == 2


async def test_the_backlog_is_counted(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    await polled(record, "nahr", 1, 2, 3)
    [first] = await record.pending(NOW, 1)
    alerts = (("desk", alert()), ("office", alert()))
    await record.reading(replace(reading(first), alerts=alerts), NOW)
    found = await record.upkeep.backlog()
    assert (found.pending, dict(found.waiting)) == (2, {"desk": 1, "office": 1})


async def test_what_is_too_much_for_a_target_is_told_in_one(record: Record) -> None:
    """The severest stay by themselves; of the others none is lost."""
    await record.sync_sources([source()], NOW)
    await polled(record, "nahr", *range(30))
    for number, pending in enumerate(await record.pending(NOW, 30)):
        severity = Severity.CRITICAL if number % 6 == 0 else Severity.LOW
        alerts = (("desk", alert(f"rule{number}", severity)), ("office", alert(f"rule{number}")))
        await record.reading(replace(reading(pending), alerts=alerts), NOW)

    assert await record.upkeep.sum_up("desk", 10, NOW) == 20
    assert await record.people.bundle_due(NOW) == 20
    found = await record.upkeep.backlog()
    assert dict(found.waiting) == {"desk": 10, "office": 30}
    due = await record.due_notices(NOW, 100, ["office"])
    assert len(due) == 11
    [summary] = [notice for notice in due if notice.digest]
    assert summary.digest is not None
    assert summary.digest.why == "backlog"
    assert len(summary.digest.alerts) + summary.digest.more == 20
    singles = [notice.alert.severity for notice in due if not notice.digest]
    assert singles.count(Severity.CRITICAL) == 5


async def test_room_is_looked_for_and_given_back(record: Record) -> None:
    assert await record.upkeep.why_away() == ""
    status = await record.status(NOW)
    assert status.rules_refused == ""
