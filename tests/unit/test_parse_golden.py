"""One folder per oddity of real feeds: the feed, what must come out of it, and where it comes from."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from watcher.model import Entry, Fetched
from watcher.parse import parse

CASES = sorted(path.parent for path in Path(__file__).parents[1].glob("golden/*/feed.*"))


@pytest.mark.parametrize("folder", CASES, ids=[folder.name for folder in CASES])
def test_each_oddity_is_read_as_a_person_would(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    given = expected.pop("given")
    body = next(folder.glob("feed.*")).read_bytes()
    fetched = Fetched(given["url"], given["url"], body, given["content_type"])
    parsed = parse(fetched, now=datetime.fromisoformat(given["now"]))
    assert {
        "remarks": list(parsed.remarks),
        "is_feed": parsed.is_feed,
        "title": parsed.title,
        "language": parsed.language,
        "ttl_s": parsed.ttl_s,
        "entries": [compact(entry) for entry in parsed.entries],
    } == expected


@pytest.mark.parametrize("folder", CASES, ids=[folder.name for folder in CASES])
def test_each_oddity_says_what_it_is(folder: Path) -> None:
    assert (folder / "README").read_text("utf-8").strip()


def compact(entry: Entry) -> dict[str, Any]:
    """Leave out what is empty or goes without saying."""
    fields = asdict(entry) | {"tags": list(entry.tags)}
    for role in ("published", "updated"):
        if instant := getattr(entry, role):
            fields[role] = instant.isoformat()
        if fields[f"{role}_how"] == "feed":
            del fields[f"{role}_how"]
    if entry.link == entry.url:
        del fields["link"]
    return {name: value for name, value in fields.items() if value}
