"""The tests inside rule files, run by the real engine. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.match.rules import match

if TYPE_CHECKING:
    from watcher.match.rule import Rule, RuleTest
    from watcher.match.rules import Rules


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a test expected and what came out, both in words; `expected == got` is a pass."""

    __test__ = False  # pytest would take the class for tests

    rule: str
    test: RuleTest
    expected: str
    got: str
    evidence: tuple[str, ...] = ()
    """The terms that were found, as the rule writes them."""

    @property
    def passed(self) -> bool:
        """Tell whether the rule did what its author expects."""
        return self.expected == self.got

    def __str__(self) -> str:
        """Render as `file:line:col: rule 'id', test 'name': expected …, got …`."""
        mark = self.test.mark
        head = f"{mark.file}:{mark.line}:{mark.col}: rule '{self.rule}', test '{self.test.name}'"
        found = f" Found: {', '.join(self.evidence)}." if self.evidence else ""
        if self.passed:
            return f"{head}: {self.got}"
        return f"{head}: expected {self.expected}, got {self.got}.{found}"


def run_tests(rules: Rules) -> tuple[TestResult, ...]:
    """Run every test of every rule, in the order of the files."""
    return tuple(_run(rules, rule, test) for rule in rules.rules for test in rule.tests)


def _run(rules: Rules, rule: Rule, test: RuleTest) -> TestResult:
    found = [one for one in match(rules, test.article, test.source_name) if one.rule == rule.id]
    if not found:
        return TestResult(rule.id, test, _expected(test), "silent")
    got = "a match" if test.where is None else f"a match in the {found[0].where}"
    evidence = tuple(dict.fromkeys(span.term for span in found[0].spans))
    return TestResult(rule.id, test, _expected(test), got, evidence)


def _expected(test: RuleTest) -> str:
    if test.expect == "silent":
        return "silent"
    return "a match" if test.where is None else f"a match in the {test.where}"
