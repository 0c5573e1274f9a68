"""Bring a database's tables up to date, whoever else is starting at the same moment."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, event, inspect
from sqlalchemy.pool import NullPool

from watcher.errors import WatcherError
from watcher.record.engine import has_room, own_transactions, shown, sqlite_url, translated

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine

MIGRATIONS = Path(__file__).parent / "migrations"
"""A link to the repository's `alembic/`, and a folder of its own where the program is installed."""
_LOCK = 7_233_108_474_211
"""Names our advisory lock in PostgreSQL; any number that nobody else uses."""
_WAIT_S = 120
_LOOK_S = 3
_one_at_a_time = threading.Lock()  # alembic keeps the environment it runs in a global


def upgrade(url: URL) -> None:
    """Upgrade to the newest revision, all or nothing; a second process waits for the first.

    Blocks. Raises StorageUnavailable, and WatcherError for a database written by a newer version.
    """
    with _one_at_a_time, translated(shown(url)):
        engine = engine_for(url)
        try:
            with engine.begin() as connection:
                _upgrade(connection)
        finally:
            engine.dispose()


def engine_for(url: URL, *, makes: bool = True) -> Engine:
    """Give an engine to migrate with; it `makes` a missing SQLite file, in WAL mode."""
    if url.drivername != "sqlite":
        wait: dict[str, int] = {} if makes else {"connect_timeout": _LOOK_S}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=wait)
    engine = create_engine(
        sqlite_url(url, mode="rwc" if makes else "rw"),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": _WAIT_S if makes else _LOOK_S},
    )

    @event.listens_for(engine, "do_connect")
    def look_for_room(*_: object) -> None:
        if not has_room(Path(url.database or "").parent):
            raise sqlite3.OperationalError("database or disk is full")

    # SQLite changes a table by making it anew, which foreign keys would forbid: they are checked
    # at the end.
    # A new file is made so that it can give room back; that must be said before all else.
    vacuum = "PRAGMA auto_vacuum=INCREMENTAL"
    own_transactions(engine, vacuum, "PRAGMA journal_mode=WAL", "PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        # The lock: a second process waits before it looks at the revision.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    if is_up_to_date(connection):
        return
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise WatcherError(
            f"the database has tables of another version of the program ({error}). "
            "Install that version or a later one, or restore the backup made before it."
        ) from error
    if connection.dialect.name == "sqlite":
        _check_references(connection)


def newest() -> str:
    """Name the revision that this program works with."""
    return revisions()[-1]


def is_up_to_date(connection: Connection) -> bool:
    """Tell whether there is nothing to do, which spares most starts alembic: a second and 10 MB."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    stands = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    return stands == [newest()]


def revisions() -> list[str]:
    """Give the revisions of the schema that this program knows, the newest last."""
    return sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/*.py"))


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise WatcherError(
            f"the upgrade would leave a row of {broken[0]} without the row it refers to"
        )


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
