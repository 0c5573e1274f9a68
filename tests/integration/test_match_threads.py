"""Articles are matched in threads, several at once: what one learns, others must not miss."""

from __future__ import annotations

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.bench import rulesets, texts
from watcher.arabic import Terms
from watcher.match import Findings, read_rules
from watcher.model import Article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.match import Rules

THREADS = 4


@pytest.fixture
def hurried_threads() -> Iterator[None]:
    """Have threads take turns a thousand times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried_threads")
def test_words_seen_for_the_first_time_by_several_at_once() -> None:
    """Copies of a text that come together; words are forgotten now and then, too."""
    documents = texts.documents(24)
    bases = texts.language().bases[:1_000]
    expected = [Terms(bases).scan(text) for text in documents]
    assert any(expected)
    for remembered in (300_000, 300):
        terms = Terms(bases, remembered=remembered)
        copies = [text for text in documents for _ in range(THREADS)]
        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(terms.scan, copies))
        assert found == [hits for hits in expected for _ in range(THREADS)]


@pytest.mark.usefixtures("hurried_threads")
def test_rules_are_filed_anew_while_others_ask() -> None:
    made = rulesets.rules(6_000)
    articles = [Article("", "", text) for text in texts.documents(160)]
    rules, problems = read_rules([rulesets.as_document(made, exact=False)])
    assert not [one for one in problems if one.level == "error"]
    alone: Rules = pickle.loads(pickle.dumps(rules))
    expected = [Findings(alone, article).rules() for article in articles]
    assert sum(map(len, expected)) > 20

    for _ in range(2):  # past the reviews after 16 and 128 articles, and once more after them
        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(lambda article: Findings(rules, article).rules(), articles))
        assert found == expected
