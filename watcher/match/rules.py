"""Rule files -> compiled rules, and articles -> matches. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from watcher.arabic import Terms
from watcher.match.atoms import is_term, mode_of, term_of, text_of
from watcher.match.files import compile_file
from watcher.match.index import Index
from watcher.match.patterns import Patterns
from watcher.match.read import read_file
from watcher.match.review import lists_by_name, repeated_ids, unused_lists
from watcher.match.view import FIELD_OF, WHOLE, look
from watcher.match.written import Field
from watcher.model import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watcher.arabic import Analyses
    from watcher.document import Mapping, Mark
    from watcher.errors import Problem
    from watcher.match.files import CompiledFile
    from watcher.match.nodes import Node
    from watcher.match.rule import Rule
    from watcher.match.view import View
    from watcher.match.written import RuleFile
    from watcher.model import Article, Span, Where

_WHERE: tuple[Where, ...] = ("title", "lead", "text")
"""By rank."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Compiled rules, ready to be handed to other processes."""

    rules: tuple[Rule, ...] = ()
    nodes: tuple[Node, ...] = ()
    """What each rule looks for."""
    terms: Terms = field(default_factory=lambda: Terms([]))
    patterns: Patterns = field(default_factory=lambda: Patterns([]))
    index: Index = field(default_factory=Index)
    about: frozenset[Field] = frozenset()
    """Fields about the article that a rule looks into."""
    named: tuple[tuple[str, Mark], ...] = ()
    """Targets, each with the place where a rule names it first."""

    def targets(self) -> dict[str, Mark]:
        """Give every target that a rule names, and where it is named first."""
        return dict(self.named)


def read_rules(documents: Iterable[Mapping]) -> tuple[Rules, list[Problem]]:
    """Read and compile rule files, and report every problem of all of them at once.

    Lists are shared over all files. The rules are empty where a problem is an error.
    """
    files: list[RuleFile] = []
    problems: list[Problem] = []
    for document in documents:
        file, found = read_file(document)
        files.append(file)
        problems.extend(found)
    rules, found = compile_rules(files)
    problems = sorted({*problems, *found})
    return (Rules() if _has_errors(problems) else rules), problems


def compile_rules(files: Sequence[RuleFile]) -> tuple[Rules, list[Problem]]:
    """Compile what `read_file` gave for each file; see `read_rules`."""
    lists, _ = lists_by_name(one for file in files for one in file.lists)
    analyses: Analyses = {}
    return join_files([compile_file(file, lists, analyses) for file in files], analyses)


def join_files(
    files: Sequence[CompiledFile], analyses: Analyses | None = None
) -> tuple[Rules, list[Problem]]:
    """Put together what was compiled file by file, and report what is wrong with the whole.

    `analyses` is what was found out about the words of their terms.
    """
    lists, problems = lists_by_name(one for file in files for one in file.lists)
    problems += [*repeated_ids(files), *unused_lists(files, lists)]
    problems += chain.from_iterable(file.problems for file in files)
    problems = list(dict.fromkeys(problems))  # a list's mistakes show in every file that uses it
    return (Rules() if _has_errors(problems) else _assembled(files, analyses)), problems


def _has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.level == "error" for problem in problems)


def _assembled(files: Sequence[CompiledFile], analyses: Analyses | None) -> Rules:
    nodes = tuple(chain.from_iterable(file.nodes for file in files))
    targets: dict[str, Mark] = {}
    for name, mark in chain.from_iterable(file.targets for file in files):
        targets.setdefault(name, mark)
    atoms = dict.fromkeys([leaf.atoms[0] for file in files for leaf in file.leaves])
    terms = [atom for atom in atoms if is_term(atom)]
    return Rules(
        rules=tuple(chain.from_iterable(file.rules for file in files)),
        nodes=nodes,
        terms=Terms(map(term_of, terms), terms, analyses),
        patterns=Patterns([(mode_of(one), text_of(one)) for one in atoms if not is_term(one)]),
        index=Index(nodes),
        about=frozenset[Field]().union(*(file.about for file in files)),
        named=tuple(targets.items()),
    )


# --- matching ---------------------------------------------------------------------------------


def match(rules: Rules, article: Article, source_name: str = "") -> tuple[Match, ...]:
    """Give the matches of an article, in the order of the rules.

    `source_name` is what `in: source` sees beside the source's id. A match's spans are all the
    evidence in title and text, wherever the most prominent proof stands.
    """
    return tuple(Findings(rules, article, source_name))


class Findings:
    """The rules that match one article, and the match of each as it is asked for.

    To decide costs little; to gather the evidence costs more, and who only counts needs none.
    """

    __slots__ = ("_numbers", "_rules", "_view")

    def __init__(self, rules: Rules, article: Article, source_name: str = "") -> None:
        """Decide which rules match; see `match`."""
        self._rules = rules
        self._view = look(article, source_name, rules.terms, rules.patterns, rules.about)
        numbers = filter(self._holds, rules.index.candidates(self._view.atoms))
        self._numbers = sorted(filter(self._is_in_place, numbers))

    def rules(self) -> list[str]:
        """Give the ids of the rules, in their order."""
        return [self._rules.rules[number].id for number in self._numbers]

    def __iter__(self) -> Iterator[Match]:
        """Yield the matches, in the order of the rules."""
        return map(self._match, self._numbers)

    def match(self, rule: str) -> Match:
        """Give the match of one of the rules."""
        numbers = (number for number in self._numbers if self._rules.rules[number].id == rule)
        return self._match(next(numbers))

    def _holds(self, number: int) -> bool:
        node = self._rules.nodes[number]
        decided = node.decide(self._view.core)
        return node.holds(self._view, WHOLE, WHOLE) if decided is None else decided

    def _is_in_place(self, number: int) -> bool:
        where = self._rules.rules[number].where
        return not where or self._place(number) in where

    def _place(self, number: int) -> Where:
        """Give the most prominent place that holds a full proof of a rule that holds."""
        return _WHERE[self._rules.nodes[number].rank(self._view)]

    def _match(self, number: int) -> Match:
        rule, node = self._rules.rules[number], self._rules.nodes[number]
        return Match(rule.id, rule.severity, self._place(number), _spans(node, self._view))


def _spans(node: Node, view: View) -> tuple[Span, ...]:
    hits = (view.spans(*hit) for hit in node.gather(view, WHOLE, WHOLE) if hit[0] in FIELD_OF)
    return tuple(
        span for _, span in sorted({key: span for hit in hits for key, span in hit}.items())
    )
