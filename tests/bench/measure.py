"""Side-by-side measurements: each figure stands beside a peer or a limit taken in the same run."""

from __future__ import annotations

import csv
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RESULTS = Path(__file__).with_name("results.csv")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, of whom, and how it compares with the peer."""

    metric: str
    value: float
    unit: str
    peer: str
    peer_value: float

    @property
    def ratio(self) -> float:
        return self.value / self.peer_value if self.peer_value else float("inf")


def per_second(work: Callable[[], object], *, at_least_s: float = 1.0) -> float:
    """Call `work` for a while; give calls a second of this process's own time."""
    calls, started = 0, time.process_time()
    while (spent := time.process_time() - started) < at_least_s:
        work()
        calls += 1
    return calls / spent


def keep(figures: Iterable[Figure]) -> None:
    """Append figures to the table of results, with date and commit."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    is_new = not RESULTS.exists()
    with RESULTS.open("a", newline="") as file:
        table = csv.writer(file)
        if is_new:
            table.writerow(
                ["date", "commit", "metric", "value", "unit", "peer", "peer_value", "ratio"]
            )
        for figure in figures:
            day = datetime.now(UTC).date().isoformat()
            values = [f"{number:.6g}" for number in (figure.value, figure.peer_value, figure.ratio)]
            row = [day, commit, figure.metric, values[0], figure.unit, figure.peer, *values[1:]]
            table.writerow(row)
