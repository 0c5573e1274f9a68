"""How much waits, and what is done where it is too much. Statements only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, null, select, update

from watcher.record.bundles import URGENCY
from watcher.record.depths import PENDING
from watcher.record.tables import IS_WAITING, notices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be read, and to be sent."""

    pending: int = 0
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Target -> how many notices wait for it, summaries left out."""


# A summary stands for many, and is not summed up again.
_IS_SINGLE = IS_WAITING & notices.c.digest.is_(null())


def read(connection: Connection) -> Backlog:
    """Count what waits."""
    by = select(notices.c.target, func.count()).where(_IS_SINGLE).group_by(notices.c.target)
    return Backlog(pending(connection), {row[0]: row[1] for row in connection.execute(by)})


def pending(connection: Connection) -> int:
    """Count the entries that wait to be read."""
    return connection.scalar(PENDING) or 0


def sum_up(connection: Connection, target: str, most: int, now: datetime) -> int:
    """Have all but the severest and oldest `most` of a target's notices told in one; give how many.

    Nothing is lost: each stays on record, as a member of the summary.
    """
    beyond = (
        select(notices.c.id)
        .where(_IS_SINGLE, notices.c.target == target, notices.c.claimed_by.is_(null()))
        .order_by(*URGENCY)
        .offset(most)
        .limit(2**31)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(beyond))
    after = {"status": "collected", "bundle": "backlog", "retry_at": now, "why": ""}
    for first in range(0, len(ids), 500):
        some = notices.c.id.in_(ids[first : first + 500])
        connection.execute(update(notices).where(some).values(after))
    return len(ids)
