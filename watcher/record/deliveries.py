"""Attempts to deliver: what was answered, what to reply to, who has it. Statements only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, insert, select

from watcher.record.tables import deliveries, notices

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Notice


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery: what came of it, what the other side answered, when, and after how long.

    `receipt` is what the service calls the message; `taken` names who has it while others wait.
    """

    outcome: Literal["sent", "postponed", "refused"]
    answer: str
    at: datetime
    took_s: float
    receipt: str = ""
    taken: tuple[str, ...] = ()


def note(connection: Connection, notice: Notice, attempt: Attempt) -> None:
    """Keep an attempt; of one that succeeded, how long after the news it was."""
    row = asdict(attempt) | {"notice_id": notice.id, "taken": list(attempt.taken) or None}
    if attempt.outcome == "sent":
        published, seen = notice.alert.published, notice.alert.seen
        row["after_seen_s"] = (attempt.at - seen).total_seconds()
        row["after_published_s"] = (attempt.at - published).total_seconds() if published else None
    connection.execute(insert(deliveries).values(row))


def with_history(connection: Connection, due: Sequence[Notice]) -> list[Notice]:
    """Give notices with what they reply to, and with who has them already.

    Those that an earlier version queued are in no thread.
    """
    firsts = _first_receipts(
        connection, {one.thread for one in due if one.story_id is not None} - {""}
    )
    taken = _taken(connection, [one.id for one in due if one.attempts])
    return [
        replace(
            one,
            replies_to=firsts.get(one.thread, ""),
            taken=taken.get(one.id, ()),
        )
        for one in due
    ]


def recent(
    connection: Connection, since: datetime, targets: Collection[str] | None = None
) -> list[tuple[str, datetime]]:
    """Give (target, instant) of every attempt since then, the oldest first; of some targets."""
    query = select(notices.c.target, deliveries.c.at).join_from(deliveries, notices)
    if targets is not None:
        query = query.where(notices.c.target.in_(targets))
    rows = connection.execute(query.where(deliveries.c.at >= since).order_by(deliveries.c.at))
    return [(row.target, row.at) for row in rows]


def _first_receipts(connection: Connection, threads: Collection[str]) -> dict[str, str]:
    """Give the first receipt of each thread: of one rule, story and target."""
    if not threads:
        return {}
    query = (
        select(notices.c.thread, deliveries.c.receipt)
        .join_from(notices, deliveries)
        .where(notices.c.thread.in_(threads), deliveries.c.receipt != "")
        .order_by(deliveries.c.id.desc())
    )
    # The oldest comes last and stays.
    return {row.thread: row.receipt for row in connection.execute(query)}


def _taken(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Give what the last attempt of each said of who has it."""
    if not ids:
        return {}
    last = (
        select(func.max(deliveries.c.id))
        .where(deliveries.c.notice_id.in_(ids))
        .group_by(deliveries.c.notice_id)
    )
    query = select(deliveries.c.notice_id, deliveries.c.taken).where(deliveries.c.id.in_(last))
    return {row.notice_id: tuple(row.taken or ()) for row in connection.execute(query)}
