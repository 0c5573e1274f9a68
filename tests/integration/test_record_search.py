"""The archive is found by its words, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from tests.fakes.readings import NEW_STORY, NOW, entry, fingerprint, listed, reading
from watcher.model import Article, Each, Either, Relation
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for
from watcher.record.search import LONGEST_WORD

if TYPE_CHECKING:
    from watcher.model import Wanted
    from watcher.record import Record

BRIDGE = "افتتاح جسر جديد في بغداد"
MARKET = "سوق الموصل يفتح أبوابه"
FLOOD = "فيضان يغمر جسرا في الموصل"


async def archive(record: Record, *titles: str) -> list[int]:
    """Record one article a title, an hour apart; give their ids."""
    pending = await listed(record, *(entry(number) for number in range(len(titles))))
    for number, (waiting, title) in enumerate(zip(pending, titles, strict=True)):
        url = waiting.entry.url
        article = Article(url, title, "", source="nahr", tags=("محليات",))
        given = reading(waiting, article=article, fingerprint=fingerprint(url))
        await record.reading(given, NOW + timedelta(hours=number))
    return await record.archive.search(Each())


async def numbers(record: Record) -> dict[str, int]:
    return {word: number for number, word in await record.archive.vocabulary(0, 1000)}


def one(*words: int) -> Wanted[int]:
    return frozenset(words)


NAMES = {"mosul": "الموصل", "bridge": "جسر", "a_bridge": "جسرا", "in": "في", "baghdad": "بغداد", "market": "سوق"}  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param("mosul", [FLOOD, MARKET], id="one word"),
        pytest.param({"bridge", "a_bridge"}, [FLOOD, BRIDGE], id="one of two words"),
        pytest.param(("all", "in", "baghdad"), [BRIDGE], id="all words of a phrase"),
        pytest.param(
            ("any", ("all", "in", "baghdad"), "market"), [MARKET, BRIDGE], id="a phrase or a word"
        ),
        pytest.param(("all", "mosul", {"a_bridge", "bridge"}), [FLOOD], id="two sets of words"),
        pytest.param(
            ("all", ("any", "bridge", ("all", "in", "mosul"))), [FLOOD, BRIDGE], id="deep"
        ),
        pytest.param(("all",), [FLOOD, MARKET, BRIDGE], id="nothing is wanted"),
        pytest.param(("any", "bridge", ("all",)), [FLOOD, MARKET, BRIDGE], id="or nothing"),
        pytest.param(("all", "bridge", ("all",)), [BRIDGE], id="and nothing"),
        pytest.param(("any",), [], id="nothing will do"),
        pytest.param(("all", "mosul", set()), [], id="a word that nothing holds"),
        pytest.param(("any", "market", set()), [MARKET], id="or a word that nothing holds"),
    ],
)
async def test_what_is_found(record: Record, wanted: Any, expected: list[str]) -> None:
    await archive(record, BRIDGE, MARKET, FLOOD)
    known = await numbers(record)

    def built(told: Any) -> Wanted[int]:
        if isinstance(told, tuple):
            return (Each if told[0] == "all" else Either)(tuple(map(built, told[1:])))
        names = {told} if isinstance(told, str) else told
        return one(*(known[NAMES[name]] for name in names))

    found = await record.archive.search(built(wanted))
    titles = {given.id: given.article.title for given in await record.archive.archived(found)}
    assert [titles[number] for number in found] == expected


async def test_a_word_that_nothing_holds(record: Record) -> None:
    await archive(record, BRIDGE)

    assert await record.archive.search(one()) == []
    assert await record.archive.search(one(999)) == []


async def test_since_and_limit(record: Record) -> None:
    ids = await archive(record, BRIDGE, MARKET, FLOOD)
    wanted = one((await numbers(record))["الموصل"])

    assert await record.archive.search(wanted, NOW + timedelta(hours=2)) == ids[:1]
    assert await record.archive.search(wanted, NOW + timedelta(hours=3)) == []
    assert await record.archive.search(wanted, limit=1) == ids[:1]


async def test_what_an_archived_article_tells(record: Record) -> None:
    [number] = await archive(record, BRIDGE)
    [found] = await record.archive.archived([number])

    assert (found.seen, found.source_name) == (NOW, "صحيفة nahr")
    assert (found.article.title, found.article.tags) == (BRIDGE, ("محليات",))


async def test_marks_and_torn_words(record: Record) -> None:
    await archive(record, "جِسْـــر" + " " + "ا" * (LONGEST_WORD + 1))

    assert set(await numbers(record)) == {"جسر"}


async def test_a_revision_is_found_by_its_new_words_only(record: Record) -> None:
    first, second = await listed(record, entry(1), entry(2))
    old = reading(first, article=Article(first.entry.url, BRIDGE, ""), relation=NEW_STORY)
    await record.reading(old, NOW)
    [number] = await record.archive.search(Each())
    [story] = {one.story_id for one in await record.archive.archived([number])}
    revised = Relation("revision", story, number, "the same address")
    again = Article(first.entry.url, MARKET, "")
    await record.reading(reading(second, article=again, relation=revised), NOW)

    known = await numbers(record)
    assert await record.archive.search(one(known["سوق"])) == [number]
    assert await record.archive.search(one(known["بغداد"])) == []


async def test_articles_of_an_earlier_version_are_entered_in_parts(
    record: Record, database_url: str
) -> None:
    ids = await archive(record, BRIDGE, MARKET, FLOOD)
    with engine_for(parse_url(database_url)).begin() as connection:
        if connection.dialect.name == "sqlite":
            emptied = "INSERT INTO article_search (article_search) VALUES ('delete-all')"
            connection.execute(text(emptied))
        connection.execute(text("DELETE FROM article_words"))
        connection.execute(text("DELETE FROM words"))

    assert await record.archive.unsearchable() == 3
    assert await record.archive.make_searchable(0, 2) == ids[1]
    assert await record.archive.make_searchable(ids[1], 2) == ids[0]
    assert await record.archive.make_searchable(ids[0], 2) is None
    assert await record.archive.unsearchable() == 0
    assert await record.archive.search(one((await numbers(record))["جسرا"])) == ids[:1]
