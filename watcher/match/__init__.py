"""The rule language: rule files -> compiled rules -> matches. Pure."""

from __future__ import annotations

from watcher.match.read import read_file
from watcher.match.rule import Rule, RuleTest
from watcher.match.rules import Rules, compile_rules, match, read_rules
from watcher.match.trial import TestResult, run_tests

__all__ = [
    "Rule",
    "RuleTest",
    "Rules",
    "TestResult",
    "compile_rules",
    "match",
    "read_file",
    "read_rules",
    "run_tests",
]
