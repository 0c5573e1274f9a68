"""What the archive is asked: articles and their histories, kept evidence, words.

One method per question or step, one transaction each, as of the record itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.record import accounts, furniture, history, raw, search, status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from watcher.clean import Learned
    from watcher.model import Wanted, When
    from watcher.record.accounts import LastMatch
    from watcher.record.engine import Database
    from watcher.record.history import History
    from watcher.record.raw import Kept
    from watcher.record.search import Archived


@dataclass(frozen=True, slots=True)
class Archive:
    """The record's side that is looked things up in."""

    database: Database

    async def history(self, which: int | str) -> History | None:
        """Give an article, by its number or address, with its texts before and its matches."""
        ask = history.of_article if isinstance(which, int) else history.of_address
        return await self.database.read(ask, which)  # type: ignore[arg-type]  # as it is asked

    async def history_of_entry(self, entry_id: int) -> History | None:
        """Give the article that was last read from an entry."""
        return await self.database.read(history.of_entry, entry_id)

    async def articles(
        self, since: datetime | None, source: str | None, rule: str | None, limit: int
    ) -> Sequence[Archived]:
        """Give the newest articles seen since then, of a source and matched by a rule."""
        return await self.database.read(history.listed, since, source, rule, limit)

    async def learned(self, source_id: str) -> tuple[Learned, ...]:
        """List the lines that a source is known to repeat, those on most stories first."""
        return await self.database.read(furniture.listed, source_id)

    async def earlier(self, source: str, text_hash: str, before: datetime) -> datetime | None:
        """Give when a source published this very text, if it was on record before then."""
        return await self.database.read(history.earlier, source, text_hash, before)

    async def counted(self, article_id: int, rule: str, when: When) -> int:
        """Count the independent outlets, or stories, that a rule had waited for by an article."""
        return await self.database.read(accounts.counted, article_id, rule, when)

    async def last_match(self, rule: str) -> LastMatch | None:
        """Give the newest match of a rule that people could have been told of."""
        return await self.database.read(accounts.last_match, rule)

    async def evidence(
        self, since: datetime, source: str | None = None, after: int = 0, limit: int = 50
    ) -> list[Kept]:
        """Give the newest evidence of up to `limit` entries, of since then and behind `after`."""
        return await self.database.read(raw.kept, since, source, after, limit)

    async def count_evidence(self, since: datetime, source: str | None = None) -> int:
        """Count the same."""
        return await self.database.read(raw.count, since, source)

    async def removed(self, last: int = 1000) -> dict[str, int]:
        """Count what cleaning removed from the `last` articles: reason -> lines."""
        return await self.database.read(status.removed, last)

    async def search(
        self, wanted: Wanted[int], since: datetime | None = None, limit: int | None = None
    ) -> list[int]:
        """Give the ids of articles seen since then that hold what is wanted, the newest first.

        It is told in numbers of words, which `vocabulary` gives.
        """
        return await self.database.read(search.search, wanted, since, limit)

    async def vocabulary(self, after: int, limit: int) -> list[tuple[int, str]]:
        """Give up to `limit` printed words of the archive with their numbers, behind `after`."""
        return await self.database.read(search.vocabulary, after, limit)

    async def archived(self, ids: Sequence[int]) -> list[Archived]:
        """Give these articles as they stand on record, in the order of their ids."""
        return await self.database.read(search.archived, ids)

    async def unsearchable(self) -> int:
        """Count the articles, recorded by an earlier version, that a search cannot find yet."""
        return await self.database.read(search.missing)

    async def make_searchable(self, after: int, limit: int) -> int | None:
        """Enter up to `limit` of those into the index, with ids behind `after`; give the last id.

        None when there are no more.
        """
        return await self.database.write(search.enter_missing, after, limit)
