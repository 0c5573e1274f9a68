"""What cleaning has learned of each source. Statements only; transactions are the store's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from watcher.clean import Furniture, Learned, Page, in_force, learn, learned
from watcher.record.tables import furniture

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
    """Learn from an article. Its source's row must be held, so that no page is lost in between."""
    source = reading.pending.source
    before = _known(connection, source)
    after = learn(before or Furniture(), reading.traces.lines, story_id)
    row = {"learned": _written(after), "updated": now}
    if before is None:
        connection.execute(insert(furniture), row | {"source": source})
    elif after is not before:
        connection.execute(_KEEP, row | {"name": source})


def forget(connection: Connection, source_id: str) -> None:
    """Forget what was learned of a source, as at a new address."""
    connection.execute(delete(furniture).where(furniture.c.source == source_id))


def _known(connection: Connection, source_id: str) -> Furniture | None:
    kept = connection.scalar(_LEARNED, {"name": source_id})
    return None if kept is None else _read(kept)


# Built once: to build a statement costs more than to run it.
_IS_OF = furniture.c.source == bindparam("name")
_LEARNED = select(furniture.c.learned).where(_IS_OF)
_KEEP = update(furniture).where(_IS_OF)


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
