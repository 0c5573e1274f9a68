"""What is remembered about sources, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.readings import NOW, entry, listed, source
from watcher.model import Condition, SourceState, Validators
from watcher.record import Record, RecordRefused

if TYPE_CHECKING:
    from watcher.model import Source

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


async def test_a_new_source_is_due_at_once(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    assert await record.due(NOW, 10) == [SourceState("nahr", "https://nahr.example/rss", NOW)]
    assert await record.next_due() == NOW
    assert await record.due(NOW - MINUTE, 10) == []


async def test_the_longest_overdue_source_comes_first(record: Record) -> None:
    await record.sync_sources([source("a"), source("b"), source("c")], NOW)
    for name, minutes in (("a", 3), ("b", 1), ("c", 2)):
        state = await record.state(name)
        await record.polled(replace(state, due=NOW + minutes * MINUTE), [], NOW)
    assert [state.id for state in await record.due(LATER, 2)] == ["b", "c"]
    assert await record.next_due() == NOW + MINUTE


async def test_what_brought_nothing_is_kept_when_the_next_are_asked_for(record: Record) -> None:
    await record.sync_sources([source("a"), source("b")], NOW)
    first, second = await record.due(NOW, 10)
    record.polled_unchanged(replace(first, due=LATER))
    assert [state.id for state in await record.due(NOW, 10)] == ["b"]
    assert await record.next_due() == NOW
    record.polled_unchanged(replace(second, due=LATER))
    assert await record.due(NOW, 10) == []
    assert await record.next_due() == LATER


async def test_a_later_poll_that_brought_something_is_not_undone(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    record.polled_unchanged(replace(state, due=NOW))
    await record.polled(replace(state, due=LATER), [], NOW)
    assert await record.due(NOW, 10) == []


async def test_closing_keeps_what_brought_nothing(record: Record, database_url: str) -> None:
    await record.sync_sources([source()], NOW)
    async with Record(database_url) as other:
        other.polled_unchanged(replace(await other.state("nahr"), due=LATER))
    assert await record.next_due() == LATER


async def test_a_state_that_the_database_refuses_holds_up_no_other(record: Record) -> None:
    """SQLite takes any number; PostgreSQL does not, and says so of the whole transaction."""
    await record.sync_sources([source("a"), source("b")], NOW)
    first, second = await record.due(NOW, 10)
    record.polled_unchanged(replace(first, due=LATER, entries_last=2**40))
    record.polled_unchanged(replace(second, due=LATER))
    assert "b" not in [state.id for state in await record.due(NOW, 10)]


async def test_a_source_no_longer_listed_rests_and_comes_back(record: Record) -> None:
    await record.sync_sources([source("a"), source("b")], NOW)
    learned = replace(await record.state("a"), due=NOW, seen_before=True, failures=2)
    await record.polled(learned, [], NOW)
    await record.sync_sources([source("b", enabled=False)], NOW)
    assert await record.due(LATER, 10) == []
    assert await record.next_due() is None
    await record.sync_sources([source("a"), source("b")], NOW)
    assert learned in await record.due(LATER, 10)


async def test_a_new_address_forgets_what_was_learned_at_the_old_one(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    learned = replace(
        await record.state("nahr"),
        url="https://adopted.example/rss",
        validators=Validators("etag", "date", "hash"),
        due=LATER,
        failures=3,
        moved_to="https://elsewhere.example/",
        remark="not found",
        seen_before=True,
    )
    await record.polled(learned, [], NOW)
    await record.sync_sources([source()], LATER)
    assert await record.state("nahr") == learned
    await record.sync_sources([source(url="https://nahr.example/feed")], LATER)
    fresh = replace(SourceState("nahr", "https://nahr.example/feed", LATER))
    assert await record.state("nahr") == fresh


async def test_every_field_of_a_state_survives(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    state = SourceState(
        id="nahr",
        url="https://adopted.example/rss",
        due=LATER,
        validators=Validators('W/"e"', "Sat, 04 May 2024 09:00:00 GMT", "b3"),
        polled=NOW,
        succeeded=NOW - MINUTE,
        failures=1,
        not_found=2,
        moved_to="https://elsewhere.example/",
        moved_seen=2,
        remark="الخادم لا يجيب",
        entries_last=30,
        interval_s=312.5,
        seen_before=True,
        more={"https://nahr.example/map-1.xml": Validators(etag='"1"'), "https://x": Validators()},
        condition=Condition(
            rhythm=bytes(range(164)),
            asked_s=60.5,
            delay_s=140.25,
            new_at=NOW - MINUTE,
            quiet_until=LATER,
            failing_since=NOW - 2 * MINUTE,
            failing_why="tls",
            empty_since=NOW - 3 * MINUTE,
            host="nahr.example",
            elsewhere="elsewhere.example",
            elsewhere_seen=2,
            entries_usual=39.5,
            few_since=NOW - 4 * MINUTE,
            troubles="dead,few",
        ),
    )
    await record.polled(state, [], NOW)
    assert await record.state("nahr") == state


@pytest.mark.parametrize(
    "changed", [source(kind="sitemap"), source(kind="listing", links="ul a")], ids=["kind", "links"]
)
async def test_what_is_read_in_another_way_is_read_again(record: Record, changed: Source) -> None:
    await record.sync_sources([source()], NOW)
    before = replace(
        await record.state("nahr"),
        validators=Validators('"1"'),
        due=LATER,
        seen_before=True,
        more={"https://nahr.example/1": Validators()},
    )
    await record.polled(before, [], NOW)
    await record.sync_sources([changed], NOW)

    after = await record.state("nahr")
    assert after == replace(before, validators=Validators(), due=NOW, more={})


async def test_what_was_listed_before_is_known(record: Record) -> None:
    await listed(record, entry(1))

    assert await record.knows_one_of([entry(2), entry(1)])
    assert not await record.knows_one_of([entry(2)])
    assert not await record.knows_one_of([])


async def test_a_source_that_never_was_is_a_mistake(record: Record) -> None:
    with pytest.raises(KeyError):
        await record.state("nobody")
    with pytest.raises(KeyError):
        await record.polled(SourceState("nobody", "https://x.example/", NOW), [entry()], NOW)


async def test_instants_without_a_zone_are_refused(record: Record) -> None:
    with pytest.raises(RecordRefused, match="no time zone"):
        await record.sync_sources([source()], datetime(2024, 5, 4))  # noqa: DTZ001


async def test_refused_rules_show_until_they_are_mended(record: Record) -> None:
    assert (await record.status(NOW)).rules_refused == ""
    for what in ("a.yaml:1:1: …", "b.yaml:2:2: قاعدة", "b.yaml:2:2: قاعدة", ""):
        await record.selfreport.remember_rules_refused(what, NOW)
        assert (await record.status(NOW)).rules_refused == what
