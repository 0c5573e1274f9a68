"""Look a database through, and say of each problem what to do. Changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, and_, func, inspect, literal_column, or_, select

from watcher.clock import utc_now
from watcher.errors import StorageUnavailable
from watcher.record.engine import parse_url, shown
from watcher.record.holder import is_gone
from watcher.record.migrate import revisions as known_revisions
from watcher.record.moving import files
from watcher.record.moving.ends import file_of, reading, refuse_missing
from watcher.record.presence import users
from watcher.record.tables import (
    article_words,
    articles,
    deliveries,
    entries,
    evidence,
    fingerprint_keys,
    metadata,
    notices,
    raw,
    stories,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, ColumnElement, Connection, Select

_STATUSES: Final = {
    "entries": ("pending", "done", "skipped", "failed"),
    "notices": ("waiting", "sent", "dead", "collected", "bundled", "silenced"),
}
_RESTORE: Final = (
    "Stop the daemon and put a backup in its place: `watcher db restore FILE --replace`."
)
_REPORT: Final = "Nothing is lost by it, but it should not be: please report it."
_SEARCH: Final = "`watcher db copy --to` a new database makes the index anew."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what is wrong, and what to do; empty where it is well."""

    about: str
    what: str = ""
    do: str = ""
    is_error: bool = True
    """False for what does no harm by itself."""


def check_record(database: str, tell: Callable[[str], None]) -> list[Finding]:
    """Look a whole record through, whether a daemon runs or not; `tell` hears of each step.

    Raises StorageUnavailable where it cannot be looked at, or is not there.
    """
    url = parse_url(database)
    refuse_missing(url)
    found: list[Finding] = []
    tell("the file")
    if url.drivername == "sqlite":
        found.append(_file(url))
        if found[-1].what:
            return found  # whatever else it would say is not to be relied on
    with reading(url) as connection:
        tell("the schema")
        found.append(_schema(connection))
        if found[-1].what:
            return found
        for about, look in _LOOKS.items():
            tell(about)
            found += [*look(connection)] or [Finding(about)]
        is_used = bool(users(connection, utc_now()))
    if url.drivername == "sqlite":
        tell("the search index")
        found.append(_IN_USE if is_used else _index(url))
    return found


def _file(url: URL) -> Finding:
    about, file = "the file", file_of(url)
    if file.stat().st_size and not files.is_sqlite(file):
        what = f"{shown(url)} is no SQLite file"
        return Finding(about, what, "Look at `database:` in the configuration. " + _RESTORE)
    broken = files.damage(file)
    if "refers to" in broken:
        return Finding("references", broken, _RESTORE)
    return Finding(about, broken and f"damaged: {broken}", broken and _RESTORE)


def _schema(connection: Connection) -> Finding:
    about = "the schema"
    if not inspect(connection).has_table("alembic_version"):
        return Finding(about, "it has no tables of ours", "`watcher run` makes them.")
    stands = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    known = known_revisions()
    if stands == known[-1]:
        look = inspect(connection)
        for table in metadata.sorted_tables:
            columns = {column["name"] for column in look.get_columns(table.name)}
            if missing := {*table.c.keys()} - columns:
                what = f"{table.name} lacks {', '.join(sorted(missing))}"
                return Finding(about, what, "It was changed by hand. " + _RESTORE)
        return Finding(about)
    if stands in known:
        what = f"it is of revision {stands}, this program's is {known[-1]}"
        return Finding(about, what, "The next start of the daemon brings it up to date.")
    what = f"it was written by a newer version of the program (revision {stands})"
    return Finding(about, what, "Install that version or a later one.")


def _references(connection: Connection) -> Iterator[Finding]:
    """SQLite's own check does this, too; PostgreSQL holds them unless somebody took them off."""
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            other = key.column.table.alias()
            there = select(1).where(other.c[key.column.name] == key.parent).exists()
            rows = _count(connection, select(key.parent).where(key.parent.is_not(None), ~there))
            if rows:
                what = f"{rows} rows of {table.name} refer to {key.column.table.name}"
                yield Finding("references", f"{what} that are not there", _RESTORE)


def _loose(connection: Connection) -> Iterator[Finding]:
    """Rows that nothing leads to; no foreign key forbids them."""
    for table, column in (
        (article_words, article_words.c.article_id),
        (fingerprint_keys, fingerprint_keys.c.article_id),
    ):
        there = select(1).where(articles.c.id == column).exists()
        if rows := _count(connection, select(column).where(~there)):
            what = f"{rows} rows of {table.name} are of articles that are not there"
            is_error = table is article_words
            do = _SEARCH if is_error else "The daemon drops them when they are two weeks old."
            yield Finding("loose rows", what, do, is_error=is_error)
    named = select(1).where(evidence.c.hash == raw.c.hash).exists()
    if rows := _count(connection, select(raw.c.hash).where(~named)):
        yield Finding("loose rows", f"{rows} kept pages are of no entry", _REPORT, is_error=False)
    repeated = articles.alias()
    there = select(1).where(repeated.c.id == articles.c.copy_of).exists()
    lost = and_(articles.c.copy_of.is_not(None), ~there)
    if rows := _count(connection, select(articles.c.id).where(lost)):
        what = f"{rows} articles are copies of ones that are not there"
        yield Finding("loose rows", what, _REPORT, is_error=False)


def _searching(connection: Connection) -> Iterator[Finding]:
    entered = select(1).where(article_words.c.article_id == articles.c.id).exists()
    if rows := _count(connection, select(articles.c.id).where(~entered)):
        what = f"{rows} articles, recorded by an earlier version, cannot be found yet"
        yield Finding("search", what, "The next `watcher search` enters them.", is_error=False)


def _outbox(connection: Connection) -> Iterator[Finding]:
    head, sent = notices.alias(), deliveries.c.outcome == "sent"
    lead = select(1).where(head.c.id == notices.c.bundled_in).exists()
    was_sent = select(1).where(deliveries.c.notice_id == notices.c.id, sent).exists()
    is_open = notices.c.status.in_(["waiting", "collected"])
    broken: dict[str, ColumnElement[bool]] = {
        "have ended and still wait": is_open & notices.c.finished.is_not(None),
        "have ended and nobody knows when": ~is_open & notices.c.finished.is_(None),
        "are said to be sent by another that is not there": and_(
            notices.c.status == "bundled", notices.c.bundled_in.is_not(None), ~lead
        ),
        "wait although the other side took them": (notices.c.status == "waiting") & was_sent,
    }
    for what, condition in broken.items():
        if rows := _count(connection, select(notices.c.id).where(condition)):
            yield Finding("outbox", f"{rows} notices {what}", _REPORT)
    for table in (entries, notices):
        odd = table.c.status.not_in(_STATUSES[table.name])
        if rows := _count(connection, select(table.c.id).where(odd)):
            yield Finding("outbox", f"{rows} {table.name} have a status of no meaning", _REPORT)


def _leases(connection: Connection) -> Iterator[Finding]:
    for table in (entries, notices):
        query = select(table.c.claimed_by).where(table.c.claimed_by.is_not(None)).distinct()
        if gone := [name for name in connection.scalars(query) if is_gone(name)]:
            what = f"{table.name} are held by {len(gone)} processes that have ended"
            yield Finding(
                "leases", what, "The next start of the daemon frees them.", is_error=False
            )


def _stories(connection: Connection) -> Iterator[Finding]:
    before = or_(stories.c.last_seen < stories.c.first_seen, stories.c.articles < 0)
    if rows := _count(connection, select(stories.c.id).where(before)):
        yield Finding("stories", f"{rows} stories end before they begin", _REPORT)


def _numbers(connection: Connection) -> Iterator[Finding]:
    """New rows must get numbers that none has: PostgreSQL counts apart from its tables."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None or not isinstance(column.type, Integer):
            continue
        name = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if name is None:
            continue
        going_on: Any = connection.exec_driver_sql(
            f"SELECT last_value + is_called::int FROM {name}"  # noqa: S608 - the database's own name
        ).scalar_one()
        newest = connection.scalar(select(func.max(column))) or 0
        if going_on <= newest:
            do = f"SELECT setval('{name}', {newest}) in psql, with the daemon stopped."
            yield Finding("numbers", f"{table.name} would give number {going_on} twice", do)


def _users(connection: Connection) -> Iterator[Finding]:
    found = users(connection, utc_now())
    if len(found) > 1 and connection.dialect.name == "sqlite":
        listed = ", ".join(map(str, found))
        what = f"{len(found)} processes use one SQLite file: {listed}"
        yield Finding("users", what, "Let one daemon run on it.", is_error=False)


_LOOKS: Final[dict[str, Callable[[Connection], Iterator[Finding]]]] = {
    "references": _references,
    "loose rows": _loose,
    "search": _searching,
    "outbox": _outbox,
    "leases": _leases,
    "stories": _stories,
    "numbers": _numbers,
    "users": _users,
}


_IN_USE: Final = Finding(
    "the search index",
    "it was not compared with the articles, which would hold the daemon up",
    "Check once more while the daemon is stopped.",
    is_error=False,
)


def _index(url: URL) -> Finding:
    """Compare FTS5's index with the words of the articles; nobody can write meanwhile."""
    about = "the search index"
    checking = "INSERT INTO article_search (article_search, rank) VALUES ('integrity-check', 1)"
    with closing(files.connect(file_of(url), mode="rw")) as connection:
        try:
            connection.execute(checking)
        except sqlite3.OperationalError as error:
            raise StorageUnavailable(f"{shown(url)} could not be checked: {error}") from None
        except sqlite3.DatabaseError:
            return Finding(about, "it does not agree with the articles", _SEARCH)
    return Finding(about)


def _count(connection: Connection, query: Select[Any]) -> int:
    counted = select(func.count(literal_column("1"))).select_from(query.subquery())
    return connection.scalar(counted) or 0
