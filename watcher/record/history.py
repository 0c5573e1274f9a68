"""What is on record of single articles: texts over time, matches. Statements only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from watcher.model import Removed
from watcher.record.search import Archived, archived
from watcher.record.tables import articles, entries, matches, revisions, tombstones
from watcher.record.values import instant_of, url_hash
from watcher.story import Difference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Superseded:
    """A text that an article had until `superseded`; `differences` lead to the one after it."""

    title: str
    text: str
    seen: datetime
    superseded: datetime
    why: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """A match of an article's text as it stands now."""

    rule: str
    found_in: str
    terms: tuple[str, ...]
    held_back: str


@dataclass(frozen=True, slots=True)
class History:
    """An article with all that is on record of it; its texts before, the oldest first."""

    one: Archived
    removed: tuple[Removed, ...] = ()
    relation: str = ""
    matches: tuple[Matched, ...] = ()
    superseded: tuple[Superseded, ...] = ()


def of_entry(connection: Connection, entry_id: int) -> History | None:
    """Give the article that was last read from an entry."""
    article_id = connection.scalar(select(articles.c.id).where(articles.c.entry_id == entry_id))
    return None if article_id is None else of_article(connection, article_id)


def of_address(connection: Connection, url: str) -> History | None:
    """Give the article at an address, canonical or as an earlier revision had it."""
    entry_id = connection.scalar(select(entries.c.id).where(entries.c.url_hash == url_hash(url)))
    if entry_id is None:
        return None
    found = of_entry(connection, entry_id)
    if found is not None:
        return found
    query = select(revisions.c.article_id).where(revisions.c.entry_id == entry_id).limit(1)
    article_id = connection.scalar(query)
    return None if article_id is None else of_article(connection, article_id)


def of_article(connection: Connection, article_id: int) -> History | None:
    """Give an article by its number; None where there is none."""
    found = archived(connection, [article_id])
    if not found:
        return None
    told = (articles.c.removed, articles.c.relation, articles.c.relation_why)
    row = connection.execute(select(*told).where(articles.c.id == article_id)).one()
    return History(
        found[0],
        tuple(Removed(**removed) for removed in row.removed or ()),
        f"{row.relation}: {row.relation_why}",
        _matches(connection, article_id),
        _superseded(connection, article_id),
    )


def listed(
    connection: Connection,
    since: datetime | None,
    source: str | None,
    rule: str | None,
    limit: int,
) -> Sequence[Archived]:
    """Give the newest articles seen since then, of a source and matched by a rule; oldest first."""
    query = select(articles.c.id)
    if since is not None:
        query = query.where(articles.c.seen >= since)
    if source is not None:
        query = query.where(articles.c.source == source)
    if rule is not None:
        holds = (matches.c.article_id == articles.c.id) & matches.c.revision_id.is_(None)
        query = query.where(select(1).where(holds, matches.c.rule == rule).exists())
    newest = query.order_by(articles.c.seen.desc(), articles.c.id.desc()).limit(limit)
    return archived(connection, list(connection.scalars(newest)))


def _matches(connection: Connection, article_id: int) -> tuple[Matched, ...]:
    holds = (matches.c.article_id == article_id) & matches.c.revision_id.is_(None)
    rows = connection.execute(select(matches).where(holds).order_by(matches.c.id))
    return tuple(Matched(row.rule, row.found_in, _terms(row.spans), row.held_back) for row in rows)


def _terms(spans: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span["term"] for span in spans))


def _superseded(connection: Connection, article_id: int) -> tuple[Superseded, ...]:
    query = select(revisions).where(revisions.c.article_id == article_id)
    return tuple(
        Superseded(
            row.title,
            row.text,
            row.seen,
            row.superseded,
            row.why,
            tuple(Difference(*places) for places in row.differences or ()),
        )
        for row in connection.execute(query.order_by(revisions.c.id))
    )


# --- texts that were recorded before -----------------------------------------------------------


def earlier(
    connection: Connection, source: str, text_hash: str, before: datetime
) -> datetime | None:
    """Give when a source's article with this very text was published, as recorded before then.

    Of texts that were forgotten since it is not known whose they were: anybody's counts.
    """
    given = {"source": source, "text_hash": text_hash, "before": before}
    found: datetime | None = connection.scalar(EARLIER, given)
    if found is None:
        day = connection.scalar(_BURIED, {"text_hash": text_hash})
        found = None if day is None else instant_of(day)
    return found


_BURIED = select(tombstones.c.day).where(tombstones.c.hash == bindparam("text_hash"))


EARLIER = select(func.min(func.coalesce(articles.c.published, articles.c.seen))).where(
    articles.c.text_hash == bindparam("text_hash"),
    articles.c.source == bindparam("source"),
    articles.c.seen < bindparam("before", type_=articles.c.seen.type),
)
