"""What people answer to notices: silences, acknowledgements, sending again; and escalation.

Statements only; transactions are the store's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from sqlalchemy import exists, func, insert, or_, select, update

from watcher.model import ESCALATED, QUIET_HOURS, RESENT, Silence, Update
from watcher.record import bundles, notices
from watcher.record.holding import silence_of
from watcher.record.tables import (
    IS_UNANSWERED,
    IS_WAITING,
    acknowledgements,
    deliveries,
    silences,
    stories,
)
from watcher.record.tables import notices as table
from watcher.record.values import alert_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from watcher.model import Escalation, Judge

Answer: TypeAlias = Literal["done", "before", "unknown"]
"""What came of an answer: it counts, somebody gave it before, or there is no such notice."""
LATEST: Final = timedelta(days=1)
"""What should have been escalated longer ago is not any more: nobody was there, now it is old."""


def silence(connection: Connection, wanted: Silence) -> Silence | None:
    """Keep a silence; give it with its number, or None where there is no such story."""
    if wanted.story_id is not None:
        known = select(stories.c.id).where(stories.c.id == wanted.story_id)
        if connection.scalar(known) is None:
            return None
    row = {
        "rule": wanted.rule,
        "target": wanted.target,
        "story_id": wanted.story_id,
        "starts": wanted.starts,
        "ends": wanted.ends,
        "author": wanted.author,
        "why": wanted.why,
    }
    number = connection.scalars(insert(silences).values(row).returning(silences.c.id)).one()
    return replace(wanted, id=number)


def end_silence(connection: Connection, number: int, now: datetime) -> Answer:
    """End a silence now."""
    row = connection.execute(select(silences).where(silences.c.id == number)).first()
    if row is None:
        return "unknown"
    if row.ends <= now:
        return "before"
    connection.execute(update(silences).where(silences.c.id == number).values(ends=now))
    return "done"


def silences_since(connection: Connection, since: datetime) -> list[Silence]:
    """Give the silences that ended since then or have not ended, the newest first."""
    query = select(silences).where(silences.c.ends > since).order_by(silences.c.id.desc())
    return [silence_of(row) for row in connection.execute(query)]


def acknowledge(
    connection: Connection, notice_id: int, author: str, note: str, now: datetime
) -> Answer:
    """Note that somebody has seen to a notice; the first one counts."""
    locked = select(table.c.id).where(table.c.id == notice_id).with_for_update()
    if connection.scalar(locked) is None:
        return "unknown"
    if connection.scalar(select(exists().where(acknowledgements.c.notice_id == notice_id))):
        return "before"
    row = {"notice_id": notice_id, "at": now, "author": author, "note": note}
    connection.execute(insert(acknowledgements).values(row))
    return "done"


def resend(connection: Connection, notice_id: int, judge: Judge, now: datetime) -> int | None:
    """Queue a notice anew, as it was; give its number, or None where there is none."""
    row = connection.execute(select(table).where(table.c.id == notice_id)).first()
    if row is None:
        return None
    occasion = f"{RESENT} {now.isoformat()}"
    number = _queue_again(connection, row, row.target, occasion, judge, now)
    if row.status == "dead":
        # So that it is not sent again with all other dead letters.
        told = update(table).where(table.c.id == notice_id).values(bundled_in=number)
        connection.execute(told)
    return number


def escalate(
    connection: Connection, escalations: Sequence[Escalation], judge: Judge, now: datetime
) -> list[int]:
    """Tell other targets of what nobody has acknowledged in time, once; give what was queued.

    That it could not be delivered in time counts the same.
    """
    return [
        number
        for escalation in escalations
        for row in (
            *_unanswered(connection, escalation, now),
            *_undelivered(connection, escalation, now),
        )
        if (number := _escalate(connection, escalation, row, judge, now))
    ]


def _unanswered(
    connection: Connection, escalation: Escalation, now: datetime
) -> Sequence[Row[Any]]:
    last = now - timedelta(seconds=escalation.after_s)
    is_late = (table.c.finished <= last) & (table.c.finished > last - LATEST)
    return connection.execute(_late(escalation, IS_UNANSWERED & is_late)).all()


def _undelivered(
    connection: Connection, escalation: Escalation, now: datetime
) -> Sequence[Row[Any]]:
    """Find what failed for the first time so long ago, and still waits: nobody can have read it."""
    last = now - timedelta(seconds=escalation.after_s)
    first_failed = select(func.min(deliveries.c.at)).where(deliveries.c.notice_id == table.c.id)
    is_stuck = (
        IS_WAITING
        & table.c.escalated.is_(None)
        & (table.c.attempts > 0)
        & (table.c.why != QUIET_HOURS)
        & (table.c.created > last - LATEST)
        & (first_failed.scalar_subquery() <= last)
    )
    return connection.execute(_late(escalation, is_stuck)).all()


def _late(escalation: Escalation, which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(table)
        .where(
            which,
            table.c.target == escalation.target,
            table.c.severity >= int(escalation.least),
            ~_is_acknowledged(),
        )
        .order_by(table.c.severity.desc(), table.c.id)
        .with_for_update(skip_locked=True)
    )


def _is_acknowledged() -> Any:
    """Hold where somebody answered the notice, another of its rule and story, or their bundles."""
    other = table.alias()
    alike = (other.c.rule == table.c.rule) & (other.c.story_id == table.c.story_id)
    answered = acknowledgements.c.notice_id
    return (
        exists()
        .where(or_(answered == other.c.id, answered == other.c.bundled_in))
        .where(or_(other.c.id == table.c.id, alike))
        .correlate(table)
    )


def _escalate(
    connection: Connection, escalation: Escalation, row: Row[Any], judge: Judge, now: datetime
) -> int | None:
    connection.execute(update(table).where(table.c.id == row.id).values(escalated=now))
    heads = _severe_members(connection, escalation, row) if row.digest else [row]
    if not heads:
        return None
    seconds = (now - (row.finished or row.created)).total_seconds()
    alert = alert_of(heads[0].alert)
    earlier = None if row.digest else alert.update
    if earlier and earlier.kind == "escalated":
        earlier = earlier.earlier
    told = Update("escalated", count=len(heads), within_s=seconds, earlier=earlier)
    alert = replace(alert, update=told)
    occasion = f"{ESCALATED} from {escalation.target}"
    return _queue_again(connection, row, escalation.to, occasion, judge, now, alert)


def _severe_members(
    connection: Connection, escalation: Escalation, row: Row[Any]
) -> Sequence[Row[Any]]:
    severe = table.c.severity >= int(escalation.least)
    of = bundles.members_of(row)
    query = select(table).where(of, severe, ~_is_acknowledged()).order_by(*bundles.URGENCY)
    return connection.execute(query).all()


def _queue_again(  # noqa: PLR0913, PLR0917 - what is told again, whom, and why
    connection: Connection,
    row: Row[Any],
    target: str,
    occasion: str,
    judge: Judge,
    now: datetime,
    alert: Any = None,
) -> int | None:
    origin = None
    if row.story_id is not None:
        origin = connection.scalar(select(stories.c.origin).where(stories.c.id == row.story_id))
    again = notices.row_of(
        row.story_id,
        origin or row.identity,
        target,
        alert or alert_of(row.alert),
        now,
        occasion=occasion,
        digest=row.digest,
    )
    added = notices.add(connection, [again | {"rule": row.rule}], judge, now)
    return added[0].id if added else None
