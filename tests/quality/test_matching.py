"""Measures how well terms are found, on annotated newswire that is not part of the repository."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.quality.gate import below, floors
from watcher.arabic import Terms

DATA = Path(__file__).resolve().parents[3] / "shared" / "eval" / "matching"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the scorer leaves files open
    pytest.mark.skipif(not DATA.exists(), reason="the annotated newswire is not at ../shared/eval"),
]


class Matcher:
    """What the scorer calls."""

    def compile(self, queries: list[str]) -> Terms:
        return Terms(queries)


def measured(*, strict: bool) -> dict[str, Any]:
    """Run the scorer that comes with the data."""
    spec = importlib.util.spec_from_file_location("matching_score", DATA / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result: dict[str, Any] = module.run(Matcher(), str(DATA / "dev"), strict)[0]
    return result


def test_terms_reach_their_floors() -> None:
    """Single words, verbs and phrases; "strict" counts words only a reader can tell apart."""
    loose, strict = measured(strict=False), measured(strict=True)
    precision, recall, f1 = loose["single"]["micro"]
    figures = {
        "single precision": precision,
        "single recall": recall,
        "single F1": f1,
        "single F1 strict": strict["single"]["micro"][2],
        "hard recall": loose["hard"][0],
        "verb F1": loose["verb"]["micro"][2],
        "phrase F1": loose["phrase"]["micro"][2],
    }
    assert below(figures, floors("matching", (DATA / "dev").iterdir())) == {}
