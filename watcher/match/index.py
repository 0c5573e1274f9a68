"""Which rules an article could match, found without looking at the others. Pure.

A rule can only match where at least one atom of each of its covers occurs. It is filed under the
atoms of its rarest cover, and below them under those of the next. Rare is what few rules use, until
articles show what is rarely printed: then rules that wait for a frequent atom move to a rarer one,
which changes nothing but the time. The technique is that of Lucene's monitor (a presearcher) and of
Yan & Garcia-Molina, "Index structures for selective dissemination of information under the Boolean
model", ACM TODS 19(2), 1994.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, chain
from typing import TYPE_CHECKING, TypeAlias

from watcher.match.nodes import Every, Inside, Leaf, Nor, Several, Some, Weighed
from watcher.match.windows import Close, Together

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from watcher.match.nodes import Node

Cover: TypeAlias = frozenset[str]
Covers: TypeAlias = tuple[Cover, ...]

_FIRST_REVIEW = 16
"""Articles after which rules are filed anew for the first time; then after eight times as many …"""
_LAST_REVIEW = 1024
"""… until this many were seen, and nothing is counted any more."""
_UNSEEN = 1e-3
"""What a rule's use of an atom tells about its frequency, counted in articles that print it."""
_ALONE = ""
"""Stands for the second atom where a rule has no cover for one."""
_MAX_PAIRS = 64
_PHRASE = 0.1
"""How much rarer a phrase is than a word, roughly."""


class Index:
    """Rules filed under atoms that they cannot do without. One thread at a time may ask."""

    __slots__ = ("_articles", "_costs", "_covers", "_filed", "_review_at", "_seen")

    def __init__(self, covers: Iterable[Covers] = ()) -> None:
        """File every rule under the two rarest of its covers, which `covers_of` gives."""
        self._covers = list(covers)
        """By rule, the rarest first."""
        atoms = chain.from_iterable(chain.from_iterable(self._covers))
        self._costs = {atom: uses * _cost(atom) for atom, uses in Counter(atoms).items()}
        self._seen: Counter[str] = Counter()
        self._articles, self._review_at = 0, _FIRST_REVIEW
        self._filed: dict[str, dict[str, tuple[int, ...]]] = {}
        """Atom of a rule's first cover -> atom of its second -> rules."""
        for rule in range(len(self._covers)):
            self._file(rule)

    def candidates(self, present: AbstractSet[str]) -> set[int]:
        """Give the numbers of the rules that could match an article in which these atoms occur."""
        found: set[int] = set()
        covers, filed, or_alone = self._covers, self._filed, present | {_ALONE}
        for atom in filed.keys() & present:
            second = filed[atom]
            if or_alone.isdisjoint(second):
                continue
            for other in second.keys() & or_alone:
                for rule in second[other]:
                    if not any(cover.isdisjoint(present) for cover in covers[rule][2:]):
                        found.add(rule)
        if self._articles < _LAST_REVIEW:
            self._learn(present)
        return found

    def _learn(self, present: AbstractSet[str]) -> None:
        """Count what is printed, and now and then file rules by it."""
        self._articles += 1
        self._seen.update(present)
        if self._articles == self._review_at:
            self._review_at *= 8
            self._refile([atom for atom in self._seen if atom in self._filed])

    def _refile(self, atoms: list[str]) -> None:
        """Move rules from these atoms to rarer ones."""
        moving = {rule for atom in atoms for rules in self._filed[atom].values() for rule in rules}
        touched = {atom for rule in moving for atom in self._covers[rule][0]}
        for atom in touched:
            kept = {
                other: left
                for other, rules in self._filed.pop(atom).items()
                if (left := tuple(rule for rule in rules if rule not in moving))
            }
            if kept:
                self._filed[atom] = kept
        for rule in moving:
            self._file(rule)

    def _file(self, rule: int) -> None:
        covers = self._covers[rule]
        if len(covers) > 1:
            covers = self._covers[rule] = tuple(sorted(covers, key=self._frequency))
        others = covers[1] if len(covers) > 1 and len(covers[1]) <= _MAX_PAIRS else (_ALONE,)
        for atom in covers[0]:
            second = self._filed.setdefault(atom, {})
            for other in others:
                second[other] = (*second.get(other, ()), rule)

    def _frequency(self, cover: Cover) -> float:
        seen, costs = self._seen, self._costs
        return sum([costs[atom] + seen[atom] if atom in seen else costs[atom] for atom in cover])


def _cost(atom: str) -> float:
    return _UNSEEN * (_PHRASE if " " in atom else 1.0)


def covers_of(node: Node) -> Covers:
    """Give sets of atoms of which one each must occur wherever the node holds."""
    return tuple(dict.fromkeys(_covers(node)))


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
