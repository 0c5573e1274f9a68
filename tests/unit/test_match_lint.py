"""What is unwise in rule files is said with its place, and what is wise is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watcher.config import load_document
from watcher.document import Mapping
from watcher.match import read_file
from watcher.match.lint import FEWEST, floods, lint
from watcher.model import Article

if TYPE_CHECKING:
    from watcher.match.written import RuleFile


def read(source: str, name: str = "x.yaml") -> RuleFile:
    document, problems = load_document(name, source)
    assert problems == []
    assert isinstance(document, Mapping)
    file, mistakes = read_file(document)
    assert [problem for problem in mistakes if problem.level == "error"] == []
    return file


def said(*sources: str) -> list[str]:
    files = [read(source, f"{number}.yaml") for number, source in enumerate(sources)]
    return [str(problem) for problem in lint(files)]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param("انسحاب, الانسحاب", "'الانسحاب' is found by 'انسحاب' already, in line 1. Remove it.", id="the article"),
        pytest.param("صواريخ, صاروخ", "'صواريخ' is found by 'صاروخ' already, in line 1. Remove it.", id="a broken plural"),
        pytest.param("جندي أمريكي, الجنود الأمريكيون", "'الجنود الأمريكيون' is found by 'جندي أمريكي' already, in line 1. Remove it.", id="a phrase"),
        pytest.param("جيش, الجيش العراقي", "'الجيش العراقي' is found by 'جيش' already, in line 1. Remove it.", id="a phrase of a word"),
        pytest.param("جيش, {exact: الجيش}", "'الجيش' is found by 'جيش' already, in line 1. Remove it.", id="an exact form"),
    ],
)  # fmt: skip
def test_needless_entries_of_lists(entries: str, expected: str) -> None:
    [problem] = said(f"lists: {{w: [{entries}]}}")
    assert problem.endswith(expected)
    assert problem.startswith("0.yaml:1:")
    assert "warning" in problem


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param("انسحاب, مغادرة", id="different words"),
        pytest.param("جيش, {literal: الجيش}", id="a literal"),
        pytest.param("نفط, نفطي", id="an adjective made of a noun"),
        pytest.param("جيش, جيش", id="reading the rules says so already"),
    ],
)
def test_entries_that_stay(entries: str) -> None:
    assert said(f"lists: {{w: [{entries}]}}") == []


def test_a_word_twice_in_any() -> None:
    assert said("rules: [{id: x, match: {any: [مدرسة, مدرسه]}}]") == [
        "0.yaml:1:38: warning: rules[0].match.any[1]: 'مدرسه' is already here, in line 1. Remove one."
    ]


RULE = "rules: [{{id: {0}, match: {1}, severity: {2}, notify: {3}}}]"


def test_a_rule_contained_in_another() -> None:
    strict = RULE.format("strict", "{all: [نهر, جسر]}", "low", "[desk]")
    wide = RULE.format("wide", "{any: [نهر, بحر]}", "low", "[desk, mail]")

    [problem] = said(strict, wide)
    assert problem.startswith("0.yaml:1:9: warning: rules[0]: whatever it finds, the rule 'wide'")
    assert "in 1.yaml:1 finds too and tells the same targets" in problem


def test_of_two_equal_rules_the_second_is_named() -> None:
    [problem] = said(*(RULE.format(name, "نهر", "low", "[desk]") for name in ("one", "other")))
    assert problem.startswith("1.yaml")
    assert "'one'" in problem


@pytest.mark.parametrize(
    ("condition", "severity", "notify"),
    [
        pytest.param("{all: [نهر, جسر]}", "high", "[desk]", id="it is more severe"),
        pytest.param("{all: [نهر, جسر]}", "low", "[chief]", id="it tells others"),
        pytest.param("{all: [سد, جسر]}", "low", "[desk]", id="it finds more"),
    ],
)
def test_rules_that_stay(condition: str, severity: str, notify: str) -> None:
    wide = RULE.format("wide", "نهر", "low", "[desk]")
    assert said(RULE.format("strict", condition, severity, notify), wide) == []


def news(count: int, every: int) -> list[Article]:
    return [Article("", "خبر", "فاض النهر" if n % every == 0 else "هدأ") for n in range(count)]


@pytest.mark.parametrize(
    ("condition", "flooding"),
    [
        pytest.param("نهر", True, id="a word alone"),
        pytest.param("{any: [بحر, نهر]}", True, id="one of several"),
        pytest.param("{all: [نهر, جسر]}", False, id="with another word"),
        pytest.param("{in: title, match: نهر}", False, id="in the title"),
        pytest.param("بحر", False, id="a rare word"),
    ],
)
def test_words_that_flood(condition: str, flooding: bool) -> None:
    problems = floods([read(f"rules: [{{id: x, match: {condition}}}]")], news(400, 4))
    assert [str(problem).partition(": '")[2][:3] for problem in problems] == ["نهر"] * flooding


def test_how_much_of_the_archive_is_said() -> None:
    [problem] = floods([read("rules: [{id: river, match: نهر}]")], news(400, 4))
    assert "'river' match, and stands in 25% of the last 400 articles" in problem.what


def test_a_small_archive_says_nothing() -> None:
    assert floods([read("rules: [{id: x, match: نهر}]")], news(FEWEST - 1, 1)) == []
