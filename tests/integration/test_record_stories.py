"""Articles find their story on record as they do on a shelf in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.readings import NOW, entry, listed, reading
from tests.unit.test_story_kinds import COPIES, FLOOD, LOOK_ALIKES, REWRITTEN
from watcher.model import Article, Relation, WordCounts
from watcher.record import wordcounts
from watcher.story import STORY_WINDOW, Shelf, fingerprint, relate, words_to_weigh

if TYPE_CHECKING:
    import pytest

    from watcher.model import Pending
    from watcher.record import Record

TITLE = "إجلاء عائلات من قرى شيخ سعد بعد السيول"
ARTICLES = [
    Article("https://a.example/1", TITLE, FLOOD),
    *(Article("", name, text) for name, pair in LOOK_ALIKES.items() for text in pair),
    *(Article("", name, text) for name, text in COPIES.items()),
    Article("", TITLE, REWRITTEN),
]


async def placed(record: Record, pending: Pending, article: Article) -> Relation:
    """Relate and record an article, as the pipeline does."""
    traces = fingerprint(article)
    near = await record.neighbors(traces, NOW - STORY_WINDOW)
    counts = await record.word_counts(words_to_weigh(traces, near))
    relation = relate(traces, near, source="nahr", at=NOW, counts=counts)
    url = article.url or pending.entry.url
    told = replace(article, url=url, published=NOW, source="nahr")
    given = reading(pending, article=told, fingerprint=traces, relation=relation)
    await record.reading(given, NOW)
    return relation


async def test_the_record_and_the_shelf_come_to_the_same_stories(record: Record) -> None:
    pendings = await listed(record, *(entry(n) for n in range(len(ARTICLES))))
    shelf = Shelf()
    for number, (pending, article) in enumerate(zip(pendings, ARTICLES, strict=True), 1):
        found = await placed(record, pending, article)
        expected, _ = shelf.place(number, fingerprint(article), source="nahr", at=NOW)
        assert (found.kind, found.why.split(" article")[0]) == (
            expected.kind,
            expected.why.split(" article")[0],
        )


async def test_words_are_counted_once_for_each_new_story(record: Record) -> None:
    pendings = await listed(record, *(entry(n) for n in range(3)))
    texts = [FLOOD, COPIES["with words exchanged"], LOOK_ALIKES["prices"][0]]
    articles = [Article("", TITLE, text) for text in texts[:2]] + [Article("", "", texts[2])]
    for pending, article in zip(pendings, articles, strict=True):
        await placed(record, pending, article)
    assert await record.word_counts(["سيول", "ذهب", "مدفع"]) == WordCounts(2, {"سيول": 1, "ذهب": 1})


async def test_counts_fade(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was common long ago weighs less, and what was rare is forgotten."""
    monkeypatch.setattr(wordcounts, "MOST_STORIES", 3)
    for words in (["نهر"], ["نهر", "جسر"], ["نهر"], ["نهر"]):
        await record._database.write(wordcounts.add, words)
    await record.upkeep.tidy(NOW + timedelta(days=1))
    assert await record.word_counts(["نهر", "جسر"]) == WordCounts(2, {"نهر": 2})
    await record.upkeep.tidy(NOW + timedelta(days=2))
    assert await record.word_counts(["نهر"]) == WordCounts(2, {"نهر": 2})


async def test_odd_words_are_counted(record: Record) -> None:
    await record._database.write(wordcounts.add, ["a:b", "نص\x00", "\ud800"])
    assert (await record.word_counts(["a:b"])).of == {"a:b": 1}
