"""What integration tests share: databases, and a record in each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.debian import debian
from tests.fakes.postgres import (
    database_url,
    empty_database_url,
    postgres,
    postgres_template,
    postgres_url,
    sqlite_template,
)
from tests.fakes.schemas import REVISIONS, fill, rows_at
from watcher.record import Record
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = [
    "database_url",
    "debian",
    "empty_database_url",
    "postgres",
    "postgres_template",
    "postgres_url",
    "sqlite_template",
]


@pytest.fixture
async def record(database_url: str) -> AsyncIterator[Record]:
    """Give an empty record, once on SQLite and once on PostgreSQL."""
    async with Record(database_url) as opened:
        yield opened


@pytest.fixture
def filled_url(database_url: str) -> str:
    """Give a record with rows in every table, odd values among them."""
    with engine_for(parse_url(database_url)).begin() as connection:
        fill(connection, rows_at(REVISIONS[-1]))
    return database_url
