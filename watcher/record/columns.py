"""Types that keep instants in UTC and text storable, and columns that many tables have."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, Text, TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Replace what cannot be kept: NUL (PostgreSQL refuses it), lone surrogates (no UTF-8)."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class Words(TypeDecorator[str]):
    """Text from outside: one odd character in a page must not stop it from being recorded."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Make the text storable."""
        return None if value is None else storable(value)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite knows no zones: they are taken off and put on here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; refuse an instant without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        utc = _in_utc(value)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the instant back with its zone, which is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else _in_utc(value)


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:  # a page dated in year 1 or 9999: off by the zone is near enough
        return value.replace(tzinfo=UTC)


# SQLite numbers rows by itself only where the type is called exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True)


def own_id() -> Column[int]:
    """Give the column of a number that rows get by themselves."""
    return Column("id", Id, primary_key=True)


def written(name: str, **options: Any) -> Column[str]:
    """Give a column of text from outside, empty unless it is set."""
    return Column(name, Words, nullable=False, server_default="", **options)


def count(name: str) -> Column[int]:
    """Give a column that counts from nothing."""
    return Column(name, Integer, nullable=False, server_default="0")
