"""What the record says about itself, for `watcher status`, and remarks that belong to no source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from watcher.model import Backups, Severity
from watcher.record import backuplog, depths, health, members
from watcher.record.holding import silences_now
from watcher.record.tables import (
    IS_DEAD,
    IS_OPEN,
    IS_WAITING,
    articles,
    entries,
    matches,
    notices,
    pulse,
    remarks,
    rule_revisions,
    sources,
    stories,
)
from watcher.record.upsert import insert_unless_known
from watcher.record.values import alert_of, state_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from watcher.model import ClusterStatus, Silence, SourceState, Trouble

_RULES = "rules"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How one active source is doing; `failed` entries could not be read and are given up."""

    name: str
    state: SourceState
    pending: int = 0
    failed: int = 0
    article_at: datetime | None = None
    """When the last good article was read."""
    days: tuple[int, ...] = ()
    """Articles on each of the last 14 days in UTC, today the last; empty where there were none."""
    troubles: tuple[Trouble, ...] = ()
    """The troubles that it has now."""


@dataclass(frozen=True, slots=True)
class NoticeStatus:
    """One notice: what was or is to be told, to whom, and how that went."""

    id: int
    rule: str
    rule_title: str
    severity: Severity
    target: str
    title: str
    url: str
    status: str
    """waiting, sent, dead, collected, bundled or silenced"""
    why: str
    """What the other side said last, empty when it took the message."""
    attempts: int
    created: datetime
    finished: datetime | None


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How the outbox is doing; `oldest` is when the notice that waits longest was queued."""

    waiting: int
    oldest: datetime | None
    dead: int
    sent: int
    collected: int = 0
    """Alerts that wait for a digest or the summary of a storm."""
    silenced: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """The record at one instant."""

    at: datetime
    sources: tuple[SourceStatus, ...]
    pending: int
    failed: int
    articles: int
    matched: int
    """How many articles match a rule."""
    stories: int
    outbox: OutboxStatus
    alerts: tuple[NoticeStatus, ...]
    """The last notices that were queued, the newest first."""
    dead_letters: tuple[NoticeStatus, ...]
    """The last notices that were given up, the newest first."""
    silences: tuple[Silence, ...] = ()
    """Those that have not ended."""
    rules_refused: str = ""
    """The mistakes of edited rule files that were not taken up; empty when all are in force."""
    behind: tuple[str, ...] = ()
    """In what the daemon itself is behind, or short of room, as it was found."""
    backups: Backups = field(default_factory=Backups)
    cluster: ClusterStatus | None = None
    """The processes that share the work; None where one daemon does it all."""


def read(connection: Connection, now: datetime, last: int) -> Status:
    """Read the status, with the `last` alerts and dead letters."""
    counts = _entry_counts(connection)
    newest = select(notices).order_by(notices.c.id.desc()).limit(last)
    dead = select(notices).where(IS_DEAD).order_by(notices.c.finished.desc()).limit(last)
    return Status(
        at=now,
        sources=_sources(connection, counts, now),
        pending=sum(n for (_, status), n in counts.items() if status == "pending"),
        failed=sum(n for (_, status), n in counts.items() if status == "failed"),
        articles=_count(connection, articles.c.id),
        matched=_count(connection, matches.c.article_id.distinct()),
        stories=_count(connection, stories.c.id),
        outbox=_outbox(connection),
        alerts=tuple(_notice(row) for row in connection.execute(newest)),
        dead_letters=tuple(_notice(row) for row in connection.execute(dead)),
        silences=tuple(silences_now(connection, now)),
        rules_refused=_rules_refused(connection),
        behind=depths.said(connection),
        backups=backuplog.read(connection),
        cluster=members.read(connection),
    )


def beat(connection: Connection) -> None:
    """Write something small, and read a table: a full disk reads well, and an empty file too."""
    connection.execute(select(sources.c.id).limit(1))
    connection.execute(update(pulse).values(beats=pulse.c.beats + 1))


def removed(connection: Connection, last: int) -> dict[str, int]:
    """Count what cleaning removed from the `last` articles: reason -> lines."""
    query = select(articles.c.removed).order_by(articles.c.id.desc()).limit(last)
    lines = (line["why"] for row in connection.execute(query) for line in row.removed)
    return dict(Counter(lines).most_common())


def keep_rule_revision(connection: Connection, revision: str, yaml: str, now: datetime) -> None:
    """Keep the rules as they were written, once, and that they are in force now."""
    row = {"hash": revision, "yaml": yaml, "first_seen": now}
    connection.execute(insert_unless_known(connection, rule_revisions), row)
    is_it = rule_revisions.c.hash == revision
    connection.execute(update(rule_revisions).where(is_it).values(in_force=now))


def remember_rules_refused(connection: Connection, what: str, now: datetime) -> None:
    """Keep what is wrong with the rule files; nothing is, when `what` is empty."""
    connection.execute(delete(remarks).where(remarks.c.about == _RULES))
    if what:
        row = {"about": _RULES, "what": what, "since": now}
        connection.execute(insert(remarks).values(row))


def _rules_refused(connection: Connection) -> str:
    query = select(remarks.c.what).where(remarks.c.about == _RULES)
    return connection.scalar(query) or ""


def _entry_counts(connection: Connection) -> dict[tuple[str, str], int]:
    by = (entries.c.source, entries.c.status)
    query = select(*by, func.count()).where(IS_OPEN).group_by(*by)
    return {(source, status): n for source, status, n in connection.execute(query)}


def _sources(
    connection: Connection, counts: dict[tuple[str, str], int], now: datetime
) -> tuple[SourceStatus, ...]:
    days, troubles = health.last_days(connection, now), health.open_troubles(connection)
    rows = connection.execute(select(sources).where(sources.c.is_active).order_by(sources.c.id))
    return tuple(
        SourceStatus(
            name=row.name,
            state=state_of(row),
            pending=counts.get((row.id, "pending"), 0),
            failed=counts.get((row.id, "failed"), 0),
            article_at=row.article_at,
            days=days.get(row.id, ()),
            troubles=troubles.get(row.id, ()),
        )
        for row in rows
    )


def _outbox(connection: Connection) -> OutboxStatus:
    query = select(func.count(), func.min(notices.c.created)).where(IS_WAITING)
    waiting, oldest = (connection.execute(query)).one()
    dead = connection.scalar(select(func.count()).select_from(notices).where(IS_DEAD))
    counts = select(notices.c.status, func.count()).where(
        notices.c.status.in_(["sent", "collected", "silenced"])
    )
    by_status = {row[0]: row[1] for row in connection.execute(counts.group_by(notices.c.status))}
    others = [by_status.get(status, 0) for status in ("sent", "collected", "silenced")]
    return OutboxStatus(waiting, oldest, dead or 0, *others)


def _count(connection: Connection, column: Any) -> int:
    return connection.scalar(select(func.count(column))) or 0


def _notice(row: Row[Any]) -> NoticeStatus:
    alert = alert_of(row.alert)
    return NoticeStatus(
        id=row.id,
        rule=row.rule,
        rule_title=alert.rule_title,
        severity=Severity(row.severity),
        target=row.target,
        title=alert.title,
        url=alert.url,
        status=row.status,
        why=row.why,
        attempts=row.attempts,
        created=row.created,
        finished=row.finished,
    )
