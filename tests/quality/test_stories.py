"""Measures on real Arabic news how well copies are told from formulas and events from each other.

Through the function that `watcher group` uses: with nothing else on the shelf, and with an archive
of two thousand articles read before.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.quality.gate import below, floors
from watcher.cli.given import article_of
from watcher.grouping import Grouping
from watcher.model import Article

if TYPE_CHECKING:
    from watcher.grouping import Placed

DATA = Path(__file__).resolve().parents[3] / "shared" / "eval" / "corpus"
PAIRS, BACKGROUND = DATA / "dups_dev.jsonl.gz", DATA / "background_dev.jsonl.gz"
CONSTRUCTED = ("cnn", "weather", "qisas")
MOST_EVENTS_AS_COPIES = 1 / 25

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.exists(), reason="the articles are not at ../shared/eval"),
]


@cache
def scorer() -> Any:
    """Load the scorer that comes with the data."""
    spec = importlib.util.spec_from_file_location("score_dups", DATA / "score_dups.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def is_same(placed: Placed) -> bool:
    return placed.relation in {"copy", "revision"}


def alone(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Judge two bare texts: no headline, no date, no source, nothing read before."""
    grouping = Grouping()
    grouping.place(1, Article("", "", one["text"]))
    return is_same(grouping.place(2, Article("", "", other["text"])))


def figures(scored: dict[str, Any]) -> dict[str, float]:
    kinds = {kind: [int(n) for n in told.split(" of ")] for kind, told in scored["by"].items()}
    events = kinds["same_event/"]
    constructed = sum(kinds[f"different/{kind}"][0] for kind in CONSTRUCTED)
    return {
        "precision": scored["P"],
        "recall": scored["R"],
        "F1": scored["F1"],
        "events told from copies": 1 - events[0] / events[1],
        "constructed look-alikes told apart": float(constructed == 0),
    }


def test_bare_pairs_reach_their_floors() -> None:
    scored = scorer().score(lines(PAIRS), alone)
    print(scored["by"])
    found = figures(scored)
    assert found["events told from copies"] >= 1 - MOST_EVENTS_AS_COPIES
    assert below(found, floors("stories", [PAIRS])) == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_pairs_behind_an_archive_reach_their_floors() -> None:
    """What was read before teaches which words are rare; the articles come with all that is known."""
    pairs, grouping = lines(PAIRS), Grouping()
    known = {one["id"] for pair in pairs for one in (pair["a"], pair["b"])}
    for told in lines(BACKGROUND)[::3]:
        if told["id"] not in known:
            grouping.place(told["id"], article_of(told))
    both = {one["id"]: one for pair in pairs for one in (pair["a"], pair["b"])}
    given = {name: article_of(told) for name, told in both.items()}
    order = sorted(given, key=lambda name: (str(given[name].published), name))
    placed = {name: grouping.place(name, given[name]) for name in order}
    stories = {name: one.story for name, one in placed.items()}

    def same_story(one: dict[str, Any], other: dict[str, Any]) -> bool:
        return stories[one["id"]] == stories[other["id"]]

    scored = scorer().score(pairs, same_story)
    print(scored["by"])
    events = [pair for pair in pairs if pair["label"] == "same_event"]
    joined = sum(same_story(pair["a"], pair["b"]) for pair in events)
    found = {name: scored[key] for name, key in (("precision", "P"), ("recall", "R"), ("F1", "F1"))}
    found["events joined"] = joined / len(events)
    assert below(found, floors("stories behind an archive", [PAIRS, BACKGROUND])) == {}
