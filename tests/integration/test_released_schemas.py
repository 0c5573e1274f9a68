"""From every schema that was ever released to the newest one, with rows in every table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import MetaData, inspect, select

from tests.fakes.schemas import NOW, REVISIONS, as_kept, fill, make_at, rows_at
from watcher.record import Record
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for, upgrade
from watcher.record.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from tests.fakes.schemas import Rows


@pytest.fixture
def fresh_url(request: pytest.FixtureRequest, empty_database_url: str) -> str:
    """Give a database of the same kind that was made with the newest tables."""
    if empty_database_url.startswith("sqlite"):
        return f"sqlite:///{request.getfixturevalue('sqlite_template')}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def described(url: str) -> dict[str, Any]:
    """Say of which columns, keys and indexes a database is made."""
    with engine_for(parse_url(url)).begin() as connection:
        look = inspect(connection)
        return {
            name: {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"], column["default"])
                    for column in look.get_columns(name)
                },
                "key": look.get_pk_constraint(name)["constrained_columns"],
                "unique": sorted(
                    str(one["column_names"]) for one in look.get_unique_constraints(name)
                ),
                "refers": sorted(
                    str((one["constrained_columns"], one["referred_table"]))
                    for one in look.get_foreign_keys(name)
                ),
                "indexes": sorted(
                    str((one["name"], one["column_names"], one["unique"]))
                    for one in look.get_indexes(name)
                ),
            }
            for name in look.get_table_names()
        }


def lost(connection: Connection, before: Rows) -> list[str]:
    """Name the values of before that a database does not hold any more."""
    missing = []
    known = MetaData()
    known.reflect(connection, only=[*before])
    is_sqlite = connection.dialect.name == "sqlite"
    for table in known.sorted_tables:
        found = [row._mapping for row in connection.execute(select(table))]
        if len(found) != len(before[table.name]):
            missing.append(f"{table.name}: {len(found)} rows of {len(before[table.name])}")
        for row in before[table.name]:
            wanted = _comparable(as_kept(table, row, is_sqlite=is_sqlite), is_sqlite=is_sqlite)
            if not any(all(one[key] == value for key, value in wanted.items()) for one in found):
                missing.append(f"{table.name}: {wanted}")
    return missing


def _comparable(row: Mapping[str, Any], *, is_sqlite: bool) -> dict[str, Any]:
    return {
        key: value.replace(tzinfo=None) if is_sqlite and hasattr(value, "tzinfo") else value
        for key, value in row.items()
    }


def test_there_are_rows_for_every_table_and_revision() -> None:
    """Whoever adds a table adds a row of it here."""
    assert {*rows_at(REVISIONS[-1])} == {*metadata.tables} - {"pulse"}


@pytest.mark.parametrize("revision", REVISIONS)
async def test_from_every_released_schema_to_the_newest(
    empty_database_url: str, fresh_url: str, revision: str
) -> None:
    """Nothing is lost, the tables are those of a fresh database, and the record works."""
    before = rows_at(revision)
    make_at(empty_database_url, revision, before)
    upgrade(parse_url(empty_database_url))
    assert described(empty_database_url) == described(fresh_url)
    with engine_for(parse_url(empty_database_url)).begin() as connection:
        assert lost(connection, before) == []
    async with Record(empty_database_url) as record:
        status = await record.status(NOW)
        assert [one.state.id for one in status.sources] == ["nahr"]
        assert (status.articles, status.stories, status.pending, status.failed) == (1, 1, 1, 1)
        history = await record.archive.history(11)
        assert history is not None
        assert "دجلة" in history.one.article.text


@pytest.mark.parametrize("revision", REVISIONS[-3:])
def test_a_daemon_of_before_goes_on_writing(empty_database_url: str, revision: str) -> None:
    """While the first of several is upgraded: it knows no new column, and each has a default."""
    upgrade(parse_url(empty_database_url))
    with engine_for(parse_url(empty_database_url)).begin() as connection:
        fill(connection, rows_at(revision))
        assert lost(connection, rows_at(revision)) == []
