"""Matches whose words no longer stand where they were found. Statements only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from watcher.record.tables import articles, match_changes, matches
from watcher.story import counterpart, differences, stands

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Reading
    from watcher.story import Difference

AROUND = 120
"""Code points of a passage on either side of the words that changed."""


@dataclass(frozen=True, slots=True)
class MatchChange:
    """What became of a match: the passage before and now, and whether the rule still holds."""

    rule: str
    is_gone: bool
    before: str
    after: str


def note(
    connection: Connection,
    reading: Reading,
    old: Any,
    in_text: Sequence[Difference],
    now: datetime,
) -> tuple[MatchChange, ...]:
    """Note which matches of the old text the new one no longer holds, or holds otherwise.

    `old` is the row of the text before: its revision's id, article_id, title and text. To be
    called before the matches of the old text are put aside.
    """
    new = {"title": reading.article.title, "text": reading.article.text}
    changes = {"title": differences(old.title, new["title"]), "text": in_text}
    if not any(changes.values()):
        return ()
    noted = []
    still = {match.rule for match in reading.matches}
    for match in _current(connection, old.article_id):
        for span in match.spans:
            field = span["field"]
            found = changes.get(field, ())
            if stands(span["start"], span["end"], found):
                continue
            before = getattr(old, field)
            change = MatchChange(
                rule=match.rule,
                is_gone=match.rule not in still,
                before=_around(before, span["start"], span["end"]),
                after=_there(new[field], span, found),
            )
            row = {
                "kind": "vanished" if change.is_gone else "changed",
                "match_id": match.id,
                "revision_id": old.id,
                "before": change.before,
                "after": change.after,
                "seen": now,
            }
            connection.execute(insert(match_changes), row)
            noted.append(change)
            break
    return tuple(noted)


def note_gone(
    connection: Connection, entry_id: int, why: str, now: datetime
) -> tuple[MatchChange, ...]:
    """Note that the page of an article that matched is gone."""
    article = connection.execute(
        select(articles.c.id, articles.c.title, articles.c.text).where(
            articles.c.entry_id == entry_id
        )
    ).one_or_none()
    if article is None:
        return ()
    noted = []
    for match in _current(connection, article.id):
        span = next((span for span in match.spans if span["field"] in {"title", "text"}), None)
        place = (span["start"], span["end"]) if span else (0, 0)
        shown = getattr(article, span["field"] if span else "title")
        change = MatchChange(match.rule, is_gone=True, before=_around(shown, *place), after=why)
        row = {
            "kind": "gone",
            "match_id": match.id,
            "before": change.before,
            "after": why,
            "seen": now,
        }
        connection.execute(insert(match_changes), row)
        noted.append(change)
    return tuple(noted)


def _current(connection: Connection, article_id: int) -> Sequence[Any]:
    holds = (matches.c.article_id == article_id) & matches.c.revision_id.is_(None)
    query = select(matches.c.id, matches.c.rule, matches.c.spans).where(holds)
    return connection.execute(query.order_by(matches.c.id)).all()


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - AROUND) : end + AROUND]


def _there(text: str, span: dict[str, Any], changes: Sequence[Difference]) -> str:
    start, end = (counterpart(span[place], changes) for place in ("start", "end"))
    return _around(text, start, max(start, end))
