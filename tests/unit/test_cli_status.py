"""How `watcher status` says how sources are."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from watcher.cli import status
from watcher.model import SourceState, Trouble
from watcher.record import OutboxStatus, SourceStatus, Status

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATE = SourceState("nahr", "https://nahr.example/rss", NOW, succeeded=NOW)
DEAD = Trouble(1, "nahr", "dead", NOW - timedelta(days=2), None, "polls fail since yesterday")
SHOWN = replace(STATE.condition, delay_s=240.0, rhythm=b"\x00\xff")


def source(**more: object) -> SourceStatus:
    return SourceStatus("نهر", replace(STATE, condition=SHOWN), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "bars"),
    [((), ""), ((0, 0), "··"), ((0, 1, 4, 8), "·▁▄█"), ((1, 1000), "▁█"), ((5,), "█")],
)
def test_a_sparkline_shows_every_day_with_something(counts: tuple[int, ...], bars: str) -> None:
    """A single article is seen beside a thousand."""
    assert status.sparkline(counts) == bars


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        pytest.param(SourceStatus("a", STATE), "well", id="well"),
        pytest.param(SourceStatus("a", replace(STATE, succeeded=None)), "not polled yet", id="new"),
        pytest.param(SourceStatus("a", replace(STATE, failures=1)), "failing", id="failing"),
        pytest.param(source(troubles=(DEAD,)), "dead", id="a trouble"),
        pytest.param(
            SourceStatus("a", replace(STATE, condition=replace(SHOWN, failing_since=NOW))),
            "recovering",
            id="a 304 after failures",
        ),
        pytest.param(
            SourceStatus("a", replace(STATE, condition=replace(SHOWN, empty_since=NOW))),
            "empty",
            id="an empty feed",
        ),
    ],
)
def test_health_in_a_word(shown: SourceStatus, word: str) -> None:
    """The worst that is known."""
    assert status.health_of(shown)[0] == word


def test_the_tables_name_trouble_and_remedy() -> None:
    """With the last good article, the expected delay, and the last days."""
    shown = source(troubles=(DEAD,), days=(0, 2, 4), article_at=NOW - timedelta(hours=50))
    found = Status(NOW, (shown,), 0, 0, 6, 0, 6, OutboxStatus(0, None, 0, 0), (), ())
    wide = Console(width=240, file=io.StringIO())
    wide.print(status._sources(found), status._troubles(found))
    assert isinstance(wide.file, io.StringIO)
    printed = wide.file.getvalue()

    for word in ("dead", "2 d ago", "·▄█", "~4 min", "it cannot be polled", "new address"):
        assert word in printed
    assert json.loads(json.dumps(status._as_data(found), default=str))["sources"][0]["health"]
