"""What is remembered about sources. Statements only; transactions are the store's."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import bindparam, func, insert, select, update

from watcher.model import SourceState
from watcher.record import furniture, health
from watcher.record.tables import IS_OPEN, IS_PENDING, entries, sources
from watcher.record.values import STATE_COLUMNS, state_of, state_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from watcher.model import Source

UnchangedPoll: TypeAlias = "tuple[SourceState, SourceState | None]"
"""The state after a poll that brought nothing, and before it where that is known."""
_TIMES = ("due", "polled", "succeeded", "interval_s")
_rest = attrgetter(*(part.name for part in fields(SourceState) if part.name not in _TIMES))
_AS_WRITTEN = ("name", "outlet", "configured_url", "kind", "links", "is_active")
_UNREAD: dict[str, Any] = {"etag": "", "last_modified": "", "body_hash": "", "more": None}
_FRESH = _UNREAD | {
    "failures": 0,
    "not_found": 0,
    "moved_to": "",
    "moved_seen": 0,
    "remark": "",
    "entries_last": 0,
    "interval_s": 0.0,
    "seen_before": False,
    "rhythm": b"",
    "asked_s": 0.0,
    "delay_s": 0.0,
    "new_at": None,
    "quiet_until": None,
    "failing_since": None,
    "failing_why": "",
    "empty_since": None,
    "host": "",
    "elsewhere": "",
    "elsewhere_seen": 0,
    "entries_usual": 0.0,
    "few_since": None,
    "troubles": "",
    "vitals": None,
    "clock": None,
}
# Only what makes the state: JSON columns would be read for nothing.
_STATE = [sources.c[name] for name in STATE_COLUMNS]


def sync(connection: Connection, wanted: Iterable[Source], now: datetime) -> None:
    """Make the sources on record those of the operator's files; none is ever deleted."""
    listed = {source.id: source for source in wanted}
    known = {row.id: row for row in connection.execute(select(sources))}
    new = [_new_row(source, now) for source in listed.values() if source.id not in known]
    if new:
        connection.execute(insert(sources), new)
    for row in known.values():
        changed = _changes(row, listed.get(row.id), now)
        if "url" in changed:
            furniture.forget(connection, row.id)
        if changed:
            connection.execute(update(sources).where(sources.c.id == row.id).values(changed))
        if "url" in changed or changed.get("is_active") is False:
            health.forget(connection, row.id, now)


def due(
    connection: Connection,
    now: datetime,
    limit: int,
    busy: Collection[str],
    read_up: bool = False,  # noqa: FBT001, FBT002 - handed on by `read`
) -> list[SourceState]:
    """Give the active sources whose time has come, the longest overdue first, none of `busy`.

    `read_up` leaves out those of which entries still wait to be read.
    """
    given = {"now": now, "most": limit, "busy": list(busy)}
    query = _DUE_READ_UP if read_up else _DUE
    return [state_of(row) for row in connection.execute(query, given)]


def next_due(connection: Connection) -> datetime | None:
    """Give the instant at which the next active source is due."""
    query = select(func.min(sources.c.due)).where(sources.c.is_active)
    earliest: datetime | None = connection.scalar(query)
    return earliest


def state(connection: Connection, source_id: str) -> SourceState:
    """Give the state of one source; KeyError if there is none of that id."""
    row = (connection.execute(select(*_STATE).where(sources.c.id == source_id))).one_or_none()
    if row is None:
        raise KeyError(source_id)
    return state_of(row)


def lock(connection: Connection, source_id: str) -> tuple[bool, datetime | None, str]:
    """Hold a source's row; say whether and when it was polled with success, and its troubles."""
    known = connection.execute(_LOCK, {"source_id": source_id}).one_or_none()
    if known is None:
        raise KeyError(source_id)
    return known.seen_before, known.succeeded, known.troubles


def keep_state(connection: Connection, after: SourceState) -> None:
    """Keep a source's state."""
    connection.execute(_KEEP, {"source_id": after.id} | state_row(after))


def keep_polls(connection: Connection, polls: Sequence[UnchangedPoll]) -> None:
    """Keep the states of several sources; of most, only the instants changed."""
    timed, others = [], []
    for after, before in polls:
        if before is not None and _rest(before) == _rest(after):
            timed.append({"source_id": after.id} | {name: getattr(after, name) for name in _TIMES})
        else:
            others.append({"source_id": after.id} | state_row(after))
    for rows in filter(None, (timed, others)):
        connection.execute(_KEEP, rows)


def clocks(connection: Connection, source_id: str) -> dict[str, Any]:
    """Give what was learned of a source's clocks; empty for nothing, or no such source."""
    return connection.scalar(_CLOCKS, {"source_id": source_id}) or {}


# Built once: to build a statement costs more than to run it.
_DUE = (
    select(*_STATE)
    .where(
        sources.c.is_active,
        sources.c.due <= bindparam("now"),
        sources.c.id.not_in(bindparam("busy", expanding=True)),
    )
    .order_by(sources.c.due, sources.c.id)
    .limit(bindparam("most"))
)
_DUE_READ_UP = _DUE.where(
    ~select(1).where(entries.c.source == sources.c.id, IS_OPEN, IS_PENDING).exists()
)
"""With the condition of the index by source and status, too, so that SQLite uses it."""
_IS_SOURCE = sources.c.id == bindparam("source_id")
_KEEP = update(sources).where(_IS_SOURCE)
_LOCK = (
    select(sources.c.seen_before, sources.c.succeeded, sources.c.troubles)
    .where(_IS_SOURCE)
    .with_for_update()
)
_CLOCKS = select(sources.c.clock).where(_IS_SOURCE)


def _written(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "outlet": source.group or source.site or source.id,
        "configured_url": source.url,
        "kind": source.kind,
        "links": source.links,
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
    if (source.kind, source.links) != (row.kind, row.links):
        return written | _UNREAD | {"due": now}  # the same bytes say something else now
    return written if any(getattr(row, name) != written[name] for name in _AS_WRITTEN) else {}
