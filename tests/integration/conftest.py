"""What integration tests share: databases, and a record in each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.postgres import (
    _postgres_template,
    _sqlite_template,
    database_url,
    empty_database_url,
    postgres,
    postgres_url,
)
from watcher.record import Record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = [
    "_postgres_template",
    "_sqlite_template",
    "database_url",
    "empty_database_url",
    "postgres",
    "postgres_url",
]


@pytest.fixture
async def record(database_url: str) -> AsyncIterator[Record]:
    """Give an empty record, once on SQLite and once on PostgreSQL."""
    async with Record(database_url) as opened:
        yield opened
