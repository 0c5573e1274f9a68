"""Copy a record into another database, whichever of the two kinds each is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import Integer, delete, func, literal, select

from watcher.errors import WatcherError
from watcher.record.engine import parse_url, shown
from watcher.record.migrate import upgrade
from watcher.record.moving import files
from watcher.record.moving.ends import (
    file_of,
    filling,
    reading,
    refuse_missing,
    refuse_unless_empty,
    refuse_while_used,
)
from watcher.record.moving.rows import TABLES, Sum, copied, count, summed
from watcher.record.tables import pulse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Table

Tell: TypeAlias = Callable[[str, int, int], None]
"""Hears what is being done, how much of it there is in all, and how much more of it is done now."""

_GIN = "article_words_gin"


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table that was copied, and found to be the same on both sides."""

    name: str
    rows: int
    hash: str
    """Of its content, in whichever order; the same on both sides."""


def copy_record(source: str, target: str, tell: Tell) -> list[CopiedTable]:
    """Copy a whole record into an empty database; give the tables, compared on both sides.

    Either all of it is there afterwards or nothing. Raises WatcherError where the target is not
    empty, a daemon uses one of them, or what was written is not what was read.
    """
    origin, aim = parse_url(source), parse_url(target)
    if shown(origin) == shown(aim):
        raise WatcherError("this is the same database twice")
    refuse_missing(origin)
    refuse_while_used(origin, what="the record")
    upgrade(origin)
    return transfer(origin, aim, tell)


def transfer(origin: URL, aim: URL, tell: Tell, *, replaces: bool = False) -> list[CopiedTable]:
    """Copy what an up-to-date database holds as of now, with nobody asked whether it is in use.

    What `replaces` takes the place of what is there, all at once.
    """
    with _made(aim, replaces=replaces) as made, reading(origin) as source, filling(made) as target:
        if replaces and target.dialect.name == "postgresql":
            names = ", ".join(table.name for table in TABLES)
            target.exec_driver_sql(f"TRUNCATE {names}")
        read = {table.name: _copy(source, target, table, tell) for table in TABLES}
        _finish(target)
        return [_compared(target, table, read[table.name], tell) for table in TABLES]


@contextlib.contextmanager
def _made(aim: URL, *, replaces: bool) -> Iterator[URL]:
    """Make the tables to fill: in a file aside, which is put in place in the end, or at once."""
    so = "Name a new one: what is there is never written over."
    if aim.drivername != "sqlite":
        refuse_while_used(aim, what="the target")
        if not replaces:
            refuse_unless_empty(aim, so=so)
        upgrade(aim)
        yield aim
        return
    file = file_of(aim)
    is_there = file.exists() and file.stat().st_size > 0
    if is_there and not replaces:
        refuse_while_used(aim, what="the target")
        refuse_unless_empty(aim, so=so)
    if not file.parent.is_dir():
        raise WatcherError(f"there is no folder {file.parent}. Make it first.")
    with files.written_aside(file, replaces=replaces or file.exists()) as aside:
        upgrade(files.url_of(aside))
        yield files.url_of(aside)
        files.make_single(aside)
        if broken := files.damage(aside):
            raise WatcherError(f"what was written to {aside} is damaged: {broken}")


def _copy(source: Connection, target: Connection, table: Table, tell: Tell) -> Sum:
    total, doing = count(source, table), f"copying {table.name}"
    tell(doing, total, 0)
    if table is pulse:  # its one row is there from the beginning
        target.execute(delete(pulse))
    is_indexed = table.name == "article_words" and target.dialect.name == "postgresql"
    if is_indexed:
        target.exec_driver_sql(f"DROP INDEX {_GIN}")
    done = copied(source, target, table, lambda rows: tell(doing, total, rows))
    if is_indexed:
        target.exec_driver_sql(f"CREATE INDEX {_GIN} ON article_words USING gin (words)")
    return done


def _finish(target: Connection) -> None:
    """Have numbers go on behind those that were copied, and searches find what was."""
    if target.dialect.name == "sqlite":
        target.exec_driver_sql("INSERT INTO article_search (article_search) VALUES ('rebuild')")
        return
    for table in TABLES:
        for column in table.primary_key.columns:
            if not isinstance(column.type, Integer) or column.autoincrement is False:
                continue
            newest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            target.execute(select(func.setval(sequence, newest, literal(value=False))))
    target.exec_driver_sql("ANALYZE")


def _compared(target: Connection, table: Table, read: Sum, tell: Tell) -> CopiedTable:
    doing = f"checking {table.name}"
    tell(doing, read.rows, 0)
    written = summed(target, table, lambda rows: tell(doing, read.rows, rows))
    if written != read:
        raise WatcherError(
            f"the copy of {table.name} is not what was read: {written.rows} rows "
            f"({written.shown}) instead of {read.rows} ({read.shown}). Nothing was kept of it."
        )
    return CopiedTable(table.name, read.rows, read.shown)
