"""Which rules an article could match, found without looking at the others. Pure.

A rule can only match where at least one atom of each of its covers occurs. It is filed under the
atoms of its cheapest cover; where many rules share an atom, also under those of the next one.
A cover is cheap if few rules use its atoms and they are phrases, which are rarer than words. The
technique is that of Lucene's monitor (a presearcher) and of Yan & Garcia-Molina, "Index structures
for selective dissemination of information under the Boolean model", ACM TODS 19(2), 1994.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from watcher.match.nodes import Close, Every, Inside, Leaf, Nor, Several, Some, Together, Weighed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from watcher.match.nodes import Node

Cover: TypeAlias = frozenset[int]

_CROWDED = 8
"""Rules under one atom from which on they are told apart by a second one."""
_MAX_PAIRS = 64
_PHRASE = 0.1
"""How much rarer a phrase is than a word, roughly."""


class Index:
    """Rules filed under atoms that they cannot do without."""

    __slots__ = ("_alone", "_paired")

    def __init__(self, nodes: Sequence[Node], phrases: AbstractSet[int]) -> None:
        """File every rule; `phrases` are the atoms of more than one word."""
        covers = [_covers(node) for node in nodes]
        uses = Counter(atom for several in covers for cover in several for atom in cover)
        cost = {atom: n * (_PHRASE if atom in phrases else 1.0) for atom, n in uses.items()}
        crowd: dict[int, list[tuple[int, Cover]]] = {}
        for rule, several in enumerate(covers):
            first, second = _cheapest(several, cost)
            for atom in first:
                crowd.setdefault(atom, []).append((rule, second))
        self._alone: dict[int, tuple[int, ...]] = {}
        self._paired: dict[int, dict[int, tuple[int, ...]]] = {}
        for atom, filed in crowd.items():
            self._file(atom, filed)

    def _file(self, atom: int, filed: list[tuple[int, Cover]]) -> None:
        alone: list[int] = []
        paired: dict[int, tuple[int, ...]] = {}
        for rule, second in filed:
            if len(filed) < _CROWDED or not 0 < len(second) <= _MAX_PAIRS:
                alone.append(rule)
                continue
            for other in second:
                paired[other] = (*paired.get(other, ()), rule)
        if alone:
            self._alone[atom] = tuple(alone)
        if paired:
            self._paired[atom] = paired

    def candidates(self, present: AbstractSet[int]) -> set[int]:
        """Give the numbers of the rules that could match where these atoms occur."""
        found: set[int] = set()
        for atom in present:
            alone = self._alone.get(atom)
            if alone is not None:
                found.update(alone)
            paired = self._paired.get(atom)
            if paired is not None:
                for other in paired.keys() & present:
                    found.update(paired[other])
        return found


def _covers(node: Node) -> list[Cover]:
    """Give sets of atoms of which one each must occur wherever the node holds."""
    if isinstance(node, Leaf):
        return [node.atoms]
    if isinstance(node, Inside):
        return _covers(node.member)
    if isinstance(node, (Every, Close, Together)):
        return [cover for member in node.members for cover in _covers(member)]
    if isinstance(node, Some):
        return [frozenset().union(*(_smallest(member) for member in node.members))]
    if isinstance(node, Several):
        smallest = sorted((_smallest(member) for member in node.members), key=len)
        return [frozenset().union(*smallest[: len(smallest) - node.count + 1])]
    if isinstance(node, Weighed):
        return [_weighed(node)]
    assert isinstance(node, Nor), "a new form of condition says here what it cannot do without"
    return []


def _smallest(node: Node) -> Cover:
    return min(_covers(node), key=len)


def _weighed(node: Weighed) -> Cover:
    """Leave out the lightest terms as long as they cannot reach the goal, all in the title."""
    weights = sorted(node.weights, key=lambda pair: pair[1])
    sums = accumulate(2 * weight for _, weight in weights)
    needed = [leaf for (leaf, _), total in zip(weights, sums, strict=True) if total >= node.goal]
    return frozenset().union(*(leaf.atoms for leaf in needed))


def _cheapest(covers: list[Cover], cost: dict[int, float]) -> tuple[Cover, Cover]:
    """Give the cheapest cover and the next; the second is empty where there is only one."""
    ranked = sorted(set(covers), key=lambda cover: (sum(cost[atom] for atom in cover), min(cover)))
    return ranked[0], ranked[1] if len(ranked) > 1 else frozenset()
