"""What is forgotten when it is old enough, a little in each transaction. Statements only.

Nothing goes that waits to be sent or read, or belongs to a story that is still told of or could
still grow. What goes leaves tombstones: hashes by which its address and its text are known again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, or_, select

from watcher.record.search import leave
from watcher.record.tables import (
    acknowledgements,
    articles,
    deliveries,
    entries,
    evidence,
    fingerprint_keys,
    match_changes,
    matches,
    notices,
    remarks,
    revisions,
    rule_revisions,
    silences,
    stories,
    tombstones,
)
from watcher.record.upsert import insert_unless_known
from watcher.record.values import day_of
from watcher.story import STORY_WINDOW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

LEAST: Final = timedelta(days=30)
"""Nothing younger goes, whatever is set: until then stories grow, and alerts are escalated."""
TOMBSTONES_KEPT: Final = timedelta(days=3650)
LOOKED_AT: Final = 500
"""Rows that one transaction looks at."""
DROPPED_AT_ONCE: Final = 100
"""Articles that go in one transaction: the daemon must not wait for it."""
LEAST_WORDS: Final = 60
"""A shorter text may well be written twice, so none is kept in mind of it."""
EVERY: Final = timedelta(hours=20)
"""How often it is done at most: `watcher once` may run every minute, and daemons side by side."""
_PRUNED: Final = "pruned"
_SETTLED: Final = ("sent", "dead", "bundled", "silenced")
_UNSETTLED: Final = ("waiting", "collected")


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is kept, in seconds; infinite for ever."""

    texts_s: float = 2 * 365 * 86_400.0
    """Articles with revisions, matches and traces, and the entries that they were read from."""
    deliveries_s: float = 365 * 86_400.0
    """Notices that are settled, with their attempts and acknowledgements; silences that ended."""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Before which instants things go; None where they stay for ever."""

    now: datetime
    texts: datetime | None
    deliveries: datetime | None

    @classmethod
    def of(cls, keep: Keep, now: datetime) -> Cutoffs:
        """Work them out."""
        return cls(now, _before(keep.texts_s, now), _before(keep.deliveries_s, now))


def _before(kept_s: float, now: datetime) -> datetime | None:
    if math.isinf(kept_s):
        return None
    return now - max(LEAST, timedelta(seconds=kept_s))


def begin(connection: Connection, now: datetime) -> bool:
    """Note that it is begun now; False where it was within the last day, here or elsewhere."""
    is_it = remarks.c.about == _PRUNED
    last = connection.scalar(select(remarks.c.since).where(is_it).with_for_update())
    if last is not None and now - EVERY < last <= now:
        return False
    connection.execute(delete(remarks).where(is_it))
    row = {"about": _PRUNED, "since": now}
    beginning = insert_unless_known(connection, remarks).returning(remarks.c.about)
    return connection.execute(beginning, row).first() is not None


# --- articles ---------------------------------------------------------------------------------


def is_over(before: datetime) -> ColumnElement[bool]:
    """Hold for stories that nothing was added to since then, and nobody is told of any more."""
    unsettled = select(1).where(
        notices.c.story_id == stories.c.id, notices.c.status.in_(_UNSETTLED)
    )
    head = notices.alias()
    to_be_bundled = (
        select(1)
        .select_from(notices.join(head, head.c.id == notices.c.bundled_in))
        .where(notices.c.story_id == stories.c.id, head.c.status.in_(_UNSETTLED))
    )
    return and_(
        stories.c.last_seen < before,
        stories.c.open_since.is_(None),
        ~unsettled.exists(),
        ~to_be_bundled.exists(),
    )


def old_stories(connection: Connection, before: datetime, after: int) -> list[int]:
    """Give some stories whose articles go, behind the number `after`."""
    has_articles = select(1).where(articles.c.story_id == stories.c.id).exists()
    query = select(stories.c.id).where(stories.c.id > after, is_over(before), has_articles)
    return [*connection.scalars(query.order_by(stories.c.id).limit(DROPPED_AT_ONCE))]


def clear_stories(connection: Connection, ids: Sequence[int], before: datetime) -> bool:
    """Drop some articles of those stories that are still over; tell whether there may be more."""
    still = select(stories.c.id).where(stories.c.id.in_(ids), is_over(before))
    over = [*connection.scalars(still.order_by(stories.c.id).with_for_update())]
    told = (articles.c[name] for name in ("id", "text_hash", "size", "published", "seen"))
    query = select(*told).where(articles.c.story_id.in_(over)).order_by(articles.c.id)
    rows = connection.execute(query.limit(DROPPED_AT_ONCE)).all()
    if rows:
        going = [row.id for row in rows]
        texts = [
            (row.text_hash, min(row.published or row.seen, row.seen))
            for row in rows
            if row.size >= LEAST_WORDS
        ]
        bury(connection, texts)
        of_these = select(matches.c.id).where(matches.c.article_id.in_(going))
        connection.execute(delete(match_changes).where(match_changes.c.match_id.in_(of_these)))
        connection.execute(delete(matches).where(matches.c.article_id.in_(going)))
        connection.execute(delete(revisions).where(revisions.c.article_id.in_(going)))
        leave(connection, going)
        connection.execute(delete(articles).where(articles.c.id.in_(going)))
    return len(rows) == DROPPED_AT_ONCE


def bury(connection: Connection, texts: Iterable[tuple[str, datetime]]) -> None:
    """Keep in mind what stood on record: hashes, each with the instant that it is of."""
    rows = [{"hash": hash_, "day": day_of(at)} for hash_, at in texts]
    if rows:
        rows.sort(key=lambda row: str(row["hash"]))
        connection.execute(insert_unless_known(connection, tombstones), rows)


# --- entries ----------------------------------------------------------------------------------


def is_done_with(before: datetime) -> ColumnElement[bool]:
    """Hold for entries of before then that are not to be read and that nothing refers to."""
    refers = (
        select(1).where(table.c.entry_id == entries.c.id).exists()
        for table in (articles, revisions, evidence)
    )
    return and_(
        entries.c.seen < before,
        entries.c.status != "pending",
        *(~referring for referring in refers),
    )


def drop_entries(connection: Connection, before: datetime, after: int) -> int | None:
    """Drop some entries behind the number `after`; give the last one looked at, None at the end."""
    told = (entries.c.id, entries.c.url_hash, entries.c.seen)
    # Numbers grow with time: behind the first that is too young, all are.
    query = select(*told).where(entries.c.id > after, entries.c.seen < before)
    rows = connection.execute(query.order_by(entries.c.id).limit(LOOKED_AT)).all()
    if not rows:
        return None
    among = entries.c.id.in_([row.id for row in rows])
    doomed = {*connection.scalars(select(entries.c.id).where(among, is_done_with(before)))}
    bury(connection, [(row.url_hash, row.seen) for row in rows if row.id in doomed])
    connection.execute(delete(entries).where(entries.c.id.in_(doomed)))
    return int(rows[-1].id)


# --- notices ----------------------------------------------------------------------------------


def is_settled(before: datetime) -> ColumnElement[bool]:
    """Hold for notices that ended before then, of no story that people may still be told of."""
    running = select(1).where(
        stories.c.id == notices.c.story_id,
        or_(stories.c.open_since.is_not(None), stories.c.last_seen >= before),
    )
    head = notices.alias()
    waiting = select(1).where(head.c.id == notices.c.bundled_in, head.c.status.in_(_UNSETTLED))
    member = notices.alias()
    # What told of others goes when those are gone.
    tells = select(1).where(member.c.bundled_in == notices.c.id)
    return and_(
        notices.c.status.in_(_SETTLED),
        func.coalesce(notices.c.finished, notices.c.created) < before,
        ~running.exists(),
        ~waiting.exists(),
        ~tells.exists(),
    )


def drop_notices(connection: Connection, before: datetime, after: int) -> int | None:
    """Drop some notices behind the number `after`, with what became of them; as `drop_entries`."""
    looked = select(notices.c.id).where(notices.c.id > after, notices.c.created < before)
    ids: list[int] = [*connection.scalars(looked.order_by(notices.c.id).limit(LOOKED_AT))]
    if not ids:
        return None
    query = select(notices.c.id).where(notices.c.id.in_(ids), is_settled(before))
    doomed = [*connection.scalars(query.with_for_update())]
    for table in (deliveries, acknowledgements):
        connection.execute(delete(table).where(table.c.notice_id.in_(doomed)))
    connection.execute(delete(notices).where(notices.c.id.in_(doomed)))
    return ids[-1]


def drop_silences(connection: Connection, before: datetime) -> None:
    """Drop silences that ended before then."""
    connection.execute(delete(silences).where(silences.c.ends < before))


def drop_stories(connection: Connection, before: datetime, after: int) -> int | None:
    """Drop some stories that nothing is left of, behind the number `after`; as `drop_entries`."""
    empty = (
        ~select(1).where(table.c.story_id == stories.c.id).exists()
        for table in (articles, notices, silences)
    )
    query = select(stories.c.id).where(stories.c.id > after, is_over(before), *empty)
    ids: list[int] = [*connection.scalars(query.order_by(stories.c.id).limit(LOOKED_AT))]
    connection.execute(delete(stories).where(stories.c.id.in_(ids)))
    return ids[-1] if ids else None


# --- what was only to find things by ----------------------------------------------------------


def next_keys(connection: Connection, after: int | None) -> int | None:
    """Give the key up to which one transaction looks, from the one behind `after`; None at the end.

    Articles are looked up by their keys for as long as stories grow, and never again.
    """
    key = fingerprint_keys.c.key
    query = select(key).order_by(key).limit(1)
    if after is not None:
        query = query.where(key > after)
    found: int | None = connection.scalar(query.offset(LOOKED_AT * 10))
    if found is None:
        newest = select(func.max(key))
        found = connection.scalar(newest if after is None else newest.where(key > after))
    return found


def drop_keys(connection: Connection, now: datetime, after: int | None, upto: int) -> int:
    """Drop the keys of what is too old to share a story with anything; give how many."""
    key, oldest = fingerprint_keys.c.key, day_of(now - STORY_WINDOW) - 1
    dropping = delete(fingerprint_keys).where(key <= upto, fingerprint_keys.c.day < oldest)
    if after is not None:
        dropping = dropping.where(key > after)
    return connection.execute(dropping).rowcount


def count_old_keys(connection: Connection, now: datetime, after: int | None, upto: int) -> int:
    """Count the same, so that nothing is locked where there are none."""
    key, oldest = fingerprint_keys.c.key, day_of(now - STORY_WINDOW) - 1
    query = select(func.count()).where(key <= upto, fingerprint_keys.c.day < oldest)
    return connection.scalar(query if after is None else query.where(key > after)) or 0


def unused_rules(connection: Connection, now: datetime) -> list[str]:
    """Name the states of the rule files that no match refers to; never the one last in force."""
    used = select(matches.c.rule_revision).where(matches.c.rule_revision.is_not(None)).distinct()
    since = func.coalesce(rule_revisions.c.in_force, rule_revisions.c.first_seen)
    newest = select(rule_revisions.c.hash).order_by(since.desc()).limit(1).scalar_subquery()
    query = select(rule_revisions.c.hash).where(
        since < now - LEAST, rule_revisions.c.hash != newest, rule_revisions.c.hash.not_in(used)
    )
    return [*connection.scalars(query)]


def drop_rules(connection: Connection, hashes: Collection[str], now: datetime) -> None:
    """Drop states of the rule files, unless they came in force again meanwhile."""
    since = func.coalesce(rule_revisions.c.in_force, rule_revisions.c.first_seen)
    among = rule_revisions.c.hash.in_(hashes)
    connection.execute(delete(rule_revisions).where(among, since < now - LEAST))


def old_tombstones(connection: Connection, now: datetime) -> list[str]:
    """Give some hashes of what nobody will list or copy again."""
    query = select(tombstones.c.hash).where(tombstones.c.day < day_of(now - TOMBSTONES_KEPT))
    return [*connection.scalars(query.limit(LOOKED_AT))]


def drop_tombstones(connection: Connection, hashes: Sequence[str]) -> None:
    """Drop tombstones."""
    connection.execute(delete(tombstones).where(tombstones.c.hash.in_(hashes)))


# --- looking ahead ----------------------------------------------------------------------------


def doomed(connection: Connection, cutoffs: Cutoffs) -> dict[str, int]:
    """Count what would go now: table -> rows."""
    found: dict[str, int] = {}
    if cutoffs.texts is not None:
        of_stories = articles.join(stories, stories.c.id == articles.c.story_id)
        old = select(articles.c.id).select_from(of_stories).where(is_over(cutoffs.texts))
        found["articles"] = _count(connection, old)
        found["entries"] = _count(connection, _going_entries(cutoffs.texts))
    if cutoffs.deliveries is not None:
        settled = select(notices.c.id).where(is_settled(cutoffs.deliveries))
        found["notices"] = _count(connection, settled)
        sent = select(deliveries.c.id).where(deliveries.c.notice_id.in_(settled))
        found["deliveries"] = _count(connection, sent)
        ended = select(silences.c.id).where(silences.c.ends < cutoffs.deliveries)
        found["silences"] = _count(connection, ended)
    oldest = day_of(cutoffs.now - STORY_WINDOW) - 1
    old_keys = select(fingerprint_keys.c.key).where(fingerprint_keys.c.day < oldest)
    found["fingerprint_keys"] = _count(connection, old_keys)
    found["rule_revisions"] = len(unused_rules(connection, cutoffs.now))
    return found


def _going_entries(before: datetime) -> Select[Any]:
    """Give the entries that will be done with once the articles that go are gone."""
    of = articles.join(stories, stories.c.id == articles.c.story_id)
    stays = ~is_over(before)
    read = select(1).select_from(of).where(articles.c.entry_id == entries.c.id, stays)
    of = revisions.join(articles, articles.c.id == revisions.c.article_id).join(
        stories, stories.c.id == articles.c.story_id
    )
    revised = select(1).select_from(of).where(revisions.c.entry_id == entries.c.id, stays)
    received = select(1).where(evidence.c.entry_id == entries.c.id)
    kept = (~one.exists() for one in (read, revised, received))
    return select(entries.c.id).where(entries.c.seen < before, entries.c.status != "pending", *kept)


def _count(connection: Connection, query: Any) -> int:
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0
