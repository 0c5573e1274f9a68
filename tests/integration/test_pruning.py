"""What is forgotten in time, what never is, and that it does not come back as news."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from tests.fakes.readings import NOW, entry, fingerprint, listed, reading
from tests.fakes.schemas import REVISIONS, make_at, rows_at
from watcher.archive import find
from watcher.dating import settle
from watcher.model import Sent, Silence
from watcher.record import Keep, Record, check_record, compact
from watcher.record import tables as t
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for
from watcher.record.pruning import LEAST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

DAY = timedelta(days=1)
KEEP = Keep(texts_s=60 * 86_400, deliveries_s=60 * 86_400)
LATER = NOW + 100 * DAY
FOREVER = Keep(texts_s=float("inf"), deliveries_s=float("inf"))


def counts(url: str) -> dict[str, int]:
    """Count the rows of every table that has some."""
    with engine_for(parse_url(url)).begin() as connection:
        found = {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in t.metadata.tables.items()
        }
    return {name: rows for name, rows in found.items() if rows}


def change(url: str, *statements: Any) -> None:
    """Change rows behind the record's back."""
    with engine_for(parse_url(url)).begin() as connection:
        for statement in statements:
            connection.execute(statement)


def problems(url: str) -> list[str]:
    """Give what `db check` finds wrong."""
    return [f"{one.about}: {one.what}" for one in check_record(url, lambda _: None) if one.what]


async def told(record: Record, *numbers: int | str, at: Any = NOW) -> None:
    """Have articles read at an instant, alert on them, and have the alerts delivered."""
    for pending in await listed(record, *map(entry, numbers)):
        await record.reading(reading(pending, "desk"), at)
    for notice in await record.due_notices(at, 100):
        await record.sent(notice, Sent("250"), at)
    while await record.close_stories(at, {}, at):
        pass


async def test_what_is_old_goes_with_all_that_belongs_to_it(database_url: str) -> None:
    """And only that: what came later stays, and is found."""
    async with Record(database_url) as record:
        await told(record, 1, 2, 3)
        await told(record, 4, at=LATER)
        expected = await record.upkeep.prunable(KEEP, LATER)
        before = counts(database_url)
        await record.upkeep.prune(KEEP, LATER)
        after = counts(database_url)
        assert len(await find(record, ["دجلة"], None, 10)) == 1
        assert await record.archive.articles(None, None, None, 10)
    gone = {name: before[name] - after.get(name, 0) for name in before}
    gone = {name: rows for name, rows in gone.items() if rows}
    assert gone.pop("stories") == 3
    assert gone.pop("article_words") == gone["articles"] == 3
    assert gone.pop("matches") == 3
    assert gone == {name: rows for name, rows in expected.items() if rows}
    assert after["tombstones"] == 6
    assert problems(database_url) == []


@pytest.mark.parametrize(
    ("why", "hold"),
    [
        ("it is not sent yet", update(t.notices).values(status="waiting", finished=None)),
        ("it waits for a digest", update(t.notices).values(status="collected", finished=None)),
        ("its story is still told of", update(t.stories).values(open_since=NOW)),
        ("its story goes on", update(t.stories).values(last_seen=LATER - 59 * DAY)),
    ],
)
async def test_what_is_not_over_stays(database_url: str, why: str, hold: Any) -> None:
    async with Record(database_url) as record:
        await told(record, 1)
        change(database_url, hold)
        before = counts(database_url)
        await record.upkeep.prune(KEEP, LATER)
        assert counts(database_url) | {"fingerprint_keys": 0} == before | {"fingerprint_keys": 0}, (
            why
        )


async def test_what_is_to_be_told_by_another_stays(database_url: str) -> None:
    """An alert in a digest that has not been sent."""
    async with Record(database_url) as record:
        await told(record, 1, 2)
        first = t.notices.c.id == select(func.min(t.notices.c.id)).scalar_subquery()
        last = select(func.max(t.notices.c.id)).scalar_subquery()
        change(
            database_url,
            update(t.notices).where(first).values(status="bundled", bundled_in=last),
            update(t.notices).where(t.notices.c.id == last).values(status="waiting", finished=None),
        )
        await record.upkeep.prune(KEEP, LATER)
        assert counts(database_url)["notices"] == 2
        assert counts(database_url)["articles"] == 2


async def test_entries_that_wait_and_pages_that_are_kept_stay(database_url: str) -> None:
    async with Record(database_url) as record:
        await listed(record, entry(1))
        await record.upkeep.prune(KEEP, LATER)
        assert counts(database_url)["entries"] == 1


async def test_nothing_young_goes_whatever_is_set(database_url: str) -> None:
    """Stories still grow, and alerts are still escalated."""
    async with Record(database_url) as record:
        await told(record, 1)
        before = counts(database_url)
        await record.upkeep.prune(Keep(0, 0), NOW + LEAST)
        assert counts(database_url) | {"fingerprint_keys": 0} == before | {"fingerprint_keys": 0}
        await record.upkeep.prune(Keep(0, 0), NOW + LEAST + DAY)
        assert "articles" not in counts(database_url)


async def test_kept_forever(database_url: str) -> None:
    async with Record(database_url) as record:
        await told(record, 1)
        await record.upkeep.prune(FOREVER, NOW + 5000 * DAY)
        assert (await record.status(NOW)).articles == 1


async def test_a_pruned_article_that_is_listed_again_is_not_read_again(database_url: str) -> None:
    async with Record(database_url) as record:
        await told(record, 1)
        await record.upkeep.prune(KEEP, LATER)
        state = await record.state("nahr")
        assert await record.polled(state, [entry(1), entry(2)], LATER) == 1
        (new,) = await record.pending(LATER, 10)
        assert new.entry.url == entry(2).url
        assert await record.knows_one_of([entry(1)])


@pytest.mark.parametrize("published", [LATER, None])
async def test_a_pruned_text_that_another_outlet_copies_late_is_old_news(
    database_url: str, published: Any
) -> None:
    """Whatever its date says, and where it has none."""
    async with Record(database_url) as record:
        await told(record, 1)
        await record.upkeep.prune(KEEP, LATER)
        known = fingerprint(entry(1).url)
        earlier = await record.archive.earlier("wadi", known.text_hash, LATER - 14 * DAY)
        (pending,) = await listed(record, entry("late"))
        article = replace(reading(pending).article, published=published)
        dated = settle(article, {}, seen=LATER, earlier=earlier)
    assert dated.old_news == "announced again: the same text was recorded on 2024-05-04"
    assert dated.published is not None
    assert dated.published < NOW


async def test_rules_that_no_match_refers_to_go_but_never_the_last(database_url: str) -> None:
    async with Record(database_url) as record:
        for day, name in enumerate(("old", "used", "again", "newest")):
            await record.rule_revision(name, f"# {name}", NOW + day * DAY)
            if name == "used":
                await told(record, 1, at=NOW + DAY)
        await record.rule_revision("again", "# again", NOW + 4 * DAY)
        await record.upkeep.prune(FOREVER, LATER)
        with engine_for(parse_url(database_url)).begin() as connection:
            left = {*connection.scalars(select(t.rule_revisions.c.hash))}
    assert left == {"used", "again"}


async def test_keys_go_when_no_story_can_grow_by_them(database_url: str) -> None:
    """After two weeks, and a day for those that are looked at just now."""
    async with Record(database_url) as record:
        await told(record, *range(20))
        await record.upkeep.prune(FOREVER, NOW + 14 * DAY)
        assert counts(database_url)["fingerprint_keys"] == 20
        await record.upkeep.prune(FOREVER, NOW + 17 * DAY)
        assert "fingerprint_keys" not in counts(database_url)


async def test_silences_that_ended_go(database_url: str) -> None:
    async with Record(database_url) as record:
        for ends in (NOW, LATER):
            await record.people.silence(Silence(0, "bridges", "", None, NOW, ends, "", ""))
        await record.upkeep.prune(KEEP, LATER)
        assert counts(database_url)["silences"] == 1


async def test_it_is_done_once_a_day_whoever_asks(database_url: str) -> None:
    """`watcher once` each minute, several daemons; and a clock that was wrong holds nothing up."""
    async with Record(database_url) as record, Record(database_url) as other:
        done = [
            await one.upkeep.prune_daily(KEEP, NOW + hours * timedelta(hours=1))
            for one, hours in ((record, 0), (other, 1), (record, 19), (other, 21), (other, -5))
        ]
    assert done == [True, False, False, True, True]


async def test_what_goes_goes_in_small_transactions(database_url: str) -> None:
    """The daemon reads, alerts and sends between them."""
    async with Record(database_url) as record:
        await told(record, *range(70))
        await told(record, *range(70, 130))
        seen: list[int] = []
        write = record.upkeep.database.write

        async def watched(work: Callable[..., Any], *args: Any) -> Any:
            before = counts(database_url).get("articles", 0)
            done = await write(work, *args)
            seen.append(before - counts(database_url).get("articles", 0))
            return done

        object.__setattr__(record.upkeep.database, "write", watched)
        await record.upkeep.prune(KEEP, LATER)
    assert sum(seen) == 130
    assert max(seen) <= 100


async def test_a_schema_with_odd_rows_is_pruned_whole(empty_database_url: str) -> None:
    """Rows in every table, all of them old; what waits stays, with what it needs."""
    make_at(empty_database_url, REVISIONS[-1], rows_at(REVISIONS[-1]))
    change(
        empty_database_url,
        update(t.stories).values(open_since=None),
        update(t.notices).where(t.notices.c.id == 22).values(status="sent", finished=NOW),
    )
    async with Record(empty_database_url) as record:
        await record.upkeep.drop_evidence(LATER, 10**9)
        await record.upkeep.prune(KEEP, LATER)
    left = counts(empty_database_url)
    assert {name: left.get(name, 0) for name in ("entries", "articles")} == {
        "entries": 1,
        "articles": 0,
    }
    assert left["notices"] == 1  # it told of another, and goes after it
    async with Record(empty_database_url) as record:
        await record.upkeep.prune(KEEP, LATER + DAY)
    left = counts(empty_database_url)
    assert "notices" not in left
    assert "stories" not in left
    assert problems(empty_database_url) == []


def test_a_new_file_gives_room_back_and_an_old_one_is_made_so(tmp_path: Path) -> None:
    make_at(f"sqlite:///{tmp_path}/new.db", REVISIONS[-1], {})
    with contextlib.closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        connection.execute("PRAGMA auto_vacuum=NONE")
        connection.execute("VACUUM")
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (0,)
    assert compact(f"sqlite:///{tmp_path}/new.db") is not None
    with contextlib.closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)


async def test_room_that_is_free_is_given_back_to_the_disk(tmp_path: Path) -> None:
    """A large part of the file, that is; a little is soon needed again."""
    file = tmp_path / "watcher.db"
    async with Record(f"sqlite:///{file}") as record:
        change(f"sqlite:///{file}", *_bodies(40))
        change(f"sqlite:///{file}", t.raw.delete())
        await record.upkeep.prune(KEEP, NOW)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert file.stat().st_size < 12 * 1024**2


def _bodies(megabytes: int) -> list[Any]:
    body = bytes(1024**2)
    return [
        t.raw.insert().values(hash=str(number), size=len(body), packed=body)
        for number in range(megabytes)
    ]
