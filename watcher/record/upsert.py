"""Insert unless it is there: the one statement that the databases share by meaning only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

Insert: TypeAlias = postgresql.Insert | sqlite.Insert


def insert_unless_known(connection: Connection, table: Table) -> Insert:
    """Build an insert that leaves alone every row that breaks a unique constraint of the table."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
