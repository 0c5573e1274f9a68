"""Entries that change are read again, and matches are followed; on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.fakes.readings import NOW, entry, fingerprint, listed, reading
from watcher.record.entries import MOST_AGAIN, YOUNG, version_of
from watcher.record.migrate import engine_for
from watcher.record.tables import match_changes, revisions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Table

    from watcher.model import Entry, Pending
    from watcher.record import Record

HOUR = timedelta(hours=1)


def rows(record: Record, table: Table) -> list[Any]:
    with engine_for(record._url).begin() as connection:
        return list(connection.execute(select(table)).all())


async def listed_again(record: Record, one: Entry, now: datetime) -> list[Pending]:
    await record.polled(await record.state("nahr"), [one], now)
    return await record.pending(now, 10)


async def read_first(record: Record) -> None:
    [pending] = await listed(record, entry())
    await record.reading(reading(pending, "desk"), NOW)


async def test_a_changed_title_is_read_again_and_noise_is_not(record: Record) -> None:
    await read_first(record)
    assert await listed_again(record, entry(), NOW + HOUR) == []
    assert await listed_again(record, entry(title="خبرٌ  1"), NOW + HOUR) == []
    [pending] = await listed_again(record, entry(title="خبر آخر"), NOW + HOUR)
    assert pending.is_again
    assert pending.entry.title == "خبر آخر"


async def test_not_for_ever_and_not_too_often(record: Record) -> None:
    await read_first(record)
    assert await listed_again(record, entry(title="متأخر"), NOW + YOUNG + HOUR) == []
    taken = 0
    for number in range(MOST_AGAIN + 3):
        for pending in await listed_again(record, entry(title=f"خبر {number + 7}"), NOW + HOUR):
            taken += 1
            await record.reading(reading(pending, "desk"), NOW + HOUR)
    assert taken == MOST_AGAIN


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("افتتح وزير الإعمار اليوم نفقاً على دجلة.", "vanished", id="vanished"),
        pytest.param("افتتح الوزير نفقاً.\nوهو جسر.", "changed", id="changed"),
    ],
)
async def test_a_match_that_no_longer_stands_is_noted(record: Record, text: str, kind: str) -> None:
    """A rewritten text is the same article's revision, whatever it shares with the old one."""
    await read_first(record)
    [pending] = await listed_again(record, entry(title="خبر آخر"), NOW + HOUR)
    whom = ["desk"] if kind == "changed" else []
    article = replace(reading(pending).article, text=text)
    traces = fingerprint("https://nahr.example/1", 42, text=text)
    told = reading(pending, *whom, article=article, fingerprint=traces)
    await record.reading(told, NOW + HOUR)
    [revision] = rows(record, revisions)
    [change] = rows(record, match_changes)
    assert revision.why == "its source says something else of it"
    assert (change.kind, change.revision_id) == (kind, revision.id)
    assert "جسراً" in change.before
    assert "نفقاً" in change.after


async def test_a_page_that_is_gone_leaves_the_article(record: Record) -> None:
    await read_first(record)
    [pending] = await listed_again(record, entry(title="خبر آخر"), NOW + HOUR)
    assert await record.stays(pending, "the page is gone (404)", NOW + HOUR, is_gone=True)
    [change] = rows(record, match_changes)
    assert (change.kind, change.after) == ("gone", "the page is gone (404)")
    assert rows(record, revisions) == []
    assert await record.pending(NOW + 2 * HOUR, 10) == []


def test_markup_does_not_change_a_version() -> None:
    assert version_of(entry(body_html="<p class='a1'>نص</p>")) == version_of(
        entry(body_html="<p class='b2'> نصّ </p>")
    )
