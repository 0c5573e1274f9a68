"""Entries, from listed to closed, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from tests.fakes.readings import NOW, alert, entry, listed, reading, source
from watcher.model import Pending
from watcher.record import Record
from watcher.record.entries import MAX_UNANSWERED

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


async def test_only_unknown_entries_are_added(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    assert await record.polled(state, [entry(1), entry(2)], NOW) == 2
    assert await record.polled(state, [entry(3), entry(2), entry(3)], NOW) == 1
    assert await record.polled(state, [entry(1), entry(3)], NOW) == 0


async def test_an_entry_waits_as_it_was_listed(record: Record) -> None:
    full = entry(
        "موقع",
        author="سعاد",
        published_raw="السبت ٤ مايو",
        body_html="<p>نص</p>" * 1000,
        is_whole=True,
        language="ar",
        guid="tag:1",
    )
    [pending] = await listed(record, full)
    assert pending == Pending(pending.id, "nahr", full, seen=NOW, first_contact=True)
    published = pending.entry.published
    assert published
    assert published.utcoffset() == timedelta(hours=3)


async def test_first_contact_ends_with_the_first_success(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    await record.polled(replace(state, failures=1), [], NOW)
    await record.polled(replace(state, seen_before=True), [entry(1)], NOW)
    await record.polled(replace(state, seen_before=True), [entry(2)], NOW)
    taken = await record.pending(NOW, 10)
    assert [pending.first_contact for pending in taken] == [True, False]


async def test_the_oldest_entries_come_first(record: Record) -> None:
    newest_first = [entry(n, published=NOW - n * MINUTE) for n in range(5)]
    undated = entry("undated", published=None)
    taken = await listed(record, undated, *newest_first)
    titles = [pending.entry.title for pending in taken]
    assert titles == ["خبر 4", "خبر 3", "خبر 2", "خبر 1", "خبر 0", "خبر undated"]


async def test_nobody_takes_what_somebody_reads(record: Record, database_url: str) -> None:
    taken = await listed(record, entry(1), entry(2))
    async with Record(database_url) as other:
        assert await other.pending(NOW, 10) == []
        assert await record.pending(NOW, 10) == []
        after_the_lease = NOW + timedelta(hours=1)
        assert await other.pending(after_the_lease, 10) == taken


async def test_busy_sources_are_left_out(record: Record) -> None:
    await record.sync_sources([source("a"), source("b")], NOW)
    for name in "ab":
        await record.polled(await record.state(name), [entry(name)], NOW)
    assert [p.source for p in await record.pending(NOW, 10, busy={"a"})] == ["b"]


async def test_a_closed_record_lets_go_of_what_it_read(record: Record, database_url: str) -> None:
    await record.sync_sources([source()], NOW)
    await record.polled(await record.state("nahr"), [entry()], NOW)
    for _ in range(MAX_UNANSWERED + 1):
        async with Record(database_url) as other:
            assert len(await other.pending(NOW, 10)) == 1


async def test_a_failed_entry_is_tried_again_until_it_has_failed(record: Record) -> None:
    [first] = await listed(record, entry())
    await record.entry_failed(first, "timeout", NOW, LATER)
    assert await record.pending(LATER - MINUTE, 10) == []
    [second] = await record.pending(LATER, 10)
    assert second == replace(first, attempts=1)
    await record.entry_failed(second, "gone", LATER, None)
    assert await record.pending(LATER + timedelta(days=9), 10) == []
    status = await record.status(LATER)
    assert (status.pending, status.failed) == (0, 1)
    assert status.sources[0].failed == 1


async def test_an_entry_that_is_begun_and_never_ends_is_given_up(record: Record) -> None:
    await listed(record, entry("deadly"), entry("harmless"))
    at = NOW
    for _ in range(MAX_UNANSWERED - 1):
        at += timedelta(hours=1)
        _deadly, harmless = await record.pending(at, 10)
    await record.entry_failed(harmless, "timeout", at, at)
    [again] = await record.pending(at + timedelta(hours=1), 10)
    assert again.entry == harmless.entry
    status = await record.status(at)
    assert (status.pending, status.failed) == (1, 1)


async def test_no_article_is_the_end_of_an_entry(record: Record) -> None:
    [pending] = await listed(record, entry())
    await record.entry_skipped(pending, "a section page", NOW)
    assert await record.pending(LATER, 10) == []
    assert (await record.status(NOW)).failed == 0


async def test_many_entries_in_one_poll(record: Record) -> None:
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    assert await record.polled(state, [entry(n) for n in range(1500)], NOW) == 1500
    assert await record.polled(state, [entry(n) for n in range(1501)], NOW) == 1


async def test_addresses_longer_than_an_index_takes(record: Record) -> None:
    long = [entry("%D8%A8" * 2000 + str(n)) for n in range(2)]
    assert len(await listed(record, *long)) == 2
    state = await record.state("nahr")
    assert await record.polled(state, long, NOW) == 0


@pytest.mark.parametrize(
    "odd",
    ["\x00", "\ud800", "قبل\x00بعد", "\U0001f54c\u202b\u200f", "\u0000" * 3, "\x7f\x1b[31m"],
    ids=["nul", "surrogate", "nul inside", "emoji and bidi", "many nuls", "escape"],
)
async def test_odd_characters_never_stop_an_article(record: Record, odd: str) -> None:
    [pending] = await listed(record, entry(odd, author=odd, body_html=odd, tags=(odd,), guid=odd))
    told = reading(pending, "desk")
    told = reading(
        pending,
        "desk",
        article=replace(told.article, text=odd, title=odd, tags=(odd,)),
        alerts=(("desk", alert(title=odd, terms=(odd,))),),
    )
    told = replace(told, traces=replace(told.traces, words=(odd, "خبر")))
    assert len(await record.reading(told, NOW)) == 1
    assert len(await record.neighbors(told.traces.fingerprint, NOW)) == 1
    assert len((await record.status(NOW)).alerts) == 1


@pytest.mark.parametrize("year", [1, 9999])
async def test_impossible_dates_never_stop_an_article(record: Record, year: int) -> None:
    """Converted to UTC, these would lie before the first or after the last year."""
    edge = (1, 1, 0) if year == 1 else (12, 31, 23)
    for hours in (-3, 3):
        zone = timezone(timedelta(hours=hours))
        dated = entry(str(zone), published=datetime(year, *edge, tzinfo=zone))
        [pending] = await listed(record, dated)
        assert pending.entry == dated
        await record.reading(reading(pending), NOW)
