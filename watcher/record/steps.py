"""Steps that touch several tables. Each function is run as one transaction by the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from watcher.model import Validators
from watcher.record import (
    articles,
    entries,
    furniture,
    health,
    lease,
    match_changes,
    notices,
    raw,
    sources,
    tables,
    threads,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Alert, Entry, Notice, Pending, Reading, Sample, SourceState
    from watcher.record.threads import Wishes

    Learn: TypeAlias = Callable[[SourceState, Sequence[Entry]], SourceState]


def free_what_the_gone_hold(connection: Connection) -> None:
    """Free entries and notices of processes that are certainly gone."""
    for table in (tables.entries, tables.notices):
        lease.release(connection, table, lease.gone_holders(connection, table))


def let_go(connection: Connection, holder: str) -> None:
    """Free what this process holds; what it began of entries counts as answered."""
    answered = tables.entries.c.unanswered - 1
    lease.release(connection, tables.entries, [holder], unanswered=answered)
    lease.release(connection, tables.notices, [holder])


def keep_poll(  # noqa: PLR0913, PLR0917 - what a poll gave, and what it makes of it
    connection: Connection,
    state: SourceState,
    listed: Sequence[Entry],
    now: datetime,
    most: int,
    learn: Learn | None,
) -> int:
    """Keep a state after a poll, and the entries that are new; give how many were."""
    seen_before, last, troubles = sources.lock(connection, state.id)
    first, gap_s = not seen_before, (now - last).total_seconds() if last else None
    new, left = entries.add(
        connection, state.id, listed, now, first_contact=first, gap_s=gap_s, most=most
    )
    if left:
        remark = f"{left} more new entries than limits.max_entries_per_poll; they follow"
        remarks = "; ".join(filter(None, (state.remark, remark)))
        again = dict.fromkeys(state.more, Validators())
        state = replace(state, validators=Validators(), more=again, remark=remarks)
        state = replace(state, seen_before=seen_before)
    if new and learn:
        state = learn(state, new)
    sources.keep_state(connection, state)
    health.note_poll(connection, state, troubles, len(new), now)
    return len(new)


def keep_reading(
    connection: Connection,
    reading: Reading,
    now: datetime,
    rule_revision: str | None,
    packed: raw.Packed | None,
) -> tuple[Notice, ...]:
    """Close an entry, and keep all that reading it gave; give the notices that this queued."""
    if not entries.finish(connection, reading.pending, "done", "", now):
        return ()
    added = articles.add(connection, reading, now, rule_revision)
    health.note_reading(connection, reading, now)
    furniture.add(connection, reading.article, added.story_id, now)
    if packed:
        raw.keep(connection, reading.pending, packed)
    return threads.advance(connection, added, reading, now)


def keep_stays(  # noqa: PLR0913, PLR0917 - what stays, why, and who wants to hear of it
    connection: Connection,
    pending: Pending,
    why: str,
    now: datetime,
    is_gone: bool,  # noqa: FBT001 - handed on by `write`
    wishes: Wishes,
) -> bool:
    """Close an entry whose page cannot be read now; what was read of it before stays.

    That the page is gone is told to those who were told of it.
    """
    own = articles.own_article(connection, pending.id)
    if own is None:
        return False
    if entries.finish(connection, pending, "done", why, now) and is_gone:
        changes = match_changes.note_gone(connection, pending.id, why, now)
        added = articles.Added(own.story_id, own.id, changes, (own.url, pending.entry.url))
        threads.tell_changes(connection, added, wishes, now)
    return True


def keep_again(
    connection: Connection, reading: Reading, now: datetime, rule_revision: str | None
) -> tuple[Notice, ...]:
    """Keep what reading an article's evidence again gave; give the notices that this queued.

    What changed by it is a change of ours: nobody is told that an outlet corrected anything.
    """
    entries.now_read(connection, reading.pending, now)
    added = replace(articles.add(connection, reading, now, rule_revision), changes=())
    return threads.advance(connection, added, reading, now)


def keep_refusal(  # noqa: PLR0913, PLR0917 - what was refused, why, and what that shows
    connection: Connection,
    pending: Pending,
    why: str,
    now: datetime,
    sample: Sample | None,
    packed: raw.Packed | None,
) -> None:
    """Close an entry that is no article, with what that shows of its source."""
    if not entries.finish(connection, pending, "skipped", why, now):
        return
    if sample:
        health.note_refusal(connection, pending.source, sample, now)
    if packed:
        raw.keep(connection, pending, packed)


def keep_failure(  # noqa: PLR0913, PLR0917 - what failed, why, until when, and what that shows
    connection: Connection,
    pending: Pending,
    why: str,
    now: datetime,
    retry_at: datetime | None,
    sample: Sample | None,
) -> None:
    """Put an entry off, or close it, with what that shows of its source."""
    entries.failed(connection, pending, why, now, retry_at)
    if sample:
        health.note_refusal(connection, pending.source, sample, now)


def tell_of_troubles(
    connection: Connection,
    ids: Collection[int],
    notice: tuple[str, Alert, str] | None,
    now: datetime,
    words: int,
) -> None:
    """Queue a notice about troubles, if there is one, and mark them as told."""
    if notice:
        notices.tell(connection, *notice, now)
    health.told(connection, ids, words)
