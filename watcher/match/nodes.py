"""Compiled conditions: whether they hold in a region of an article, and on what evidence. Pure.

Every node answers three questions about a view:

    holds(view, inside, reach)   is there a proof with all its hits `inside`?
    end(view, inside, reach)     the word at which the shortest such proof ends, or None
    gather(view, inside, reach)  the hits of all such proofs

What is excluded (`none`) is looked for in `reach`, which is wider than `inside`: the whole article
where the proof must stand in the title, the sentence around a proof in a sentence, the window and
its distance on both sides where hits must be near each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from watcher.match.view import LEAD_WORDS, TEXT, TITLE, Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.arabic import Hit
    from watcher.match.view import Region, View
    from watcher.match.written import Field, Unit

Evidence: TypeAlias = set[tuple[int, "Hit"]]

_NAMES: dict[int, Field] = {TITLE: "title", TEXT: "text"}


class Node(Protocol):
    """A compiled condition."""

    def holds(self, view: View, inside: Region, reach: Region) -> bool:
        """Tell whether it is true with all its evidence inside a region."""

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """Give the word at which the shortest proof ends; None if there is none."""

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:
        """Give every hit that takes part in a proof; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Any of these atoms; `number` is the leaf's own, for what a view keeps about it."""

    number: int
    atoms: frozenset[int]

    def holds(self, view: View, inside: Region, reach: Region) -> bool:  # noqa: ARG002
        """See Node."""
        tracks = view.tracks(self)
        return bool(tracks) and any(
            part.stream in tracks and tracks[part.stream].occurs(part) for part in inside
        )

    def end(self, view: View, inside: Region, reach: Region) -> int | None:  # noqa: ARG002
        """See Node."""
        tracks = view.tracks(self)
        ends = (tracks[part.stream].end(part) for part in inside if part.stream in tracks)
        return min((end for end in ends if end is not None), default=None)

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:  # noqa: ARG002
        """See Node."""
        tracks = view.tracks(self)
        return {
            (part.stream, hit)
            for part in inside
            if part.stream in tracks
            for hit in tracks[part.stream].inside(part)
        }


@dataclass(frozen=True, slots=True)
class Some:
    """Or."""

    members: tuple[Node, ...]

    def holds(self, view: View, inside: Region, reach: Region) -> bool:
        """See Node."""
        return any(member.holds(view, inside, reach) for member in self.members)

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """See Node."""
        ends = (member.end(view, inside, reach) for member in self.members)
        return min((end for end in ends if end is not None), default=None)

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:
        """See Node."""
        return _gathered(self.members, view, inside, reach)


@dataclass(frozen=True, slots=True)
class Every:
    """And."""

    members: tuple[Node, ...]

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
        return _gathered(self.members, view, inside, reach)


@dataclass(frozen=True, slots=True)
class Nor:
    """Nor: none of the members holds within reach. Proves nothing and has no evidence."""

    members: tuple[Node, ...]

    def holds(self, view: View, inside: Region, reach: Region) -> bool:  # noqa: ARG002
        """See Node."""
        return not any(member.holds(view, reach, reach) for member in self.members)

    def end(self, view: View, inside: Region, reach: Region) -> int | None:
        """See Node."""
        return -1 if self.holds(view, inside, reach) else None

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:  # noqa: ARG002
        """See Node."""
        return set()


@dataclass(frozen=True, slots=True)
class Several:
    """At least `count` different members."""

    count: int
    members: tuple[Node, ...]

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
        return _gathered(self.members, view, inside, reach)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weights of the leaves that occur, double in the title, add up to `goal`."""

    goal: float
    weights: tuple[tuple[Leaf, float], ...]

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
        return _gathered(tuple(leaf for leaf, _ in self.weights), view, inside, reach)

    def _sum(self, view: View, inside: Region, reach: Region) -> float:
        title = tuple(part for part in inside if part.stream == TITLE)
        return sum(
            weight * (2 if leaf.holds(view, title, reach) else 1)
            for leaf, weight in self.weights
            if leaf.holds(view, inside, reach)
        )


@dataclass(frozen=True, slots=True)
class Inside:
    """The member, in some fields only."""

    fields: frozenset[Field]
    member: Node

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
            if _NAMES.get(part.stream) in self.fields:
                parts.append(part)
            elif part.stream == TEXT and "lead" in self.fields:
                parts.append(part._replace(hi=min(part.hi, LEAD_WORDS - 1)))
        for field in self.fields:
            parts.extend(Range(stream) for stream in view.about(field))
        return tuple(parts)


@dataclass(frozen=True, slots=True)
class Close:
    """One hit of each member, at most `within` words between the first and the last.

    The first hit is the one that ends first, the last the one that begins last. For each word at
    which a hit ends, the widest window that may begin there is tried; where something is excluded,
    narrower ones before it, because they reach less far.
    """

    within: int
    ordered: bool
    hits: Leaf
    """Every atom that the members may find."""
    excludes: bool
    """A `none` stands somewhere below."""
    members: tuple[Node, ...]

    def holds(self, view: View, inside: Region, reach: Region) -> bool:  # noqa: ARG002
        """See Node."""
        return any(True for _ in self._windows(view, inside))

    def end(self, view: View, inside: Region, reach: Region) -> int | None:  # noqa: ARG002
        """See Node."""
        ends = (self._end(view, *window) for window in self._windows(view, inside))
        return min((end for end in ends if end is not None), default=None)

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:  # noqa: ARG002
        """See Node."""
        found: Evidence = set()
        for window, reach_of_it in self._windows(view, inside):
            if self.ordered:
                found |= self._in_order(view, window, reach_of_it)
            else:
                found |= _gathered(self.members, view, (window,), reach_of_it)
        return found

    def _windows(self, view: View, inside: Region) -> Iterator[tuple[Range, Region]]:
        """Give the windows in which the members hold, each with what its `none`s look at."""
        tracks = view.tracks(self.hits)
        for part in inside:
            track = tracks.get(part.stream)
            if track is None or not self._could_hold(view, part):
                continue
            for low in sorted({hit.last for hit in track.inside(part)}):
                high = min(part.hi, low + self.within + 1)
                widest = part._replace(lo=max(part.lo, low), hi=high)
                for window, reach in self._tried(view, widest):
                    if self._holds(view, window, reach):
                        yield window, reach

    def _could_hold(self, view: View, part: Range) -> bool:
        """Tell at little cost that a member is missing; what is excluded can come back smaller."""
        return self.excludes or all(member.holds(view, (part,), ()) for member in self.members)

    def _tried(self, view: View, widest: Range) -> Iterator[tuple[Range, Region]]:
        if not self.excludes:
            yield widest, (widest,)
            return
        track = view.tracks(self.hits)[widest.stream]
        for high in sorted({hit.first for hit in track.inside(widest)}):
            window = widest._replace(hi=high)
            hits = list(track.inside(window))
            begin, end = min(hit.first for hit in hits), max(hit.last for hit in hits)
            around = Range(widest.stream, begin - self.within - 1, end + self.within + 1)
            yield window, (around,)

    def _holds(self, view: View, window: Range, reach: Region) -> bool:
        if self.ordered:
            return self._end(view, window, reach) is not None
        return all(member.holds(view, (window,), reach) for member in self.members)

    def _end(self, view: View, window: Range, reach: Region) -> int | None:
        if not self.ordered:
            return Every(self.members).end(view, (window,), reach)
        end: int | None = None
        for member in self.members:
            end = member.end(view, (window,), reach)
            if end is None:
                return None
            window = window._replace(after=max(window.after, end + 1))
        return window.after - 1

    def _in_order(self, view: View, window: Range, reach: Region) -> Evidence:
        """Gather, member by member, what ends where the shortest proof of it ends."""
        found: Evidence = set()
        for member in self.members:
            end = member.end(view, (window,), reach)
            assert end is not None, "the window was found to hold"
            gathered = member.gather(view, (window,), reach)
            found |= {(stream, hit) for stream, hit in gathered if hit.last <= end}
            window = window._replace(after=max(window.after, end + 1))
        return found


@dataclass(frozen=True, slots=True)
class Together:
    """One hit of each member in the same sentence or paragraph."""

    unit: Unit
    hits: Leaf
    members: tuple[Node, ...]

    def holds(self, view: View, inside: Region, reach: Region) -> bool:  # noqa: ARG002
        """See Node."""
        every = Every(self.members)
        return any(every.holds(view, *unit) for unit in self._units(view, inside))

    def end(self, view: View, inside: Region, reach: Region) -> int | None:  # noqa: ARG002
        """See Node."""
        every = Every(self.members)
        ends = (every.end(view, *unit) for unit in self._units(view, inside))
        return min((end for end in ends if end is not None), default=None)

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:  # noqa: ARG002
        """See Node."""
        every, found = Every(self.members), set[tuple[int, "Hit"]]()
        for unit in self._units(view, inside):
            found |= every.gather(view, *unit)
        return found

    def _units(self, view: View, inside: Region) -> Iterator[tuple[Region, Region]]:
        """Give the units with a hit in them: the part that is inside, and all of each."""
        tracks = view.tracks(self.hits)
        for part in inside:
            track = tracks.get(part.stream)
            if track is None:
                continue
            units = {
                unit
                for hit in track.inside(part)
                for unit in view.unit(part.stream, self.unit, hit)
            }
            for unit in sorted(units):
                lo, hi = max(part.lo, unit.lo), min(part.hi, unit.hi)
                yield (part._replace(lo=lo, hi=hi),), (unit,)


def _gathered(members: tuple[Node, ...], view: View, inside: Region, reach: Region) -> Evidence:
    found: Evidence = set()
    for member in members:
        found |= member.gather(view, inside, reach)
    return found
