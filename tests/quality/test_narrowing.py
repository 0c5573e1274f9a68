"""Measures on real articles that narrowing the archive loses no match, and leaves out most others."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from watcher.arabic import printed_words
from watcher.config import read_rule_documents
from watcher.match import match, read_file, read_rules
from watcher.match.narrow import Probes, answered, needs, probes_of
from watcher.model import Article, Each, Wanted
from watcher.shipped import shipped

DATA = Path(__file__).resolve().parents[3] / "shared" / "eval" / "corpus" / "topics_dev.jsonl.gz"
LARGEST_SHARE = 0.4
"""Of articles chosen for their nearness to the topics, how many a rule may leave for the engine."""

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.exists(), reason="the articles are not at ../shared/eval"),
]


def holds(wanted: Wanted[int], held: frozenset[int]) -> bool:
    if isinstance(wanted, frozenset):
        return not wanted.isdisjoint(held)
    return (all if isinstance(wanted, Each) else any)(holds(part, held) for part in wanted.parts)


def test_no_match_is_lost_and_most_articles_are_left_out() -> None:
    with gzip.open(DATA, "rt", encoding="utf-8") as stream:
        told = [json.loads(line) for line in stream]
    articles = [Article("", one["title"], one["text"]) for one in told]
    words = [printed_words(one.title) | printed_words(one.text) for one in articles]
    vocabulary = sorted(set[str]().union(*words))
    number = {word: place for place, word in enumerate(vocabulary)}
    documents = read_rule_documents(shipped("rules"))[0]
    files = [read_file(document)[0] for document in documents]
    lists = {one.name: one for file in files for one in file.lists}
    need = {one.rule.id: needs(one.condition, lists) for file in files for one in file.rules}
    probes = {probe for one in need.values() for probe in probes_of(one)}
    found = Probes(probes).holding(vocabulary)
    wanted = {rule: answered(one, found) for rule, one in need.items()}
    numbers = [frozenset(number[word] for word in held) for held in words]

    rules = read_rules(documents)[0]
    matched = {(m.rule, n) for n, one in enumerate(articles) for m in match(rules, one)}
    assert matched
    assert [pair for pair in matched if not holds(wanted[pair[0]], numbers[pair[1]])] == []
    for one in wanted.values():
        assert sum(holds(one, held) for held in numbers) < LARGEST_SHARE * len(articles)
