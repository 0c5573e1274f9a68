"""Rows as they travel: the same plain values whichever database they come from.

JSON travels as the text it is kept as, the numbers of an article's words as a list, which is how
PostgreSQL has them.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, LargeBinary, MetaData, Text, cast, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from watcher.record.tables import article_words, metadata, processes, pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Insert, Table

    Values = tuple[Any, ...]

TABLES: tuple[Table, ...] = tuple(
    # Who uses a database is not part of what it holds.
    table
    for table in metadata.sorted_tables
    if table is not processes
)
"""All that is moved, each table behind those it refers to."""
_AT_ONCE = 1000
_LARGE_AT_ONCE = 100
"""Rows with texts or bodies: a hundred of the largest still fit into memory."""
_BITS = 1 << 128


@dataclass(slots=True)
class Sum:
    """What rows amount to in whichever order: how many there are, and the sum of their hashes."""

    rows: int = 0
    hashes: int = 0

    def add(self, rows: Iterable[Values]) -> None:
        """Count rows in."""
        for row in rows:
            self.rows += 1
            digest = hashlib.blake2b(repr(row).encode("utf-8", "replace"), digest_size=16).digest()
            self.hashes = (self.hashes + int.from_bytes(digest, "little")) % _BITS

    @property
    def shown(self) -> str:
        """The hash in hexadecimal digits."""
        return f"{self.hashes:032x}"


def count(connection: Connection, table: Table) -> int:
    """Count the rows of a table."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def is_empty(connection: Connection, tables: Iterable[Table]) -> bool:
    """Tell whether none of these tables holds anything that was recorded."""
    return not any(
        connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None
        for table in tables
        if table is not pulse
    )


def read(connection: Connection, table: Table) -> Iterator[Sequence[Values]]:
    """Give all rows of a table, some at a time."""
    query = select(*(_plain(column) for column in table.c))
    large = {"text", "yaml", "alert", "learned"} & {*table.c.keys()}
    is_large = bool(large) or any(isinstance(column.type, LargeBinary) for column in table.c)
    size = _LARGE_AT_ONCE if is_large else _AT_ONCE
    found = connection.execute(query, execution_options={"yield_per": size})
    for rows in found.partitions():
        if table is article_words:
            yield [(article, _numbers(words)) for article, words in rows]
        else:
            yield [tuple(row) for row in rows]


@contextlib.contextmanager
def writing(connection: Connection, table: Table) -> Iterator[Callable[[Sequence[Values]], None]]:
    """Give a function that writes rows into a table; all of them are there at the end."""
    if connection.dialect.name == "sqlite":
        yield _inserting(connection, table)
        return
    # Several times as fast as to insert.
    preparer = connection.dialect.identifier_preparer
    columns = ", ".join(preparer.quote(column.name) for column in table.c)
    statement = f"COPY {preparer.quote(table.name)} ({columns}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copying:

        def write(rows: Sequence[Values]) -> None:
            for row in rows:
                copying.write_row(row)

        yield write


def _inserting(connection: Connection, table: Table) -> Callable[[Sequence[Values]], None]:
    names, statement = table.c.keys(), _insert_of(table)

    def write(rows: Sequence[Values]) -> None:
        if table is article_words:
            rows = [(article, " ".join(map(str, words))) for article, words in rows]
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])

    return write


def copied(
    source: Connection, target: Connection, table: Table, tell: Callable[[int], None]
) -> Sum:
    """Copy a table; `tell` hears of each part's size. Give what the rows amount to."""
    total = Sum()
    with writing(target, table) as write:
        for rows in read(source, table):
            total.add(rows)
            write(rows)
            tell(len(rows))
    return total


def summed(connection: Connection, table: Table, tell: Callable[[int], None]) -> Sum:
    """Give what the rows of a table amount to; `tell` hears of each part's size."""
    total = Sum()
    for rows in read(connection, table):
        total.add(rows)
        tell(len(rows))
    return total


def _plain(column: Any) -> ColumnElement[Any]:
    return cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column


def _numbers(words: str | list[int]) -> list[int]:
    return sorted(words) if isinstance(words, list) else sorted(map(int, words.split()))


def _insert_of(table: Table) -> Insert:
    """Build the insert of rows whose JSON is text already."""
    plain = table.to_metadata(MetaData())
    for column in plain.c:
        if isinstance(column.type, JSON | ARRAY):
            column.type = Text()
    return insert(plain)
