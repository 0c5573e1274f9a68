"""The documentation says what is true: each command, setting and form is named, each example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

import watcher.cli.alerts
import watcher.cli.articles
import watcher.cli.backtest
import watcher.cli.explain
import watcher.cli.reading
import watcher.cli.rules
import watcher.cli.running
import watcher.cli.setup
import watcher.cli.sources
import watcher.cli.status
import watcher.cli.templates  # noqa: F401 - commands register themselves
from watcher.cli import app
from watcher.config import load_document
from watcher.config.load import CONFIG_KEYS
from watcher.config.people import DIGEST_KEYS, ESCALATE_KEYS, LINKS_KEYS, QUIET_KEYS
from watcher.config.sections import FETCH_KEYS, LIMITS_KEYS, LOG_KEYS, POLLING_KEYS
from watcher.config.seeing import BEHIND_KEYS, HEARTBEAT_KEYS, METRICS_KEYS
from watcher.config.sources import SOURCE_KEYS
from watcher.config.targets import TARGET_KEYS
from watcher.document import Mapping
from watcher.match import read_rules, run_tests
from watcher.points import POINTS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS = {"polling", "limits", "fetch", "log", "metrics", "heartbeat", "behind"}
EXAMPLES = re.findall(r"<!-- rules -->\n```yaml\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    group = typer.main.get_command(app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # a group, as typer builds it
        inner = getattr(command, "commands", None)
        names += [f"{name} {sub}" for sub in inner] if inner else [name]
    return names


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`watcher {command}" in README


@pytest.mark.parametrize(
    "key",
    [
        *(key for key in CONFIG_KEYS if key not in SECTIONS),
        *(f"polling.{key}" for key in POLLING_KEYS),
        *(f"limits.{key}" for key in LIMITS_KEYS),
        *(f"fetch.{key}" for key in FETCH_KEYS),
        *(f"log.{key}" for key in LOG_KEYS),
        *(f"metrics.{key}" for key in METRICS_KEYS),
        *(f"heartbeat.{key}" for key in HEARTBEAT_KEYS),
        *(f"behind.{key}" for key in BEHIND_KEYS),
        *TARGET_KEYS,
        *(*QUIET_KEYS, *DIGEST_KEYS, *ESCALATE_KEYS, *LINKS_KEYS),
        *SOURCE_KEYS,
    ],
)
def test_every_setting_is_in_the_readme(key: str) -> None:
    assert f"`{key}`" in README


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_rule_example_is_right_and_passes_its_own_tests(number: int) -> None:
    document, problems = load_document("README.md", EXAMPLES[number])
    assert isinstance(document, Mapping)
    rules, mistakes = read_rules([document])

    assert [*problems, *mistakes] == []
    assert all(result.passed for result in run_tests(rules))


def test_there_are_examples() -> None:
    assert EXAMPLES


def test_migrations_do_not_hide_the_library() -> None:
    """With an __init__.py in it, `import alembic` would find our folder of migrations."""
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_every_point_of_the_crash_matrix_is_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert [point for point in POINTS if f"`{point}`" not in text] == []
