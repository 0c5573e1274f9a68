"""Compiled conditions on what stands close together: near, sentence, paragraph. Pure.

A window is a range of words that begins where a hit ends. It is enough to look at one window for
each such word: what holds in a narrower one holds in the widest, unless something is excluded.
What is excluded is looked for around the hits of the window, which the widest window reaches
farthest: then the narrowest window that holds all that must occur decides, because every wider one
reaches farther. Both are found by bisection, so that the work grows with the hits and no faster.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias

from watcher.document import value
from watcher.match.nodes import Every, Leaf, gathered, rank_by_region
from watcher.match.view import Range, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

    from watcher.match.nodes import Evidence, Node
    from watcher.match.view import Region, Track, View
    from watcher.match.written import Unit

    Window = tuple[Range, Region]
    """Words a proof may use, and what its `none`s look at."""

Exclusion: TypeAlias = Literal["", "flat", "deep"]
"""Whether a `none` stands below: nowhere, where every proof needs it, or elsewhere."""


@value
class Close:
    """One hit of each member, at most `within` words between the first and the last.

    The first hit is the one that ends first, the last the one that begins last.
    """

    within: int
    ordered: bool
    hits: Leaf
    """Every atom that the members may find."""
    excludes: Exclusion
    members: tuple[Node, ...]

    def decide(self, core: AbstractSet[str]) -> None:
        """See Node."""

    def rank(self, view: View) -> int:
        """See Node."""
        return rank_by_region(self, view)

    def holds(self, view: View, inside: Region, reach: Region) -> bool:  # noqa: ARG002
        """See Node."""
        if not self.ordered and all(isinstance(member, Leaf) for member in self.members):
            return any(self._meet(view, part) for part in inside)
        return any(True for _ in self._windows(view, inside))

    def end(self, view: View, inside: Region, reach: Region) -> int | None:  # noqa: ARG002
        """See Node."""
        ends = (self._end(view, *window) for window in self._windows(view, inside))
        return min((end for end in ends if end is not None), default=None)

    def gather(self, view: View, inside: Region, reach: Region) -> Evidence:  # noqa: ARG002
        """See Node."""
        windows = list(self._windows(view, inside, widest=True))
        found: Evidence = set()
        if self.ordered:
            return found.union(*(self._in_order(view, *window) for window in windows))
        plain = tuple(member for member in self.members if isinstance(member, Leaf))
        others = tuple(member for member in self.members if not isinstance(member, Leaf))
        if plain:
            whole = tuple(merged([window for window, _ in windows]))
            found |= gathered(plain, view, whole, ())
        for window, reach_of_it in windows if others else ():
            found |= gathered(others, view, (window,), reach_of_it)
        return found

    def _meet(self, view: View, part: Range) -> bool:
        """Tell whether a window holds a hit of every member, all of them leaves.

        It begins where one of them ends.
        """
        stream, lo, hi, after = part
        tracks: list[Track] = []
        for leaf in self.members:
            assert isinstance(leaf, Leaf)
            track = view.tracks(leaf.atoms).get(stream)
            if track is None:
                return False
            tracks.append(track)
        reached = self.within + 1
        for low in chain.from_iterable(track.lasts for track in tracks):
            begin, end = max(lo, low), min(hi, low + reached)
            for track in tracks:
                if not track.occurs(begin, end, after):
                    break
            else:
                return True
        return False

    def _windows(self, view: View, inside: Region, *, widest: bool = False) -> Iterator[Window]:
        """Give the windows in which the members hold, for each beginning the narrowest one tried.

        `widest` gives, for each beginning, windows that hold all that any window there holds.
        """
        tracks = view.tracks(self.hits.atoms)
        for part in inside:
            track = tracks.get(part.stream)
            if track is None or not self._could_hold(view, part):
                continue
            for low in sorted({last for _, last in track.inside(part)}):
                high = min(part.hi, low + self.within + 1)
                wide = part._replace(lo=max(part.lo, low), hi=high)
                yield from self._tried(view, track, wide, widest=widest)

    def _could_hold(self, view: View, part: Range) -> bool:
        """Tell at little cost that a member is missing."""
        return self.excludes == "deep" or all(
            member.holds(view, (part,), ()) for member in self.members
        )

    def _tried(self, view: View, track: Track, wide: Range, *, widest: bool) -> Iterator[Window]:
        if not self._holds(view, wide, () if self.excludes else (wide,)) and (
            self.excludes != "deep"
        ):
            return
        if not self.excludes:
            yield wide, (wide,)
            return
        highs = track.begins(wide)
        if self.excludes == "deep":
            tried = (self._window(track, wide._replace(hi=high)) for high in highs)
            yield from (window for window in tried if self._holds(view, *window))
            return
        begin = _first_true(highs, lambda high: self._holds(view, wide._replace(hi=high), ()))
        window = self._window(track, wide._replace(hi=highs[begin]))
        if not self._holds(view, *window):
            return
        if widest:
            end = _first_true(
                highs[begin + 1 :],
                lambda high: not self._holds(view, *self._window(track, wide._replace(hi=high))),
            )
            window = self._window(track, wide._replace(hi=highs[begin + end]))
        yield window

    def _window(self, track: Track, window: Range) -> Window:
        """Give a window with what its `none`s look at: as far as near reaches, on both sides."""
        begin, end = track.extent(window)
        return window, (Range(window.stream, begin - self.within - 1, end + self.within + 1),)

    def _holds(self, view: View, window: Range, reach: Region) -> bool:
        if self.ordered:
            return self._end(view, window, reach) is not None
        inside = (window,)
        return all(member.holds(view, inside, reach) for member in self.members)

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
            clipped = window._replace(hi=min(window.hi, max(end, 0)))
            places = member.gather(view, (clipped,), reach)
            found |= {(stream, place) for stream, place in places if place[1] <= end}
            window = window._replace(after=max(window.after, end + 1))
        return found


@value
class Together:
    """One hit of each member in the same sentence or paragraph."""

    unit: Unit
    hits: Leaf
    members: tuple[Node, ...]

    def decide(self, core: AbstractSet[str]) -> None:
        """See Node."""

    def rank(self, view: View) -> int:
        """See Node."""
        return rank_by_region(self, view)

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
        every = Every(self.members)
        return set().union(*(every.gather(view, *unit) for unit in self._units(view, inside)))

    def _units(self, view: View, inside: Region) -> Iterator[tuple[Region, Region]]:
        """Give the units with a hit in them: the part that is inside, and all of each."""
        tracks = view.tracks(self.hits.atoms)
        for part in inside:
            track = tracks.get(part.stream)
            if track is None:
                continue
            units = {
                unit
                for place in track.inside(part)
                for unit in view.unit(part.stream, self.unit, *place)
            }
            for unit in sorted(units):
                lo, hi = max(part.lo, unit.lo), min(part.hi, unit.hi)
                yield (part._replace(lo=lo, hi=hi),), (unit,)


def _first_true(values: list[int], test: Callable[[int], bool]) -> int:
    """Give the index of the first value that passes a test that all later ones pass too."""
    return bisect_left(values, True, key=test)  # noqa: FBT003 - False sorts before True
