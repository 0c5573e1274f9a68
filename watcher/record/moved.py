"""What waits goes on waiting for as long, though the machine's clock was put forward or back.

Statements only; transactions are the store's. What has happened stays as it was told: lengths of
time are counted among what is of one clock, so it is noted what was there before the last step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from watcher.model import QUIET_HOURS
from watcher.record.tables import (
    IS_COLLECTED,
    IS_OPEN_STORY,
    IS_PENDING,
    IS_UNANSWERED,
    IS_WAITING,
    articles,
    entries,
    notices,
    remarks,
    silences,
    sources,
    stories,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

SLACK: Final = timedelta(minutes=1)
"""Clocks of several machines differ by this much at most."""
LATELY: Final = timedelta(days=1)
"""What was sent longer ago counts for no brake, and is escalated no more."""
_POLLED = ("due", "polled", "succeeded", "new_at", "quiet_until", "failing_since", "empty_since",
           "few_since")  # fmt: skip
_LISTED = ("seen", "retry_at", "claimed_until")
_QUEUED = ("created", "retry_at", "claimed_until")
_STEP: Final = "clock put"


@dataclass(frozen=True, slots=True)
class Step:
    """The last time that the clock was put: when by the new one, and the last rows of the old."""

    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    articles: int = 0
    stories: int = 0
    notices: int = 0


def last_step(connection: Connection) -> Step:
    """Give the last step of the clock; where there was none, one that nothing came before."""
    query = select(remarks.c.since, remarks.c.what).where(remarks.c.about == _STEP)
    row = connection.execute(query).first()
    return Step(row.since, **json.loads(row.what)) if row else Step()


def note_step(connection: Connection, at: datetime) -> None:
    """Note that the clock was put, at `at` by the new one; what is on record is of the old one."""
    tables = (articles, stories, notices)
    last = {one.name: connection.scalar(select(func.max(one.c.id))) or 0 for one in tables}
    connection.execute(delete(remarks).where(remarks.c.about == _STEP))
    connection.execute(insert(remarks).values(about=_STEP, what=json.dumps(last), since=at))


def shift(connection: Connection, step: timedelta, now: datetime) -> None:
    """Move every instant that something is waited for, or counted from; `now` is before the step.

    What quiet hours hold is judged anew: their end is told by the clock on the wall.
    """
    _shift(connection, step, sources, _POLLED, sources.c.is_active)
    _shift(connection, step, entries, _LISTED, IS_PENDING)
    held = IS_WAITING & (notices.c.why == QUIET_HOURS)
    _shift(connection, step, notices, _QUEUED, IS_WAITING & (notices.c.why != QUIET_HOURS))
    _shift(connection, step, notices, _QUEUED, IS_COLLECTED)
    _shift(
        connection, step, notices, ("finished",), IS_UNANSWERED, notices.c.finished > now - LATELY
    )
    _shift(connection, step, silences, ("starts", "ends"), silences.c.ends > now)
    _shift(connection, step, stories, ("last_seen", "open_since"), IS_OPEN_STORY)
    connection.execute(update(notices).where(held).values(retry_at=now + step))
    note_step(connection, now + step)


def last_poll(connection: Connection) -> datetime | None:
    """Give when a source was polled last."""
    latest: datetime | None = connection.scalar(select(func.max(sources.c.polled)))
    return latest


def recall(connection: Connection, now: datetime) -> int:
    """Have what was put on record in the future wait from now on; give how much there was.

    A clock that was ahead has kept it, of another machine or in the moment in which it was put
    back: it would rest until then.
    """
    late = now + SLACK
    polled = sources.c.is_active & (sources.c.polled > late)
    listed = IS_PENDING & (entries.c.seen > late)
    count = _recall(connection, now, sources, _POLLED, "polled", polled)
    count += _recall(connection, now, entries, _LISTED, "seen", listed)
    for waits in (IS_WAITING, IS_COLLECTED):
        queued = waits & (notices.c.created > late)
        count += _recall(connection, now, notices, _QUEUED, "created", queued)
    return count


def _recall(  # noqa: PLR0913, PLR0917 - what is moved, by which of its instants
    connection: Connection,
    now: datetime,
    table: Table,
    names: tuple[str, ...],
    told: str,
    which: ColumnElement[bool],
) -> int:
    columns = [table.c[name] for name in names]
    rows = connection.execute(select(table.c.id, *columns).where(which)).all()
    for row in rows:
        _move(connection, table, names, row, now - getattr(row, told))
    return len(rows)


def _shift(
    connection: Connection,
    step: timedelta,
    table: Table,
    names: tuple[str, ...],
    *which: ColumnElement[bool],
) -> None:
    columns = [table.c[name] for name in names]
    for row in connection.execute(select(table.c.id, *columns).where(*which)).all():
        _move(connection, table, names, row, step)


def _move(
    connection: Connection, table: Table, names: tuple[str, ...], row: Any, step: timedelta
) -> None:
    told = {name: getattr(row, name) for name in names}
    moved = {name: value + step for name, value in told.items() if value is not None}
    is_row = table.c.id == bindparam("which")
    connection.execute(update(table).where(is_row).values(moved), {"which": row.id})
