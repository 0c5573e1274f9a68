"""Run migrations: on the connection the daemon hands over, or on the URL that a person names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context

from watcher.record.columns import Instant, Words
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for
from watcher.record.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection


def url() -> str:
    named = context.get_x_argument(as_dictionary=True).get("url")
    return str(named or context.config.get_main_option("sqlalchemy.url"))


def plain_type(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Write migrations with the library's types: ours may change, what a migration did may not."""
    if kind == "type" and isinstance(value, Words):
        return "sa.Text()"
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what only one of the databases has, and no table of ours describes."""
    foreign = ("article_search", "procrastinate_", "cluster_")
    only_one = kind == "table" and (name or "").startswith(foreign)
    return not only_one and not (kind == "index" and name == "article_words_gin")


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=is_described,
        render_item=plain_type,
        # SQLite changes most things about a table by making a new one.
        render_as_batch=connection.dialect.name == "sqlite",
        # Both databases keep or undo changes of tables together with the rest of a transaction.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    if context.is_offline_mode():
        context.configure(url=url(), target_metadata=metadata, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    with engine_for(parse_url(url())).begin() as connection:
        migrate(connection)


main()
