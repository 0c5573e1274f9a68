"""The questions asked for every article are answered from indexes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from tests.fakes.readings import NOW, source
from watcher.record.migrate import engine_for
from watcher.record.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.record import Record


MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


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
    from watcher.story import INDEX_KEYS, WORD_KEYS

    await record.sync_sources([source()], NOW)
    await fill(record, articles_count=3000, keys_each=8)
    keys = {f"key_{place}": place * 1000 for place in range(INDEX_KEYS + WORD_KEYS)}
    given = keys | {"day": 19840, "text_hash": "text 7", "since": NOW}
    plan = await explained(record, NEIGHBORS.params(given))
    assert "fingerprint_keys_pkey" in plan or "SEARCH fingerprint_keys USING PRIMARY KEY" in plan
    assert "articles_text_hash" in plan
    assert "articles_pkey" in plan or "SEARCH articles USING INTEGER PRIMARY KEY" in plan
    assert "Seq Scan" not in plan
    assert "SCAN articles" not in plan
    assert "SCAN fingerprint_keys" not in plan


async def test_an_earlier_recording_of_a_text_is_found_through_its_index(record: Record) -> None:
    from watcher.record.history import EARLIER

    await record.sync_sources([source()], NOW)
    await fill(record, articles_count=3000, keys_each=1)
    given = {"source": "nahr", "text_hash": "text 7", "before": LATER}
    plan = await explained(record, EARLIER.params(given))
    assert "articles_text_hash" in plan
    assert "SCAN articles" not in plan
    assert "Seq Scan" not in plan


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


async def test_a_thread_is_found_through_indexes(record: Record) -> None:
    """What is asked for every article that matches must not grow with the archive."""
    from watcher.record.accounts import ACCOUNTS, NOTICES

    await record.sync_sources([source()], NOW)
    await fill(record, articles_count=3000, keys_each=1)
    plan = await explained(record, ACCOUNTS.params({"story": 7}))
    assert "articles_story_id" in plan
    assert "SCAN articles" not in plan
    if record._url.drivername == "sqlite":  # PostgreSQL scans tables without rows
        assert "matches_article_id" in plan
        assert "notices_story_id" in await explained(record, NOTICES.params({"story": 7}))


async def test_stories_to_sum_up_are_found_through_their_index(record: Record) -> None:
    from watcher.record.threads import QUIET

    await record.sync_sources([source()], NOW)
    await fill(record, articles_count=3000, keys_each=1)
    assert "stories_open" in await explained(record, QUIET.params({"since": NOW}))
