"""Sources, entries, articles and stories on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from tests.fakes.readings import NOW, alert, entry, fingerprint, reading, source
from watcher.model import Neighbor, Pending, Relation, SourceState, Validators
from watcher.record import Record, RecordRefused
from watcher.record.entries import MAX_UNANSWERED
from watcher.record.migrate import engine_for
from watcher.record.tables import articles, matches, metadata, revisions, rule_revisions, stories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Entry

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


async def rows(record: Record, table: Any) -> list[dict[str, Any]]:
    with engine_for(record._url).begin() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row._mapping) for row in found]


async def listed(record: Record, *entries: Entry) -> list[Pending]:
    """Have a source list entries, and take them up."""
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    await record.polled(replace(state, seen_before=True), entries, NOW)
    return await record.pending(NOW, 100)


# --- sources ----------------------------------------------------------------------------------


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
    )
    await record.polled(state, [], NOW)
    assert await record.state("nahr") == state


async def test_a_source_that_never_was_is_a_mistake(record: Record) -> None:
    with pytest.raises(KeyError):
        await record.state("nobody")
    with pytest.raises(KeyError):
        await record.polled(SourceState("nobody", "https://x.example/", NOW), [entry()], NOW)


# --- entries ----------------------------------------------------------------------------------


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
    told = replace(
        told,
        article=replace(told.article, text=odd, title=odd, tags=(odd,)),
        alerts=(("desk", alert(title=odd, terms=(odd,))),),
    )
    assert len(await record.reading(told, NOW)) == 1
    assert len(await record.neighbors(told.fingerprint, NOW)) == 1
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


# --- articles and stories ---------------------------------------------------------------------


async def test_everything_that_reading_gave_is_recorded_at_once(record: Record) -> None:
    [pending] = await listed(record, entry())
    await record.rule_revision("abc", "rules:\n  - id: bridges\n    title: جسور\n", NOW)
    [notice] = await record.reading(reading(pending, "desk"), NOW)
    [article] = await rows(record, articles)
    [story] = await rows(record, stories)
    [match] = await rows(record, matches)
    [rules] = await rows(record, rule_revisions)
    assert article["text"].startswith("افتتح وزير")
    assert article["removed"] == [{"line": "اقرأ أيضاً", "why": "a link to other articles"}]
    assert article["published"] == NOW
    assert article["published"].utcoffset() == timedelta(0)
    assert (story["articles"], story["last_seen"]) == (1, NOW)
    assert (match["rule"], match["rule_revision"], match["found_in"]) == ("bridges", "abc", "text")
    assert match["spans"] == [{"field": "text", "start": 25, "end": 29, "term": "جسر"}]
    assert rules["yaml"].endswith("جسور\n")
    assert (notice.story_id, notice.target, notice.alert) == (story["id"], "desk", alert())
    assert await record.pending(LATER, 10) == []


async def test_the_same_entry_is_never_recorded_twice(record: Record) -> None:
    [pending] = await listed(record, entry())
    given = await asyncio.gather(*(record.reading(reading(pending, "desk"), NOW) for _ in range(4)))
    assert sorted(map(len, given)) == [0, 0, 0, 1]
    assert len(await rows(record, articles)) == 1


async def test_a_copy_joins_the_story_and_alerts_nobody_again(record: Record) -> None:
    first, second, third = await listed(record, entry(1), entry(2), entry(3))
    [notice] = await record.reading(reading(first, "desk"), NOW)
    copy = Relation("copy", notice.story_id, 1, "the same text")
    assert await record.reading(reading(second, "desk", relation=copy), LATER) == ()
    [other] = await record.reading(reading(third, "desk", "slack", relation=copy), LATER)
    assert (other.story_id, other.target) == (notice.story_id, "slack")
    [story] = await rows(record, stories)
    assert (story["articles"], story["first_seen"], story["last_seen"]) == (3, NOW, LATER)


async def test_a_revision_keeps_what_was_said_before(record: Record) -> None:
    first, second = await listed(record, entry(1), entry(2))
    told = reading(first, "desk")
    [notice] = await record.reading(told, NOW)
    [article] = await rows(record, articles)
    again = reading(second, "desk")
    again = replace(
        again,
        article=replace(again.article, text="نص جديد"),
        fingerprint=fingerprint("https://nahr.example/2", 77),
        relation=Relation("revision", notice.story_id, article["id"], "the same address"),
    )
    assert await record.reading(again, LATER) == ()
    [now_says] = await rows(record, articles)
    [said_before] = await rows(record, revisions)
    assert (now_says["id"], now_says["text"]) == (article["id"], "نص جديد")
    assert said_before["text"] == told.article.text
    assert (said_before["seen"], said_before["superseded"]) == (NOW, LATER)
    old, new = await rows(record, matches)
    assert (old["revision_id"], new["revision_id"]) == (said_before["id"], None)
    assert (await rows(record, stories))[0]["articles"] == 1
    for key in (told.fingerprint, again.fingerprint):
        assert [n.article_id for n in await record.neighbors(key, NOW)] == [article["id"]]


async def test_nothing_is_kept_when_one_part_is_refused(record: Record) -> None:
    [pending] = await listed(record, entry())
    nowhere = Relation("copy", 4711, 4711, "a story that does not exist")
    with pytest.raises(RecordRefused):
        await record.reading(reading(pending, "desk", relation=nowhere), NOW)
    assert await rows(record, articles) == []
    assert await record.pending(LATER, 10) == [pending]


async def test_neighbors_share_a_key_or_the_whole_text(record: Record) -> None:
    pendings = await listed(record, *(entry(n) for n in range(4)))
    prints = [
        fingerprint(pendings[0].entry.url, 1, 2, 3),
        fingerprint(pendings[1].entry.url, 3, 4),
        fingerprint(pendings[2].entry.url, 5, 2**63 - 1, text="one and the same"),
        fingerprint(pendings[3].entry.url, 6),
    ]
    for pending, one in zip(pendings, prints, strict=True):
        await record.reading(reading(pending, fingerprint=one), NOW)

    async def near(*keys: int, text: str = "") -> list[Neighbor]:
        return await record.neighbors(fingerprint("https://x.example/", *keys, text=text), NOW)

    assert [n.fingerprint for n in await near(2, 3)] == [prints[0], prints[1]]
    assert [n.fingerprint for n in await near(99, text="one and the same")] == [prints[2]]
    assert [n.fingerprint for n in await near(2**63 - 1)] == [prints[2]]
    assert await near(99) == []
    [found] = await near(6)
    assert (found.source, found.fingerprint) == ("nahr", prints[3])


async def test_old_articles_are_no_neighbors(record: Record) -> None:
    [pending] = await listed(record, entry())
    one = fingerprint(pending.entry.url, 1)
    await record.reading(reading(pending, fingerprint=one), NOW)
    assert len(await record.neighbors(one, NOW)) == 1
    assert await record.neighbors(one, NOW + MINUTE) == []


async def test_a_formula_that_stands_everywhere_brings_few_neighbors(record: Record) -> None:
    from watcher.record.articles import MAX_NEIGHBORS

    pendings = await listed(record, *(entry(n) for n in range(MAX_NEIGHBORS + 5)))
    for n, pending in enumerate(pendings):
        own = fingerprint(pending.entry.url, 1, 1000 + n)
        await record.reading(reading(pending, fingerprint=own), NOW)
    found = await record.neighbors(fingerprint("https://x.example/", 1, 1003), NOW)
    assert len(found) == MAX_NEIGHBORS
    assert found[0].fingerprint.keys == (1, 1003)


async def explained(record: Record, statement: Any) -> str:
    with engine_for(record._url).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
        compiled = statement.compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
        how = "QUERY PLAN" if connection.dialect.name == "sqlite" else ""
        plan = connection.exec_driver_sql(f"EXPLAIN {how} {compiled}".replace("%", "%%"))
        return "\n".join(str(row) for row in plan)


async def fill(record: Record, articles_count: int, keys_each: int) -> None:
    """Put many articles on record the short way: the planner does not look things up in few rows."""
    numbers = range(1, articles_count + 1)
    table: dict[str, Sequence[dict[str, Any]]] = {
        "entries": [
            {
                "id": n,
                "url_hash": f"hash {n}",
                "source": "nahr",
                "status": "pending" if n % 50 == 0 else "done",
                "first_contact": False,
                "seen": NOW,
                "retry_at": NOW,
            }
            for n in numbers
        ],
        "stories": [{"id": n, "origin": "", "first_seen": NOW, "last_seen": NOW} for n in numbers],
        "articles": [
            {
                "id": n,
                "entry_id": n,
                "source": "nahr",
                "story_id": n,
                "text": "نص",
                "text_hash": f"text {n}",
                "sketch": bytes(1500),  # as wide as real ones: narrow tables are scanned
                "keys": b"",
                "seen": NOW,
            }
            for n in numbers
        ],
        "fingerprint_keys": [
            {"key": n * 1000 + k, "day": 19847, "article_id": n}
            for n in numbers
            for k in range(keys_each)
        ],
    }
    with engine_for(record._url).begin() as connection:
        for name, many in table.items():
            connection.execute(metadata.tables[name].insert(), many)


async def test_a_story_is_found_through_indexes(record: Record) -> None:
    from watcher.record.articles import NEIGHBORS

    await record.sync_sources([source()], NOW)
    await fill(record, articles_count=3000, keys_each=8)
    given = {"shared": list(range(24)), "day": 19840, "text_hash": "text 7", "since": NOW}
    plan = await explained(record, NEIGHBORS.params(given))
    assert "fingerprint_keys_pkey" in plan or "SEARCH fingerprint_keys USING PRIMARY KEY" in plan
    assert "articles_text_hash" in plan
    assert "articles_pkey" in plan or "SEARCH articles USING INTEGER PRIMARY KEY" in plan
    assert "Seq Scan" not in plan
    assert "SCAN articles" not in plan
    assert "SCAN fingerprint_keys" not in plan


async def test_what_waits_is_found_through_partial_indexes(record: Record) -> None:
    from watcher.record.tables import IS_PENDING, IS_WAITING, entries, notices

    await record.sync_sources([source()], NOW)
    await fill(record, articles_count=3000, keys_each=1)
    ready = select(entries.c.id).where(IS_PENDING).order_by(entries.c.id).limit(10)
    assert "entries_pending" in await explained(record, ready)
    urgent = (
        select(notices.c.id)
        .where(IS_WAITING)
        .order_by(notices.c.severity.desc(), notices.c.created, notices.c.id)
    )
    if record._url.drivername == "sqlite":  # PostgreSQL scans a table without rows
        assert "notices_waiting" in await explained(record, urgent)


async def test_instants_without_a_zone_are_refused(record: Record) -> None:
    with pytest.raises(RecordRefused, match="no time zone"):
        await record.sync_sources([source()], datetime(2024, 5, 4))  # noqa: DTZ001


async def test_refused_rules_show_until_they_are_mended(record: Record) -> None:
    assert (await record.status(NOW)).rules_refused == ""
    for what in ("a.yaml:1:1: …", "b.yaml:2:2: قاعدة", "b.yaml:2:2: قاعدة", ""):
        await record.remember_rules_refused(what, NOW)
        assert (await record.status(NOW)).rules_refused == what
