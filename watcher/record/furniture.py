"""What cleaning has learned of each source. Statements only; transactions are the store's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from watcher.clean import Furniture, Learned, Page, in_force, learn, learned
from watcher.record.tables import furniture, sources

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Reading


def lines(connection: Connection, source_id: str) -> frozenset[str]:
    """Give the lines that a source repeats now."""
    return in_force(_known(connection, source_id) or Furniture())


def listed(connection: Connection, source_id: str) -> tuple[Learned, ...]:
    """Give the same lines with how many of the last stories print each."""
    return learned(_known(connection, source_id) or Furniture())


def add(connection: Connection, reading: Reading, story_id: int, now: datetime) -> None:
    """Learn from an article; the row of its source is held, so that no page is lost in between."""
    source = reading.article.source
    # Not the whole row: every article that names the source holds its key already.
    query = select(sources.c.id).where(sources.c.id == source)
    held = query.with_for_update(key_share=True)
    if connection.execute(held).one_or_none() is None:
        return
    before = _known(connection, source)
    after = learn(before or Furniture(), reading.traces.lines, story_id)
    row = {"learned": _written(after), "updated": now}
    if before is None:
        connection.execute(insert(furniture), row | {"source": source})
    elif after is not before:
        connection.execute(update(furniture).where(furniture.c.source == source), row)


def forget(connection: Connection, source_id: str) -> None:
    """Forget what was learned of a source, as at a new address."""
    connection.execute(delete(furniture).where(furniture.c.source == source_id))


def _known(connection: Connection, source_id: str) -> Furniture | None:
    query = select(furniture.c.learned).where(furniture.c.source == source_id)
    kept = connection.scalar(query)
    return None if kept is None else _read(kept)


def _written(known: Furniture) -> dict[str, Any]:
    """Write the state as JSON."""
    return {
        "pages": [
            {
                "story": page.story,
                "seen": list(page.marks.items()),
                "above": list(page.above),
                "below": list(page.below),
            }
            for page in known.pages
        ],
        "lines": list(known.lines.items()),
    }


def _read(kept: dict[str, Any]) -> Furniture:
    pages = tuple(
        Page(
            page["story"],
            dict(page["seen"]),
            tuple(page["above"]),
            tuple(page["below"]),
        )
        for page in kept["pages"]
    )
    return Furniture(pages, dict(kept["lines"]))
