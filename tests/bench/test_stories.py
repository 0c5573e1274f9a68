"""What it costs to find an article's story, by how many articles are stored.

Texts are generated: words as frequent as Zipf says, topics, and forms that a third of all articles
fill in, as weather services, ministries and exchanges do. All stored articles lie within the time
window, which is the worst case. Cost is CPU of this process: the index, the counts and the verdict.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from tests.bench.measure import Figure, Goal, keep, show
from tests.bench.texts import documents
from watcher.model import Article, WordCounts
from watcher.record import wordcounts
from watcher.record.articles import neighbors
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for, upgrade
from watcher.record.tables import articles, entries, fingerprint_keys, sources, stories, word_counts
from watcher.record.values import day_of, packed, signed, traces_of
from watcher.story import (
    STORY_WINDOW,
    Shelf,
    fingerprint,
    relate,
    word_keys,
    words_to_count,
    words_to_weigh,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from watcher.model import Fingerprint

SIZES = (1_000, 10_000, 100_000)
PROBES = 150
FORMS = 6
FORM_SHARE = 0.3
LARGEST_GROWTH = 1.5
_BATCH = 500
_NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)


# --- articles ---------------------------------------------------------------------------------


def stream(seed: int) -> Iterator[Article]:
    """Give articles without end: reports of their own, and forms filled in with other words."""
    chance = random.Random(seed)
    written = documents(400, seed=5)
    forms = [text.split()[:90] for text in documents(FORMS, seed=6)]
    lines = [line.split() for text in written for line in text.split("\n") if len(line) > 60]
    names = sorted({word for line in lines for word in line})
    while True:
        if chance.random() < FORM_SHARE:
            words = list(chance.choice(forms))
            for _ in range(12):
                words[chance.randrange(len(words))] = chance.choice(names)
        else:
            words = [word for line in chance.sample(lines, 6) for word in line]
            words = [chance.choice(names) if chance.random() < 0.25 else word for word in words]
        yield Article("", " ".join(words[:8]), " ".join(words), source=f"s{chance.randrange(50)}")


def copied(article: Article, chance: random.Random) -> Article:
    """Cut an article, as another outlet would."""
    words = article.text.split()
    return Article("", "", " ".join(words[: chance.randint(len(words) // 2, len(words))]))


class Archive:
    """A record on SQLite that is filled in bulk, as the daemon would have filled it."""

    def __init__(self, folder: Path) -> None:
        url = parse_url(f"sqlite:///{folder}/watcher.db")
        upgrade(url)
        self.engine = engine_for(url)
        self.size = 0
        self._texts = stream(1)
        self._stories: dict[str, int] = {}
        self.newest: list[Article] = []
        with self.engine.begin() as connection:
            source = {"id": "s", "is_active": True, "due": _NOW, "seen_before": True}
            connection.execute(insert(sources), source)

    def grow(self, size: int) -> None:
        """Add articles until there are so many."""
        while self.size < size:
            some = list(islice(self._texts, min(_BATCH, size - self.size)))
            with self.engine.begin() as connection:
                self._add(connection, some)
        self.newest = some
        with self.engine.begin() as connection:
            connection.execute(word_counts.delete())
            rows = [{"word": word, "stories": n} for word, n in self._stories.items()]
            connection.execute(insert(word_counts), [*rows, {"word": "", "stories": self.size}])

    def _add(self, connection: Connection, some: list[Article]) -> None:
        rows: dict[str, list[dict[str, object]]] = {"e": [], "s": [], "a": [], "k": []}
        for article in some:
            self.size += 1
            number, traces = self.size, fingerprint(article)
            for word in words_to_count(traces):
                self._stories[word] = self._stories.get(word, 0) + 1
            age = STORY_WINDOW * ((number * 7919) % 9_999) / 10_000
            self._rows(rows, number, article, traces, _NOW - age)
        for table, name in (
            (entries, "e"),
            (stories, "s"),
            (articles, "a"),
            (fingerprint_keys, "k"),
        ):
            connection.execute(insert(table), rows[name])

    def _rows(
        self,
        rows: dict[str, list[dict[str, object]]],
        number: int,
        article: Article,
        traces: Fingerprint,
        seen: datetime,
    ) -> None:
        entry = {"id": number, "url_hash": str(number), "source": "s", "status": "done"}
        rows["e"].append(entry | {"first_contact": False, "seen": seen, "retry_at": seen})
        rows["s"].append({"id": number, "origin": "", "first_seen": seen, "last_seen": seen})
        rows["a"].append(
            {
                "id": number,
                "entry_id": number,
                "source": "s",
                "story_id": number,
                "text": article.text,
                "text_hash": traces.text_hash,
                "sketch": packed(traces.sketch),
                "keys": packed(traces.keys),
                "traces": traces_of(traces),
                "size": traces.size,
                "seen": seen,
            }
        )
        held = {word: self._stories[word] for word in words_to_weigh(traces)}
        keys = {*traces.keys, *word_keys(traces, WordCounts(number, held))}
        day = day_of(seen)
        rows["k"] += [{"key": signed(key), "day": day, "article_id": number} for key in keys]

    def cost_ms(self, probes: list[Article]) -> tuple[float, int]:
        """Give the CPU that relating an article takes, and how many were found to be copies."""
        copies = 0
        given = [(one, fingerprint(one)) for one in probes]
        with self.engine.begin() as connection:
            before = time.process_time()
            for one, traces in given:
                near = neighbors(connection, traces, _NOW - STORY_WINDOW)
                counts = wordcounts.read(connection, words_to_weigh(traces, near))
                relation = relate(traces, near, source=one.source, at=_NOW, counts=counts)
                copies += relation.kind == "copy"
            took = time.process_time() - before
        return took / len(probes) * 1e3, copies


# --- figures ----------------------------------------------------------------------------------


def of_the_record(folder: Path, sizes: tuple[int, ...], probes: int) -> list[Figure]:
    """Relate new articles, forms and copies to records of several sizes."""
    archive, chance, figures = Archive(folder), random.Random(2), list[Figure]()
    for size in sizes:
        archive.grow(size)
        some = list(islice(stream(size), probes - probes // 3))
        some += [copied(one, chance) for one in archive.newest[: probes // 3]]
        archive.cost_ms(some[: max(1, probes // 10)])  # statements are built, pages are read
        took, copies = min(archive.cost_ms(some) for _ in range(3))
        assert copies, "a copy is not found"
        first = figures[0].value if figures else took
        goal = Goal("ratio", "≤", LARGEST_GROWTH) if figures else None
        what = f"relating an article, {size:,} stored, SQLite, CPU"
        figures.append(Figure(what, took, "ms", f"{sizes[0]:,} stored", first, goal))
    return figures


def of_the_shelf(sizes: tuple[int, ...], probes: int) -> list[Figure]:
    """Place articles on a shelf in memory."""
    shelf, texts, placed, figures = Shelf(), stream(1), 0, list[Figure]()
    for size in sizes:
        traces = [fingerprint(one) for one in islice(texts, size - placed)]
        took = 0.0
        for number, one in enumerate(traces, placed + 1):
            at = _NOW + timedelta(seconds=number)
            before = time.process_time()
            shelf.place(number, one, at=at)
            took += time.process_time() - before if number > size - probes else 0.0
        placed, cost = size, took / probes * 1e3
        first = figures[0].value if figures else cost
        goal = Goal("ratio", "≤", LARGEST_GROWTH) if figures else None
        what = f"placing an article, {size:,} on the shelf, CPU"
        figures.append(Figure(what, cost, "ms", f"{sizes[0]:,} there", first, goal))
    return figures


# --- runs -------------------------------------------------------------------------------------


def test_the_measurement_of_stories_runs(tmp_path: Path) -> None:
    """A smoke run, so that it cannot rot; asserts nothing about time."""
    figures = [*of_the_record(tmp_path, (40, 80), 12), *of_the_shelf((20, 40), 5)]
    assert [figure.value > 0 for figure in figures] == [True] * 4


@pytest.mark.bench
@pytest.mark.timeout(7_200)
def test_stories_by_the_size_of_the_archive(tmp_path: Path) -> None:
    """Measure everything; print the table and append it to the results."""
    found = of_the_record(tmp_path, SIZES, PROBES)
    show("stories", found)
    keep(found)
    on_the_shelf = of_the_shelf(SIZES[:2], PROBES)
    show("stories in memory", on_the_shelf)
    keep(on_the_shelf)
