"""What conditions mean, evaluated as the definition says it and without any shortcut. Pure.

The engine (`nodes`, `index`) must agree with it rule by rule; `explain` asks it why. A proof needs
all its hits `inside` a scope; what is excluded is looked for within `reach`, which is wider: the
whole article where the proof must stand in the title, the sentence around a proof in a sentence,
the window and its distance on both sides where hits must be near each other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from watcher.match.sightings import LEAD_WORDS, TEXT, TITLE, Spot
from watcher.match.written import (
    AllOf,
    AnyOf,
    AtLeast,
    In,
    ListOf,
    Near,
    NoneOf,
    Same,
    Score,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from watcher.match.sightings import Sightings
    from watcher.match.written import Condition, Field, WrittenList
    from watcher.model import Where

Scope: TypeAlias = Callable[[Spot], bool]
_EVERYWHERE: frozenset[Field] = frozenset({"title", "lead", "text"})


class Bounds(NamedTuple):
    """Where evidence may stand, where exclusions look, and the fields that `in` left."""

    inside: Scope
    reach: Scope
    fields: frozenset[Field] = _EVERYWHERE


class Window(NamedTuple):
    """Hits of one stream that may be a proof; `gap` counts the words between first and last."""

    spots: frozenset[Spot]
    gap: int


class Definition:
    """The conditions of one rule, asked about one article."""

    def __init__(self, lists: Mapping[str, WrittenList], seen: Sightings) -> None:
        self.lists = lists
        self.seen = seen

    # rules

    def where(self, condition: Condition) -> Where | None:
        """Give the most prominent place with a full proof; None where the condition is false."""
        scopes: dict[Where, Scope] = {
            "title": lambda spot: spot.stream == TITLE,
            "lead": lambda spot: spot.stream == TITLE or is_in_lead(spot),
            "text": is_in_article,
        }
        if not self.holds(condition, Bounds(is_in_article, is_in_article)):
            return None
        return next(
            place
            for place, scope in scopes.items()
            if self.holds(condition, Bounds(scope, is_in_article))
        )

    # conditions

    def holds(self, condition: Condition, bounds: Bounds) -> bool:
        """Tell whether a condition is true within bounds."""
        if isinstance(condition, Term):
            return any(map(bounds.inside, self.seen.spots(condition)))
        if isinstance(condition, (ListOf, AnyOf)):
            return any(self.holds(member, bounds) for member in self.members(condition))
        if isinstance(condition, AllOf):
            return all(self.holds(member, bounds) for member in condition.members)
        if isinstance(condition, NoneOf):
            return not any(self.holds(m, self.excluded(bounds)) for m in condition.members)
        if isinstance(condition, AtLeast):
            return self.count(condition, bounds) >= condition.count
        if isinstance(condition, Score):
            return self.score(condition, bounds) >= condition.at_least
        if isinstance(condition, In):
            return self.holds(condition.condition, self.narrowed(condition, bounds))
        if isinstance(condition, Near):
            return any(True for _ in self.windows(condition, bounds))
        return any(self.holds_together(condition, unit) for unit in self.units(condition, bounds))

    def members(self, condition: Condition) -> tuple[Condition, ...]:
        """Give the conditions directly below; a list stands for its entries."""
        if isinstance(condition, ListOf):
            found = self.lists.get(condition.name)
            return found.entries if found else ()
        if isinstance(condition, In):
            return (condition.condition,)
        if isinstance(condition, Score):
            return tuple(term for term, _ in condition.weights)
        return () if isinstance(condition, Term) else condition.members

    def excluded(self, bounds: Bounds) -> Bounds:
        """Give the bounds in which a `none` looks."""
        return bounds._replace(inside=bounds.reach)

    def counted(self, condition: AtLeast) -> tuple[Condition, ...]:
        """Give what `at_least` counts, each once; a single list or `any` stands for its entries."""
        members = condition.members
        if len(members) == 1 and isinstance(members[0], (ListOf, AnyOf)):
            members = self.members(members[0])
        return tuple({self._key(member): member for member in reversed(members)}.values())[::-1]

    def count(self, condition: AtLeast, bounds: Bounds) -> int:
        """Count the different members that hold."""
        return sum(self.holds(member, bounds) for member in self.counted(condition))

    def _key(self, condition: Condition) -> object:
        """Give what two members share that are one and the same."""
        if isinstance(condition, Term):
            return frozenset({(condition.mode, condition.text)})
        if isinstance(condition, (ListOf, AnyOf)):
            return self._alternatives(condition)
        parts = tuple(self._key(member) for member in self.members(condition))
        if isinstance(condition, AllOf) and len(parts) == 1:
            return parts[0]
        names = [
            n for n in condition.__match_args__ if n not in {"mark", "path", "members", "weights"}
        ]
        rest = tuple(str(getattr(condition, name)) for name in names if name != "condition")
        return type(condition).__name__, rest, parts

    def _alternatives(self, condition: Condition) -> object:
        terms, others = frozenset[object](), list[object]()
        for member in self.members(condition):
            key = self._key(member)
            if isinstance(key, frozenset):
                terms |= key
            else:
                others.append(key)
        if not others:
            return terms
        return others[0] if len(others) == 1 and not terms else ("any", terms, tuple(others))

    def weight(self, term: Term, weight: float, bounds: Bounds) -> float:
        """Give what a term adds to a score: twice its weight in the title."""
        spots = [spot for spot in self.seen.spots(term) if bounds.inside(spot)]
        if any(spot.stream == TITLE for spot in spots):
            return 2 * weight
        return weight if spots else 0.0

    def score(self, condition: Score, bounds: Bounds) -> float:
        """Add up the weights of the terms that occur."""
        return sum(self.weight(term, weight, bounds) for term, weight in condition.weights)

    def narrowed(self, condition: In, bounds: Bounds) -> Bounds:
        """Give the bounds that an `in` leaves of those around it."""
        wanted = frozenset(condition.fields)
        allowed = wanted if bounds.fields == _EVERYWHERE else _both(wanted, bounds.fields)

        def narrow(scope: Scope) -> Scope:
            return lambda spot: self._is_in(spot, allowed) and (spot.stream > TEXT or scope(spot))

        return Bounds(narrow(bounds.inside), narrow(bounds.reach), allowed)

    def _is_in(self, spot: Spot, fields: frozenset[Field]) -> bool:
        return self.seen.fields[spot.stream] in fields or ("lead" in fields and is_in_lead(spot))

    # near

    def windows(self, condition: Near, bounds: Bounds) -> Iterator[Window]:
        """Give for each word the narrowest window that begins there and has all members."""
        excludes = self._excludes(condition.members)
        wanted = replace(condition, members=_without_exclusions(condition.members))
        for spots in self._possible(condition.members, bounds):
            firsts = sorted({spot.first for spot in spots})
            for low in sorted({spot.last for spot in spots}):
                highs = [high for high in firsts if high <= low + condition.within + 1]
                high = self._narrowest(wanted, spots, low, highs)
                if high is not None and not excludes:
                    yield _window(spots, low, high)
                elif high is not None:
                    wider = (other for other in highs if other >= high)
                    yield from self._nothing_excluded(condition, spots, low, wider)

    def _nothing_excluded(
        self, condition: Near, spots: frozenset[Spot], low: int, highs: Iterable[int]
    ) -> Iterator[Window]:
        """Give the first window that has nothing excluded beside it; wider ones reach farther."""
        for high in highs:
            window = _window(spots, low, high)
            if window.spots and self._are_near(condition, window):
                yield window
                return

    def _excludes(self, members: Iterable[Condition]) -> bool:
        """Tell whether a `none` stands below: then a wider window need not hold too."""
        return any(isinstance(m, NoneOf) or self._excludes(self.members(m)) for m in members)

    def _are_near(self, condition: Near, window: Window) -> bool:
        bounds = self.around(condition, window)
        if condition.ordered:
            return self._follow(condition.members, window, bounds)
        return all(self.holds(member, bounds) for member in condition.members)

    def around(self, condition: Near, window: Window) -> Bounds:
        """Give the bounds for the members of a `near` in a window."""
        distance = condition.within + 1
        begin = min(spot.first for spot in window.spots) - distance
        end = max(spot.last for spot in window.spots) + distance
        stream = next(iter(window.spots)).stream

        def reach(spot: Spot) -> bool:
            return spot.stream == stream and spot.last >= begin and spot.first <= end

        return Bounds(window.spots.__contains__, reach)

    def _follow(self, members: Iterable[Condition], window: Window, bounds: Bounds) -> bool:
        """Tell whether the members stand one behind the other; each as early as it can."""
        ends = [-1, *sorted({spot.last for spot in window.spots})]
        after = 0
        for member in members:
            ending = partial(self._ends, member, window, bounds, after)
            if self._excludes((member,)):
                end = next(filter(ending, ends), None)
            else:
                end = _first(ends, ending)
            if end is None:
                return False
            after = max(after, end + 1)
        return True

    def _ends(
        self, member: Condition, window: Window, bounds: Bounds, after: int, end: int
    ) -> bool:
        spots = {spot for spot in window.spots if spot.first >= after and spot.last <= end}
        return self.holds(member, bounds._replace(inside=spots.__contains__))

    def nearest(self, condition: Near, bounds: Bounds, *, ordered: bool) -> Window | None:
        """Give the narrowest window that has all members, however wide; nothing is excluded."""
        wanted = _without_exclusions(condition.members)
        asked = Near(condition.mark, condition.path, 0, ordered, wanted)
        best: Window | None = None
        for spots in self._possible(wanted, bounds):
            highs = sorted({spot.first for spot in spots})
            for low in sorted({spot.last for spot in spots}):
                high = self._narrowest(asked, spots, low, highs)
                if high is not None and (best is None or high - low - 1 < best.gap):
                    best = _window(spots, low, high)
        return best

    def _narrowest(
        self, asked: Near, spots: frozenset[Spot], low: int, highs: list[int]
    ) -> int | None:
        """Give the end of the narrowest window from `low` on; nothing may be excluded."""

        def holds(high: int) -> bool:
            window = _window(spots, low, high)
            return bool(window.spots) and self._are_near(asked, window)

        return _first(highs, holds)

    def _possible(
        self, members: tuple[Condition, ...], bounds: Bounds
    ) -> Iterator[frozenset[Spot]]:
        """Give the hits of the streams in which every member that must occur does."""
        wanted = [member for member in members if not self._excludes((member,))]
        for spots in self._streams(members, bounds):
            inside = bounds._replace(inside=spots.__contains__)
            if all(self.holds(member, inside) for member in wanted):
                yield spots

    # sentences and paragraphs

    def units(self, condition: Same, bounds: Bounds) -> Iterator[Bounds]:
        """Give the sentences or paragraphs that have hits, as bounds."""
        for spots in self._streams(condition.members, bounds):
            units = {unit for spot in spots for unit in self.seen.units(spot, condition.unit)}
            for unit in sorted(units):
                yield self._of_unit(condition, bounds, next(iter(spots)).stream, unit)

    def _of_unit(self, condition: Same, bounds: Bounds, stream: int, unit: int) -> Bounds:
        def touches(spot: Spot) -> bool:
            return spot.stream == stream and unit in self.seen.units(spot, condition.unit)

        return Bounds(lambda spot: touches(spot) and bounds.inside(spot), touches)

    def holds_together(self, condition: Same, unit: Bounds) -> bool:
        """Tell whether the members stand in one sentence or paragraph."""
        return all(self.holds(member, unit) for member in condition.members)

    # hits

    def _streams(self, members: Iterable[Condition], bounds: Bounds) -> Iterator[frozenset[Spot]]:
        """Give the hits that can be evidence for the members, stream by stream."""
        spots = {spot for spot in self.evidence(members) if bounds.inside(spot)}
        for stream in sorted({spot.stream for spot in spots}):
            yield frozenset(spot for spot in spots if spot.stream == stream)

    def evidence(self, members: Iterable[Condition]) -> set[Spot]:
        """Give every hit of the terms below, those that are excluded left out."""
        found = set[Spot]()
        for member in members:
            if isinstance(member, Term):
                found.update(self.seen.spots(member))
            elif not isinstance(member, NoneOf):
                found |= self.evidence(self.members(member))
        return found


def is_in_article(spot: Spot) -> bool:
    """Tell whether a hit stands in title or text, and not in what is said about the article."""
    return spot.stream <= TEXT


def is_in_lead(spot: Spot) -> bool:
    """Tell whether a hit begins in the first words of the text."""
    return spot.stream == TEXT and spot.first < LEAD_WORDS


def _window(spots: Iterable[Spot], low: int, high: int) -> Window:
    """Give the hits that end at `low` or later and begin at `high` or before."""
    found = frozenset(spot for spot in spots if spot.last >= low and spot.first <= high)
    return Window(found, max(0, high - low - 1))


def _both(wanted: frozenset[Field], outer: frozenset[Field]) -> frozenset[Field]:
    """Give the fields that an `in` inside an `in` leaves; the lead is part of the text."""
    shared = set(wanted & outer)
    if ("lead" in wanted and "text" in outer) or ("text" in wanted and "lead" in outer):
        shared.add("lead")
    return frozenset(shared)


def _first(values: Sequence[int], holds: Callable[[int], bool]) -> int | None:
    """Search by halving: what holds of a value holds of every greater one."""
    place = bisect_left(values, True, key=holds)  # noqa: FBT003 - the first that holds
    return values[place] if place < len(values) else None


def _without_exclusions(members: Iterable[Condition]) -> tuple[Condition, ...]:
    """Drop every `none`, at any depth that can be dropped without a change of meaning."""
    kept: list[Condition] = []
    for member in members:
        if isinstance(member, AllOf):
            inner = _without_exclusions(member.members)
            kept.append(AllOf(member.mark, member.path, inner))
        elif not isinstance(member, NoneOf):
            kept.append(member)
    return tuple(kept)
