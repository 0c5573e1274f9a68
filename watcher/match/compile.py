"""Conditions as written -> nodes, with what only shows once all files are known. Pure.

Reported here: lists that do not exist, contain themselves or are used by nobody; conditions without
a positive term; conditions that can never hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from watcher.document import at, suggest
from watcher.match.atoms import atom_of
from watcher.match.nodes import Every, Inside, Leaf, Nor, Several, Some, Weighed, leaf_of
from watcher.match.sense import (
    excludes,
    is_positive,
    positive_atoms,
    streams,
)
from watcher.match.windows import Close, Together
from watcher.match.written import (
    ABOUT,
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    In,
    ListOf,
    Near,
    NoneOf,
    Same,
    Score,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from watcher.errors import Problem
    from watcher.match.nodes import Node
    from watcher.match.written import Field, WrittenList

MAX_DEPTH = 60
"""Levels of conditions, those of lists included; everything that walks them recurses."""
_EVERYWHERE: frozenset[Field] = frozenset({"title", "lead", "text"})


class _Context(NamedTuple):
    """Where a condition stands: inside which `in`, and whether inside near or sentence."""

    fields: frozenset[Field] = _EVERYWHERE
    windowed: bool = False


_OUTERMOST = _Context()
Members: TypeAlias = list[tuple[Condition, "Node"]]


class Compiler:
    """Turns conditions into nodes that share their atoms and lists; collects every problem."""

    def __init__(self, lists: Mapping[str, WrittenList]) -> None:
        self.problems: list[Problem] = []
        self.leaves: dict[str, Leaf] = {}
        """The leaf that looks for an atom alone, by atom."""
        self.about: set[Field] = set()
        """Fields about the article that a condition looks into."""
        self.used: set[str] = set()
        """Lists that conditions name, there or not, directly or by way of another list."""
        self._lists = lists
        self._compiled: dict[tuple[str, _Context], Node | None] = {}
        self._open: list[str] = []
        self._depth = 0
        self._forms: dict[type, Callable[[Any, _Context], Node | None]] = {
            AllOf: self._every,
            AnyOf: self._any,
            AtLeast: self._several,
            In: self._inside,
            ListOf: self._list,
            Near: self._windowed,
            NoneOf: self._nor,
            Same: self._windowed,
            Score: self._weighed,
        }

    def rule(self, condition: Condition) -> Node | None:
        """Compile what a rule looks for; None, with a problem, where that makes no sense."""
        node = self._node(condition, _OUTERMOST)
        if node is None or self._is_positive(node, condition):
            return node
        return None

    def unused(self, written: WrittenList) -> None:
        """Compile a list nobody uses, for its problems."""
        self._list(ListOf(written.mark, written.path, written.name), _OUTERMOST)

    # conditions

    def _node(self, written: Condition, context: _Context) -> Node | None:
        if isinstance(written, Term):
            return self._term(written)
        if self._depth >= MAX_DEPTH:
            what = f"conditions and lists nest more than {MAX_DEPTH} deep here. Flatten them."
            self._refuse(written, what)
            return None
        self._depth += 1
        node = self._forms[type(written)](written, context)
        self._depth -= 1
        return node

    def _nodes(self, members: Iterable[Condition], context: _Context) -> Members:
        node = self._node
        return [
            (member, compiled)
            for member in members
            if (compiled := node(member, context)) is not None
        ]

    def _term(self, term: Term) -> Leaf:
        atom = atom_of(term.mode, term.text)
        leaf = self.leaves.get(atom)
        if leaf is None:
            leaf = self.leaves[atom] = leaf_of(atom)
        return leaf

    def _list(self, written: ListOf, context: _Context) -> Node | None:
        self.used.add(written.name)
        found = self._lists.get(written.name)
        if found is None:
            hint = suggest(written.name, self._lists) if self._lists else "No file defines a list."
            self._refuse(written, f"there is no list '{written.name}'. {hint}")
            return None
        if written.name in self._open:
            chain = " → ".join([*self._open[self._open.index(written.name) :], written.name])
            self._refuse(written, f"the list contains itself: {chain}. Remove one of them.")
            return None
        key = (written.name, context)
        if key not in self._compiled:
            self._open.append(written.name)
            self._compiled[key] = self._some(self._nodes(found.entries, context))
            self._open.pop()
        return self._compiled[key]

    def _any(self, written: AnyOf, context: _Context) -> Node | None:
        return self._some(self._nodes(written.members, context))

    def _some(self, members: Members) -> Node | None:
        """Join alternatives; those that are single atoms become one leaf."""
        atoms: set[str] = set()
        others: list[Node] = []
        for written, node in members:
            if isinstance(node, Leaf):
                atoms.update(node.atoms)
            elif not self._is_positive(node, written):
                continue
            elif isinstance(node, Some):
                others.extend(node.members)
            else:
                others.append(node)
        if atoms:
            others.insert(0, leaf_of(*sorted(atoms)))
        return others[0] if len(others) == 1 else Some(tuple(others)) if others else None

    def _every(self, written: AllOf, context: _Context) -> Node | None:
        nodes: list[Node] = []
        for _, node in self._nodes(written.members, context):
            nodes.extend(_conjuncts(node))
        if len(nodes) < 2:
            return nodes[0] if nodes else None
        refused = {
            atom
            for node in nodes
            if isinstance(node, Nor)
            for leaf in node.members
            if isinstance(leaf, Leaf)
            for atom in leaf.atoms
        }
        if refused and any(
            isinstance(node, Leaf) and refused.issuperset(node.atoms) for node in nodes
        ):
            self._refuse(written, "can never match: what is wanted here is also excluded here")
            return None
        return Every(tuple(nodes))

    def _nor(self, written: NoneOf, context: _Context) -> Node | None:
        nodes = _nodes(self._nodes(written.members, context))
        return Nor(nodes) if nodes else None

    def _spread(self, written: AtLeast) -> tuple[Condition, ...]:
        """Give what is counted: a single list or `any` stands for its entries."""
        if len(written.members) != 1:
            return written.members
        only = written.members[0]
        if isinstance(only, ListOf) and only.name in self._lists:
            self.used.add(only.name)
            return self._lists[only.name].entries
        return only.members if isinstance(only, AnyOf) else written.members

    def _several(self, written: AtLeast, context: _Context) -> Node | None:
        counted = self._spread(written)
        members = self._nodes(counted, context)
        different = {node: part for part, node in members}
        if len(members) < len(counted):
            return None
        if written.count > len(different):
            what = (
                f"can never match: {written.count} different members are wanted of "
                f"{len(different)}. Lower `count` or add members."
            )
            self._refuse(written, what)
            return None
        positive = [self._is_positive(node, part) for node, part in different.items()]
        if not all(positive):
            return None
        return Several(written.count, tuple(different))

    def _windowed(self, written: Near | Same, context: _Context) -> Node | None:
        """Compile what must stand in one place of one field."""
        members = self._nodes(written.members, _Context(context.fields, windowed=True))
        if len(members) < len(written.members) or not members:
            return None
        nodes = _nodes(members)
        if isinstance(written, Near) and not written.ordered:  # all of all is all
            nodes = tuple(part for node in nodes for part in _conjuncts(node))
        if isinstance(written, Near) and len(members) < 2:
            self._refuse(written, "`near` wants at least two members, one beside the other")
        elif not any(is_positive(node) for node in nodes):
            self._refuse(written, "holds only what must not occur; add what must")
        elif not streams(Every(nodes)):
            self._refuse(written, "can never match: the members are wanted in different fields")
        else:
            hits = leaf_of(*sorted(positive_atoms(nodes)))
            if isinstance(written, Near):
                return Close(written.within, written.ordered, hits, excludes(nodes), nodes)
            return Together(written.unit, hits, nodes)
        return None

    def _inside(self, written: In, context: _Context) -> Node | None:
        wanted, fields = frozenset(written.fields), context.fields
        if context.windowed and wanted & set(ABOUT):
            what = "`in` can name only title, lead and text inside near, sentence and paragraph"
            self._refuse(written, what)
            return None
        allowed = wanted if fields == _EVERYWHERE else _both(wanted, fields)
        if not allowed:
            what = f"can never match: it already stands inside `in: {', '.join(sorted(fields))}`"
            self._refuse(written, what)
            return None
        self.about |= wanted & set(ABOUT)
        node = self._node(written.condition, context._replace(fields=allowed))
        return Inside(allowed, node) if node is not None else None

    def _weighed(self, written: Score, _: _Context) -> Node | None:
        weights: dict[Leaf, float] = {}
        for term, weight in written.weights:
            leaf = self._term(term)
            weights[leaf] = weights.get(leaf, 0) + weight
        most = 2 * sum(weights.values())
        if most < written.at_least:
            what = (
                f"can never match: all weights, doubled in the title, add up to {most:g} and "
                f"{written.at_least:g} are wanted"
            )
            self._refuse(written, what)
            return None
        return Weighed(written.at_least, tuple(weights.items()))

    # problems

    def _is_positive(self, node: Node, written: Condition) -> bool:
        if is_positive(node):
            return True
        what = (
            "has no positive term: it would match whatever lacks these words. Say what must occur."
        )
        self._refuse(written, what)
        return False

    def _refuse(self, written: Condition | WrittenList, what: str) -> None:
        problem = at(written.mark, written.path, what)
        if problem not in self.problems:
            self.problems.append(problem)


def _nodes(members: list[tuple[Condition, Node]]) -> tuple[Node, ...]:
    return tuple(node for _, node in members)


def _conjuncts(node: Node) -> tuple[Node, ...]:
    return node.members if isinstance(node, Every) else (node,)


def _both(wanted: frozenset[Field], outer: frozenset[Field]) -> frozenset[Field]:
    """Give the fields that an `in` inside an `in` leaves; the lead is part of the text."""
    shared = set(wanted & outer)
    for one, other in ((wanted, outer), (outer, wanted)):
        if "lead" in one and "text" in other:
            shared.add("lead")
    return frozenset(shared)
