"""Alerts that were collected, told together: digests and summaries of storms.

Statements only; transactions are the store's. A bundle and the marks of its members are written in
one, and its members are locked until then: none is lost and none is told twice. What is due is due,
whatever the configuration says by then: nothing waits for a digest that nobody wants any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, func, insert, select, update

from watcher.model import Digest, Severity, Waiting
from watcher.record.holding import (
    HOUR,
    columns_of,
    judged,
    last_summary,
    silences_now,
    waiting_of,
)
from watcher.record.tables import IS_COLLECTED, notices
from watcher.record.values import alert_of, identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from watcher.model import Hold, Judge, Silence

MOST_TOLD: Final = 200
"""Alerts that one digest carries; of more it gives the number."""
URGENCY = (notices.c.severity.desc(), notices.c.created, notices.c.id)
# A storm is one of a rule; a digest takes all rules.
_RULE = case((notices.c.bundle == "storm", notices.c.rule), else_="")


@dataclass(frozen=True, slots=True)
class _Group:
    """What is told together."""

    target: str
    bundle: str
    rule: str
    due: datetime


def bundle_due(connection: Connection, judge: Judge, now: datetime) -> int:
    """Make every bundle that is due and may be sent now; give how many alerts that freed."""
    rule = _RULE.label("of_rule")
    by = (notices.c.target, notices.c.bundle, rule)
    query = (
        select(*by, func.max(notices.c.retry_at))
        .where(IS_COLLECTED, notices.c.retry_at <= now)
        .group_by(*by)
        .order_by(*by)
    )
    groups = [_Group(*row) for row in connection.execute(query)]
    silences = silences_now(connection, now) if groups else []
    return sum(_bundle(connection, judge, group, silences, now) for group in groups)


def _bundle(
    connection: Connection, judge: Judge, group: _Group, silences: Sequence[Silence], now: datetime
) -> int:
    members = _audible(connection, judge, _members(connection, group, now), silences, now)
    if not members:
        return 0
    until = _not_before(connection, judge, group, members, now)
    if until > now:
        _change(connection, members, {"retry_at": until})
        return 0
    if len(members) == 1:
        # It keeps its bundle's name, by which the judge knows that it has waited.
        _change(connection, members, {"status": "waiting", "retry_at": now, "why": ""})
        return 1
    number = _add(connection, group, members, now)
    after = {"status": "bundled", "bundled_in": number, "finished": now, "why": ""}
    _change(connection, members, after)
    return len(members)


def _members(connection: Connection, group: _Group, now: datetime) -> Sequence[Row[Any]]:
    query = (
        select(notices)
        .where(
            IS_COLLECTED,
            notices.c.retry_at <= now,
            notices.c.target == group.target,
            notices.c.bundle == group.bundle,
            (notices.c.bundle != "storm") | (notices.c.rule == group.rule),
        )
        .order_by(*URGENCY)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).all()


def _audible(
    connection: Connection,
    judge: Judge,
    members: Sequence[Row[Any]],
    silences: Sequence[Silence],
    now: datetime,
) -> list[Row[Any]]:
    """Leave out what has been silenced while it waited."""
    left: list[Row[Any]] = []
    for row in members:
        if any(silence.covers(waiting_of(row), now) for silence in silences):
            held = judged(connection, judge, row, silences, now)
            _change(connection, [row], columns_of(held, now))
        else:
            left.append(row)
    return left


def _not_before(
    connection: Connection,
    judge: Judge,
    group: _Group,
    members: Sequence[Row[Any]],
    now: datetime,
) -> datetime:
    """Give when a bundle may be sent: not in quiet hours, and one summary of a storm an hour."""
    severity = Severity(members[0].severity)
    probe = Waiting(group.rule, group.target, severity, is_bundle=True)
    held = judge(probe, now, _nothing_is_asked, ())
    if group.bundle != "storm":
        return held.at
    last = last_summary(connection, group.rule, group.target, now)
    return max(held.at, last + HOUR) if last else held.at


def _nothing_is_asked() -> Any:
    raise AssertionError("no brake holds for a bundle")


def _add(connection: Connection, group: _Group, members: Sequence[Row[Any]], now: datetime) -> int:
    """Add the notice that tells of its members; its name is made of target, due instant, first."""
    first = members[0]
    rules, topics = {row.rule for row in members}, {row.topic for row in members}
    rule = first.rule if len(rules) == 1 else ""
    occasion = f"{group.bundle} {group.due:%Y-%m-%dT%H:%M} {min(row.id for row in members)}"
    digest = {
        "why": group.bundle,
        "since": min(row.created for row in members).isoformat(),
        "until": now.isoformat(),
    }
    row = {
        "identity": identity(rule=rule, origin="", target=group.target, occasion=occasion),
        "rule": rule,
        "target": group.target,
        "occasion": occasion,
        "severity": first.severity,
        "alert": first.alert,
        "status": "waiting",
        "created": now,
        "retry_at": now,
        "topic": first.topic if len(topics) == 1 else "",
        "bundle": group.bundle,
        "digest": digest,
    }
    adding = insert(notices).values(row).returning(notices.c.id)
    number: int = connection.scalars(adding).one()
    # So that a copy of it, sent again or to another target, tells of the same.
    naming = update(notices).where(notices.c.id == number)
    connection.execute(naming.values(digest=digest | {"of": number}))
    return number


def digest_of(connection: Connection, row: Row[Any]) -> Digest:
    """Give what a notice on record tells of."""
    of = members_of(row)
    query = select(notices.c.alert).where(of).order_by(*URGENCY).limit(MOST_TOLD)
    alerts = tuple(alert_of(alert) for alert in connection.scalars(query))
    count = connection.scalar(select(func.count()).where(of)) or 0
    told = row.digest
    return Digest(
        why=told["why"],
        since=datetime.fromisoformat(told["since"]),
        until=datetime.fromisoformat(told["until"]),
        alerts=alerts,
        more=count - len(alerts),
    )


def members_of(row: Row[Any]) -> Any:
    """Hold for the members of a bundle; one that is told again has those of the first."""
    return notices.c.bundled_in == row.digest["of"]


def silence_members(connection: Connection, bundle_id: int, held: Hold, now: datetime) -> None:
    """Silence what a bundle would have told."""
    silencing = update(notices).where(notices.c.bundled_in == bundle_id)
    connection.execute(silencing.values(status="silenced", why=held.why, finished=now))


def _change(connection: Connection, rows: Sequence[Row[Any]], after: dict[str, Any]) -> None:
    ids = [row.id for row in rows]
    connection.execute(update(notices).where(notices.c.id.in_(ids)).values(after))
