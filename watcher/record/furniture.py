"""What cleaning has learned of each source. Statements only; transactions are the store's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from watcher.clean import Furniture, Learned, Page, Sighting, in_force, learn, learned
from watcher.record.tables import furniture, sources

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Article


def lines(connection: Connection, source_id: str) -> frozenset[str]:
    """Give the lines that a source repeats now."""
    return in_force(_known(connection, source_id) or Furniture())


def listed(connection: Connection, source_id: str) -> tuple[Learned, ...]:
    """Give the same lines with how many of the last stories print each."""
    return learned(_known(connection, source_id) or Furniture())


def add(connection: Connection, article: Article, story_id: int, now: datetime) -> None:
    """Learn from an article; the row of its source is held, so that no page is lost in between."""
    # Not the whole row: every article that names the source holds its key already.
    query = select(sources.c.id).where(sources.c.id == article.source)
    held = query.with_for_update(key_share=True)
    if connection.execute(held).one_or_none() is None:
        return
    before = _known(connection, article.source)
    after = learn(before or Furniture(), article, story_id)
    row = {"learned": _written(after), "updated": now}
    if before is None:
        connection.execute(insert(furniture), row | {"source": article.source})
    elif after is not before:
        connection.execute(update(furniture).where(furniture.c.source == article.source), row)


def forget(connection: Connection, source_id: str) -> None:
    """Forget what was learned of a source, as at a new address."""
    connection.execute(delete(furniture).where(furniture.c.source == source_id))


def _known(connection: Connection, source_id: str) -> Furniture | None:
    query = select(furniture.c.learned).where(furniture.c.source == source_id)
    kept = connection.scalar(query)
    return None if kept is None else _read(kept)


def _written(known: Furniture) -> dict[str, Any]:
    """Write the state as JSON; a sighting is one number, its lowest bit "is a sentence"."""
    return {
        "pages": [
            {
                "story": page.story,
                "seen": [
                    [key, one.subjects << 1 | one.is_sentence] for key, one in page.seen.items()
                ],
                "above": list(page.above),
                "below": list(page.below),
            }
            for page in known.pages
        ],
        "lines": [[key, line] for key, line in known.lines.items()],
    }


def _read(kept: dict[str, Any]) -> Furniture:
    pages = tuple(
        Page(
            page["story"],
            {key: Sighting(bool(mark & 1), mark >> 1) for key, mark in page["seen"]},
            tuple(page["above"]),
            tuple(page["below"]),
        )
        for page in kept["pages"]
    )
    return Furniture(pages, {key: line for key, line in kept["lines"]})  # noqa: C416 - pairs
