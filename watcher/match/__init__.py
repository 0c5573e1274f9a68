"""The rule language: rule files -> compiled rules -> matches. Pure."""

from __future__ import annotations

from watcher.match.explain import explain, remark_age, remark_count, wanted
from watcher.match.explained import Explained, Explanation
from watcher.match.files import CompiledFile, compile_file
from watcher.match.read import read_file
from watcher.match.rule import Rule, RuleTest
from watcher.match.rules import (
    Findings,
    Rules,
    compile_rules,
    join_files,
    match,
    read_rules,
)
from watcher.match.trial import TestResult, run_tests

__all__ = [
    "CompiledFile",
    "Explained",
    "Explanation",
    "Findings",
    "Rule",
    "RuleTest",
    "Rules",
    "TestResult",
    "compile_file",
    "compile_rules",
    "explain",
    "join_files",
    "match",
    "read_file",
    "read_rules",
    "remark_age",
    "remark_count",
    "run_tests",
    "wanted",
]
