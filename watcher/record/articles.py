"""Articles, their stories and matches. Statements only; transactions are the store's."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, insert, literal, select, union_all, update

from watcher.model import Relation, Statement
from watcher.record import match_changes, wordcounts
from watcher.record.columns import storable
from watcher.record.search import enter
from watcher.record.tables import (
    articles,
    fingerprint_keys,
    matches,
    revisions,
    stories,
)
from watcher.record.upsert import DIALECTS, unless_known
from watcher.record.values import (
    amounts_json,
    day_of,
    neighbor_of,
    packed,
    signed,
    traces_of,
    url_hash,
)
from watcher.story import (
    INDEX_KEYS,
    MAX_NEIGHBORS,
    MOST_PER_KEY,
    WORD_KEYS,
    differences,
    relate,
    word_keys,
    words_to_count,
    words_to_weigh,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Article, Fingerprint, Neighbor, Reading
    from watcher.record.match_changes import MatchChange

_MOST_KEYS = INDEX_KEYS + WORD_KEYS
_NO_KEY = -1
_SAME_TEXT = 1_000_000
"""Outweighs any number of shared keys."""
_MOST_SAME = 8


def neighbors(connection: Connection, fingerprint: Fingerprint, since: datetime) -> list[Neighbor]:
    """Give the articles seen since then that share a key or the whole text, the nearest first.

    Keys are those of the sketch and those of the words that tell most, by the archive's counts.
    """
    counts = wordcounts.read(connection, words_to_weigh(fingerprint))
    keys = [*fingerprint.keys[:INDEX_KEYS], *word_keys(fingerprint, counts)]
    padded = [*map(signed, keys), *[_NO_KEY] * (_MOST_KEYS - len(keys))]
    given = {f"key_{place}": key for place, key in enumerate(padded)} | {
        "day": day_of(since),
        "text_hash": fingerprint.text_hash,
        "since": since,
    }
    return [neighbor_of(row) for row in connection.execute(NEIGHBORS, given)]


def _neighbors_query() -> Select[Any]:
    """Build the lookup: a short range of the key index for each key, and the index of whole texts.

    The newest articles under each key and no more: what a formula leads to grows with the archive.
    """
    keys, since = fingerprint_keys.c, bindparam("since", type_=articles.c.seen.type)
    newest = [
        select(keys.article_id)
        .where(
            keys.key == bindparam(f"key_{place}", type_=keys.key.type),
            keys.day >= bindparam("day"),
        )
        .order_by(keys.day.desc(), keys.article_id.desc())
        .limit(MOST_PER_KEY)
        .subquery()
        for place in range(_MOST_KEYS)
    ]
    same_text = (
        select(articles.c.id, literal(_SAME_TEXT).label("weight"))
        .where(articles.c.text_hash == bindparam("text_hash"), articles.c.seen >= since)
        .limit(_MOST_SAME)
        .subquery()
    )
    # A key that leads to few says more than one that leads to many.
    says = literal(MOST_PER_KEY**2) / func.count().over()
    weighed = [select(one.c.article_id, says.label("weight")).select_from(one) for one in newest]
    found = union_all(select(same_text), *weighed).subquery()
    weight = func.sum(found.c.weight).label("weight")
    nearest = (
        select(found.c.id, weight)
        .group_by(found.c.id)
        .order_by(weight.desc(), found.c.id.desc())
        .limit(MAX_NEIGHBORS)
        .subquery()
    )
    told = [articles.c[name] for name in _TOLD]
    return (
        select(*told)
        .join(nearest, nearest.c.id == articles.c.id)
        .where(articles.c.seen >= since)
        .order_by(nearest.c.weight.desc(), articles.c.id.desc())
    )


_TOLD = (
    *("id", "story_id", "url", "text_hash", "sketch", "keys", "size", "traces", "source"),
    *("published", "seen"),
)
# Built once: to build a statement costs more than to run it.
NEIGHBORS = _neighbors_query()
_NOTHING_SAID = Statement()
_REPEATS = frozenset({"copy", "revision"})
"""How an article is related to one whose text it repeats: another's, or its outlet's own."""
SAYS_OTHERWISE = "its source says something else of it"
_TEXT_BEFORE = select(
    revisions.c.id,
    revisions.c.article_id,
    revisions.c.url,
    revisions.c.title,
    revisions.c.text,
).where(revisions.c.id == bindparam("id"))
_REPEATING = articles.alias()
_COPIED = (
    select(*(articles.c[name] for name in _TOLD))
    .join(_REPEATING, _REPEATING.c.copy_of == articles.c.id)
    .where(_REPEATING.c.id == bindparam("id"))
)
_NEW_STORY = insert(stories).returning(stories.c.id)
_NEW_ARTICLE = insert(articles).returning(articles.c.id)
_GROW_STORY = (
    update(stories)
    .where(stories.c.id == bindparam("story_id"))
    .values(last_seen=bindparam("last_seen"), articles=stories.c.articles + bindparam("by"))
)
_ADD_KEYS = {dialect: unless_known(dialect, fingerprint_keys) for dialect in DIALECTS}


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
    is_unchanged: bool = False
    """It was read again and says the same: only its source's words changed."""


def add(
    connection: Connection, reading: Reading, now: datetime, rule_revision: str | None
) -> Added:
    """Add the article, or the revision of one, with its story and matches."""
    if reading.pending.is_again and (own := own_article(connection, reading.pending.id)):
        if (
            own.text_hash == reading.traces.fingerprint.text_hash
            and own.title == reading.article.title
        ):
            return _unchanged(connection, own, reading, now, rule_revision)
        again = Relation("revision", own.story_id, own.id, SAYS_OTHERWISE)
        reading = replace(reading, relation=again)
    relation = reading.relation
    story_id = relation.story_id
    revised = _revised(connection, reading)
    if story_id is None:
        story_id = _new_story(connection, reading.article, now)
    else:
        _grow_story(connection, story_id, now, by=0 if revised else 1)
    if revised is None:
        article_id = _new_article(connection, reading, story_id, now)
        added = Added(story_id, article_id, is_new=relation.story_id is None)
    else:
        added = _revise(connection, story_id, revised, reading, now)
    article_id, fingerprint = added.article_id, reading.traces.fingerprint
    _add_keys(connection, article_id, fingerprint, now)
    if relation.kind == "new":
        wordcounts.add(connection, words_to_count(fingerprint))
    enter(connection, article_id, reading.traces.words, is_new=revised is None)
    _add_matches(connection, article_id, reading, now, rule_revision)
    return added


def _unchanged(
    connection: Connection, own: Any, reading: Reading, now: datetime, rule_revision: str | None
) -> Added:
    """Add the matches of rules that did not match when the same text was read before."""
    holds = (matches.c.article_id == own.id) & matches.c.revision_id.is_(None)
    known = {*connection.scalars(select(matches.c.rule).where(holds))}
    gained = tuple(match for match in reading.matches if match.rule not in known)
    _add_matches(connection, own.id, replace(reading, matches=gained), now, rule_revision)
    return Added(own.story_id, own.id, is_unchanged=True)


def _revised(connection: Connection, reading: Reading) -> int | None:
    """Give the article that the reading says anew: of the same entry, or at the same address.

    An outlet's newer version at another address is an article of its own: the older one stands.
    """
    relation = reading.relation
    if relation.kind != "revision":
        return None
    of_entry = select(revisions.c.article_id).where(revisions.c.entry_id == reading.pending.id)
    is_same = (
        (articles.c.url == reading.article.url)
        | (articles.c.entry_id == reading.pending.id)
        | articles.c.id.in_(of_entry)
    )
    query = select(articles.c.id).where(articles.c.id == relation.article_id, is_same)
    found: int | None = connection.scalar(query)
    return found


def own_article(connection: Connection, entry_id: int) -> Any:
    """Give the article that was read from an entry, also where another revised it since."""
    revised = select(revisions.c.article_id).where(revisions.c.entry_id == entry_id)
    names = ("id", "story_id", "url", "title", "text_hash")
    told = (articles.c[name] for name in names)
    is_own = (articles.c.entry_id == entry_id) | articles.c.id.in_(revised)
    return connection.execute(select(*told).where(is_own).limit(1)).one_or_none()


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
    connection.execute(_GROW_STORY, {"story_id": story_id, "last_seen": now, "by": by})


def _new_article(connection: Connection, reading: Reading, story_id: int, now: datetime) -> int:
    first = {
        "first_seen": reading.pending.seen or now,
        "source": reading.pending.source,
        "copy_of": reading.relation.article_id if reading.relation.kind in _REPEATS else None,
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
    text = _text_row(reading, now) | {
        "copy_of": _still_copied(connection, article_id, reading, now)
    }
    connection.execute(update(articles).where(articles.c.id == article_id).values(text))
    return Added(story_id, article_id, noted, (old.url, reading.article.url))


def _still_copied(
    connection: Connection, article_id: int, reading: Reading, now: datetime
) -> int | None:
    """Give the article whose text a revised one repeated, unless its new text is another."""
    copied = connection.execute(_COPIED, {"id": article_id}).one_or_none()
    if copied is None:
        return None
    one, article = neighbor_of(copied), reading.article
    fingerprint = reading.traces.fingerprint
    at, counts = article.published or now, wordcounts.read(connection, words_to_weigh(fingerprint))
    found = relate(fingerprint, [one], source=article.source, at=at, counts=counts)
    return one.article_id if found.kind in _REPEATS else None


def _add_keys(
    connection: Connection, article_id: int, fingerprint: Fingerprint, now: datetime
) -> None:
    counts = wordcounts.read(connection, words_to_weigh(fingerprint))
    keys = {*fingerprint.keys, *word_keys(fingerprint, counts)}
    if not keys:
        return
    day = day_of(now)
    rows = [{"key": signed(key), "day": day, "article_id": article_id} for key in sorted(keys)]
    connection.execute(_ADD_KEYS[connection.dialect.name], rows)


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
    article, fingerprint = reading.article, reading.traces.fingerprint
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
        "traces": traces_of(fingerprint),
        "size": fingerprint.size,
        "seen": now,
    }
