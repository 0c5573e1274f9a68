"""Insert unless it is there, or add to what is: what the databases share by meaning only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table

DIALECTS: Final = ("sqlite", "postgresql")
Insert: TypeAlias = postgresql.Insert | sqlite.Insert


def insert_unless_known(connection: Connection, table: Table) -> Insert:
    """Build an insert that leaves alone every row that breaks a unique constraint of the table."""
    return unless_known(connection.dialect.name, table)


def unless_known(dialect: str, table: Table) -> Insert:
    """Build the same for a dialect, to be kept: to build a statement costs more than to run it."""
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def add_up(dialect: str, table: Table, key: Sequence[str]) -> Insert:
    """Build an insert that adds its numbers to those of a row that has the same key."""
    adding: Insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    numbers = [column for column in table.c if column.name not in key]
    sums = {column.name: column + adding.excluded[column.name] for column in numbers}
    return adding.on_conflict_do_update(index_elements=list(key), set_=sums)
