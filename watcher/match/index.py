"""Which rules an article could match, found without looking at the others. Pure.

A rule can only match where at least one atom of each of its covers occurs. It is filed under the
atoms of its rarest cover, each time beside the atoms of the next. Rare is what few rules use, until
articles show what is rarely printed: then rules that wait for a frequent atom move to a rarer one,
which changes nothing but the time. The technique is that of Lucene's monitor (a presearcher) and of
Yan & Garcia-Molina, "Index structures for selective dissemination of information under the Boolean
model", ACM TODS 19(2), 1994.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import accumulate, chain, compress
from operator import not_
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from watcher.match.nodes import Every, Inside, Leaf, Nor, Several, Some, Weighed
from watcher.match.windows import Close, Together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from watcher.match.nodes import Node
    from watcher.match.view import Atoms

Covers: TypeAlias = "list[Atoms]"

_FIRST_REVIEW = 16
"""Articles after which rules are filed anew for the first time; then after eight times as many …"""
_LAST_REVIEW = 1024
"""… until this many were seen, and nothing is counted any more."""
_UNSEEN = 1e-3
"""What a rule's use of an atom tells about its frequency, counted in articles that print it."""
_MAX_PAIRS = 64
"""Atoms of a second cover; a longer one says little, and is looked at with the rule."""
_SAMPLE = 20_000
"""Rules that are enough to tell which atoms many use."""
_PHRASE = 0.1
"""How much rarer a phrase is than a word, roughly."""


_LEARNING = Lock()
"""Held by whoever counts or files. One for all, so that an index can be handed to processes."""


class _Filed(NamedTuple):
    """Rules by an atom of their first cover. Never changed once it is asked."""

    alone: dict[str, tuple[int, ...]]
    """Those with no second cover."""
    paired: dict[str, tuple[int, ...]]
    """The others …"""
    others: dict[str, tuple[str, ...]]
    """… and the atom of the second cover that each stands beside."""

    def copied(self) -> _Filed:
        """Give another to be changed."""
        return _Filed(dict(self.alone), dict(self.paired), dict(self.others))


class Index:
    """Rules filed under atoms that they cannot do without. Several threads may ask."""

    __slots__ = ("_articles", "_filed", "_nodes", "_rates", "_review_at", "_seen")

    def __init__(self, nodes: Sequence[Node] = ()) -> None:
        """File every rule, given by what it looks for, under the two rarest of its covers."""
        self._nodes = nodes
        sample = map(covers_of, nodes[:: max(1, len(nodes) // _SAMPLE)])
        uses = Counter(chain.from_iterable(chain.from_iterable(sample)))
        self._rates = _Rates((atom, count * _cost(atom)) for atom, count in uses.items())
        self._seen: Counter[str] = Counter()
        self._articles, self._review_at = 0, _FIRST_REVIEW
        self._filed = _Filed({}, {}, {})
        self._file(self._filed, enumerate(map(covers_of, nodes)))

    def candidates(self, present: AbstractSet[str]) -> set[int]:
        """Give the numbers of the rules that could match an article in which these atoms occur."""
        # No step in Python for each atom: there are hundreds, and almost none leads to a rule.
        alone, paired, others = self._filed
        found = set(chain.from_iterable(map(alone.__getitem__, alone.keys() & present)))
        here = others.keys() & present
        absent = map(present.isdisjoint, map(others.__getitem__, here))
        for atom in compress(here, map(not_, absent)):
            found.update(compress(paired[atom], map(present.__contains__, others[atom])))
        if self._articles < _LAST_REVIEW:
            with _LEARNING:
                self._learn(present)
        return found

    def _learn(self, present: AbstractSet[str]) -> None:
        """Count what is printed, and now and then file rules by it."""
        self._articles += 1
        self._seen.update(present)
        if self._articles == self._review_at:
            self._review_at *= 8
            self._refile()

    def _refile(self) -> None:
        """Move rules from the atoms that were seen to rarer ones."""
        alone, paired, others = filed = self._filed.copied()
        from_here = [rules.get(atom, ()) for rules in (alone, paired) for atom in self._seen]
        moving = set(chain.from_iterable(from_here))
        covers = {rule: covers_of(self._nodes[rule]) for rule in moving}
        under = set(chain.from_iterable(chain.from_iterable(covers.values())))
        for atom in alone.keys() & under:
            alone[atom] = tuple(rule for rule in alone[atom] if rule not in moving)
        for atom in paired.keys() & under:
            stays = [rule not in moving for rule in paired[atom]]
            paired[atom] = tuple(compress(paired[atom], stays))
            others[atom] = tuple(compress(others[atom], stays))
        for atom, count in self._seen.items():
            self._rates[atom] += count
        self._seen.clear()
        self._file(filed, covers.items())
        self._filed = filed

    def _file(self, filed: _Filed, rules: Iterable[tuple[int, Covers]]) -> None:
        """Add rules to what is filed."""
        under: dict[str, list[tuple[int, Atoms]]] = defaultdict(list)
        for rule, covers in rules:
            first, second = self._rarest(covers)
            entry = rule, second
            for atom in first:
                under[atom].append(entry)
        for atom, entries in under.items():
            if alone := [rule for rule, second in entries if not second]:
                filed.alone[atom] = (*filed.alone.get(atom, ()), *alone)
            paired = [rule for rule, second in entries for _ in second]
            if paired:
                others = [other for _, second in entries for other in second]
                filed.paired[atom] = (*filed.paired.get(atom, ()), *paired)
                filed.others[atom] = (*filed.others.get(atom, ()), *others)

    def _rarest(self, covers: Covers) -> tuple[Atoms, Atoms]:
        """Pick the two covers that are printed most rarely; nothing where there is no second."""
        first: Atoms = ()
        second: Atoms = ()
        least = next_to_least = math.inf
        rates = self._rates
        for cover in covers:
            rate = rates[cover[0]] if len(cover) == 1 else sum([rates[atom] for atom in cover])
            if rate < least:
                first, second = cover, first
                least, next_to_least = rate, least
            elif rate < next_to_least:
                second, next_to_least = cover, rate
        return first, second if len(second) <= _MAX_PAIRS else ()


class _Rates(dict[str, float]):
    """How often each atom is printed, as far as is known."""

    def __missing__(self, atom: str) -> float:
        return _cost(atom)


def _cost(atom: str) -> float:
    return _UNSEEN * (_PHRASE if " " in atom else 1.0)


def covers_of(node: Node) -> Covers:
    """Give sets of atoms of which one each must occur wherever the node holds."""
    if isinstance(node, Leaf):
        return [node.atoms]
    if isinstance(node, (Every, Close, Together)):
        found: Covers = []
        for member in node.members:
            if isinstance(member, Leaf):
                found.append(member.atoms)
            else:
                found += covers_of(member)
        return found
    if isinstance(node, Inside):
        return covers_of(node.member)
    if isinstance(node, Some):
        return [_united(_smallest(member) for member in node.members)]
    if isinstance(node, Several):
        smallest = sorted((_smallest(member) for member in node.members), key=len)
        return [_united(smallest[: len(smallest) - node.count + 1])]
    if isinstance(node, Weighed):
        return [_weighed(node)]
    assert isinstance(node, Nor), "a new form of condition says here what it cannot do without"
    return []


def _smallest(node: Node) -> Atoms:
    return min(covers_of(node), key=len)


def _united(covers: Iterable[Atoms]) -> Atoms:
    return tuple(dict.fromkeys(chain.from_iterable(covers)))


def _weighed(node: Weighed) -> Atoms:
    """Leave out the lightest terms as long as they cannot reach the goal, all in the title."""
    weights = sorted(node.weights, key=lambda pair: pair[1])
    sums = accumulate(2 * weight for _, weight in weights)
    needed = [leaf for (leaf, _), total in zip(weights, sums, strict=True) if total >= node.goal]
    return _united(leaf.atoms for leaf in needed)
