"""How fast articles are matched, beside Python's own limit for taking a text apart."""

from __future__ import annotations

import re

import pytest
from rich.console import Console
from rich.table import Table

from tests.bench.measure import Figure, keep, per_second
from watcher.app import load_rules, read_bytes
from watcher.match import match
from watcher.model import Article
from watcher.shipped import shipped

WORD = re.compile(r"\w+")


def figures(seconds: float) -> list[Figure]:
    articles = [
        found
        for page in sorted((shipped("seeds") / "articles").glob("*/*.html"))
        if isinstance(found := read_bytes(page.read_bytes()), Article)
    ]
    rules = load_rules(shipped("rules"))
    texts = [article.text for article in articles]
    documents = len(texts)

    def matched() -> None:
        for article in articles:
            match(rules, article)

    def tokenized() -> None:
        for text in texts:
            WORD.findall(text)

    limit = per_second(tokenized, at_least_s=seconds) * documents
    ours = per_second(matched, at_least_s=seconds) * documents
    return [Figure("shipped rules, sample articles", ours, "documents/s", "re.findall", limit)]


def test_the_benchmark_runs() -> None:
    """A smoke run, so that the benchmark cannot rot; asserts nothing about time."""
    assert all(figure.value > 0 for figure in figures(0.01))


@pytest.mark.bench
def test_matching_side_by_side() -> None:
    found = figures(2.0)
    table = Table("metric", "value", "unit", "peer", "peer's value", "ratio")
    for figure in found:
        numbers = (f"{figure.value:,.0f}", f"{figure.peer_value:,.0f}", f"{figure.ratio:.3f}")
        table.add_row(figure.metric, numbers[0], figure.unit, figure.peer, *numbers[1:])
    Console(width=120).print(table)
    keep(found)
    assert found
