"""How much waits, and since when it could have been done. Statements only, none that walks all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import case, delete, func, insert, select, text

from watcher.model import QUIET_HOURS, Depths
from watcher.record import notices as outbox
from watcher.record.lease import is_free
from watcher.record.tables import IS_PENDING, IS_WAITING, entries, notices, remarks, sources

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Alert, Judge

LATE: Final = timedelta(seconds=10)
"""States after polls that brought nothing are written a few seconds later."""
_BEHIND: Final = "behind "


def depths(connection: Connection, now: datetime) -> Depths:
    """Measure the backlog."""
    late, latest = _polls(connection, now)
    waiting, notice_ready = _waiting(connection, now)
    return Depths(
        polls_late=late,
        poll_late_s=_since(latest, now),
        entries_pending=_pending(connection),
        entry_ready_s=_since(_entry_ready(connection, now), now),
        outbox=waiting,
        notice_ready_s=_since(notice_ready, now),
        database_bytes=size(connection),
    )


def behind(connection: Connection) -> dict[str, datetime]:
    """Give what was noted, and since when."""
    is_ours = remarks.c.about.startswith(_BEHIND, autoescape=True)
    query = select(remarks.c.about, remarks.c.since).where(is_ours)
    return {about.removeprefix(_BEHIND): since for about, since in connection.execute(query)}


def note(  # noqa: PLR0913, PLR0917 - what, what is told of it, and who decides when
    connection: Connection,
    what: str,
    said: str,
    notice: tuple[str, Alert, str] | None,
    now: datetime,
    judge: Judge,
) -> None:
    """Keep or forget that the daemon is behind, with the notice that tells of it."""
    about = f"{_BEHIND}{what}"
    connection.execute(delete(remarks).where(remarks.c.about == about))
    if said:
        connection.execute(insert(remarks).values(about=about, what=said, since=now))
    if notice:
        outbox.tell(connection, *notice, now, judge)


def _polls(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    query = select(func.count(), func.min(sources.c.due))
    found = connection.execute(query.where(sources.c.due < now - LATE, sources.c.is_active)).one()
    return found[0], found[1]


def _pending(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(entries).where(IS_PENDING)) or 0


def _entry_ready(connection: Connection, now: datetime) -> datetime | None:
    """Give since when the next entry to be read has been ready; entries are read in this order."""
    is_ready = (entries.c.retry_at <= now) & is_free(entries, now)
    query = select(entries.c.retry_at).where(IS_PENDING, is_ready)
    return connection.scalar(query.order_by(entries.c.id).limit(1))


def _waiting(
    connection: Connection, now: datetime
) -> tuple[dict[str, tuple[int, float]], datetime | None]:
    is_ready = (notices.c.retry_at <= now) & (notices.c.why != QUIET_HOURS)
    ready_at = func.min(case((is_ready, notices.c.retry_at)))
    query = select(notices.c.target, func.count(), func.min(notices.c.created), ready_at)
    found: dict[str, tuple[int, float]] = {}
    ready: list[datetime] = []
    for target, waiting, oldest, at in connection.execute(
        query.where(IS_WAITING).group_by(notices.c.target)
    ):
        found[target] = (waiting, _since(oldest, now))
        ready += [at] if at else []
    return found, min(ready, default=None)


def size(connection: Connection) -> int:
    """Give the size of the database in bytes."""
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 0)
    return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _since(instant: datetime | None, now: datetime) -> float:
    return max((now - instant).total_seconds(), 0.0) if instant else 0.0
