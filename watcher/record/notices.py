"""Notices, from queued to sent or dead. Statements only; transactions are the store's."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import insert, select, update

from watcher.model import QUIET_HOURS
from watcher.record import bundles
from watcher.record.holding import at_once, columns_of, judged, new_row, silences_now
from watcher.record.lease import LET_GO, is_free
from watcher.record.tables import IS_WAITING, deliveries, notices, stories
from watcher.record.upsert import insert_unless_known
from watcher.record.values import alert_json, identity, notice_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from watcher.model import Alert, Judge, Notice
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
    judge: Judge = at_once,
) -> tuple[Notice, ...]:
    """Queue a notice per alert unless its rule, story and target had one; give those queued.

    What holds a notice back or silences it is decided here, so that all of it is one transaction.
    """
    if not alerts:
        return ()
    origin = connection.scalar(select(stories.c.origin).where(stories.c.id == story_id))
    rows = [row_of(story_id, origin or "", target, alert, now) for target, alert in alerts]
    # One order everywhere: transactions that queue the same notices must not wait in a circle.
    rows.sort(key=lambda row: (row["rule"], row["target"]))
    queued = add(connection, rows, judge, now)
    return tuple(sorted((notice_of(row) for row in queued), key=lambda notice: notice.id))


def add(
    connection: Connection, rows: Sequence[dict[str, Any]], judge: Judge, now: datetime
) -> Sequence[Row[Any]]:
    """Add notices that are not known yet, with what becomes of them; give those added."""
    silences = silences_now(connection, now)
    held = [new_row(connection, judge, row, silences, now) for row in rows]
    adding = insert_unless_known(connection, notices).returning(*notices.c)
    return connection.execute(adding, held).all()


def tell(  # noqa: PLR0913, PLR0917 - whom, what, when, and who decides
    connection: Connection,
    target: str,
    alert: Alert,
    occasion: str,
    now: datetime,
    judge: Judge = at_once,
) -> None:
    """Queue what the program has to say of itself, once for each occasion and target."""
    add(connection, [row_of(None, occasion, target, alert, now)], judge, now)


def claim(
    connection: Connection,
    lease: Lease,
    limit: int,
    busy: Collection[str],
    judge: Judge = at_once,
) -> list[Notice]:
    """Take up to `limit` notices: severest first, then oldest, leaving out `busy` targets.

    Each is judged once more: silences may have been set, and a brake may have been reached.
    """
    taken: list[Notice] = []
    while rows := _ready(connection, lease, limit - len(taken), busy):
        silences = silences_now(connection, lease.now)
        for row in rows:
            held = judged(connection, judge, row, silences, lease.now)
            is_going = held.status == "waiting" and held.at <= lease.now
            after = lease.taken if is_going else columns_of(held, lease.now)
            connection.execute(update(notices).where(notices.c.id == row.id).values(after))
            if is_going:
                taken.append(_whole(connection, row))
            elif held.status == "silenced" and row.digest:
                bundles.silence_members(connection, row.id, held, lease.now)
        if len(taken) >= limit:
            break
    return taken


def release_held(connection: Connection, now: datetime) -> None:
    """Have what waits for the end of quiet hours judged anew: these may have been changed."""
    held = IS_WAITING & (notices.c.why == QUIET_HOURS) & (notices.c.retry_at > now)
    connection.execute(update(notices).where(held).values(retry_at=now))


def _ready(
    connection: Connection, lease: Lease, limit: int, busy: Collection[str]
) -> Sequence[Row[Any]]:
    ready = (
        select(notices)
        .where(IS_WAITING, notices.c.retry_at <= lease.now, is_free(notices, lease.now))
        .order_by(notices.c.severity.desc(), notices.c.created, notices.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if busy:
        ready = ready.where(notices.c.target.not_in(busy))
    return connection.execute(ready).all()


def _whole(connection: Connection, row: Row[Any]) -> Notice:
    """Give a notice with what it replies to, and the alerts of others that it tells of."""
    notice = notice_of(row)
    thread = notices.c.thread == row.thread
    first = select(notices.c.receipt).where(thread, notices.c.receipt != "")
    receipt = connection.scalar(first.order_by(notices.c.id).limit(1)) if row.thread else None
    digest = bundles.digest_of(connection, row) if row.digest else None
    return replace(notice, replies_to=receipt or "", digest=digest)


def settle(connection: Connection, notice: Notice, attempt: Attempt, receipt: str = "") -> None:
    """Close a notice after an attempt: sent, whoever held it, or dead unless it has been sent."""
    closing = update(notices).where(notices.c.id == notice.id, notices.c.status != "sent")
    was_sent = attempt.outcome == "sent"
    after = {
        "status": "sent" if was_sent else "dead",
        "why": "" if was_sent else attempt.answer,
        "finished": attempt.at,
        "attempts": notices.c.attempts + 1,
        "receipt": receipt,
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


def row_of(  # noqa: PLR0913 - what makes a notice
    story_id: int | None,
    origin: str,
    target: str,
    alert: Alert,
    now: datetime,
    *,
    occasion: str = FIRST_REPORT,
    digest: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Give the row of a notice that may be sent at once; `origin` names its story."""
    name = identity(rule=alert.rule, origin=origin, target=target, occasion=occasion)
    thread = identity(rule=alert.rule, origin=origin, target=target, occasion="")
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
        "thread": thread,
        "topic": alert.topic,
        "source": alert.source_id,
        "digest": digest,
    }
