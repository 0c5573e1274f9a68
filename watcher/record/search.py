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
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from watcher.arabic import printed_words
from watcher.model import Article, Each, Either
from watcher.record.tables import article_words, articles, sources, words
from watcher.record.upsert import insert_unless_known

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

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


def enter(connection: Connection, article_id: int, article: Article) -> None:
    """Enter an article under its words; a revised one under those of its new text only."""
    held = {*printed_words(article.title), *printed_words(article.text)}
    numbers = sorted(_numbers(connection, {word for word in held if len(word) <= LONGEST_WORD}))
    if connection.dialect.name == "sqlite":
        _leave(connection, article_id)
        listed: Any = " ".join(map(str, numbers))
    else:
        listed = numbers
        connection.execute(delete(article_words).where(article_words.c.article_id == article_id))
    connection.execute(_ENTER, {"article_id": article_id, "words": listed})
    if connection.dialect.name == "sqlite":
        connection.execute(_ENTER_FTS, {"id": article_id, "words": listed})


_ENTER = insert(article_words)
_ENTER_FTS = text("INSERT INTO article_search (rowid, words) VALUES (:id, :words)")
_LEAVE_FTS = text(
    "INSERT INTO article_search (article_search, rowid, words) "
    "SELECT 'delete', article_id, words FROM article_words WHERE article_id = :id"
)


def _leave(connection: Connection, article_id: int) -> None:
    """Take an article out; FTS5 must be told the words under which it was entered."""
    if connection.execute(_LEAVE_FTS, {"id": article_id}).rowcount:
        connection.execute(delete(article_words).where(article_words.c.article_id == article_id))


def _numbers(connection: Connection, held: set[str]) -> set[int]:
    """Give the numbers of words; new words get one."""
    known = _known(connection, held)
    new = sorted(held - known.keys())  # in one order, so that two processes cannot block each other
    if new:
        connection.execute(insert_unless_known(connection, words), [{"word": one} for one in new])
        known |= _known(connection, new)
    return set(known.values())


def _known(connection: Connection, held: Collection[str]) -> dict[str, int]:
    # One value goes in and one comes out: hundreds of parameters and rows cost more than to search.
    listed: Any = list(held)
    query = _KNOWN_IN_POSTGRESQL
    if connection.dialect.name == "sqlite":
        listed, query = json.dumps(listed, ensure_ascii=False), _KNOWN_IN_SQLITE
    told: str = connection.scalar(query, {"held": listed}) or ""
    pairs = (pair.partition(":") for pair in told.split())
    return {word: int(number) for number, _, word in pairs}


_NUMBER_AND_WORD = func.aggregate_strings(cast(words.c.id, Text) + ":" + words.c.word, " ")
_KNOWN_IN_SQLITE = select(_NUMBER_AND_WORD).where(
    words.c.word.in_(text("SELECT value FROM json_each(:held)"))
)
_KNOWN_IN_POSTGRESQL = select(_NUMBER_AND_WORD).where(
    words.c.word == any_(bindparam("held", type_=ARRAY(Text)))
)
_IS_MISSING = ~select(1).where(article_words.c.article_id == articles.c.id).exists()


def missing(connection: Connection) -> int:
    """Count the articles that are not entered yet: those recorded by an earlier version."""
    return connection.scalar(select(func.count()).select_from(articles).where(_IS_MISSING)) or 0


def enter_missing(connection: Connection, after: int, limit: int) -> int | None:
    """Enter up to `limit` articles that are not entered yet, with ids behind `after`.

    Give the last one's id; None when there are no more.
    """
    told = (articles.c.id, articles.c.url, articles.c.title, articles.c.text)
    query = select(*told).where(_IS_MISSING, articles.c.id > after)
    rows = connection.execute(query.order_by(articles.c.id).limit(limit)).all()
    for row in rows:
        enter(connection, row.id, Article(row.url, row.title, row.text))
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
    possible = _possible(wanted)
    if possible is None:
        return []
    query = select(articles.c.id).order_by(articles.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(articles.c.seen >= since)
    if possible != Each():
        build = _with_fts if connection.dialect.name == "sqlite" else _with_gin
        query = query.where(articles.c.id.in_(build(possible, since)))
    return list(connection.scalars(query))


def _possible(wanted: Wanted[int]) -> Wanted[int] | None:
    """Leave out what no article can hold, None if that is all; unite sets of words."""
    if isinstance(wanted, frozenset):
        return wanted or None
    parts = [_possible(part) for part in wanted.parts]
    held = tuple(part for part in parts if part is not None)
    if isinstance(wanted, Each):
        demanding = tuple(part for part in held if part != Each())
        return Each(demanding) if len(held) == len(parts) else None
    if Each() in held:
        return Each()
    single = frozenset[int]().union(*(part for part in held if isinstance(part, frozenset)))
    several = tuple(part for part in held if not isinstance(part, frozenset))
    united = ((single,) if single else ()) + several
    return Either(united) if united else None


def _with_fts(wanted: Wanted[int], since: datetime | None) -> Select[Any]:
    found: Select[Any] = select(literal_column("rowid")).select_from(text("article_search"))
    found = found.where(text("article_search MATCH :wanted").bindparams(wanted=fts_query(wanted)))
    if since is not None:
        oldest = select(func.min(articles.c.id)).where(articles.c.seen >= since).scalar_subquery()
        found = found.where(literal_column("rowid") >= oldest)
    return found


def fts_query(wanted: Wanted[int]) -> str:
    """Word what is wanted for FTS5, whose words are numbers here."""
    if isinstance(wanted, frozenset):
        return "(" + " OR ".join(map(str, sorted(wanted))) + ")"
    operator = " AND " if isinstance(wanted, Each) else " OR "
    return "(" + operator.join(fts_query(part) for part in wanted.parts) + ")"


def _with_gin(wanted: Wanted[int], _since: datetime | None) -> Select[Any]:
    return select(article_words.c.article_id).where(_gin_query(wanted))


def _gin_query(wanted: Wanted[int]) -> ColumnElement[bool]:
    if isinstance(wanted, frozenset):
        overlaps = article_words.c.words.op("&&", is_comparison=True)
        return overlaps(bindparam(None, sorted(wanted), ARRAY(Integer)))
    join = and_ if isinstance(wanted, Each) else or_
    return join(true() if isinstance(wanted, Each) else false(), *map(_gin_query, wanted.parts))


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
                "author",
                "language",
                "credit",
                "tags",
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
        author=row.author,
        language=row.language,
        credit=row.credit,
        tags=tuple(row.tags or ()),
        source=row.source,
    )
    return Archived(row.id, row.story_id, row.seen, row.name or row.source, article)
