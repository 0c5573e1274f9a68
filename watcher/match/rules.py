"""Rule files -> compiled rules, and articles -> matches. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.arabic import Term, Terms
from watcher.match.compile import Compiler
from watcher.match.index import Index
from watcher.match.patterns import Patterns
from watcher.match.read import read_file
from watcher.match.review import review, unique_lists, unique_rules
from watcher.match.view import TEXT, TITLE, TITLE_AND_LEAD, TITLE_ONLY, WHOLE, look
from watcher.model import Match, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from watcher.document import Mapping, Mark
    from watcher.errors import Problem
    from watcher.match.nodes import Node
    from watcher.match.rule import Rule
    from watcher.match.view import View
    from watcher.match.written import RuleFile, WrittenRule
    from watcher.model import Article, Where

_FIELD = {TITLE: "title", TEXT: "text"}


@dataclass(frozen=True, slots=True)
class Rules:
    """Compiled rules, ready to be handed to other processes."""

    rules: tuple[Rule, ...] = ()
    nodes: tuple[Node, ...] = ()
    """What each rule looks for."""
    terms: Terms = field(default_factory=lambda: Terms([]))
    patterns: Patterns = field(default_factory=lambda: Patterns([]))
    index: Index = field(default_factory=lambda: Index([], set()))
    named: tuple[tuple[str, Mark], ...] = ()
    """Targets, each with the place where a rule names it first."""

    def targets(self) -> dict[str, Mark]:
        """Give every target that a rule names, and where it is named first."""
        return dict(self.named)

    def written(self, atom: int) -> str:
        """Give a term, literal or regular expression as the rule writes it."""
        return self.terms.texts[atom].text if atom >= 0 else self.patterns.texts[~atom][1]


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
    problems: list[Problem] = []
    compiler = Compiler(unique_lists(files, problems))
    written = unique_rules(files, problems)
    nodes = [compiler.rule(one.condition) for one in written]
    review(files, written, nodes, compiler, problems)
    if _has_errors(problems):
        return Rules(), problems
    return _assembled(written, [node for node in nodes if node is not None], compiler), problems


def _has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.level == "error" for problem in problems)


def _assembled(written: Sequence[WrittenRule], nodes: Sequence[Node], compiler: Compiler) -> Rules:
    terms = [
        Term(text, "exact" if mode == "exact" else "inflected") for mode, text in compiler.terms
    ]
    phrases = {number for number, term in enumerate(terms) if " " in term.text.strip()}
    targets: dict[str, Mark] = {}
    for one in written:
        for name, mark in one.targets:
            targets.setdefault(name, mark)
    return Rules(
        rules=tuple(one.rule for one in written),
        nodes=tuple(nodes),
        terms=Terms(terms),
        patterns=Patterns(tuple(compiler.patterns)),
        index=Index(nodes, phrases),
        named=tuple(targets.items()),
    )


# --- matching ---------------------------------------------------------------------------------


def match(rules: Rules, article: Article, source_name: str = "") -> tuple[Match, ...]:
    """Give the matches of an article, in the order of the rules.

    `source_name` is what `in: source` sees beside the source's id. A match's spans are all the
    evidence in title and text, wherever the most prominent proof stands.
    """
    view = look(article, source_name, rules.terms, rules.patterns)
    found = (
        _matched(rules, number, view) for number in sorted(rules.index.candidates(view.hits.keys()))
    )
    return tuple(one for one in found if one is not None)


def _matched(rules: Rules, number: int, view: View) -> Match | None:
    node, rule = rules.nodes[number], rules.rules[number]
    if not node.holds(view, WHOLE, WHOLE):
        return None
    where = _most_prominent(node, view)
    if rule.where and where not in rule.where:
        return None
    return Match(rule.id, rule.severity, where, _spans(rules, node, view))


def _most_prominent(node: Node, view: View) -> Where:
    """Give the first place that holds a full proof; what is excluded is excluded everywhere."""
    if node.holds(view, TITLE_ONLY, WHOLE):
        return "title"
    return "lead" if node.holds(view, TITLE_AND_LEAD, WHOLE) else "text"


def _spans(rules: Rules, node: Node, view: View) -> tuple[Span, ...]:
    places = sorted(
        {
            (stream, hit.start, hit.end, rules.written(hit.term))
            for stream, hit in node.gather(view, WHOLE, WHOLE)
            if stream in _FIELD
        }
    )
    return tuple(Span(_FIELD[stream], start, end, term) for stream, start, end, term in places)
