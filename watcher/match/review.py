"""What only shows when all rules are known: duplicates, unused lists, rules without tests. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.arabic import fold
from watcher.document import at
from watcher.match.sense import provable
from watcher.match.written import Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from watcher.document import Mark
    from watcher.errors import Problem
    from watcher.match.compile import Compiler
    from watcher.match.nodes import Node
    from watcher.match.written import RuleFile, WrittenList, WrittenRule


def unique_lists(files: Sequence[RuleFile], problems: list[Problem]) -> dict[str, WrittenList]:
    """Give the lists by name; of two with one name the first, and a problem."""
    lists: dict[str, WrittenList] = {}
    for file in files:
        for written in file.lists:
            first = lists.setdefault(written.name, written)
            if first is not written:
                what = f"the list '{written.name}' already stands in {_place(first.mark)}"
                problems.append(at(written.mark, written.path, what))
    return lists


def unique_rules(files: Sequence[RuleFile], problems: list[Problem]) -> list[WrittenRule]:
    """Give the rules of all files; of two with one id the first, and a problem."""
    seen: dict[str, WrittenRule] = {}
    rules: list[WrittenRule] = []
    for written in (written for file in files for written in file.rules):
        first = seen.setdefault(written.rule.id, written)
        if first is written or not written.rule.id:  # what has no id was reported and is checked
            rules.append(written)
            continue
        what = f"the id '{written.rule.id}' is taken by the rule in {_place(first.rule.mark)}"
        problems.append(at(written.marks["id"], f"{written.path}.id", what))
    return rules


def review(
    files: Sequence[RuleFile],
    rules: Sequence[WrittenRule],
    nodes: Sequence[Node | None],
    compiler: Compiler,
    problems: list[Problem],
) -> None:
    """Report what is wrong or odd about compiled rules and their lists."""
    for written, node in zip(rules, nodes, strict=True):
        problems.extend(_misplaced(written, node))
        problems.extend(_untested(written))
    for file in files:
        for one in file.lists:
            problems.extend(_list_oddities(one, compiler))
    problems.extend(compiler.problems)


def _misplaced(written: WrittenRule, node: Node | None) -> Iterator[Problem]:
    where = written.rule.where
    if node is None or not where or any(provable(node, place) for place in where):
        return
    what = f"can never match: `where` wants it in the {where[0]}, and `match` looks elsewhere"
    yield at(written.marks["where"], f"{written.path}.where", what)


def _untested(written: WrittenRule) -> Iterator[Problem]:
    expected = {test.expect for test in written.rule.tests}
    missing = [word for word in ("match", "silent") if word not in expected]
    if missing:
        tests = " and one with ".join(f"`expect: {word}`" for word in missing)
        lacking = f"no test with {tests}" if expected else "no tests"
        what = f"the rule has {lacking}. Below `tests:`, add one with {tests}."
        yield at(written.rule.mark, written.path, what, warning=True)


def _list_oddities(written: WrittenList, compiler: Compiler) -> Iterator[Problem]:
    if written.name not in compiler.used:
        compiler.unused(written)
        what = f"no rule uses the list '{written.name}'. Remove it, or look for a misspelled name."
        yield at(written.mark, written.path, what, warning=True)
    seen: dict[tuple[str, str], Term] = {}
    for entry in written.entries:
        if not isinstance(entry, Term):
            continue
        text = entry.text if entry.mode in {"literal", "regex"} else fold(entry.text)
        first = seen.setdefault((entry.mode, text), entry)
        if first is not entry:
            what = f"'{entry.text}' is already here, in line {first.mark.line}. Remove one."
            yield at(entry.mark, entry.path, what, warning=True)


def _place(mark: Mark) -> str:
    return f"{mark.file}:{mark.line}:{mark.col}"
