"""Find recorded articles by the words that stand in them. Statements only.

Nothing is stemmed here: articles are entered under their printed words without marks, and whoever
searches goes through the vocabulary and says which of its words count. That way a search can find
no less than the language's own rules, and new rules of the language need no new index.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Integer,
    Row,
    Text,
    bindparam,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from watcher.arabic import printed_words
from watcher.model import Article, Each, Either
from watcher.record.columns import storable
from watcher.record.tables import article_words, articles, sources, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sqlalchemy import Connection, Executable

    from watcher.model import Wanted

LONGEST_WORD = 100
"""Code points; nobody looks for what is longer, such as a torn address."""
_PARAMETERS = 500
"""Values handed over at once; databases have a limit."""


@dataclass(frozen=True, slots=True)
class Archived:
    """An article as it stands on record; in archives of other programs some is not known."""

    id: int
    story_id: int | None
    seen: datetime | None
    source_name: str
    article: Article


# --- entering ---------------------------------------------------------------------------------


def enter(
    connection: Connection, article_id: int, held: Iterable[str], *, is_new: bool = True
) -> None:
    """Enter an article under its words; a revised one under those of its new text only."""
    if not is_new:
        _leave(connection, article_id)
    # In one order, so that two processes cannot block each other.
    entered = sorted(held)
    if len(max(entered, key=len, default="")) > LONGEST_WORD:
        entered = [word for word in entered if len(word) <= LONGEST_WORD]
    listed: Any = storable("\n".join(entered)).split("\n") if entered else []
    if _is_sqlite(connection):
        # One value goes in: hundreds of parameters cost more than to search.
        listed = json.dumps(listed, ensure_ascii=False)
    given = {"id": article_id, "held": listed}
    for statement in _ENTER[connection.dialect.name]:
        connection.execute(statement, given)


def _leave(connection: Connection, article_id: int) -> None:
    """Take an article out; FTS5 must be told the words under which it was entered."""
    if not _is_sqlite(connection) or connection.execute(_LEAVE_FTS, {"id": article_id}).rowcount:
        connection.execute(delete(article_words).where(article_words.c.article_id == article_id))


def leave(connection: Connection, ids: Iterable[int]) -> None:
    """Take articles out for good."""
    for article_id in ids:
        _leave(connection, article_id)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


_LEAVE_FTS = text(
    "INSERT INTO article_search (article_search, rowid, words) "
    "SELECT 'delete', article_id, words FROM article_words WHERE article_id = :id"
)
_ENTER = {
    "sqlite": (
        # A third of the time of ON CONFLICT DO NOTHING.
        text("INSERT OR IGNORE INTO words (word) SELECT value FROM json_each(:held)"),
        text(
            "INSERT INTO article_words (article_id, words) "
            "SELECT :id, coalesce(group_concat(words.id, ' '), '') "
            "FROM json_each(:held) CROSS JOIN words ON words.word = value"
        ),
        text(
            "INSERT INTO article_search (rowid, words) "
            "SELECT article_id, words FROM article_words WHERE article_id = :id"
        ),
    ),
    "postgresql": (
        # What is known is left out: each refused insert would use up a number.
        text(
            "INSERT INTO words (word) SELECT one FROM unnest(:held) AS one "
            "WHERE NOT EXISTS (SELECT 1 FROM words WHERE word = one) ORDER BY one "
            "ON CONFLICT DO NOTHING"
        ).bindparams(bindparam("held", type_=ARRAY(Text))),
        text(
            "INSERT INTO article_words (article_id, words) "
            "SELECT :id, coalesce(array_agg(id ORDER BY id), '{}') FROM words "
            "WHERE word = ANY(:held)"
        ).bindparams(bindparam("held", type_=ARRAY(Text))),
    ),
}
"""New words get numbers, then the article is entered under the numbers of its words."""
_IS_MISSING = ~select(1).where(article_words.c.article_id == articles.c.id).exists()


def missing(connection: Connection) -> int:
    """Count the articles that are not entered yet: those recorded by an earlier version."""
    return connection.scalar(select(func.count()).select_from(articles).where(_IS_MISSING)) or 0


def enter_missing(connection: Connection, after: int, limit: int) -> int | None:
    """Enter up to `limit` articles that are not entered yet, with ids behind `after`.

    Give the last one's id; None when there are no more.
    """
    told = (articles.c.id, articles.c.title, articles.c.text)
    query = select(*told).where(_IS_MISSING, articles.c.id > after)
    rows = connection.execute(query.order_by(articles.c.id).limit(limit)).all()
    for row in rows:
        enter(connection, row.id, printed_words(f"{row.title}\n{row.text}"))
    return rows[-1].id if rows else None


# --- searching --------------------------------------------------------------------------------


def vocabulary(connection: Connection, after: int, limit: int) -> list[tuple[int, str]]:
    """Give up to `limit` words with their numbers, from the number behind `after` on."""
    query = select(words.c.id, words.c.word).where(words.c.id > after)
    return [
        (row.id, row.word) for row in connection.execute(query.order_by(words.c.id).limit(limit))
    ]


def search(
    connection: Connection,
    wanted: Wanted[int],
    since: datetime | None,
    limit: int | None,
) -> list[int]:
    """Give the ids of articles seen since then that hold what is wanted, the newest first."""
    found = _Found(connection, since).of(wanted)
    if since is not None:
        found = found & set(
            connection.scalars(select(articles.c.id).where(articles.c.seen >= since))
        )
    return sorted(found, reverse=True)[:limit]


class _Found:
    """What articles hold, each set of words looked up once however often it is wanted.

    Databases would go through its articles again wherever it stands in a long condition.
    """

    def __init__(self, connection: Connection, since: datetime | None) -> None:
        self._connection = connection
        self._known: dict[Wanted[int], AbstractSet[int]] = {}
        oldest = select(func.min(articles.c.id))
        if since is not None:
            oldest = oldest.where(articles.c.seen >= since)
        self._oldest = connection.scalar(oldest) or 0

    def of(self, wanted: Wanted[int]) -> AbstractSet[int]:
        """Give the ids of articles that hold what is wanted."""
        if wanted not in self._known:
            self._known[wanted] = self._look_up(wanted)
        return self._known[wanted]

    def _look_up(self, wanted: Wanted[int]) -> AbstractSet[int]:
        if isinstance(wanted, Either):
            return set[int]().union(*map(self.of, wanted.parts))
        if isinstance(wanted, Each):
            if not wanted.parts:
                everything = select(articles.c.id).where(articles.c.id >= self._oldest)
                return set(self._connection.scalars(everything))
            found = self.of(wanted.parts[0])
            for part in wanted.parts[1:]:
                found = found & self.of(part) if found else found
            return found
        return self._holding(wanted) if wanted else set()

    def _holding(self, one_of: frozenset[int]) -> set[int]:
        given: dict[str, Any] = {"oldest": self._oldest, "words": sorted(one_of)}
        query: Executable = _HOLDING_IN_POSTGRESQL
        if self._connection.dialect.name == "sqlite":
            given["words"], query = " OR ".join(map(str, given["words"])), _HOLDING_IN_SQLITE
        return set(self._connection.scalars(query, given))


_HOLDING_IN_SQLITE = text(
    "SELECT rowid FROM article_search WHERE article_search MATCH :words AND rowid >= :oldest"
)
_HOLDING_IN_POSTGRESQL = select(article_words.c.article_id).where(
    article_words.c.words.op("&&")(bindparam("words", type_=ARRAY(Integer))),
    article_words.c.article_id >= bindparam("oldest"),
)


def archived(connection: Connection, ids: Sequence[int]) -> list[Archived]:
    """Give articles as they stand on record, in the order of their ids."""
    rows: list[Any] = []
    for begin in range(0, len(ids), _PARAMETERS):
        rows += connection.execute(_ARCHIVED, {"ids": list(ids[begin : begin + _PARAMETERS])}).all()
    return sorted(map(_archived, rows), key=lambda one: one.id)


_ARCHIVED = (
    select(
        *(
            articles.c[name]
            for name in (
                "id",
                "story_id",
                "source",
                "url",
                "title",
                "text",
                "published",
                "published_raw",
                "published_how",
                "updated",
                "updated_raw",
                "updated_how",
                "old_news",
                "author",
                "language",
                "credit",
                "tags",
                "quality",
                "quality_why",
                "seen",
            )
        ),
        sources.c.name,
    )
    .join(sources, sources.c.id == articles.c.source, isouter=True)
    .where(articles.c.id.in_(bindparam("ids", expanding=True)))
)


def _archived(row: Row[Any]) -> Archived:
    article = Article(
        url=row.url,
        title=row.title,
        text=row.text,
        published=row.published,
        published_raw=row.published_raw,
        published_how=row.published_how,
        updated=row.updated,
        updated_raw=row.updated_raw,
        updated_how=row.updated_how,
        old_news=row.old_news,
        author=row.author,
        language=row.language,
        credit=row.credit,
        tags=tuple(row.tags or ()),
        source=row.source,
        quality=row.quality,
        quality_why=tuple(row.quality_why or ()),
    )
    return Archived(row.id, row.story_id, row.seen, row.name or row.source, article)
