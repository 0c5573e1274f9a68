"""Real pages with hand-marked text: floors that may rise and never fall."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

from tests.quality.gate import below, floors
from tests.quality.page_reader import read

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.shared,
    # The scorer leaves closing its files to the collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def _scorer(shared: Path) -> Any:
    spec = importlib.util.spec_from_file_location("page_scorer", shared / "eval/html/score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ENCODINGS = {
    "as found": (None, True),
    "windows-1256 declared": ("windows-1256", True),
    "windows-1256 undeclared": ("windows-1256", False),
    "iso-8859-6 declared": ("iso-8859-6", True),
    "iso-8859-6 undeclared": ("iso-8859-6", False),
}


@pytest.mark.parametrize(("encoding", "declared"), ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("tier", ["news", "all"])
def test_pages(shared: Path, tier: str, encoding: str | None, declared: bool) -> None:
    """The same text whatever the encoding; on news nothing lost and nothing foreign."""
    scorer = _scorer(shared)
    total = scorer.total(scorer.run(read, "devset", tier, encoding, declared))
    assert total["errors"] == 0
    files = [file for file in (shared / "eval/html/devset").rglob("*") if file.is_file()]
    figures = {f"{tier} F1": total["F1"], f"{tier} worst F1": total["minF1"]}
    wanted = floors("pages", files)
    assert below(figures, {name: wanted[name] for name in figures}) == {}
    if tier == "news":
        assert (total["noise_lines"], total["lost_lines"]) == (0, 0)


@pytest.mark.parametrize(("encoding", "declared"), ENCODINGS.values(), ids=ENCODINGS)
def test_pages_that_are_no_article_are_refused(
    shared: Path, encoding: str | None, declared: bool
) -> None:
    """Home, section and hub pages, whatever the encoding."""
    scorer = _scorer(shared)
    pages = sorted((shared / "eval/html/nonarticle").glob("*.html"))
    accepted = []
    for page in pages:
        body = page.read_bytes()
        body = scorer.reencode(body, encoding, declared) if encoding else body
        accepted += [page.name] if read(body, None) is not None else []
    assert pages
    assert accepted == []
