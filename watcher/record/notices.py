"""Notices, from queued to sent or dead. Statements only; transactions are the store's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import insert, select, update

from watcher.record.lease import LET_GO
from watcher.record.tables import IS_WAITING, deliveries, notices, stories
from watcher.record.upsert import insert_unless_known
from watcher.record.values import alert_json, identity, notice_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Alert, Notice
    from watcher.record.lease import Lease

FIRST_REPORT = "first-report"
"""The occasion of a notice that tells of a story for the first time."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery: what came of it, what the other side answered, when, and after how long."""

    outcome: Literal["sent", "postponed", "refused"]
    answer: str
    at: datetime
    took_s: float


def queue(
    connection: Connection,
    story_id: int,
    alerts: Sequence[tuple[str, Alert]],
    now: datetime,
    occasion: str = FIRST_REPORT,
) -> tuple[Notice, ...]:
    """Queue a notice per alert unless its rule, story and target had one of this occasion.

    Give those queued.
    """
    if not alerts:
        return ()
    origin = connection.scalar(select(stories.c.origin).where(stories.c.id == story_id))
    rows = [_row(story_id, origin or "", target, alert, now, occasion) for target, alert in alerts]
    # One order everywhere: transactions that queue the same notices must not wait in a circle.
    rows.sort(key=lambda row: (row["rule"], row["target"]))
    adding = insert_unless_known(connection, notices).returning(*notices.c)
    queued = connection.execute(adding, rows)
    return tuple(sorted((notice_of(row) for row in queued), key=lambda notice: notice.id))


def tell(connection: Connection, target: str, alert: Alert, occasion: str, now: datetime) -> None:
    """Queue what the program has to say of itself, once for each occasion and target."""
    row = _row(None, occasion, target, alert, now)
    connection.execute(insert_unless_known(connection, notices), [row])


def claim(connection: Connection, lease: Lease, limit: int, busy: Collection[str]) -> list[Notice]:
    """Take up to `limit` notices: severest first, then oldest, leaving out `busy` targets."""
    ready = (
        select(notices)
        .where(IS_WAITING, notices.c.retry_at <= lease.now, lease.is_free(notices))
        .order_by(notices.c.severity.desc(), notices.c.created, notices.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if busy:
        ready = ready.where(notices.c.target.not_in(busy))
    rows = (connection.execute(ready)).all()
    if rows:
        taking = update(notices).where(notices.c.id.in_([row.id for row in rows]))
        connection.execute(taking.values(lease.taken))
    return [notice_of(row) for row in rows]


def settle(connection: Connection, notice: Notice, attempt: Attempt) -> None:
    """Close a notice after an attempt: sent, whoever held it, or dead unless it has been sent."""
    closing = update(notices).where(notices.c.id == notice.id, notices.c.status != "sent")
    was_sent = attempt.outcome == "sent"
    after = {
        "status": "sent" if was_sent else "dead",
        "why": "" if was_sent else attempt.answer,
        "finished": attempt.at,
        "attempts": notices.c.attempts + 1,
    }
    connection.execute(closing.values(after | LET_GO))
    _note(connection, notice, attempt)


def postpone(
    connection: Connection, notice: Notice, attempt: Attempt, retry_at: datetime, holder: str
) -> None:
    """Let a notice wait until `retry_at`, unless its lease ended and another is sending it."""
    held = (notices.c.id == notice.id) & IS_WAITING & (notices.c.claimed_by == holder)
    after = {"why": attempt.answer, "retry_at": retry_at, "attempts": notices.c.attempts + 1}
    connection.execute(update(notices).where(held).values(after | LET_GO))
    _note(connection, notice, attempt)


def _note(connection: Connection, notice: Notice, attempt: Attempt) -> None:
    connection.execute(insert(deliveries).values(notice_id=notice.id, **asdict(attempt)))


def _row(  # noqa: PLR0913, PLR0917 - what makes a notice
    story_id: int | None,
    origin: str,
    target: str,
    alert: Alert,
    now: datetime,
    occasion: str = FIRST_REPORT,
) -> dict[str, Any]:
    name = identity(rule=alert.rule, origin=origin, target=target, occasion=occasion)
    return {
        "identity": name,
        "rule": alert.rule,
        "story_id": story_id,
        "target": target,
        "occasion": occasion,
        "severity": int(alert.severity),
        "alert": alert_json(alert),
        "status": "waiting",
        "created": now,
        "retry_at": now,
    }
