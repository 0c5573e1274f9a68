"""What sources did by day, and their troubles. Statements only; transactions are the store's."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, delete, func, insert, select, update

from watcher.health import read_well, tell_of_articles, tell_of_polls
from watcher.model import Trouble
from watcher.record.tables import IS_OPEN_TROUBLE, IS_UNTOLD, source_days, sources, troubles
from watcher.record.upsert import add_up
from watcher.record.values import day_of, vitals_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from watcher.model import Reading, Sample, SourceState

SPARK_DAYS: Final = 14
KEPT_DAYS: Final = 90
"""Days and troubles that are over are forgotten after this."""
_NOTHING: Final = {
    "entries": 0,
    "failures": 0,
    "articles": 0,
    "refused": 0,
    "quality": 0.0,
    "characters": 0,
}
_ADDING: Final = {
    dialect: add_up(dialect, source_days, ("source", "day")) for dialect in ("sqlite", "postgresql")
}
_IS_SOURCE = sources.c.id == bindparam("source_id")
# Not the whole row: every article that names the source holds its key already.
_VITALS = select(sources.c.vitals).where(_IS_SOURCE).with_for_update(key_share=True)
_KEEP_SOURCE = update(sources).where(_IS_SOURCE)


def note_poll(
    connection: Connection, after: SourceState, before: str, new: int, now: datetime
) -> None:
    """Note what a poll brought that was not there: entries, a failure, troubles, or their end."""
    if new or after.failures:
        _add_to_day(connection, after.id, now, entries=new, failures=min(after.failures, 1))
    kinds = after.condition.troubles
    if kinds != before:
        changed = _kinds(before), _kinds(kinds)
        _change(connection, after.id, *changed, now, lambda kind: tell_of_polls(kind, after))


def note_reading(connection: Connection, reading: Reading, now: datetime) -> None:
    """Note that an article was read, what that shows of its source, and how its clocks go.

    From then on the source's row is held.
    """
    source, article, sample = reading.pending.source, reading.article, reading.sample
    clocks = {} if reading.clocks is None else {"clock": reading.clocks}
    known: dict[str, Any] = {"article_at": now} | clocks
    if sample:
        _note_sample(connection, source, sample, now, known)
    else:
        connection.execute(_KEEP_SOURCE, {"source_id": source} | known)
    size = len(article.text)
    _add_to_day(connection, source, now, articles=1, quality=article.quality, characters=size)


def note_refusal(connection: Connection, source: str, sample: Sample, now: datetime) -> None:
    """Note that a page gave no article, and what that shows of its source."""
    _add_to_day(connection, source, now, refused=1)
    _note_sample(connection, source, sample, now, {})


def _note_sample(
    connection: Connection, source: str, sample: Sample, now: datetime, known: dict[str, Any]
) -> None:
    """Learn from what one reading showed; keep the troubles that this begins or ends.

    What else is `known` of the source is kept in the same statement.
    """
    before = vitals_of(connection.scalar(_VITALS, {"source_id": source}))
    after = read_well(before, sample, now)
    connection.execute(_KEEP_SOURCE, {"source_id": source, "vitals": asdict(after)} | known)
    if after.troubles != before.troubles:
        kinds = set(before.troubles), set(after.troubles)
        _change(connection, source, *kinds, now, lambda kind: tell_of_articles(kind, after))


def forget(connection: Connection, source: str, now: datetime) -> None:
    """End the troubles of a source that rests or has a new address, without a word."""
    ending = update(troubles).where(troubles.c.source == source, IS_OPEN_TROUBLE)
    connection.execute(ending.values(until=now, told=2))
    fresh = {"troubles": "", "vitals": None, "failing_since": None}
    connection.execute(update(sources).where(sources.c.id == source).values(fresh))


def tidy(connection: Connection, now: datetime) -> None:
    """Forget what is older than is kept."""
    oldest = day_of(now) - KEPT_DAYS
    connection.execute(delete(source_days).where(source_days.c.day < oldest))
    is_told = troubles.c.told == 2
    ended = troubles.c.until < now - timedelta(days=KEPT_DAYS)
    connection.execute(delete(troubles).where(is_told, ended))


def failing(connection: Connection) -> tuple[int, int]:
    """Count the active sources whose polls fail, and all of them."""
    query = select(func.count(), func.sum(case((sources.c.failures > 0, 1), else_=0)))
    active, failed = connection.execute(query.where(sources.c.is_active)).one()
    return failed or 0, active


def untold(connection: Connection) -> list[tuple[Trouble, bool]]:
    """Give the troubles of which a word is due, each with whether it is that it is over."""
    query = select(troubles).where(IS_UNTOLD).order_by(troubles.c.id)
    rows = connection.execute(query).all()
    return [
        (_trouble_of(row), row.told == 1) for row in rows if row.told == 0 or row.until is not None
    ]


def told(connection: Connection, ids: Collection[int], words: int) -> None:
    """Note that so many more words of these troubles, of two, were taken care of."""
    telling = update(troubles).where(troubles.c.id.in_(list(ids)))
    connection.execute(telling.values(told=troubles.c.told + words))


def open_troubles(connection: Connection) -> dict[str, tuple[Trouble, ...]]:
    """Give the troubles that are not over, for each source that has some."""
    found: dict[str, list[Trouble]] = {}
    for row in connection.execute(select(troubles).where(IS_OPEN_TROUBLE).order_by(troubles.c.id)):
        found.setdefault(row.source, []).append(_trouble_of(row))
    return {source: tuple(some) for source, some in found.items()}


def last_days(connection: Connection, now: datetime) -> dict[str, tuple[int, ...]]:
    """Give the articles of each source on each of the last days, today the last."""
    first = day_of(now) - SPARK_DAYS + 1
    query = select(source_days.c.source, source_days.c.day, source_days.c.articles)
    found: dict[str, list[int]] = {}
    for source, day, articles in connection.execute(query.where(source_days.c.day >= first)):
        if day - first < SPARK_DAYS:
            found.setdefault(source, [0] * SPARK_DAYS)[day - first] = articles
    return {source: tuple(counts) for source, counts in found.items()}


def _add_to_day(connection: Connection, source: str, now: datetime, **counts: float) -> None:
    row = _NOTHING | {"source": source, "day": day_of(now)} | counts
    connection.execute(_ADDING[connection.dialect.name], row)


def _change(  # noqa: PLR0913, PLR0917 - two sets of kinds, and what is known of them
    connection: Connection,
    source: str,
    before: set[str],
    after: set[str],
    now: datetime,
    say: Callable[[str], str],
) -> None:
    ended = before - after
    if ended:
        is_one = (troubles.c.source == source) & troubles.c.kind.in_(ended) & IS_OPEN_TROUBLE
        connection.execute(update(troubles).where(is_one).values(until=now))
    begun = [
        {"source": source, "kind": kind, "since": now, "what": say(kind)}
        for kind in sorted(after - before)
    ]
    if begun:
        connection.execute(insert(troubles), begun)


def _kinds(listed: str) -> set[str]:
    return {kind for kind in listed.split(",") if kind}


def _trouble_of(row: Row[Any]) -> Trouble:
    return Trouble(row.id, row.source, row.kind, row.since, row.until, row.what)
