"""The documentation says what is true: each command, setting and form is named, each example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from watcher.cli import load_commands
from watcher.config import load_document
from watcher.config.load import CONFIG_KEYS
from watcher.config.people import DIGEST_KEYS, ESCALATE_KEYS, LINKS_KEYS, QUIET_KEYS
from watcher.config.sections import FETCH_KEYS, KEEP_KEYS, LIMITS_KEYS, LOG_KEYS, POLLING_KEYS
from watcher.config.seeing import BEHIND_KEYS, HEARTBEAT_KEYS, METRICS_KEYS
from watcher.config.sources import SOURCE_KEYS
from watcher.config.targets import TARGET_KEYS
from watcher.document import Mapping
from watcher.match import read_rules, run_tests
from watcher.points import POINTS

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = (ROOT / "REFERENCE.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS = {"polling", "limits", "keep", "fetch", "log", "metrics", "heartbeat", "behind"}
EXAMPLES = re.findall(r"<!-- rules -->\n```yaml\n(.*?)```", README + REFERENCE, re.DOTALL)


def commands() -> list[str]:
    group = typer.main.get_command(load_commands())
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # a group, as typer builds it
        inner = getattr(command, "commands", None)
        names += [f"{name} {sub}" for sub in inner] if inner else [name]
    return names


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_reference(command: str) -> None:
    assert f"`watcher {command}" in REFERENCE


@pytest.mark.parametrize(
    "key",
    [
        *(key for key in CONFIG_KEYS if key not in SECTIONS),
        *(f"polling.{key}" for key in POLLING_KEYS),
        *(f"limits.{key}" for key in LIMITS_KEYS),
        *(f"keep.{key}" for key in KEEP_KEYS),
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
def test_every_setting_is_in_the_reference(key: str) -> None:
    assert f"`{key}`" in REFERENCE


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


def test_every_migration_is_in_the_changelog() -> None:
    """An operator sees before the upgrade what happens to the database."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    numbers = [path.name.partition("_")[0] for path in (ROOT / "alembic" / "versions").glob("*.py")]
    assert numbers
    assert [number for number in sorted(numbers) if f"\n| {number} | " not in text] == []


def test_the_changelog_says_first_what_to_do() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = text.split("\n## ")[1]
    heads = [line for line in newest.splitlines() if line.startswith("### ")]
    kept = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}

    assert heads[:3] == ["### Upgrading", "### Configuration", "### Database"]
    assert {head.removeprefix("### ").partition(":")[0] for head in heads[3:]} <= kept


def test_keys_in_the_changelog_exist() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    table = text.partition("### Configuration")[2].partition("### Database")[0]
    first = " ".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| "))
    known = {
        *CONFIG_KEYS, *LINKS_KEYS, *TARGET_KEYS, *SOURCE_KEYS, "when", "topic", "query",
        *(f"polling.{key}" for key in POLLING_KEYS), *(f"limits.{key}" for key in LIMITS_KEYS),
        *(f"fetch.{key}" for key in FETCH_KEYS), *(f"log.{key}" for key in LOG_KEYS),
        *(f"keep.{key}" for key in KEEP_KEYS),
    }  # fmt: skip
    named = re.findall(r"`([\w.]+)`", first)
    assert len(named) > 15
    assert set(named) - known == set()
