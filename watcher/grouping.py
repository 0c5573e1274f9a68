"""Articles that are handed over, grouped into stories as the daemon would group them.

Knows no files: lines are read and written by the command. Judges with the daemon's own functions,
over a shelf in memory instead of the record; what words are rare is learned from what it has read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from watcher.story import Shelf, fingerprint

if TYPE_CHECKING:
    from watcher.model import Article
    from watcher.model.articles import Relationship

Identity: TypeAlias = str | int
_NUMBERED = re.compile(r"\barticle (\d+)")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an article belongs; a story has the name of its first article."""

    id: Identity
    story: Identity
    relation: Relationship
    why: str


class Grouping:
    """Places articles in stories, one after the other, as they arrive."""

    def __init__(self) -> None:
        self._shelf = Shelf()
        self._names: list[Identity] = []

    def place(self, identity: Identity, article: Article) -> Placed:
        """Say which story an article belongs to, and keep it for those to come."""
        number = len(self._names)
        self._names.append(identity)
        relation, story = self._shelf.place(
            number, fingerprint(article), source=article.source, at=article.published
        )
        return Placed(identity, self._names[story], relation.kind, self._named(relation.why))

    def _named(self, why: str) -> str:
        """Put the names that were given in the place of our numbers."""
        return _NUMBERED.sub(lambda found: f"article {self._names[int(found[1])]}", why)
