"""Articles of one run, filed as the record files them. Pure: no database, no clock.

Stands in for the record where articles are handed over instead of polled (`watcher group`,
backtests), with the same bounds, so that both come to the same stories.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from datetime import timedelta
from typing import TYPE_CHECKING

from watcher.model import Neighbor, WordCounts
from watcher.story.relate import relate
from watcher.story.weights import word_keys, words_to_count, words_to_weigh

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from watcher.model import Fingerprint, Relation

STORY_WINDOW = timedelta(days=14)
"""Older articles are not compared: a text that comes back after two weeks is news again."""
MAX_NEIGHBORS = 10
"""The articles that share most; a formula that stands in every article of a site brings no more."""
MOST_PER_KEY = 10
"""The newest articles under one key; so the cost of an article does not grow with the archive."""


class Shelf:
    """Tells the story of each article as it comes, and files it."""

    def __init__(self) -> None:
        self._stories = 0
        self._counts: Counter[str] = Counter()
        self._under: defaultdict[int | str, deque[int]] = defaultdict(
            lambda: deque(maxlen=MOST_PER_KEY)
        )
        self._articles: dict[int, Neighbor] = {}

    def place(
        self, number: int, fingerprint: Fingerprint, *, source: str = "", at: datetime | None = None
    ) -> tuple[Relation, int]:
        """Relate an article to those before it, and file it; give the number of its story, too.

        A new story takes the article's number.
        """
        own = self._counted(words_to_weigh(fingerprint))
        words = word_keys(fingerprint, own)
        near = self._near((*fingerprint.keys, *words), fingerprint.text_hash, at)
        counts = self._counted(words_to_weigh(fingerprint, near))
        relation = relate(fingerprint, near, source=source, at=at, counts=counts)
        story = number if relation.story_id is None else relation.story_id
        if relation.kind == "new":
            self._stories += 1
            self._counts.update(words_to_count(fingerprint))
        if self._is_same_address(relation, fingerprint):
            # As on record, what an article says now takes the place of what it said before.
            number = relation.article_id or number
        self._file(Neighbor(number, story, fingerprint, source, at), words)
        return relation, story

    def _is_same_address(self, relation: Relation, fingerprint: Fingerprint) -> bool:
        if relation.kind != "revision" or relation.article_id is None or not fingerprint.url:
            return False
        return self._articles[relation.article_id].fingerprint.url == fingerprint.url

    def _counted(self, words: Iterable[str]) -> WordCounts:
        known = self._counts
        return WordCounts(self._stories, {word: known[word] for word in words if word in known})

    def _near(self, keys: Iterable[int], text_hash: str, at: datetime | None) -> list[Neighbor]:
        shared: Counter[int] = Counter()
        for key in keys:
            if under := self._under.get(key):
                # A key that leads to few says more than one that leads to many.
                shared.update(dict.fromkeys(under, MOST_PER_KEY**2 // len(under)))
        best = sorted(shared, key=lambda number: (-shared[number], -number))
        same = list(self._under.get(text_hash, ()))[:1]
        found = (self._articles.get(number) for number in (*same, *best))
        current = [one for one in found if one and not _is_past(one.at, at)]
        return current[:MAX_NEIGHBORS]

    def _file(self, one: Neighbor, words: Iterable[int]) -> None:
        self._articles[one.article_id] = one
        keys: list[int | str] = [*one.fingerprint.keys, *words, one.fingerprint.text_hash]
        for key in keys:
            self._under[key].append(one.article_id)
        while _is_past(next(iter(self._articles.values())).at, one.at):
            del self._articles[next(iter(self._articles))]


def _is_past(at: datetime | None, now: datetime | None) -> bool:
    return at is not None and now is not None and now - at > STORY_WINDOW
