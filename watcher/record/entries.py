"""Entries: listed, waiting to be read, done. Statements only; transactions are the store's."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Text, Update, bindparam, literal_column, select, update

from watcher.arabic import fold
from watcher.points import reached
from watcher.record.columns import Instant
from watcher.record.lease import LET_GO, is_free
from watcher.record.queue import enqueue_reads
from watcher.record.tables import IS_PENDING, entries, tombstones
from watcher.record.upsert import insert_unless_known
from watcher.record.values import day_of, entry_json, pending_of, url_hash

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Entry, Pending
    from watcher.record.lease import Lease

MAX_UNANSWERED = 20
"""An entry whose reading was begun this often and never ended kills or stalls the program.

Many, because power cuts count too; a page alone only kills the worker that reads it.
"""
_STALLED = (
    f"reading was begun {MAX_UNANSWERED} times and never ended: "
    "the page stalls or kills the program"
)
_ANSWERED: dict[str, Any] = LET_GO | {"unanswered": 0}
_HASHES_PER_QUERY = 500
YOUNG = timedelta(days=3)
"""How long after first sight an entry is followed."""
MOST_AGAIN = 4
"""How often in a day, in UTC, an entry is read again because its source says something else."""
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")


def add(  # noqa: PLR0913 - an entry is added with all of that
    connection: Connection,
    source: str,
    listed: Sequence[Entry],
    now: datetime,
    *,
    first_contact: bool,
    gap_s: float | None = None,
    most: int,
) -> tuple[list[Entry], int]:
    """Add the newest `most` entries whose address is new; give them, and how many are left."""
    # Lists begin with the newest; of two with one address the one listed first is kept.
    by_hash = {url_hash(entry.url): entry for entry in reversed(listed)}
    known = _known(connection, by_hash)
    _queue_changed(connection, source, {key: by_hash[key] for key in known}, now)
    new = [(key, entry) for key, entry in by_hash.items() if key not in known]
    if not new:
        return [], 0
    new.sort(key=lambda pair: pair[1].published or now)
    left, new = max(0, len(new) - most), new[-most:]
    seen = {"first_contact": first_contact, "gap_s": gap_s}
    rows = [_row(source, key, entry, now) | seen for key, entry in new]
    adding = insert_unless_known(connection, entries)
    if connection.dialect.name == "sqlite":  # its only writer are we: nothing came in between
        connection.execute(adding, rows)
        return [entry for _, entry in new], left
    told = adding.returning(entries.c.id, entries.c.url, entries.c.url_hash)
    added = connection.execute(told, rows).all()
    enqueue_reads(connection, [(row.id, row.url) for row in added])
    keys = {row.url_hash for row in added}
    return [entry for key, entry in new if key in keys], left


def knows_one_of(connection: Connection, listed: Sequence[Entry]) -> bool:
    """Tell whether any of these entries is on record."""
    return bool(_known(connection, {url_hash(entry.url) for entry in listed}))


def claim(
    connection: Connection,
    lease: Lease,
    limit: int,
    busy: Collection[str] = (),
    only: int | None = None,
) -> list[Pending]:
    """Take up to `limit` entries to read now, the oldest first, leaving out `busy` sources.

    Or the entry `only`, if it can be read now. What was begun MAX_UNANSWERED times without an
    answer is given up instead.
    """
    given: dict[str, Any] = {"now": lease.now, "limit": limit}
    if only is not None:
        rows = connection.execute(_READY_ONE, given | {"entry_id": only}).all()
    elif busy:
        rows = connection.execute(_READY, given | {"busy": list(busy)}).all()
    else:
        rows = connection.execute(_READY_OF_ALL, given).all()
    _give_up(connection, [row.id for row in rows if row.unanswered >= MAX_UNANSWERED], lease)
    taken = [row for row in rows if row.unanswered < MAX_UNANSWERED]
    if taken:
        connection.execute(_TAKE, {"ids": [row.id for row in taken]} | lease.taken)
        reached("entries-leased")
    return [pending_of(row) for row in taken]


def failed(
    connection: Connection,
    pending: Pending,
    why: str,
    now: datetime,
    retry_at: datetime | None,
) -> None:
    """Note that an entry could not be read: it waits until `retry_at`, or has failed for good."""
    after = {"why": why, "attempts": entries.c.attempts + 1} | _ANSWERED
    after |= {"status": "failed", "finished": now} if retry_at is None else {"retry_at": retry_at}
    connection.execute(_waiting(pending).values(after))


def finish(connection: Connection, pending: Pending, status: str, why: str, now: datetime) -> bool:
    """Close an entry and drop its body; False if it had been closed before."""
    after = {"entry_id": pending.id, "status": status, "why": why, "finished": now}
    return connection.execute(_FINISH, after).rowcount == 1


# Built once: to build a statement costs more than to run it.
_READY_OF_ALL = (
    select(entries)
    .where(
        IS_PENDING,
        entries.c.retry_at <= bindparam("now"),
        is_free(entries, bindparam("now", type_=Instant)),
    )
    .order_by(entries.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_READY = _READY_OF_ALL.where(entries.c.source.not_in(bindparam("busy", expanding=True)))
_READY_ONE = _READY_OF_ALL.where(entries.c.id == bindparam("entry_id"))
_TAKE = (
    update(entries)
    .where(entries.c.id.in_(bindparam("ids", expanding=True)))
    .values({name: bindparam(name) for name in LET_GO})
    .values(unanswered=entries.c.unanswered + 1)
)
_FINISH = (
    update(entries)
    .where(entries.c.id == bindparam("entry_id"), IS_PENDING)
    .values({name: bindparam(name) for name in ("status", "why", "finished")})
    .values({"entry": None} | _ANSWERED)
)


_KNOWN = select(entries.c.url_hash).where(
    entries.c.url_hash.in_(bindparam("hashes", expanding=True))
)

# What was forgotten and is listed still is no news either.
_BURIED = select(tombstones.c.hash).where(
    tombstones.c.hash.in_(bindparam("hashes", expanding=True))
)


def version_of(entry: Entry) -> str:
    """Hash what the source says of an entry, spelling and markup aside.

    Only words count, and the stamp of its last change: counters and addresses in markup move.
    """
    words = fold(f"{entry.title} {_TAG.sub(' ', html.unescape(entry.body_html))}")
    said = [*_WORD.findall(words), entry.updated.isoformat() if entry.updated else ""]
    return hashlib.blake2b(" ".join(said).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _queue_changed(
    connection: Connection, source: str, listed: Mapping[str, Entry], now: datetime
) -> None:
    """Have entries of which their source now says something else read again, within bounds."""
    day, told = day_of(now), (entries.c.id, entries.c.url_hash, entries.c.version)
    for some in _batches(listed):
        young = select(*told, entries.c.again, entries.c.again_day).where(
            entries.c.url_hash.in_(some),
            entries.c.source == source,
            entries.c.status != literal_column("'pending'", Text),
            entries.c.seen > now - YOUNG,
        )
        for row in connection.execute(young).all():
            entry = listed[row.url_hash]
            version = version_of(entry)
            again = row.again if row.again_day == day else 0
            if version == row.version or again >= MOST_AGAIN:
                continue
            after: dict[str, Any] = {"version": version}
            if row.version:  # what an earlier version recorded has none: it is learned first
                after |= {"status": "pending", "entry": entry_json(entry), "retry_at": now}
                after |= {"attempts": 0, "why": "", "again": again + 1, "again_day": day}
            connection.execute(update(entries).where(entries.c.id == row.id).values(after))


def now_read(connection: Connection, pending: Pending, now: datetime) -> None:
    """Note that an entry, skipped before, turned out to be an article."""
    skipped = (entries.c.id == pending.id) & (entries.c.status == "skipped")
    after = {"status": "done", "why": "", "finished": now}
    connection.execute(update(entries).where(skipped).values(after))


def _known(connection: Connection, hashes: Iterable[str]) -> set[str]:
    known: set[str] = set()
    for some in _batches(hashes):
        known.update(connection.scalars(_KNOWN, {"hashes": some}))
        if unknown := [one for one in some if one not in known]:
            known.update(connection.scalars(_BURIED, {"hashes": unknown}))
    return known


def _batches(hashes: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(hashes)
    while some := list(islice(rest, _HASHES_PER_QUERY)):
        yield some


def _give_up(connection: Connection, ids: Sequence[int], lease: Lease) -> None:
    if ids:
        after = {"status": "failed", "why": _STALLED, "finished": lease.now} | LET_GO
        connection.execute(_all_of(ids).values(after))


def _all_of(ids: Iterable[int]) -> Update:
    return update(entries).where(entries.c.id.in_(list(ids)))


def _waiting(pending: Pending) -> Update:
    return update(entries).where(entries.c.id == pending.id, IS_PENDING)


def _row(source: str, key: str, entry: Entry, now: datetime) -> dict[str, Any]:
    return {
        "url_hash": key,
        "url": entry.url,
        "source": source,
        "entry": entry_json(entry),
        "status": "pending",
        "seen": now,
        "retry_at": now,
        "version": version_of(entry),
    }
