"""The schema for editors: right files pass it, what it refuses the reader refuses too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from watcher.config import load_document
from watcher.document import Mapping
from watcher.match import read_rules
from watcher.match.schema import schema
from watcher.shipped import shipped

ROOT = Path(__file__).resolve().parents[2]
MISTAKES = sorted((ROOT / "tests" / "config" / "rules").glob("*.yaml"))
RIGHT = [*sorted(shipped("rules").glob("*.yaml")), *(ROOT / "watcher" / "starter").rglob("*.yaml")]
EXAMPLES = re.findall(
    r"<!-- rules -->\n```yaml\n(.*?)```", (ROOT / "REFERENCE.md").read_text("utf-8"), re.DOTALL
)
SCHEMA = jsonschema.Draft202012Validator(schema())


def complaints(text: str) -> list[str]:
    """Read a file as editors do, with numbers and flags, and check it."""
    loaded: Any = yaml.safe_load(text)
    return [error.message for error in SCHEMA.iter_errors(loaded)]


def is_refused(text: str) -> bool:
    document, problems = load_document("x.yaml", text)
    if not isinstance(document, Mapping):
        return True
    return any(problem.level == "error" for problem in [*problems, *read_rules([document])[1]])


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("file", [file for file in RIGHT if "rules" in str(file)], ids=str)
def test_shipped_files_pass(file: Path) -> None:
    assert complaints(file.read_text("utf-8")) == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_pass(number: int) -> None:
    assert complaints(EXAMPLES[number]) == []


@pytest.mark.parametrize("file", MISTAKES, ids=[file.stem for file in MISTAKES])
def test_what_it_refuses_the_reader_refuses(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not complaints(text) or is_refused(text)


@pytest.mark.parametrize(
    "mistake",
    [
        "any-is-empty",
        "at-least-without-count",
        "at-least-zero",
        "condition-is-a-list",
        "condition-is-empty-mapping",
        "id-in-arabic",
        "id-missing",
        "id-with-capitals",
        "in-unknown-field",
        "in-without-match",
        "lists-is-a-list",
        "literal-is-a-list",
        "match-missing",
        "match-without-in",
        "max-age-without-unit",
        "near-is-a-list",
        "near-ordered-not-a-flag",
        "near-unknown-key",
        "near-within-negative",
        "near-within-too-many",
        "near-without-within",
        "notify-empty",
        "query-is-a-list",
        "rule-is-a-text",
        "rule-unknown-key",
        "rules-is-a-mapping",
        "score-of-a-list",
        "score-weight-negative",
        "severity-unknown",
        "term-is-empty",
        "term-with-wildcard",
        "test-expects-something-else",
        "test-unknown-key",
    ],
)
def test_mistakes_that_an_editor_shows(mistake: str) -> None:
    text = (ROOT / "tests" / "config" / "rules" / f"{mistake}.yaml").read_text("utf-8")
    assert complaints(text)


def test_everything_is_described() -> None:
    """Editors show the description while one types."""
    definitions = schema()["$defs"]
    keys = {
        **definitions["rule"]["properties"],
        **definitions["test"]["properties"],
        **definitions["condition"]["anyOf"][1]["properties"],
    }
    assert [key for key, value in keys.items() if not value.get("description")] == []
