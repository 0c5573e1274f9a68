"""What is known of the clocks of outlets: used to date each article, and learned from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.dating import MIN_WORDS, OLD, clocks_of, learn, old_claims, remember_old, settle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from watcher.dating import Clock
    from watcher.model import Article, Fingerprint, Pending
    from watcher.record import Record


@dataclass(slots=True)
class OutletClocks:
    """The clocks of the sources that were read from since the start, as they are on record."""

    record: Record
    _known: dict[str, Mapping[str, Clock]] = field(default_factory=dict)

    async def date(
        self, article: Article, pending: Pending, traces: Fingerprint, seen: datetime
    ) -> Article:
        """Settle when the article was published, by what is known of its source's clocks."""
        source, earlier = pending.source, None
        if traces.size >= MIN_WORDS:
            earlier = await self.record.archive.earlier(source, traces.text_hash, seen - OLD)
        if source not in self._known:
            kept = await self.record.clocks(source)
            self._known.setdefault(source, clocks_of(kept))
        known, first = self._known[source], pending.first_contact
        return settle(article, known, seen=seen, first_contact=first, earlier=earlier)

    def learned(self, article: Article, pending: Pending, seen: datetime) -> Mapping[str, Clock]:
        """Give what is known of the source's clocks after this article, which was dated before."""
        clocks = self._known[pending.source]
        if pending.first_contact:
            return clocks
        after = learn(clocks, article.claims, seen=seen, gap_s=pending.gap_s)
        for claim in old_claims(article.claims, seen):
            after = remember_old(after, claim)
        return after

    def keep(self, source: str, clocks: Mapping[str, Clock]) -> None:
        """Know this from now on, now that it is on record."""
        self._known[source] = clocks
