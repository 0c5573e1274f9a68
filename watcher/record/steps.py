"""Steps that touch several tables. Each function is run as one transaction by the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from sqlalchemy import text

from watcher.model import Validators
from watcher.points import reached
from watcher.record import (
    articles,
    entries,
    furniture,
    health,
    lease,
    match_changes,
    notices,
    presence,
    raw,
    sources,
    tables,
    threads,
    wordcounts,
)
from watcher.story import words_to_weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import (
        Alert,
        Entry,
        Judge,
        Neighbor,
        Notice,
        Pending,
        Reading,
        Relation,
        Sample,
        SourceState,
        WordCounts,
    )
    from watcher.record.deliveries import Attempt
    from watcher.record.threads import Wishes

    Learn: TypeAlias = Callable[[SourceState, Sequence[Entry]], SourceState]


_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7233108474212)")
"""Any number that nobody else uses as an advisory lock of this database."""


class Relate(Protocol):
    """Finds an article's story."""

    def __call__(self, neighbors: Iterable[Neighbor], /, *, counts: WordCounts) -> Relation:
        """Compare it with its neighbors, by how many stories hold their words."""


def arrive(connection: Connection, holder: str, now: datetime) -> None:
    """Note that a process uses the record, and free what those that are certainly gone held."""
    presence.arrive(connection, holder, now)
    for table in (tables.entries, tables.notices):
        lease.release(connection, table, lease.gone_holders(connection, table))


def renew(
    connection: Connection,
    reading: lease.Lease,
    sending: lease.Lease,
    entry_ids: Collection[int],
    notice_ids: Collection[int],
) -> None:
    """Have what a process has in hand be its own for another while."""
    lease.renew(connection, tables.entries, reading, entry_ids)
    lease.renew(connection, tables.notices, sending, notice_ids)


def let_go(connection: Connection, holder: str) -> None:
    """Free what this process holds; what it began of entries counts as answered."""
    presence.leave(connection, holder)
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
    reached("entries-added")
    if left:
        most_at_once = "limits.max_entries_per_poll and limits.max_pending let in"
        remark = f"{left} more new entries than {most_at_once}; they follow"
        remarks = "; ".join(filter(None, (state.remark, remark)))
        again = dict.fromkeys(state.more, Validators())
        state = replace(state, validators=Validators(), more=again, remark=remarks)
        state = replace(state, seen_before=seen_before)
    if new and learn:
        state = learn(state, new)
    sources.keep_state(connection, state)
    health.note_poll(connection, state, troubles, len(new), now)
    reached("poll-noted")
    return len(new)


def keep_reading(  # noqa: PLR0913, PLR0917 - what was read, of what, and who decides about notices
    connection: Connection,
    reading: Reading,
    now: datetime,
    rule_revision: str | None,
    packed: raw.Packed | None,
    judge: Judge,
) -> tuple[Notice, ...]:
    """Close an entry, and keep all that reading it gave; give the notices that this queued."""
    if not entries.finish(connection, reading.pending, "done", "", now):
        return ()
    reached("entry-closed")
    added = articles.add(connection, reading, now, rule_revision)
    reached("article-added")
    health.note_reading(connection, reading, now)
    furniture.add(connection, reading, added.story_id, now)
    if packed:
        raw.keep(connection, reading.pending, packed)
    queued = threads.advance(connection, added, reading, now, judge)
    reached("notices-queued")
    return queued


def keep_related(  # noqa: PLR0913, PLR0917 - what a reading gave, and what it is related to
    connection: Connection,
    reading: Reading,
    relate: Relate,
    since: datetime,
    now: datetime,
    rule_revision: str | None,
    packed: raw.Packed | None,
    judge: Judge,
) -> tuple[Relation, tuple[Notice, ...]]:
    """Find an article's story among those seen since then, and keep the reading with that."""
    if connection.dialect.name == "postgresql":
        # One article at a time finds its story, whatever machine reads it.
        connection.execute(_ONE_AT_A_TIME)
    fingerprint = reading.traces.fingerprint
    near = articles.neighbors(connection, fingerprint, since)
    counts = wordcounts.read(connection, words_to_weigh(fingerprint, near))
    relation = relate(near, counts=counts)
    reached("story-found")
    related = replace(reading, relation=relation)
    return relation, keep_reading(connection, related, now, rule_revision, packed, judge)


def keep_stays(  # noqa: PLR0913, PLR0917 - what stays, why, and who wants to hear of it
    connection: Connection,
    pending: Pending,
    why: str,
    now: datetime,
    is_gone: bool,  # noqa: FBT001 - handed on by `write`
    wishes: Wishes,
    judge: Judge,
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
        threads.tell_changes(connection, added, wishes, now, judge)
    return True


def keep_again(
    connection: Connection,
    reading: Reading,
    now: datetime,
    rule_revision: str | None,
    judge: Judge,
) -> tuple[Notice, ...]:
    """Keep what reading an article's evidence again gave; give the notices that this queued.

    What changed by it is a change of ours: nobody is told that an outlet corrected anything.
    """
    entries.now_read(connection, reading.pending, now)
    added = replace(articles.add(connection, reading, now, rule_revision), changes=())
    return threads.advance(connection, added, reading, now, judge)


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


def keep_refused(  # noqa: PLR0913, PLR0917 - what was refused, who is told instead, and who decides
    connection: Connection,
    notice: Notice,
    attempt: Attempt,
    fallback: str,
    word: tuple[str, Alert, str] | None,
    judge: Judge,
) -> None:
    """Make a notice a dead letter; queue it for another target, and a word about it."""
    if not notices.settle(connection, notice, attempt):
        return
    if fallback and fallback != notice.target:
        notices.fall_back(connection, notice, fallback, attempt.answer, attempt.at, judge)
        reached("fallback-queued")
    if word:
        notices.tell(connection, *word, attempt.at, judge)
    reached("refusal-noted")


def tell_of_troubles(  # noqa: PLR0913, PLR0917 - which, what is told of them, and who decides when
    connection: Connection,
    ids: Collection[int],
    notice: tuple[str, Alert, str] | None,
    now: datetime,
    words: int,
    judge: Judge,
) -> None:
    """Queue a notice about troubles, if there is one, and mark them as told."""
    if notice:
        notices.tell(connection, *notice, now, judge)
    health.told(connection, ids, words)
