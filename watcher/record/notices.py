"""Notices, from queued to sent or dead. Statements only; transactions are the store's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from watcher.points import reached
from watcher.record import deliveries
from watcher.record.lease import LET_GO
from watcher.record.tables import IS_WAITING, notices, stories
from watcher.record.upsert import insert_unless_known
from watcher.record.values import alert_json, identity, notice_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Alert, Notice
    from watcher.record.deliveries import Attempt
    from watcher.record.lease import Lease

FIRST_REPORT = "first-report"
"""The occasion of a notice that tells of a story for the first time."""
FALLBACK = "fallback from "
"""How the occasion begins of what another target refused."""


def queue(
    connection: Connection,
    story_id: int,
    alerts: Sequence[tuple[str, Alert]],
    now: datetime,
) -> tuple[Notice, ...]:
    """Queue a notice per alert unless its rule, story and target had one; give those queued."""
    if not alerts:
        return ()
    origin = connection.scalar(select(stories.c.origin).where(stories.c.id == story_id))
    rows = [_row(story_id, origin or "", target, alert, now) for target, alert in alerts]
    # One order everywhere: transactions that queue the same notices must not wait in a circle.
    rows.sort(key=lambda row: (row["rule"], row["target"]))
    adding = insert_unless_known(connection, notices).returning(*notices.c)
    queued = connection.execute(adding, rows)
    return tuple(sorted((notice_of(row) for row in queued), key=lambda notice: notice.id))


def tell(connection: Connection, target: str, alert: Alert, occasion: str, now: datetime) -> None:
    """Queue what the program has to say of itself, once for each occasion and target."""
    row = _row(None, occasion, target, alert, now)
    connection.execute(insert_unless_known(connection, notices), [row])


def claim(  # noqa: PLR0913, PLR0917 - what is due, and how that is told
    connection: Connection,
    lease: Lease,
    limit: int,
    busy: Collection[str],
    also: Collection[int] = (),
    but: Collection[int] = (),
) -> list[Notice]:
    """Take up to `limit` notices: severest first, then oldest, leaving out `busy` targets.

    Those of `also` are due whatever their own time says, those of `but` are not.
    """
    is_due = notices.c.retry_at <= lease.now
    ready = (
        select(notices)
        .where(IS_WAITING, lease.is_free(notices))
        .where(or_(is_due, notices.c.id.in_(also)) if also else is_due)
        .order_by(notices.c.severity.desc(), notices.c.created, notices.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if busy:
        ready = ready.where(notices.c.target.not_in(busy))
    if but:
        ready = ready.where(notices.c.id.not_in(but))
    rows = (connection.execute(ready)).all()
    if rows:
        taking = update(notices).where(notices.c.id.in_([row.id for row in rows]))
        connection.execute(taking.values(lease.taken))
        reached("notices-leased")
    return deliveries.with_history(connection, [notice_of(row) for row in rows])


def fall_back(connection: Connection, notice: Notice, target: str, why: str, now: datetime) -> None:
    """Queue what a target refused for another target, once; what fell back before stays dead.

    Nothing is queued where the other target is told of the same in any case.
    """
    if notice.occasion.startswith(FALLBACK) or _is_told(connection, notice, target):
        return
    occasion = f"{FALLBACK}{notice.target}: {notice.occasion}"
    name = identity(rule=notice.rule, origin=notice.identity, target=target, occasion=occasion)
    own = select(notices).where(notices.c.id == notice.id)
    # Its own row once more: whatever columns there are, the message is the same.
    row = dict(connection.execute(own).mappings().one())
    del row["id"]
    again = {
        "identity": name,
        "target": target,
        "occasion": occasion,
        "status": "waiting",
        "why": why,
        "attempts": 0,
        "retry_at": now,
        "finished": None,
    }
    connection.execute(insert_unless_known(connection, notices), [row | again | LET_GO])


def _is_told(connection: Connection, notice: Notice, target: str) -> bool:
    """Tell whether a target has, or is to have, a notice of the same occasion by itself."""
    if notice.story_id is None:
        return False
    same = (notices.c.rule == notice.rule, notices.c.story_id == notice.story_id)
    own = (notices.c.target == target, notices.c.occasion == notice.occasion)
    query = select(notices.c.id).where(*same, *own, notices.c.status != "dead")
    return connection.execute(query).first() is not None


def settle(connection: Connection, notice: Notice, attempt: Attempt) -> bool:
    """Close a notice after an attempt: sent, whoever held it, or dead unless it has been sent.

    Give whether it is closed by this.
    """
    closing = update(notices).where(notices.c.id == notice.id, notices.c.status != "sent")
    was_sent = attempt.outcome == "sent"
    after = {
        "status": "sent" if was_sent else "dead",
        "why": "" if was_sent else attempt.answer,
        "finished": attempt.at,
        "attempts": notices.c.attempts + 1,
    }
    is_closed = connection.execute(closing.values(after | LET_GO)).rowcount == 1
    reached("notice-closed")
    deliveries.note(connection, notice, attempt)
    if was_sent:
        reached("sent-noted")
    return is_closed


def postpone(
    connection: Connection, notice: Notice, attempt: Attempt, retry_at: datetime, holder: str
) -> None:
    """Let a notice wait until `retry_at`, unless its lease ended and another is sending it."""
    held = (notices.c.id == notice.id) & IS_WAITING & (notices.c.claimed_by == holder)
    after = {"why": attempt.answer, "retry_at": retry_at, "attempts": notices.c.attempts + 1}
    connection.execute(update(notices).where(held).values(after | LET_GO))
    deliveries.note(connection, notice, attempt)
    reached("postponed-noted")


def _row(
    story_id: int | None, origin: str, target: str, alert: Alert, now: datetime
) -> dict[str, Any]:
    name = identity(rule=alert.rule, origin=origin, target=target, occasion=FIRST_REPORT)
    return {
        "identity": name,
        "rule": alert.rule,
        "story_id": story_id,
        "target": target,
        "occasion": FIRST_REPORT,
        "severity": int(alert.severity),
        "alert": alert_json(alert),
        "status": "waiting",
        "created": now,
        "retry_at": now,
    }
