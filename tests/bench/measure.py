"""Side-by-side measurements: each figure stands beside a peer or a limit taken in the same run."""

from __future__ import annotations

import csv
import gc
import math
import os
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RESULTS = Path(__file__).with_name("results.csv")
_COLUMNS = [
    "date",
    "commit",
    "metric",
    "value",
    "unit",
    "peer",
    "peer_value",
    "ratio",
    "goal",
    "met",
]
kept: list[Figure] = []
"""What has been measured in this run."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure, or its ratio to the peer's, is meant to reach."""

    of: Literal["value", "ratio"]
    bound: Literal["≥", "≤"]
    number: float

    def is_met(self, figure: Figure) -> bool:
        """Compare."""
        reached = figure.value if self.of == "value" else figure.ratio
        return reached >= self.number if self.bound == "≥" else reached <= self.number

    def __str__(self) -> str:
        what = "" if self.of == "value" else "ratio "
        return f"{what}{self.bound} {self.number:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, of whom, and how it compares with the peer."""

    metric: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float = math.nan
    goal: Goal | None = None

    @property
    def met(self) -> str:
        """Say whether the goal is reached, where there is one."""
        return "" if self.goal is None else "yes" if self.goal.is_met(self) else "NO"

    @property
    def ratio(self) -> float:
        """Ours by the peer's."""
        return self.value / self.peer_value if self.peer_value else math.inf


def best_pass(work: Callable[[], object], *, at_least_s: float = 1.0) -> float:
    """Call `work` for a while; give the calls a second of the fastest.

    Counted is this process's own time. The fastest call is the one that others disturbed least.
    """
    fastest, begun = math.inf, time.process_time()
    while True:
        started = time.process_time()
        work()
        ended = time.process_time()
        fastest = min(fastest, ended - started)
        if ended - begun >= at_least_s:
            return 1 / max(fastest, 1e-9)


def resident_mb() -> float:
    """Give the memory that this process holds now, garbage collected."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def show(title: str, figures: Iterable[Figure]) -> None:
    """Print the table."""
    table = Table(title=title, title_justify="left")
    for name in ("metric", "value", "unit", "peer", "peer's value", "ratio", "goal", "met?"):
        right = name in {"value", "peer's value", "ratio"}
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for figure in figures:
        numbers = [_short(n) for n in (figure.value, figure.peer_value, figure.ratio)]
        goal = str(figure.goal or "")
        row = (figure.metric, numbers[0], figure.unit, figure.peer, *numbers[1:], goal, figure.met)
        table.add_row(*row)
    Console(width=170).print(table)


def _short(number: float) -> str:
    if math.isnan(number):
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def keep(figures: Iterable[Figure]) -> None:
    """Append figures to the table of results, with date and commit."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    with RESULTS.open("a", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        if not file.tell():
            table.writerow(_COLUMNS)
        for figure in figures:
            kept.append(figure)
            day = datetime.now(UTC).date().isoformat()
            values = [
                "" if math.isnan(number) else f"{number:.4g}"
                for number in (figure.value, figure.peer_value, figure.ratio)
            ]
            row = [day, commit, figure.metric, values[0], figure.unit, figure.peer, *values[1:]]
            table.writerow([*row, str(figure.goal or ""), figure.met])
