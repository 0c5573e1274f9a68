"""What one rule file gives to all rules: compiled apart, kept while it stays as it is. Pure.

Reported here: what is wrong or odd about the rules and lists of one file. A file is compiled with
the lists of all files, so it is compiled again when one of those that it uses changes.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from watcher.arabic import analyze, fold
from watcher.document import at, value
from watcher.match.atoms import is_term, term_of
from watcher.match.compile import Compiler
from watcher.match.sense import provable
from watcher.match.written import Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from watcher.arabic import Analyses
    from watcher.document import Mark
    from watcher.errors import Problem
    from watcher.match.nodes import Leaf, Node
    from watcher.match.rule import Rule
    from watcher.match.written import Field, RuleFile, WrittenList, WrittenRule

_SAID_ONE_BY_ONE = 20
"""Rules of a file of which it is said that they lack tests; of the others, how many they are."""


@value
class CompiledFile:
    """The rules of one file; those that cannot be compiled are left out, and among `problems`."""

    lists: tuple[WrittenList, ...]
    rules: tuple[Rule, ...]
    nodes: tuple[Node, ...]
    """What each rule looks for."""
    ids: array[int]
    """Line, column and number of each rule's id, for those that another file takes, too."""
    leaves: tuple[Leaf, ...]
    """One for each atom."""
    about: frozenset[Field]
    """Fields about the article that a rule looks into."""
    used: frozenset[str]
    """Lists that a rule names, directly or by way of another list."""
    targets: tuple[tuple[str, Mark], ...]
    """Targets, each with the place where a rule names it first."""
    problems: tuple[Problem, ...]


def compile_file(
    file: RuleFile, lists: Mapping[str, WrittenList], analyses: Analyses
) -> CompiledFile:
    """Compile the rules of one file; `lists` are those of all files by name.

    What the words of its terms are goes into `analyses`, which files share.
    """
    compiler = Compiler(lists)
    problems: list[Problem] = []
    rules: list[Rule] = []
    nodes: list[Node] = []
    ids = array("L")
    for number, written in enumerate(file.rules):
        node = compiler.rule(written.condition)
        problems.extend(_misplaced(written, node))
        if node is not None:
            rules.append(written.rule)
            nodes.append(node)
            mark = written.marks.get("id", written.rule.mark)
            ids.extend((mark.line, mark.col, number))
    for one in file.lists:
        problems.extend(_repeated(one))
    problems.extend(_untested(file.rules))
    analyze(map(term_of, filter(is_term, compiler.leaves)), analyses)
    return CompiledFile(
        lists=file.lists,
        rules=tuple(rules),
        nodes=tuple(nodes),
        ids=ids,
        leaves=tuple(compiler.leaves.values()),
        about=frozenset(compiler.about),
        used=frozenset(compiler.used),
        targets=_targets(file.rules),
        problems=(*problems, *compiler.problems),
    )


def _targets(rules: Sequence[WrittenRule]) -> tuple[tuple[str, Mark], ...]:
    targets: dict[str, Mark] = {}
    for written in rules:
        for name, mark in written.targets:
            targets.setdefault(name, mark)
    return tuple(targets.items())


def _misplaced(written: WrittenRule, node: Node | None) -> Iterator[Problem]:
    where = written.rule.where
    if node is None or not where or any(provable(node, place) for place in where):
        return
    what = f"can never match: `where` wants it in the {where[0]}, and `match` looks elsewhere"
    yield at(written.marks["where"], f"{written.path}.where", what)


def _untested(rules: Sequence[WrittenRule]) -> Iterator[Problem]:
    """Report rules without tests, one by one as long as somebody would read it."""
    lacking = [(written, missing) for written in rules if (missing := _missing_tests(written.rule))]
    for written, missing in lacking[:_SAID_ONE_BY_ONE]:
        tests = " and one with ".join(f"`expect: {word}`" for word in missing)
        has = f"no test with {tests}" if written.rule.tests else "no tests"
        what = f"the rule has {has}. Below `tests:`, add one with {tests}."
        yield at(written.rule.mark, written.path, what, warning=True)
    if len(lacking) > _SAID_ONE_BY_ONE:
        written, more = lacking[_SAID_ONE_BY_ONE][0], len(lacking) - _SAID_ONE_BY_ONE
        what = f"{more:,} more rules of this file, from here on, lack tests"
        yield at(written.rule.mark, written.path, what, warning=True)


def _missing_tests(rule: Rule) -> list[str]:
    expected = {test.expect for test in rule.tests}
    return [word for word in ("match", "silent") if word not in expected]


def _repeated(written: WrittenList) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Term] = {}
    for entry in written.entries:
        if not isinstance(entry, Term):
            continue
        text = entry.text if entry.mode in {"literal", "regex"} else fold(entry.text)
        first = seen.setdefault((entry.mode, text), entry)
        if first is not entry:
            what = f"'{entry.text}' is already here, in line {first.mark.line}. Remove one."
            yield at(entry.mark, entry.path, what, warning=True)
