"""Compiled conditions: whether they hold in a region of an article, and on what evidence. Pure.

Every node answers five questions about a view:

    decide(core)                 does it hold, as far as it shows from the atoms that occur?
    rank(view)                   where the first full proof stands: title, lead, text or nowhere
    holds(view, inside, reach)   is there a proof with all its hits `inside`?
    end(view, inside, reach)     the word at which the shortest such proof ends, or None
    gather(view, inside, reach)  the hits of all such proofs

What is excluded (`none`) is looked for in `reach`, which is wider than `inside`: the whole article
where the proof must stand in the title, the sentence around a proof in a sentence, the window and
its distance on both sides where hits must be near each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from sys import intern
from typing import TYPE_CHECKING, Protocol, TypeAlias
from weakref import KeyedRef

from watcher.document import value
from watcher.match.view import (
    CREDIT,
    FIELD_OF,
    LEAD_WORDS,
    TEXT,
    TITLE,
    TITLE_AND_LEAD,
    TITLE_ONLY,
    WHOLE,
    Range,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from watcher.match.view import Atoms, Place, Region, View
    from watcher.match.written import Field

Evidence: TypeAlias = "set[tuple[int, Place]]"
"""(stream, place) of every hit that proves something."""

IN_TITLE, IN_LEAD, IN_TEXT, NOWHERE = range(4)


class Node(Protocol):
    """A compiled condition."""

    def decide(self, core: AbstractSet[str]) -> bool | None:
        """Tell whether it holds, given the atoms of title, text and credit; None: look closer."""

    def rank(self, view: View) -> int:
        """Give the most prominent place that holds a full proof, NOWHERE if there is none."""

    def holds(self, view: View, inside: Region, reach: Region) -> bool:
        """Tell whether it is true with all its evidence inside a region."""

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """Give the word at which the shortest proof ends; None if there is none."""

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:
        """Give every hit that takes part in a proof; empty where there is none."""


def rank_by_region(node: Node, view: View) -> int:
    """Find the rank of a node by asking whether it holds, region by region."""
    if not node.holds(view, WHOLE, WHOLE):
        return NOWHERE
    if node.holds(view, TITLE_ONLY, WHOLE):
        return IN_TITLE
    return IN_LEAD if node.holds(view, TITLE_AND_LEAD, WHOLE) else IN_TEXT


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Leaf:
    """Any of these atoms, each once, in alphabetical order."""

    atoms: Atoms

    def __reduce__(self) -> tuple[Callable[..., Leaf], Atoms]:
        """Share leaves with the rules that are there already."""
        return leaf_of, self.atoms

    def decide(self, core: AbstractSet[str]) -> bool:
        """See Node."""
        return not core.isdisjoint(self.atoms)

    def rank(self, view: View) -> int:
        """See Node."""
        if view.core.isdisjoint(self.atoms):
            return NOWHERE
        tracks = view.tracks(self.atoms)
        if TITLE in tracks:
            return IN_TITLE
        if CREDIT in tracks:
            return IN_LEAD
        return IN_LEAD if tracks[TEXT].firsts[0] < LEAD_WORDS else IN_TEXT

    def holds(self, view: View, inside: Region, reach: Region) -> bool:  # noqa: ARG002
        """See Node."""
        tracks = view.tracks(self.atoms)
        return any(
            part.stream in tracks and tracks[part.stream].occurs(*part[1:]) for part in inside
        )

    def end(self, view: View, inside: Region, reach: Region) -> int | None:  # noqa: ARG002
        """See Node."""
        tracks = view.tracks(self.atoms)
        ends = [tracks[part.stream].end(part) for part in inside if part.stream in tracks]
        return min((end for end in ends if end is not None), default=None)

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:  # noqa: ARG002
        """See Node."""
        return {(part.stream, place) for part in inside for place in view.places(self.atoms, part)}


_LEAVES: dict[str, KeyedRef[str, Leaf]] = {}
"""Leaves that look for one atom. Thousands of rules share them, those of other files included."""


def leaf_of(*atoms: str) -> Leaf:
    """Give the leaf that looks for any of some atoms; equal atoms are kept once."""
    if len(atoms) > 1:
        return Leaf(tuple(map(intern, atoms)))
    there = _LEAVES.get(atoms[0])
    leaf = None if there is None else there()
    if leaf is None:
        leaf = Leaf((intern(atoms[0]),))
        _LEAVES[leaf.atoms[0]] = KeyedRef(leaf, _forget, leaf.atoms[0])
    return leaf


def _forget(leaf: KeyedRef[str, Leaf]) -> None:
    _LEAVES.pop(leaf.key, None)


@value
class Some:
    """Or."""

    members: tuple[Node, ...]

    def decide(self, core: AbstractSet[str]) -> bool | None:
        """See Node."""
        verdict: bool | None = False
        for member in self.members:
            decided = member.decide(core)
            if decided:
                return True
            if decided is None:
                verdict = None
        return verdict

    def rank(self, view: View) -> int:
        """See Node."""
        return min(member.rank(view) for member in self.members)

    def holds(self, view: View, inside: Region, reach: Region) -> bool:
        """See Node."""
        return any(member.holds(view, inside, reach) for member in self.members)

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """See Node."""
        ends = (member.end(view, inside, reach) for member in self.members)
        return min((end for end in ends if end is not None), default=None)

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:
        """See Node."""
        return gathered(self.members, view, inside, reach)


@value
class Every:
    """And."""

    members: tuple[Node, ...]

    def decide(self, core: AbstractSet[str]) -> bool | None:
        """See Node."""
        verdict: bool | None = True
        for member in self.members:
            decided = member.decide(core)
            if decided is False:
                return False
            if decided is None:
                verdict = None
        return verdict

    def rank(self, view: View) -> int:
        """See Node."""
        worst = IN_TITLE
        for member in self.members:
            worst = max(worst, member.rank(view))
            if worst == NOWHERE:
                break
        return worst

    def holds(self, view: View, inside: Region, reach: Region) -> bool:
        """See Node."""
        return all(member.holds(view, inside, reach) for member in self.members)

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """See Node."""
        latest = -1
        for member in self.members:
            end = member.end(view, inside, reach)
            if end is None:
                return None
            latest = max(latest, end)
        return latest

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:
        """See Node."""
        if not self.holds(view, inside, reach):
            return set()
        return gathered(self.members, view, inside, reach)


@value
class Nor:
    """Nor: none of the members holds within reach. Proves nothing and has no evidence."""

    members: tuple[Node, ...]

    def decide(self, core: AbstractSet[str]) -> bool | None:
        """See Node."""
        decided = Some(self.members).decide(core)
        return None if decided is None else not decided

    def rank(self, view: View) -> int:
        """See Node."""
        absent = all(member.rank(view) == NOWHERE for member in self.members)
        return IN_TITLE if absent else NOWHERE

    def holds(self, view: View, inside: Region, reach: Region) -> bool:  # noqa: ARG002
        """See Node."""
        return not any(member.holds(view, reach, reach) for member in self.members)

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """See Node."""
        return -1 if self.holds(view, inside, reach) else None

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:  # noqa: ARG002
        """See Node."""
        return set()


@value
class Several:
    """At least `count` different members."""

    count: int
    members: tuple[Node, ...]

    def decide(self, core: AbstractSet[str]) -> bool | None:
        """See Node."""
        decided = [member.decide(core) for member in self.members]
        held = decided.count(True)
        if held >= self.count:
            return True
        return None if held + decided.count(None) >= self.count else False

    def rank(self, view: View) -> int:
        """See Node."""
        return sorted(member.rank(view) for member in self.members)[self.count - 1]

    def holds(self, view: View, inside: Region, reach: Region) -> bool:
        """See Node."""
        return sum(member.holds(view, inside, reach) for member in self.members) >= self.count

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """See Node."""
        found = (member.end(view, inside, reach) for member in self.members)
        ends = sorted(end for end in found if end is not None)
        return ends[self.count - 1] if len(ends) >= self.count else None

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:
        """See Node."""
        if not self.holds(view, inside, reach):
            return set()
        return gathered(self.members, view, inside, reach)


@value
class Weighed:
    """The weights of the leaves that occur, double in the title, add up to `goal`."""

    goal: float
    weights: tuple[tuple[Leaf, float], ...]

    def decide(self, core: AbstractSet[str]) -> None:
        """See Node."""

    def rank(self, view: View) -> int:
        """See Node."""
        return rank_by_region(self, view)

    def holds(self, view: View, inside: Region, reach: Region) -> bool:
        """See Node."""
        return self._sum(view, inside, reach) >= self.goal

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """See Node."""
        found = ((leaf.end(view, inside, reach), leaf) for leaf, _ in self.weights)
        for end in sorted({end for end, _ in found if end is not None}):
            clipped = tuple(part._replace(hi=min(part.hi, end)) for part in inside)
            ended = [
                (leaf, weight)
                for leaf, weight in self.weights
                if (at := leaf.end(view, clipped, reach)) is not None and at <= end
            ]
            if Weighed(self.goal, tuple(ended)).holds(view, clipped, reach):
                return end
        return None

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:
        """See Node."""
        if not self.holds(view, inside, reach):
            return set()
        return gathered(tuple(leaf for leaf, _ in self.weights), view, inside, reach)

    def _sum(self, view: View, inside: Region, reach: Region) -> float:
        title = tuple(part for part in inside if part.stream == TITLE)
        return sum(
            weight * (2 if leaf.holds(view, title, reach) else 1)
            for leaf, weight in self.weights
            if leaf.holds(view, inside, reach)
        )


@value
class Inside:
    """The member, in some fields only."""

    fields: frozenset[Field]
    member: Node

    def decide(self, core: AbstractSet[str]) -> None:
        """See Node."""

    def rank(self, view: View) -> int:
        """See Node."""
        return rank_by_region(self, view)

    def holds(self, view: View, inside: Region, reach: Region) -> bool:
        """See Node."""
        return self.member.holds(view, self._narrow(view, inside), self._narrow(view, reach))

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """See Node."""
        return self.member.end(view, self._narrow(view, inside), self._narrow(view, reach))

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:
        """See Node."""
        return self.member.gather(view, self._narrow(view, inside), self._narrow(view, reach))

    def _narrow(self, view: View, region: Region) -> Region:
        parts: list[Range] = []
        for part in region:
            field = FIELD_OF.get(part.stream)
            if field in self.fields or (field == "credit" and self.fields & {"lead", "text"}):
                parts.append(part)
            elif part.stream == TEXT and "lead" in self.fields:
                parts.append(part._replace(hi=min(part.hi, LEAD_WORDS - 1)))
        for field in self.fields:
            parts.extend(Range(stream) for stream in view.about(field))
        return tuple(parts)


def gathered(members: tuple[Node, ...], view: View, inside: Region, reach: Region) -> Evidence:
    """Unite the evidence of several nodes."""
    found: Evidence = set()
    for member in members:
        found |= member.gather(view, inside, reach)
    return found
