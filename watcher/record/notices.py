"""Notices, from queued to sent or dead. Statements only; transactions are the store's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from watcher.model import FALLBACK, QUIET_HOURS
from watcher.points import reached
from watcher.record import bundles, deliveries
from watcher.record.holding import at_once, columns_of, judged, new_row, silences_now
from watcher.record.lease import LET_GO, is_free
from watcher.record.queue import enqueue_deliveries
from watcher.record.tables import IS_WAITING, notices, stories
from watcher.record.upsert import insert_unless_known
from watcher.record.values import alert_json, identity, notice_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from watcher.model import Alert, Judge, Notice
    from watcher.record.deliveries import Attempt
    from watcher.record.lease import Lease

FIRST_REPORT = "first-report"
"""The occasion of a notice that tells of a story for the first time."""


def queue(  # noqa: PLR0913, PLR0917 - what, about which story, when, and who decides
    connection: Connection,
    story_id: int,
    alerts: Sequence[tuple[str, Alert]],
    now: datetime,
    judge: Judge = at_once,
    occasion: str = FIRST_REPORT,
) -> tuple[Notice, ...]:
    """Queue a notice per alert unless its rule, story and target had one of this occasion.

    Give those queued. What holds a notice back or silences it is decided here, so that all of it is
    one transaction.
    """
    if not alerts:
        return ()
    origin = connection.scalar(select(stories.c.origin).where(stories.c.id == story_id))
    rows = [
        row_of(story_id, origin or "", target, alert, now, occasion=occasion)
        for target, alert in alerts
    ]
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
    added = connection.execute(adding, held).all()
    going = {row.target for row in added if row.status == "waiting" and row.retry_at <= now}
    enqueue_deliveries(connection, going)
    return added


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


def claim(  # noqa: PLR0913, PLR0917 - what is due, how that is told, and who decides
    connection: Connection,
    lease: Lease,
    limit: int,
    busy: Collection[str],
    judge: Judge = at_once,
    also: Collection[int] = (),
    but: Collection[int] = (),
) -> list[Notice]:
    """Take up to `limit` notices: severest first, then oldest, leaving out `busy` targets.

    Those of `also` are due whatever their own time says, unless quiet hours hold them; those of
    `but` are not. Each is judged once more: silences may have been set, and a brake may have been
    reached.
    """
    taken: list[Row[Any]] = []
    due = (*also,)
    while rows := _ready(connection, lease, limit - len(taken), busy, due, but):
        silences = silences_now(connection, lease.now)
        for row in rows:
            held = judged(connection, judge, row, silences, lease.now)
            is_going = held.status == "waiting" and held.at <= lease.now
            after = lease.taken if is_going else columns_of(held, lease.now)
            connection.execute(update(notices).where(notices.c.id == row.id).values(after))
            if is_going:
                taken.append(row)
            elif held.status == "silenced" and row.digest:
                bundles.silence_members(connection, row.id, held, lease.now)
        if len(taken) >= limit:
            break
        due = ()  # what was held back just now must not be looked at again and again
    if taken:
        reached("notices-leased")
    return deliveries.with_history(connection, [_whole(connection, row) for row in taken])


def release_held(connection: Connection, now: datetime) -> None:
    """Have what waits for the end of quiet hours judged anew: these may have been changed."""
    held = IS_WAITING & (notices.c.why == QUIET_HOURS) & (notices.c.retry_at > now)
    connection.execute(update(notices).where(held).values(retry_at=now))


def _ready(  # noqa: PLR0913, PLR0917 - what is due, and what is not
    connection: Connection,
    lease: Lease,
    limit: int,
    busy: Collection[str],
    also: Collection[int],
    but: Collection[int],
) -> Sequence[Row[Any]]:
    is_due = notices.c.retry_at <= lease.now
    at_once = notices.c.id.in_(also) & (notices.c.why != QUIET_HOURS)
    ready = (
        select(notices)
        .where(IS_WAITING, is_free(notices, lease.now))
        .where(or_(is_due, at_once) if also else is_due)
        .order_by(notices.c.severity.desc(), notices.c.created, notices.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if busy:
        ready = ready.where(notices.c.target.not_in(busy))
    if but:
        ready = ready.where(notices.c.id.not_in(but))
    return connection.execute(ready).all()


def _whole(connection: Connection, row: Row[Any]) -> Notice:
    """Give a notice with the alerts of others that it tells of."""
    digest = bundles.digest_of(connection, row) if row.digest else None
    return replace(notice_of(row), digest=digest)


def fall_back(  # noqa: PLR0913, PLR0917 - what, to whom, why, and who decides when
    connection: Connection,
    notice: Notice,
    target: str,
    why: str,
    now: datetime,
    judge: Judge = at_once,
) -> None:
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
        "thread": identity(rule=notice.rule, origin=notice.thread, target=target, occasion=""),
        "target": target,
        "occasion": occasion,
        "status": "waiting",
        "why": why,
        "attempts": 0,
        "retry_at": now,
        "finished": None,
    }
    add(connection, [row | again | LET_GO], judge, now)


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
