"""In how many stories each word stands. Statements only; transactions are the store's.

Counted are the stems of headlines and openings, once for each new story, in the transaction that
records it. The row without a word counts the stories.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, any_, bindparam, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from watcher.model import WordCounts
from watcher.record.columns import storable
from watcher.record.tables import word_counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

MOST_STORIES = 50_000
"""Then all counts are halved: what was common long ago weighs ever less, rare words fall out."""
_ALL = ""


def read(connection: Connection, words: Iterable[str]) -> WordCounts:
    """Give the counts of these words; those never counted are left out."""
    query = _READ_IN_SQLITE if _is_sqlite(connection) else _READ_IN_POSTGRESQL
    told: str | None = connection.scalar(query, {"held": _listed(connection, {*words, _ALL})})
    counts: dict[str, int] = json.loads(told) if told else {}
    return WordCounts(counts.pop(_ALL, 0), counts)


def add(connection: Connection, words: Iterable[str]) -> None:
    """Count a new story with these words."""
    adding = _ADD_IN_SQLITE if _is_sqlite(connection) else _ADD_IN_POSTGRESQL
    connection.execute(adding, {"held": _listed(connection, {*words, _ALL})})


def fade(connection: Connection) -> None:
    """Halve all counts once there are very many."""
    known = connection.scalar(select(word_counts.c.stories).where(word_counts.c.word == _ALL)) or 0
    if known > MOST_STORIES:
        connection.execute(update(word_counts).values(stories=word_counts.c.stories // 2))
        connection.execute(delete(word_counts).where(word_counts.c.stories == 0))


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _listed(connection: Connection, words: Iterable[str]) -> Any:
    # In one order, so that two processes cannot block each other.
    held = sorted(words)
    if storable(together := "\n".join(held)) != together:
        held = sorted({storable(word) for word in held})
    return json.dumps(held, ensure_ascii=False) if _is_sqlite(connection) else held


# One value goes in and one comes out: hundreds of rows cost more than to search them.
_HELD = word_counts.c.word, word_counts.c.stories
_READ_IN_SQLITE = select(func.json_group_object(*_HELD)).where(
    word_counts.c.word.in_(text("SELECT value FROM json_each(:held)"))
)
_READ_IN_POSTGRESQL = select(cast(func.json_object_agg(*_HELD), Text)).where(
    word_counts.c.word == any_(bindparam("held", type_=ARRAY(Text)))
)
_ADD_IN_SQLITE = text(
    "INSERT INTO word_counts (word, stories) SELECT value, 1 FROM json_each(:held) WHERE true "
    "ON CONFLICT (word) DO UPDATE SET stories = stories + 1"
)
_ADD_IN_POSTGRESQL = text(
    "INSERT INTO word_counts (word, stories) SELECT held, 1 FROM unnest(:held) AS held "
    "ON CONFLICT (word) DO UPDATE SET stories = word_counts.stories + 1"
).bindparams(bindparam("held", type_=ARRAY(Text)))
