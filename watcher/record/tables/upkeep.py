"""What is known of what was forgotten, and who uses the record."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from watcher.record.columns import Instant, written
from watcher.record.tables.base import metadata

# What stood on record once: hashes of the addresses of entries and of the texts of articles, with
# the day (since 1970, in UTC) that they are of. What is listed or copied again is no news.
tombstones = Table(
    "tombstones",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("day", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The daemons that use the record now, each by the name under which it holds leases.
processes = Table(
    "processes",
    metadata,
    Column("holder", Text, primary_key=True),
    written("host"),
    Column("began", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
)
