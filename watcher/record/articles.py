"""Articles, their stories and matches. Statements only; transactions are the store's."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, insert, literal, select, union_all, update

from watcher.model import Relation, Statement
from watcher.record import match_changes
from watcher.record.columns import storable
from watcher.record.search import enter
from watcher.record.tables import (
    articles,
    fingerprint_keys,
    matches,
    revisions,
    rule_revisions,
    stories,
)
from watcher.record.upsert import insert_unless_known
from watcher.record.values import amounts_json, day_of, neighbor_of, packed, signed, url_hash
from watcher.story import differences

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Article, Fingerprint, Neighbor, Reading
    from watcher.record.match_changes import MatchChange

MAX_NEIGHBORS = 64
"""The articles that share most; a formula that stands in every article of a site brings no more."""
_SAME_TEXT = 1_000_000
"""Outweighs any number of shared keys."""


def neighbors(connection: Connection, fingerprint: Fingerprint, since: datetime) -> list[Neighbor]:
    """Give the articles seen since then that share a key or the whole text, the nearest first."""
    given = {
        "shared": [signed(key) for key in fingerprint.keys],
        "day": day_of(since),
        "text_hash": fingerprint.text_hash,
        "since": since,
    }
    return [neighbor_of(row) for row in connection.execute(NEIGHBORS, given)]


def _neighbors_query() -> Select[Any]:
    """Build the lookup: one range of the key index for each key, and the index of whole texts."""
    keys, since = fingerprint_keys.c, bindparam("since", type_=articles.c.seen.type)
    sharing_keys = (
        select(keys.article_id, func.count().label("weight"))
        .where(keys.key.in_(bindparam("shared", expanding=True)), keys.day >= bindparam("day"))
        .group_by(keys.article_id)
    )
    same_text = select(articles.c.id, literal(_SAME_TEXT)).where(
        articles.c.text_hash == bindparam("text_hash"), articles.c.seen >= since
    )
    found = union_all(sharing_keys, same_text).subquery()
    weight = func.sum(found.c.weight).label("weight")
    nearest = (
        select(found.c.article_id, weight)
        .group_by(found.c.article_id)
        .order_by(weight.desc(), found.c.article_id.desc())
        .limit(MAX_NEIGHBORS)
        .subquery()
    )
    told = [
        articles.c[name]
        for name in ("id", "story_id", "url", "text_hash", "sketch", "keys", "size", "source")
    ]
    return (
        select(*told)
        .join(nearest, nearest.c.article_id == articles.c.id)
        .where(articles.c.seen >= since)
        .order_by(nearest.c.weight.desc(), articles.c.id.desc())
    )


# Built once: to build a statement costs more than to run it.
NEIGHBORS = _neighbors_query()
_NOTHING_SAID = Statement()
SAYS_OTHERWISE = "its source says something else of it"
_TEXT_BEFORE = select(
    revisions.c.id,
    revisions.c.article_id,
    revisions.c.url,
    revisions.c.title,
    revisions.c.text,
).where(revisions.c.id == bindparam("id"))
_NEW_STORY = insert(stories).returning(stories.c.id)
_NEW_ARTICLE = insert(articles).returning(articles.c.id)


@dataclass(frozen=True, slots=True)
class Added:
    """Where an article was put: its story, itself, and what it changed if it is a revision."""

    story_id: int
    article_id: int
    changes: tuple[MatchChange, ...] = ()
    urls: tuple[str, ...] = ()
    """The article's addresses, the old one too."""
    is_new: bool = False
    """The story began with it."""


def add(
    connection: Connection, reading: Reading, now: datetime, rule_revision: str | None
) -> Added:
    """Add the article, or the revision of one, with its story and matches."""
    if reading.pending.is_again and (own := own_article(connection, reading.pending.id)):
        if own.text_hash == reading.fingerprint.text_hash and own.title == reading.article.title:
            return Added(own.story_id, own.id)  # only its source's words changed
        again = Relation("revision", own.story_id, own.id, SAYS_OTHERWISE)
        reading = replace(reading, relation=again)
    relation = reading.relation
    story_id = relation.story_id
    revised = relation.article_id if relation.kind == "revision" else None
    if story_id is None:
        story_id = _new_story(connection, reading.article, now)
    else:
        _grow_story(connection, story_id, now, by=0 if revised else 1)
    if revised is None:
        article_id = _new_article(connection, reading, story_id, now)
        added = Added(story_id, article_id, is_new=relation.story_id is None)
    else:
        added = _revise(connection, story_id, revised, reading, now)
    article_id = added.article_id
    _add_keys(connection, article_id, reading.fingerprint, now)
    enter(connection, article_id, reading.article)
    _add_matches(connection, article_id, reading, now, rule_revision)
    return added


def own_article(connection: Connection, entry_id: int) -> Any:
    """Give the article that was read from an entry, also where another revised it since."""
    revised = select(revisions.c.article_id).where(revisions.c.entry_id == entry_id)
    names = ("id", "story_id", "url", "title", "text_hash")
    told = (articles.c[name] for name in names)
    is_own = (articles.c.entry_id == entry_id) | articles.c.id.in_(revised)
    return connection.execute(select(*told).where(is_own).limit(1)).one_or_none()


def earlier(
    connection: Connection, source: str, text_hash: str, before: datetime
) -> datetime | None:
    """Give when a source's article with this very text was published, as recorded before then."""
    given = {"source": source, "text_hash": text_hash, "before": before}
    found: datetime | None = connection.scalar(EARLIER, given)
    return found


EARLIER = select(func.min(func.coalesce(articles.c.published, articles.c.seen))).where(
    articles.c.text_hash == bindparam("text_hash"),
    articles.c.source == bindparam("source"),
    articles.c.seen < bindparam("before", type_=articles.c.seen.type),
)


def keep_rule_revision(connection: Connection, revision: str, yaml: str, now: datetime) -> None:
    """Keep the rules as they were written, once."""
    row = {"hash": revision, "yaml": yaml, "first_seen": now}
    connection.execute(insert_unless_known(connection, rule_revisions), row)


def _new_story(connection: Connection, article: Article, now: datetime) -> int:
    row = {
        "title": article.title,
        "origin": url_hash(article.url),
        "first_seen": now,
        "last_seen": now,
        "articles": 1,
    }
    story_id: int = connection.execute(_NEW_STORY, row).scalar_one()
    return story_id


def _grow_story(connection: Connection, story_id: int, now: datetime, *, by: int) -> None:
    growing = update(stories).where(stories.c.id == story_id)
    connection.execute(growing.values(last_seen=now, articles=stories.c.articles + by))


def _new_article(connection: Connection, reading: Reading, story_id: int, now: datetime) -> int:
    first = {
        "first_seen": reading.pending.seen or now,
        "source": reading.pending.source,
        "copy_of": reading.relation.article_id if reading.relation.kind == "copy" else None,
    }
    row = _text_row(reading, now) | first | {"story_id": story_id}
    article_id: int = connection.execute(_NEW_ARTICLE, row).scalar_one()
    return article_id


def _revise(
    connection: Connection, story_id: int, article_id: int, reading: Reading, now: datetime
) -> Added:
    """Keep what the article said before, with its matches, and then what it says now."""
    names = ["entry_id", "url", "title", "text", "published", "text_hash", "seen"]
    before = select(
        articles.c.id,
        literal(now, revisions.c.superseded.type),
        *(articles.c[name] for name in names),
    ).where(articles.c.id == article_id)
    keeping = insert(revisions).from_select(["article_id", "superseded", *names], before)
    revision_id = connection.execute(keeping.returning(revisions.c.id)).scalar_one()
    old = connection.execute(_TEXT_BEFORE, {"id": revision_id}).one()
    changes = differences(old.text, storable(reading.article.text))
    told = {"why": reading.relation.why, "differences": [list(astuple(one)) for one in changes]}
    connection.execute(update(revisions).where(revisions.c.id == revision_id).values(told))
    noted = match_changes.note(connection, reading, old, changes, now)
    was_current = (matches.c.article_id == article_id) & matches.c.revision_id.is_(None)
    connection.execute(update(matches).where(was_current).values(revision_id=revision_id))
    text = _text_row(reading, now)
    connection.execute(update(articles).where(articles.c.id == article_id).values(text))
    return Added(story_id, article_id, noted, (old.url, reading.article.url))


def _add_keys(
    connection: Connection, article_id: int, fingerprint: Fingerprint, now: datetime
) -> None:
    if not fingerprint.keys:
        return
    day = day_of(now)
    rows = [
        {"key": signed(key), "day": day, "article_id": article_id} for key in set(fingerprint.keys)
    ]
    connection.execute(insert_unless_known(connection, fingerprint_keys), rows)


def _add_matches(
    connection: Connection,
    article_id: int,
    reading: Reading,
    now: datetime,
    rule_revision: str | None,
) -> None:
    rows = [
        {
            "article_id": article_id,
            "rule": match.rule,
            "rule_revision": rule_revision,
            "severity": int(match.severity),
            "found_in": match.where,
            "spans": [asdict(span) for span in match.spans],
            "held_back": reading.held_back.get(match.rule, ""),
            "figures": amounts_json(said.figures),
            "denial": said.denial,
            "seen": now,
        }
        for match in reading.matches
        for said in (reading.said.statements.get(match.rule, _NOTHING_SAID),)
    ]
    if rows:
        connection.execute(insert(matches), rows)


def _text_row(reading: Reading, now: datetime) -> dict[str, Any]:
    article, fingerprint = reading.article, reading.fingerprint
    return {
        "entry_id": reading.pending.id,
        "relation": reading.relation.kind,
        "relation_why": reading.relation.why,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "published": article.published,
        "published_raw": article.published_raw,
        "published_how": article.published_how,
        "updated": article.updated,
        "updated_raw": article.updated_raw,
        "updated_how": article.updated_how,
        "old_news": article.old_news,
        "author": article.author,
        "language": article.language,
        "credit": article.credit,
        "agency": ",".join(reading.said.agencies),
        "figures": amounts_json(reading.said.figures),
        "tags": list(article.tags),
        "removed": [asdict(removed) for removed in article.removed],
        "quality": article.quality,
        "quality_why": list(article.quality_why),
        "text_hash": fingerprint.text_hash,
        "sketch": packed(fingerprint.sketch),
        "keys": packed(fingerprint.keys),
        "size": fingerprint.size,
        "seen": now,
    }
