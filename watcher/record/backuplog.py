"""Which backups were made of the record, and why the last one failed. Statements only.

A backup does not know of itself: it is noted once it is whole, and holds what was there before.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select

from watcher.model import Backups
from watcher.record.tables import remarks

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

KEPT: Final = 8
"""So many tell how often backups come."""
APART: Final = timedelta(hours=12)
"""Of several within that time one is kept: those made by hand, or at each of some upgrades."""
_MADE: Final = "backup made "
_FAILED: Final = "backup failed"
_IS_MADE: Final = remarks.c.about.startswith(_MADE, autoescape=True)


def made(connection: Connection, file: str, now: datetime) -> None:
    """Note a backup that was made, and forget that one before failed."""
    about = f"{_MADE}{now.isoformat()}"
    # What stands in the future is of a clock that was ahead, and would be the newest until then.
    is_other = (remarks.c.since >= now) & _IS_MADE
    connection.execute(delete(remarks).where(is_other | (remarks.c.about == _FAILED)))
    connection.execute(insert(remarks).values(about=about, what=file, since=now))
    query = select(remarks.c.since, remarks.c.about).where(_IS_MADE).order_by(remarks.c.since)
    *earlier, _ = connection.execute(query).all()
    kept: list[Row[Any, Any]] = []
    for row in earlier:
        if not kept or row.since - kept[-1].since >= APART:
            kept.append(row)
    old = {row.about for row in earlier} - {row.about for row in kept[1 - KEPT :]}
    connection.execute(delete(remarks).where(remarks.c.about.in_(old)))


def failed(connection: Connection, why: str, now: datetime) -> None:
    """Note that a backup failed, in place of what was noted of an earlier one."""
    connection.execute(delete(remarks).where(remarks.c.about == _FAILED))
    connection.execute(insert(remarks).values(about=_FAILED, what=why, since=now))


def read(connection: Connection) -> Backups:
    """Give what was noted."""
    query = select(remarks.c.since, remarks.c.what).where(_IS_MADE)
    rows = connection.execute(query.order_by(remarks.c.since.desc())).all()
    fault = select(remarks.c.since, remarks.c.what).where(remarks.c.about == _FAILED)
    at, why = connection.execute(fault).first() or (None, "")
    return Backups(tuple(row.since for row in rows), rows[0].what if rows else "", at, why)
