"""When articles were published, and what is known of outlets' clocks, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.fakes.readings import NOW, entry, fingerprint, listed, reading, source
from watcher.dating import as_json, clocks_of, learn
from watcher.model import Claim
from watcher.record import Record
from watcher.record.migrate import engine_for
from watcher.record.tables import articles, matches, sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watcher.dating import Clock

HOUR = timedelta(hours=1)
AGAIN = "announced again: the feed says 2024-05-04, the page data 2021-03-25"


def taught(clocks: Mapping[str, Clock], ahead: timedelta) -> dict[str, Clock]:
    return learn(clocks, [Claim(NOW + ahead, "as fed", "feed")], seen=NOW, gap_s=300)


async def test_published_updated_and_first_seen_are_kept_apart(record: Record) -> None:
    [pending] = await listed(record, entry())
    plain = reading(replace(pending, seen=NOW - HOUR))
    told = replace(
        plain.article,
        published=NOW - 3 * HOUR,
        published_raw="Sat, 04 May 2024 12:00:00 GMT",
        published_how="feed, corrected by -3 h",
        updated=NOW - 2 * HOUR,
        updated_raw="2024-05-04T07:00:00Z",
        updated_how="meta element",
    )
    await record.reading(replace(plain, article=told), NOW)
    with engine_for(record._url).begin() as connection:
        row = connection.execute(select(articles)).one()
    assert (row.published, row.updated, row.first_seen) == (
        NOW - 3 * HOUR,
        NOW - 2 * HOUR,
        NOW - HOUR,
    )
    assert row.first_seen.tzinfo == UTC
    assert (row.published_how, row.updated_how) == ("feed, corrected by -3 h", "meta element")
    assert (row.published_raw, row.updated_raw) == (told.published_raw, told.updated_raw)
    [archived] = await record.archive.archived([1])
    assert archived.article == replace(told, removed=())


async def test_why_old_news_tells_nobody_is_kept(record: Record) -> None:
    [pending] = await listed(record, entry())
    plain = reading(pending, "desk")
    again = replace(plain.article, published=NOW - 1000 * 24 * HOUR, old_news=AGAIN)
    held = replace(plain, article=again, alerts=(), held_back={"bridges": AGAIN})
    assert await record.reading(held, NOW) == ()
    with engine_for(record._url).begin() as connection:
        assert connection.scalar(select(matches.c.held_back)) == AGAIN
    [archived] = await record.archive.archived([1])
    assert archived.article.old_news == AGAIN


async def test_clocks_survive_a_restart(record: Record) -> None:
    pending = await listed(record, *(entry(number) for number in range(6)))
    clocks: dict[str, Clock] = {}
    for one in pending:
        clocks = taught(clocks, 3 * HOUR)
        await record.reading(replace(reading(one), clocks=as_json(clocks)), NOW)
    assert clocks["feed"].shift == -180
    async with Record(record._url.render_as_string(hide_password=False)) as again:
        assert clocks_of(await again.clocks("nahr")) == clocks


async def test_clocks_are_kept_with_the_reading_or_not_at_all(record: Record) -> None:
    """Of an entry that was closed in the meantime nothing is learned."""
    [pending] = await listed(record, entry())
    first, second = taught({}, 3 * HOUR), taught({}, HOUR)
    await record.reading(replace(reading(pending), clocks=as_json(first)), NOW)
    await record.reading(replace(reading(pending), clocks=as_json(second)), NOW)
    assert clocks_of(await record.clocks("nahr")) == first


async def test_a_reading_that_knows_nothing_of_clocks_leaves_them(record: Record) -> None:
    one, two = await listed(record, entry(1), entry(2))
    clocks = taught({}, 3 * HOUR)
    await record.reading(replace(reading(one), clocks=as_json(clocks)), NOW)
    await record.reading(reading(two), NOW)
    assert clocks_of(await record.clocks("nahr")) == clocks


async def test_a_new_address_forgets_the_clocks(record: Record) -> None:
    [pending] = await listed(record, entry())
    await record.reading(replace(reading(pending), clocks=as_json(taught({}, HOUR))), NOW)
    await record.sync_sources([source(url="https://nahr.example/new")], NOW)
    assert await record.clocks("nahr") == {}
    assert await record.clocks("nobody") == {}


async def test_how_long_a_source_was_not_looked_at_is_kept_with_its_entries(
    record: Record,
) -> None:
    """None at the first contact: a backlog is no evidence."""
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    polled = replace(state, seen_before=True, succeeded=NOW)
    await record.polled(polled, [entry(1)], NOW)
    await record.polled(polled, [entry(2)], NOW + timedelta(minutes=5))
    first, second = await record.pending(NOW + HOUR, 10)
    assert (first.first_contact, first.gap_s) == (True, None)
    assert (second.first_contact, second.gap_s) == (False, 300.0)


async def test_the_same_text_of_the_same_source_is_found(record: Record) -> None:
    """As published then, or as recorded where that is not known."""
    [pending] = await listed(record, entry())
    traces = fingerprint("https://nahr.example/1", text="نص واحد")
    plain = reading(pending, fingerprint=traces)
    undated = replace(plain.article, published=None)
    await record.reading(replace(plain, article=undated), NOW - 30 * 24 * HOUR)
    before = NOW - 14 * 24 * HOUR
    assert await record.archive.earlier("nahr", traces.text_hash, before) == NOW - 30 * 24 * HOUR
    assert await record.archive.earlier("nahr", traces.text_hash, NOW - 40 * 24 * HOUR) is None
    assert await record.archive.earlier("other", traces.text_hash, before) is None
    assert await record.archive.earlier("nahr", "another text", before) is None
    with engine_for(record._url).begin() as connection:
        assert connection.scalar(select(sources.c.clock)) is None
