"""Notices as people look at them: lists, one with all that became of it. Statements only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from watcher.model import Digest, Severity
from watcher.record import bundles
from watcher.record.tables import acknowledgements, deliveries, notices
from watcher.record.values import alert_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from watcher.model import Alert


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to send a notice."""

    at: datetime
    outcome: str
    """sent, postponed or refused"""
    answer: str
    took_s: float


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has seen to a notice."""

    at: datetime
    author: str
    note: str


@dataclass(frozen=True, slots=True)
class Told:
    """A notice on record: what was or is to be told, to whom, and how that went."""

    id: int
    identity: str
    rule: str
    story_id: int | None
    target: str
    occasion: str
    severity: Severity
    status: str
    """waiting, sent, dead, collected, bundled or silenced"""
    why: str
    attempts: int
    created: datetime
    due: datetime
    """When it may be sent, or when what it was collected for is due."""
    finished: datetime | None
    bundle: str
    bundled_in: int | None
    """Which notice told of it instead: with others, or again after it had died."""
    count: int
    """How many alerts it tells of."""
    alert: Alert
    escalated: datetime | None = None
    acknowledged: tuple[Acknowledgement, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    digest: Digest | None = None


def listed(  # noqa: PLR0913 - what is asked for
    connection: Connection,
    since: datetime | None,
    *,
    status: str = "",
    rule: str = "",
    target: str = "",
    story: int | None = None,
    limit: int = 50,
) -> list[Told]:
    """Give the newest notices queued since then, the newest first."""
    query = select(notices).order_by(notices.c.id.desc()).limit(limit)
    if since:
        query = query.where(notices.c.created >= since)
    for column, wanted in (("status", status), ("rule", rule), ("target", target)):
        if wanted:
            query = query.where(notices.c[column] == wanted)
    if story is not None:
        query = query.where(notices.c.story_id == story)
    rows = connection.execute(query).all()
    counts = _counts(connection, rows)
    answers = _acknowledged(connection, [row.id for row in rows])
    return [
        _told(row, counts.get(_bundle_of(row), 1), tuple(answers.get(row.id, ()))) for row in rows
    ]


def one(connection: Connection, notice_id: int) -> Told | None:
    """Give a notice with its attempts, the answers of people, and what it tells of."""
    row = connection.execute(select(notices).where(notices.c.id == notice_id)).first()
    if row is None:
        return None
    query = select(deliveries).where(deliveries.c.notice_id == notice_id).order_by(deliveries.c.id)
    digest = bundles.digest_of(connection, row) if row.digest else None
    count = len(digest.alerts) + digest.more if digest else 1
    return _told(
        row,
        count,
        tuple(_acknowledged(connection, [notice_id]).get(notice_id, ())),
        tuple(
            Delivery(attempt.at, attempt.outcome, attempt.answer, attempt.took_s)
            for attempt in connection.execute(query)
        ),
        digest,
    )


def _bundle_of(row: Row[Any]) -> int:
    return int(row.digest["of"]) if row.digest else 0


def _counts(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, int]:
    ids = {_bundle_of(row) for row in rows if row.digest}
    if not ids:
        return {}
    inside = notices.c.bundled_in
    count = func.count().label("members")
    query = select(inside, count).where(inside.in_(ids)).group_by(inside)
    return {row.bundled_in: row.members for row in connection.execute(query)}


def _acknowledged(connection: Connection, ids: Sequence[int]) -> dict[int, list[Acknowledgement]]:
    """Give the answers to these notices, and to the bundles that told of them."""
    answered = acknowledgements.c.notice_id
    query = (
        select(notices.c.id, acknowledgements)
        .join(acknowledgements, or_(answered == notices.c.id, answered == notices.c.bundled_in))
        .where(notices.c.id.in_(ids))
        .order_by(acknowledgements.c.id)
    )
    found: dict[int, list[Acknowledgement]] = {}
    for number, _, _, at, author, note in connection.execute(query):
        found.setdefault(number, []).append(Acknowledgement(at, author, note))
    return found


def _told(
    row: Row[Any],
    count: int,
    acknowledged: tuple[Acknowledgement, ...],
    attempts: tuple[Delivery, ...] = (),
    digest: Digest | None = None,
) -> Told:
    return Told(
        id=row.id,
        identity=row.identity,
        rule=row.rule,
        story_id=row.story_id,
        target=row.target,
        occasion=row.occasion,
        severity=Severity(row.severity),
        status=row.status,
        why=row.why,
        attempts=row.attempts,
        created=row.created,
        due=row.retry_at,
        finished=row.finished,
        bundle=row.bundle,
        bundled_in=row.bundled_in,
        count=count,
        alert=alert_of(row.alert),
        escalated=row.escalated,
        acknowledged=acknowledged,
        deliveries=attempts,
        digest=digest,
    )
