"""Pages kept as received: once each, for a while, within a bound; on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.readings import NOW, entry, listed, reading
from watcher.model import Evidence, Fetched, Validators
from watcher.record.migrate import engine_for
from watcher.record.tables import raw

if TYPE_CHECKING:
    from watcher.model import Pending
    from watcher.record import Record

DAY = timedelta(days=1)
PLENTY = 1 << 40


def received(pending: Pending, body: bytes = b"<p>\xff\x00</p>", days: int = 0) -> Evidence:
    url = pending.entry.link
    page = Fetched(
        url, f"{url}#end", body, "text/html", Validators('"v1"', "yesterday"), date="now"
    )
    return Evidence(pending.entry, NOW + days * DAY, page)


def bodies(record: Record) -> int:
    with engine_for(record._url).begin() as connection:
        return len(connection.execute(raw.select()).all())


async def test_a_page_is_given_back_as_received(record: Record) -> None:
    """Bytes, address and headers that matter, with the entry that the record itself forgets."""
    [pending] = await listed(record, entry(body_html="<p>\ud800</p>"))
    await record.reading(replace(reading(pending), evidence=received(pending)), NOW)
    [kept] = await record.archive.evidence(NOW)
    page, given = kept.evidence.page, received(pending).page
    assert page is not None
    assert given is not None
    assert replace(page, validators=replace(page.validators, body_hash="")) == given
    assert kept.evidence.entry.link == pending.entry.link
    assert kept.evidence.entry.published == pending.entry.published
    assert (kept.source, kept.status) == ("nahr", "done")


async def test_what_was_refused_is_kept_too(record: Record) -> None:
    [pending] = await listed(record, entry())
    await record.entry_skipped(pending, "a section page", NOW, None, received(pending))
    assert [kept.status for kept in await record.archive.evidence(NOW)] == ["skipped"]
    assert await record.archive.count_evidence(NOW, "nahr") == 1
    assert await record.archive.count_evidence(NOW, "other") == 0


async def test_a_body_is_kept_once_and_goes_with_its_last_reading(record: Record) -> None:
    first, second = await listed(record, entry(1), entry(2))
    await record.reading(replace(reading(first), evidence=received(first)), NOW)
    await record.reading(replace(reading(second), evidence=received(second, days=2)), NOW)
    assert bodies(record) == 1
    await record.upkeep.drop_evidence(NOW + DAY, PLENTY)
    assert (bodies(record), await record.archive.count_evidence(NOW)) == (1, 1)
    await record.upkeep.drop_evidence(NOW + 3 * DAY, PLENTY)
    assert (bodies(record), await record.archive.count_evidence(NOW)) == (0, 0)


async def test_the_oldest_goes_first_when_all_is_too_much(record: Record) -> None:
    for number, pending in enumerate(await listed(record, *map(entry, range(5)))):
        body = bytes(f"page {number}", "ascii")
        evidence = received(pending, body, number)
        await record.reading(replace(reading(pending), evidence=evidence), NOW)
    await record.upkeep.drop_evidence(NOW, 1000)
    left = await record.archive.evidence(NOW)
    assert 0 < len(left) < 5
    assert left[-1].evidence.received == NOW + 4 * DAY
    await record.upkeep.drop_evidence(NOW, 0)
    assert await record.archive.evidence(NOW) == []


async def test_nothing_is_kept_of_an_entry_closed_before(record: Record) -> None:
    [pending] = await listed(record, entry())
    told = replace(reading(pending), evidence=received(pending))
    await record.reading(told, NOW)
    await record.reading(told, NOW)
    assert await record.archive.count_evidence(NOW) == 1
