"""Real articles as scraped: every body line kept, every noise line gone, title and date right."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from watcher.clean import clean
from watcher.extract import extract
from watcher.model import Article

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LIFTED = re.compile(r"^(?:\S+ من \S+:|\(وكالات\) –)\s*")


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _read(path: Path) -> tuple[list[str], Article]:
    text = path.read_text(encoding="utf-8")
    found = extract(text, form="text", now=NOW)
    assert isinstance(found, Article)
    return text.split("\n"), clean(found, now=NOW)


def _faults(lines: list[str], article: Article, gold: dict[str, Any]) -> list[str]:
    text, at, faults = _squeeze(article.text), 0, []
    paragraphs = [_squeeze(paragraph) for paragraph in article.text.split("\n")]
    for number in gold["body"]:
        line = _squeeze(lines[number - 1])
        line = line if line in text else _LIFTED.sub("", line)
        found = text.find(line, at)
        faults += [f"body {number} lost"] * (found < 0) + [f"body {number} twice"] * (
            text.count(line) > 1
        )
        at = max(found + len(line), at)
    for number, kind in gold["noise"].items():
        line = _squeeze(lines[int(number) - 1])
        if line in paragraphs or (len(line) > 12 and line in text):
            faults.append(f"noise {number} kept: {kind}")
    return faults


def test_seeds_are_read_without_a_fault(shared: Path) -> None:
    """All of them, with no rule that names a site or a sentence."""
    gold = json.loads((shared / "seeds" / "gold.json").read_text(encoding="utf-8"))
    faults: dict[str, list[str]] = {}
    for name, wanted in gold.items():
        if name == "about":
            continue
        lines, article = _read(shared / "seeds" / name)
        faults[name] = _faults(lines, article, wanted)
        title = _squeeze(lines[wanted["title"] - 1]) if wanted["title"] else ""
        faults[name] += ["title"] * (article.title != title)
        published = article.published.isoformat()[:19] if article.published else None
        faults[name] += [f"published {published}"] * (published != wanted["published"])
    assert faults == {name: [] for name in faults}
