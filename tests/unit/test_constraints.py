"""What the tests run on is what is written down: constraints.txt has every distribution, exactly."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_line_is_one_name_with_one_version() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    names = [canonical(line.partition("==")[0]) for line in LINES]
    assert len(set(names)) == len(names)
    assert sorted(LINES, key=str.lower) == LINES


def test_every_installed_distribution_is_pinned_at_its_version() -> None:
    pins = {canonical(name): version for name, _, version in (one.partition("==") for one in LINES)}
    have = {canonical(one.name): one.version for one in distributions() if one.name != "watcher"}

    assert {name: version for name, version in have.items() if pins.get(name) != version} == {}
