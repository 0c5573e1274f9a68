"""Real Arabic feeds as found in public repositories: nothing that plain feedparser finds is lost."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from watcher.model import Fetched
from watcher.parse import parse

FEEDS = Path(__file__).parents[3] / "shared" / "eval" / "html" / "feeds"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://feed.example/rss"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FEEDS.is_dir(), reason="the evaluation feeds are not on this machine"),
]


def items_of_manifest() -> dict[str, int]:
    lines = (FEEDS / "manifest.jsonl").read_text("utf-8").splitlines() if FEEDS.is_dir() else []
    return {row["file"]: row["items"] for row in map(json.loads, lines)}


@pytest.mark.parametrize(("name", "items"), items_of_manifest().items())
def test_every_entry_has_what_feedparser_finds(name: str, items: int) -> None:
    body = (FEEDS / name).read_bytes()
    plain = feedparser.parse(io.BytesIO(body)).entries
    entries = parse(Fetched(URL, URL, body, "text/xml"), now=NOW).entries
    assert len(entries) == len(plain) == items
    for entry, found in zip(entries, plain, strict=True):
        assert entry.link == found.link
        assert bool(entry.title) == bool(found.get("title"))
        # Year 1 is how one site generator writes "no date".
        has_date = found.get("published_parsed") and found.published_parsed.tm_year > 1
        assert (entry.published is not None) == bool(has_date)


@pytest.mark.parametrize("encoding", ["windows-1256", "iso-8859-6"])
@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1"])
def test_titles_survive_the_old_encodings(encoding: str, declared: str) -> None:
    """Each small feed is written in the old encoding and says otherwise, or nothing."""
    small = [path for path in sorted(FEEDS.glob("*.xml")) if path.stat().st_size < 60_000]
    for path in small:
        text = path.read_bytes().decode()
        body = text.encode(encoding, "xmlcharrefreplace")
        body = body.replace(b'encoding="utf-8"', b"", 1).replace(b'encoding="UTF-8"', b"", 1)
        header = f"text/xml; charset={declared}" if declared else "text/xml"
        plain = [e.title for e in parse(Fetched(URL, URL, text.encode()), now=NOW).entries]
        assert [e.title for e in parse(Fetched(URL, URL, body, header), now=NOW).entries] == plain
        assert len(plain) == items_of_manifest()[path.name]
