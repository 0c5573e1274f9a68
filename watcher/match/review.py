"""What only shows when all rule files are known: names given twice, lists nobody uses. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.document import Mark, at
from watcher.match.compile import Compiler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watcher.errors import Problem
    from watcher.match.files import CompiledFile
    from watcher.match.rule import Rule
    from watcher.match.written import WrittenList


def lists_by_name(lists: Iterable[WrittenList]) -> tuple[dict[str, WrittenList], list[Problem]]:
    """Give the lists by name; of two with one name the first, and a problem."""
    named: dict[str, WrittenList] = {}
    problems = []
    for written in lists:
        first = named.setdefault(written.name, written)
        if first is not written:
            what = f"the list '{written.name}' already stands in {_place(first.mark)}"
            problems.append(at(written.mark, written.path, what))
    return named, problems


def repeated_ids(files: Sequence[CompiledFile]) -> list[Problem]:
    """Report every rule whose id an earlier one has."""
    seen: dict[str, Rule] = {}
    problems = []
    for file in files:
        for place, rule in enumerate(file.rules):
            first = seen.setdefault(rule.id, rule)
            if first is not rule and rule.id:  # one without id was reported when it was read
                line, col, number = file.ids[3 * place : 3 * place + 3]
                what = f"the id '{rule.id}' is taken by the rule in {_place(first.mark)}"
                mark = Mark(rule.mark.file, line, col)
                problems.append(at(mark, f"rules[{number}].id", what))
    return problems


def unused_lists(files: Sequence[CompiledFile], lists: Mapping[str, WrittenList]) -> list[Problem]:
    """Report lists that no rule uses, and what is wrong inside them."""
    used = frozenset[str]().union(*(file.used for file in files))
    compiler = Compiler(lists)
    problems = []
    for written in (one for file in files for one in file.lists if one.name not in used):
        compiler.unused(written)
        what = f"no rule uses the list '{written.name}'. Remove it, or look for a misspelled name."
        problems.append(at(written.mark, written.path, what, warning=True))
    return problems + compiler.problems


def _place(mark: Mark) -> str:
    return f"{mark.file}:{mark.line}:{mark.col}"
