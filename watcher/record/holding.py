"""What the judge of notices has to know, and what it decided, as columns. Statements only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, null, or_, select

from watcher.model import Hold, Lately, Severity, Silence, Waiting
from watcher.record.tables import IS_COLLECTED, IS_WAITING, notices, silences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from watcher.model import Judge

HOUR: Final = timedelta(hours=1)
_IS_SENT = notices.c.status == "sent"
_IS_SINGLE = notices.c.digest.is_(null()) & (notices.c.bundle != "storm")


def at_once(
    waiting: Waiting,
    now: datetime,
    lately: Callable[[], Lately],  # noqa: ARG001 - as a Judge is asked
    silences: Sequence[Silence],
) -> Hold:
    """Let everything go that is not silenced: the judge of a record that knows no targets."""
    silence = next((one for one in silences if one.covers(waiting, now)), None)
    if silence:
        return Hold("silenced", now, waiting.bundle, f"silenced: {silence.why}")
    return Hold("waiting", now, waiting.bundle)


def silences_now(connection: Connection, now: datetime) -> list[Silence]:
    """Give the silences that have not ended."""
    query = select(silences).where(silences.c.ends > now).order_by(silences.c.id)
    return [silence_of(row) for row in connection.execute(query)]


def silence_of(row: Row[Any]) -> Silence:
    """Read a silence from its row."""
    return Silence(
        id=row.id,
        rule=row.rule,
        target=row.target,
        story_id=row.story_id,
        starts=row.starts,
        ends=row.ends,
        author=row.author,
        why=row.why,
    )


def new_row(
    connection: Connection,
    judge: Judge,
    row: dict[str, Any],
    silenced: Sequence[Silence],
    now: datetime,
) -> dict[str, Any]:
    """Give the row of a notice that is being queued, with what becomes of it."""
    waiting = Waiting(
        rule=row["rule"],
        target=row["target"],
        severity=Severity(row["severity"]),
        story_id=row["story_id"],
        occasion=row["occasion"],
        is_new=True,
        is_bundle=row["digest"] is not None,
    )
    held = judge(waiting, now, lambda: lately_of(connection, waiting, now), silenced)
    return row | columns_of(held, now)


def lately_of(connection: Connection, waiting: Waiting, now: datetime) -> Lately:
    """Give what a notice that is being queued comes after, and so counts what waits, too."""
    return _lately(connection, waiting, IS_WAITING, now)


def judged(
    connection: Connection, judge: Judge, row: Row[Any], silenced: Sequence[Silence], now: datetime
) -> Hold:
    """Decide about a notice that would be sent now."""
    waiting = waiting_of(row)
    # Only what others are sending at this moment counts: what merely waits comes after this one.
    others = IS_WAITING & (notices.c.claimed_until > now) & (notices.c.id != row.id)
    return judge(waiting, now, lambda: _lately(connection, waiting, others, now), silenced)


def waiting_of(row: Row[Any], *, is_bundle: bool | None = None) -> Waiting:
    """Give what is judged of a notice on record."""
    return Waiting(
        rule=row.rule,
        target=row.target,
        severity=Severity(row.severity),
        story_id=row.story_id,
        occasion=row.occasion,
        bundle=row.bundle,
        is_bundle=row.digest is not None if is_bundle is None else is_bundle,
    )


def last_summary(connection: Connection, rule: str, target: str, now: datetime) -> datetime | None:
    """Give when the last summary of a rule's storm was sent, or will be, if within an hour."""
    waiting = Waiting(rule, target, Severity.LOW)
    return lately_of(connection, waiting, now).summary_at


def columns_of(held: Hold, now: datetime) -> dict[str, Any]:
    """Give the columns that say what becomes of a notice."""
    return {
        "status": held.status,
        "retry_at": held.at,
        "bundle": held.bundle,
        "why": held.why,
        "finished": now if held.status == "silenced" else None,
    }


def _lately(connection: Connection, waiting: Waiting, coming: Any, now: datetime) -> Lately:
    finished, retry_at = notices.c.finished, notices.c.retry_at
    is_storm = notices.c.bundle == "storm"
    query = select(
        func.count().filter(_IS_SINGLE, or_(_IS_SENT, coming)),
        func.max(finished).filter(is_storm, _IS_SENT),
        func.max(retry_at).filter(is_storm, IS_WAITING),
        func.min(retry_at).filter(is_storm, IS_COLLECTED),
    ).where(
        notices.c.target == waiting.target,
        notices.c.rule == waiting.rule,
        or_(finished.is_(None), finished > now - HOUR),
    )
    singles, summary_at, unsent, storm_due = connection.execute(query).one()
    if unsent:  # a summary that is still on its way
        summary_at = max(unsent, now)
    return Lately(singles, summary_at, storm_due)
