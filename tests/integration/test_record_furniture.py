"""What cleaning learned of a source is kept with the reading, on both databases, and loses no page."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.readings import NOW, entry, listed, reading, source
from tests.pages.source import PROMO, pieces

if TYPE_CHECKING:
    from watcher.model import Pending, Reading
    from watcher.record import Record


def told(pending: list[Pending]) -> list[Reading]:
    found = []
    for one, piece in zip(pending, pieces(len(pending), popular=False), strict=True):
        article = replace(reading(one).article, title=piece.title, text=piece.text)
        found.append(reading(one, article=article))
    return found


async def test_articles_recorded_at_once_all_count(record: Record) -> None:
    """Twelve readings in flight: none overwrites what another learned."""
    pending = await listed(record, *(entry(number) for number in range(12)))
    await asyncio.gather(*(record.reading(one, NOW) for one in told(pending)))
    known = await record.archive.learned("nahr")
    assert {one.line for one in known} == set(PROMO)
    assert {(one.stories, one.of) for one in known} == {(12, 12)}
    assert await record.furniture("nahr") == set(PROMO)


async def test_an_entry_that_was_closed_teaches_nothing(record: Record) -> None:
    """Learning is part of the same transaction."""
    pending = await listed(record, *(entry(number) for number in range(12)))
    readings = told(pending)
    for one in readings[:3]:
        await record.reading(one, NOW)
    for one in readings[:3] * 5:
        await record.reading(one, NOW)
    assert await record.furniture("nahr") == frozenset()


async def test_a_new_address_starts_anew(record: Record) -> None:
    pending = await listed(record, *(entry(number) for number in range(12)))
    for one in told(pending):
        await record.reading(one, NOW)
    await record.sync_sources([source(url="https://nahr.example/new")], NOW)
    assert await record.furniture("nahr") == frozenset()


async def test_an_unknown_source_repeats_nothing(record: Record) -> None:
    assert await record.furniture("nobody") == frozenset()
    assert await record.archive.learned("nobody") == ()


async def test_how_well_an_article_was_read_is_kept(record: Record) -> None:
    """With the reasons, as the archive gives it back."""
    [pending] = await listed(record, entry())
    plain = reading(pending)
    doubted = replace(plain.article, quality=0.41, quality_why=("the text breaks off",))
    await record.reading(replace(plain, article=doubted), NOW)
    [archived] = await record.archive.archived([1])
    assert archived.article.quality == pytest.approx(0.41)
    assert archived.article.quality_why == ("the text breaks off",)
