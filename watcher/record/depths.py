"""How much waits, and since when it could have been done. Statements only, none that walks all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, delete, func, insert, select, text

from watcher.model import QUIET_HOURS, Depths
from watcher.record import notices as sending
from watcher.record.lease import is_free
from watcher.record.tables import IS_PENDING, IS_WAITING, entries, notices, remarks, sources

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from watcher.model import Alert, Judge

LATE: Final = timedelta(seconds=10)
"""States after polls that brought nothing are written a few seconds later."""
MOST_ENTRIES: Final = 1000
"""Among which the one is looked for that has waited longest; they are read in order."""
_BEHIND: Final = "behind "


def measure(connection: Connection, now: datetime) -> Depths:
    """Measure the backlog."""
    polls, latest = connection.execute(late(now)).one()
    outbox = connection.execute(waiting(now)).all()
    ready = min((at for *_, at in outbox if at), default=None)
    return Depths(
        polls_late=polls,
        poll_late_s=_since(latest, now),
        entries_pending=connection.scalar(PENDING) or 0,
        entry_ready_s=_since(connection.scalar(oldest_entry(now)), now),
        outbox={target: (count, _since(oldest, now)) for target, count, oldest, _ in outbox},
        notice_ready_s=_since(ready, now),
        database_bytes=size(connection),
    )


def behind(connection: Connection) -> dict[str, datetime]:
    """Give what was noted, and since when."""
    is_ours = remarks.c.about.startswith(_BEHIND, autoescape=True)
    query = select(remarks.c.about, remarks.c.since).where(is_ours)
    return {about.removeprefix(_BEHIND): since for about, since in connection.execute(query)}


def said(connection: Connection) -> tuple[str, ...]:
    """Give what was found when it was noted, in words; backups are told of as they are now."""
    is_ours = remarks.c.about.startswith(_BEHIND, autoescape=True)
    is_ours &= remarks.c.about != f"{_BEHIND}backup"
    query = select(remarks.c.what).where(is_ours).order_by(remarks.c.since)
    return tuple(connection.scalars(query))


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
        sending.tell(connection, *notice, now, judge)


def late(now: datetime) -> Select[Any, Any]:
    """Ask for polls that are late: how many, and since when the latest is due."""
    query = select(func.count(), func.min(sources.c.due))
    return query.where(sources.c.due < now - LATE, sources.c.is_active)


PENDING: Final = select(func.count()).select_from(entries).where(IS_PENDING)


def oldest_entry(now: datetime) -> Select[Any]:
    """Ask since when an entry could have been read, of those that are read next."""
    is_ready = (entries.c.retry_at <= now) & is_free(entries, now)
    query = select(entries.c.retry_at).where(IS_PENDING, is_ready)
    first = query.order_by(entries.c.id).limit(MOST_ENTRIES).subquery()
    return select(func.min(first.c.retry_at))


def waiting(now: datetime) -> Select[Any]:
    """Ask how many notices wait by target, the oldest, and since when one has been ready to go."""
    is_ready = (notices.c.retry_at <= now) & (notices.c.why != QUIET_HOURS)
    ready_at = func.min(case((is_ready, notices.c.retry_at)))
    query = select(notices.c.target, func.count(), func.min(notices.c.created), ready_at)
    return query.where(IS_WAITING).group_by(notices.c.target)


def size(connection: Connection) -> int:
    """Give the size of the database in bytes."""
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 0)
    return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _since(instant: datetime | None, now: datetime) -> float:
    return max((now - instant).total_seconds(), 0.0) if instant else 0.0
