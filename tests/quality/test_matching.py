"""Measures how well terms are found, on annotated newswire that is not part of the repository."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

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


def test_terms_are_found_in_all_their_forms() -> None:
    """Single words, verbs and phrases reach the floors; a floor may only be raised."""
    result = measured(strict=False)
    precision, recall, f1 = result["single"]["micro"]
    assert (precision >= 0.98, recall >= 0.99, f1 >= 0.985) == (True, True, True)
    assert result["hard"][0] >= 0.99
    assert result["verb"]["micro"][2] >= 0.96
    assert result["phrase"]["micro"][2] >= 0.995


def test_homographs_are_told_apart() -> None:
    """Words that only a reader can tell from the term count as wrong here."""
    assert measured(strict=True)["single"]["micro"][2] >= 0.965
