"""SECURITY.md speaks of code and tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:watcher|tests|deploy)/[^`\s]+)`", TEXT)))


def missing(named: list[str]) -> list[str]:
    return [one for one in named if not is_there(one)]


def is_there(named: str) -> bool:
    path, _, function = named.partition("::")
    file = ROOT / path
    if not function:
        return file.exists()
    return file.exists() and function in {
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_module_and_test_that_it_names_is_there() -> None:
    assert len([one for one in NAMED if "::" in one]) > 50
    assert missing(NAMED) == []
    assert missing(["tests/unit/test_security.py::test_nothing", "watcher/nothing.py"])


def test_every_line_of_a_table_names_a_test() -> None:
    rows = [
        line
        for line in TEXT.splitlines()
        if line.startswith("| ") and not line.startswith(("| it ", "| they ", "| | "))
    ]
    rows = [row for row in rows if "shown by" not in row]
    assert len(rows) > 30
    assert [row for row in rows if not re.search(r"`tests/[\w/]+\.py(::\w+)?`[^|]*\|$", row)] == []
