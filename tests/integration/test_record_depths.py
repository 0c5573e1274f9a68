"""How much waits, on SQLite and PostgreSQL: only what could be done counts as waiting too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.readings import NOW, alert, entry, reading, source
from tests.integration.test_record_plans import explained, fill
from watcher.model import Depths
from watcher.record.depths import PENDING, late, oldest_entry, waiting

if TYPE_CHECKING:
    from watcher.record import Record

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def test_an_empty_record_has_no_backlog(record: Record) -> None:
    found = await record.selfreport.depths(NOW)

    assert replace(found, database_bytes=0) == Depths()
    assert found.database_bytes > 10_000


async def test_polls_are_late_when_nobody_makes_them(record: Record) -> None:
    await record.sync_sources([source(), source("wadi"), source("hills")], NOW)
    state = await record.state("wadi")
    await record.polled(replace(state, due=NOW + HOUR), [], NOW)
    await record.sync_sources([source(), source("wadi")], NOW)  # the third is taken out

    assert (await record.selfreport.depths(NOW + timedelta(seconds=5))).polls_late == 0
    found = await record.selfreport.depths(NOW + MINUTE)
    assert (found.polls_late, found.poll_late_s) == (1, 60.0)


async def test_an_entry_that_is_being_read_or_put_off_is_not_ready(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    await record.polled(await record.state("nahr"), [entry(1), entry(2)], NOW)
    found = await record.selfreport.depths(NOW + MINUTE)
    assert (found.entries_pending, found.entry_ready_s) == (2, 60.0)

    [one, _] = await record.pending(NOW + MINUTE, 2)
    assert (await record.selfreport.depths(NOW + 2 * MINUTE)).entry_ready_s == 0.0

    await record.entry_failed(one, "busy", NOW + MINUTE, NOW + 10 * MINUTE)
    found = await record.selfreport.depths(NOW + 3 * MINUTE)
    assert (found.entries_pending, found.entry_ready_s) == (2, 0.0)
    # By then the lease of the other has ended.
    assert (await record.selfreport.depths(NOW + 11 * MINUTE)).entry_ready_s == 660.0


async def test_notices_are_counted_by_target_and_one_that_was_put_off_is_not_ready(
    record: Record,
) -> None:
    await record.sync_sources([source()], NOW)
    await record.polled(await record.state("nahr"), [entry(1)], NOW)
    [pending] = await record.pending(NOW, 1)
    alerts = (("desk", alert()), ("slack", alert()))
    await record.reading(replace(reading(pending), alerts=alerts), NOW)
    found = await record.selfreport.depths(NOW + MINUTE)
    assert found.outbox == {"desk": (1, 60.0), "slack": (1, 60.0)}
    assert found.notice_ready_s == 60.0

    for notice in await record.due_notices(NOW + MINUTE, 2):
        await record.postponed(notice, "busy", NOW + HOUR, NOW + MINUTE)
    found = await record.selfreport.depths(NOW + 2 * MINUTE)
    assert found.outbox == {"desk": (1, 120.0), "slack": (1, 120.0)}
    assert found.notice_ready_s == 0.0


async def test_what_was_told_to_be_behind_is_remembered_until_it_is_over(record: Record) -> None:
    word = ("desk", alert(), "behind disk begun")
    await record.selfreport.note_behind("disk", "hardly any is left", word, NOW)
    await record.selfreport.note_behind("disk", "hardly any is left", word, NOW)
    await record.selfreport.remember_rules_refused("a mistake", NOW)

    assert await record.selfreport.behind() == {"disk": NOW}
    assert (await record.selfreport.depths(NOW)).outbox == {"desk": (1, 0.0)}
    assert (await record.status(NOW)).behind == ("hardly any is left",)

    await record.selfreport.note_behind("disk", "", None, NOW + HOUR)
    assert await record.selfreport.behind() == {}
    assert (await record.status(NOW)).rules_refused == "a mistake"


async def test_no_question_walks_through_everything(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    await fill(record, articles_count=3000, keys_each=1)

    for question in (PENDING, oldest_entry(NOW), late(NOW), waiting(NOW)):
        plan = await explained(record, question)
        assert "SCAN entries\n" not in f"{plan}\n"
        if record._url.drivername == "sqlite":  # PostgreSQL scans tables without rows
            assert "INDEX" in plan, plan
