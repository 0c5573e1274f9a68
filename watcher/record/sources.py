"""What is remembered about sources. Statements only; transactions are the store's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update

from watcher.record.tables import sources
from watcher.record.values import state_of, state_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from watcher.model import Source, SourceState

_AS_WRITTEN = ("name", "outlet", "configured_url", "is_active")
_FRESH = {
    "etag": "",
    "last_modified": "",
    "body_hash": "",
    "failures": 0,
    "not_found": 0,
    "moved_to": "",
    "moved_seen": 0,
    "remark": "",
    "entries_last": 0,
    "interval_s": 0.0,
    "seen_before": False,
    "clock": None,
}


def sync(connection: Connection, wanted: Iterable[Source], now: datetime) -> None:
    """Make the sources on record those of the operator's files; none is ever deleted."""
    listed = {source.id: source for source in wanted}
    known = {row.id: row for row in connection.execute(select(sources))}
    new = [_new_row(source, now) for source in listed.values() if source.id not in known]
    if new:
        connection.execute(insert(sources), new)
    for row in known.values():
        changed = _changes(row, listed.get(row.id), now)
        if changed:
            connection.execute(update(sources).where(sources.c.id == row.id).values(changed))


def due(connection: Connection, now: datetime, limit: int) -> list[SourceState]:
    """Give the active sources whose time has come, the longest overdue first."""
    query = (
        select(sources)
        .where(sources.c.is_active, sources.c.due <= now)
        .order_by(sources.c.due, sources.c.id)
        .limit(limit)
    )
    return [state_of(row) for row in connection.execute(query)]


def next_due(connection: Connection) -> datetime | None:
    """Give the instant at which the next active source is due."""
    query = select(func.min(sources.c.due)).where(sources.c.is_active)
    earliest: datetime | None = connection.scalar(query)
    return earliest


def state(connection: Connection, source_id: str) -> SourceState:
    """Give the state of one source; KeyError if there is none of that id."""
    row = (connection.execute(select(sources).where(sources.c.id == source_id))).one_or_none()
    if row is None:
        raise KeyError(source_id)
    return state_of(row)


def keep_state(connection: Connection, after: SourceState) -> tuple[bool, datetime | None]:
    """Keep a source's state; say whether it had been polled with success before, and when last."""
    before = select(sources.c.seen_before, sources.c.succeeded)
    known = connection.execute(before.where(sources.c.id == after.id).with_for_update())
    row = known.one_or_none()
    if row is None:
        raise KeyError(after.id)
    connection.execute(_KEEP, {"source_id": after.id} | state_row(after))
    return row.seen_before, row.succeeded


def clocks(connection: Connection, source_id: str) -> dict[str, Any]:
    """Give what was learned of a source's clocks; empty for nothing, or no such source."""
    query = select(sources.c.clock).where(sources.c.id == source_id)
    return connection.scalar(query) or {}


def keep_clocks(connection: Connection, source_id: str, clocks: Mapping[str, Any]) -> None:
    """Keep what was learned of a source's clocks."""
    connection.execute(_KEEP_CLOCKS, {"source_id": source_id, "clocks": dict(clocks)})


_KEEP_CLOCKS = (
    update(sources)
    .where(sources.c.id == bindparam("source_id"))
    .values(clock=bindparam("clocks", type_=sources.c.clock.type))
)
_KEEP = update(sources).where(sources.c.id == bindparam("source_id"))


def _written(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "outlet": source.group or source.site or source.id,
        "configured_url": source.url,
        "is_active": source.enabled,
    }


def _new_row(source: Source, now: datetime) -> dict[str, Any]:
    return {"id": source.id, "url": source.url, "due": now} | _FRESH | _written(source)


def _changes(row: Row[Any], source: Source | None, now: datetime) -> Mapping[str, Any]:
    """Say what the operator changed; at a new address nothing learned at the old one holds."""
    if source is None:
        return {"is_active": False} if row.is_active else {}
    written = _written(source)
    if source.url != row.configured_url:
        return written | _FRESH | {"url": source.url, "due": now}
    return written if any(getattr(row, name) != written[name] for name in _AS_WRITTEN) else {}
