"""How long it takes from the first sight of an article until people are told of it, under load."""

from __future__ import annotations

import math
import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, select

from tests.bench import newsroom, rulesets
from tests.bench.measure import Figure, Goal, keep, show
from tests.bench.newswire import ask, newswire
from watcher.clock import utc_now
from watcher.config import load_config
from watcher.record import tables

if TYPE_CHECKING:
    from pathlib import Path

SOURCES, RULES = 10_000, 10_000
PER_SECOND = 2.5
"""Of ten thousand sources, each with some twenty articles a day."""
INTERVAL_S = 600.0
WINDOW_S = 240.0
_P = (50, 95, 99)
_SETTLED_S = 3.0
_GOAL = Goal("value", "≤", 1.0)


def of_telling(
    folder: Path, sources: int, rules: int, per_second: float, window_s: float
) -> list[Figure]:
    """Run the daemon while articles appear; take from its receipts how long telling took.

    Those of one interval are there when it begins, so that polls find as many as appear.
    """
    interval_s = min(INTERVAL_S, window_s)
    made = rulesets.rules(rules)
    (folder / "rules").mkdir()
    rulesets.write_files(folder / "rules", made, 1 + rules // 1_000)
    articles = math.ceil(per_second * (interval_s + _SETTLED_S + window_s))
    with newswire(sources, articles, per_second, interval_s) as port:
        desk = f"[{{name: desk, url: 'json://127.0.0.1:{port}/desk'}}]"
        file = newsroom.write(folder, sources, port, rules=folder / "rules", targets=desk)
        config = load_config(file)
        start = utc_now() + timedelta(seconds=10 + sources / 80 + rules / 400)
        newsroom.watched(config, newsroom.spread(start, interval_s, sources))
        with newsroom.daemon(folder):
            time.sleep(max(0.0, (start - utc_now()).total_seconds()))
            ask(port, "start")
            time.sleep(_SETTLED_S)
            since = utc_now()
            time.sleep(window_s)
            until = utc_now()
            time.sleep(5)  # what was seen last is told, too
        assert ask(port, "told"), "nobody was told anything"
    query = (
        select(tables.deliveries.c.after_seen_s)
        .join_from(tables.deliveries, tables.notices)
        .where(tables.deliveries.c.outcome == "sent")
        .where(tables.notices.c.created >= since, tables.notices.c.created <= until)
    )
    with create_engine(f"sqlite:///{folder / 'watcher.db'}").connect() as connection:
        took = sorted(connection.scalars(query))
    assert took, "nothing was told while it was measured"
    what = f"first seen to delivered, {sources:,} sources, {rules:,} rules"
    return [
        *(
            Figure(
                f"{what}, p{percent}",
                took[math.ceil(percent / 100 * len(took)) - 1],
                "s",
                goal=_GOAL if percent == 95 else None,
            )
            for percent in _P
        ),
        Figure(f"{what}, alerts", len(took), "messages"),
        Figure(f"{what}, load of the machine", os.getloadavg()[0], "processes"),
    ]


def test_the_measurement_of_telling_runs(tmp_path: Path) -> None:
    """A smoke run, so that it cannot rot; asserts nothing about time."""
    assert len(of_telling(tmp_path, 20, 2_000, 2.0, 20.0)) == len(_P) + 2


@pytest.mark.bench
@pytest.mark.timeout(3_600)
def test_telling_under_load(tmp_path: Path) -> None:
    """Measure, print the table and append it to the results."""
    found = of_telling(tmp_path, SOURCES, RULES, PER_SECOND, WINDOW_S)
    show("from first sight to delivery", found)
    keep(found)
