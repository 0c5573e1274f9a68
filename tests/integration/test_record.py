"""Articles, stories, matches and revisions, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.fakes.readings import NOW, alert, entry, fingerprint, listed, reading
from watcher.model import Neighbor, Relation
from watcher.record import Record, RecordRefused
from watcher.record.migrate import engine_for
from watcher.record.tables import articles, matches, revisions, rule_revisions, stories

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


async def rows(record: Record, table: Any) -> list[dict[str, Any]]:
    with engine_for(record._url).begin() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row._mapping) for row in found]


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


async def test_status_counts_what_was_read(record: Record) -> None:
    first, second = await listed(record, entry(1), entry(2))
    held_back = {"bridges": "too old"}
    await record.reading(replace(reading(first, "desk"), alerts=(), held_back=held_back), NOW)
    await record.reading(reading(second), NOW)
    status = await record.status(NOW)
    assert (status.articles, status.matched, status.stories) == (2, 1, 2)
    assert (status.outbox.waiting, status.outbox.sent) == (0, 0)
    assert await record.archive.removed() == {"a link to other articles": 2}
    assert [match["held_back"] for match in await rows(record, matches)] == ["too old"]


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
    again = reading(
        second,
        "desk",
        article=replace(reading(second).article, url=first.entry.url, text="نص جديد"),
        fingerprint=fingerprint("https://nahr.example/1", 77),
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
    for key in (told.traces.fingerprint, again.traces.fingerprint):
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
    from watcher.story import MAX_NEIGHBORS, MOST_PER_KEY

    pendings = await listed(record, *(entry(n) for n in range(MOST_PER_KEY + 5)))
    for n, pending in enumerate(pendings):
        own = fingerprint(pending.entry.url, 1, 1000 + n)
        await record.reading(reading(pending, fingerprint=own), NOW)
    found = await record.neighbors(fingerprint("https://x.example/", 1, 1003), NOW)
    assert len(found) == MAX_NEIGHBORS
    assert found[0].fingerprint.keys == (1, 1003)
