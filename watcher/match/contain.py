"""Which rules find nothing that another rule does not find too. Pure.

Conditions are brought to one shape, and `implies` says what surely follows from what: it is sound,
not complete. After the subsumption rules of Boolean subscriptions (Mühl, Fiege, Pietzuch:
"Distributed Event-Based Systems", chapter 4), extended to windows and fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from watcher.arabic import fold
from watcher.match.written import (
    PLACES,
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
    from collections.abc import Mapping

    from watcher.match.written import Condition, WrittenList

Kind: TypeAlias = Literal[
    "term", "any", "all", "none", "at_least", "near", "sentence", "paragraph", "in", "score"
]
_MARKED = re.compile("[\u064b-\u0652\u0670]")
_WINDOWS = ("near", "sentence", "paragraph")


@dataclass(frozen=True, slots=True)
class Shape:
    """A condition without places, lists looked up, nesting of one kind flattened."""

    kind: Kind
    parts: tuple[Shape, ...] = ()
    text: str = ""
    """Of a term, folded unless its harakat matter; of a score, all of it."""
    detail: tuple[str, ...] = ()
    """Mode of a term, fields of an `in`, "ordered" of a near."""
    number: int = 0
    """What `within` or `count` says."""


def shape_of(written: Condition, lists: Mapping[str, WrittenList]) -> Shape:
    """Bring a condition to its shape; lists must be there and not contain themselves."""
    if isinstance(written, Term):
        return _term(written)
    if isinstance(written, ListOf):
        return _joined("any", lists[written.name].entries, lists)
    if isinstance(written, (AnyOf, AllOf)):
        kind: Kind = "any" if isinstance(written, AnyOf) else "all"
        return _joined(kind, written.members, lists)
    if isinstance(written, In):
        inner = shape_of(written.condition, lists)
        return Shape("in", (inner,), detail=tuple(sorted(written.fields)))
    if isinstance(written, Score):
        weights = sorted((_term(term).text, weight) for term, weight in written.weights)
        return Shape("score", text=f"{written.at_least} {weights}")
    return _counted(written, lists)


def _counted(written: NoneOf | AtLeast | Near | Same, lists: Mapping[str, WrittenList]) -> Shape:
    parts = tuple(shape_of(member, lists) for member in written.members)
    if isinstance(written, NoneOf):
        return Shape("none", parts)
    if isinstance(written, AtLeast):
        if len(parts) == 1 and parts[0].kind == "any":
            parts = parts[0].parts
        return Shape("at_least", parts, number=written.count)
    if isinstance(written, Near):
        ordered = ("ordered",) if written.ordered else ()
        return Shape("near", parts, detail=ordered, number=written.within)
    return Shape(written.unit, parts)


def _term(written: Term) -> Shape:
    verbatim = written.mode in {"literal", "regex"} or _MARKED.search(written.text)
    text = written.text if verbatim else fold(" ".join(written.text.split()))
    return Shape("term", text=text, detail=(written.mode,))


def _joined(kind: Kind, members: tuple[Condition, ...], lists: Mapping[str, WrittenList]) -> Shape:
    parts: list[Shape] = []
    for member in members:
        shape = shape_of(member, lists)
        parts.extend(shape.parts if shape.kind == kind else (shape,))
    unique = tuple(dict.fromkeys(parts))
    return unique[0] if len(unique) == 1 else Shape(kind, unique)


def implies(one: Shape, other: Shape) -> bool:
    """Tell whether every article for which `one` holds is surely one for which `other` does."""
    if one == other:
        return True
    if other.kind == "all":
        return all(implies(one, part) for part in other.parts)
    if one.kind == "any":
        return all(implies(part, other) for part in one.parts)
    if other.kind == "any" and any(implies(one, part) for part in other.parts):
        return True
    if one.kind == "all" and any(implies(part, other) for part in one.parts):
        return True
    return _alike(one, other) or _loosened(one, other)


def _alike(one: Shape, other: Shape) -> bool:
    """Compare two conditions of one form."""
    if one.kind != other.kind:
        return False
    if one.kind == "term":
        return one.text == other.text and (one.detail, other.detail) == (
            ("exact",),
            ("inflected",),
        )
    if one.kind == "none":
        return all(any(implies(part, mine) for mine in one.parts) for part in other.parts)
    if one.kind == "at_least":
        return one.number >= other.number and set(one.parts) <= set(other.parts)
    if one.kind == "in":
        return _same_place(one, other) and implies(one.parts[0], other.parts[0])
    return one.kind in _WINDOWS and _narrower(one, other)


def _same_place(one: Shape, other: Shape) -> bool:
    if one.detail == other.detail:
        return True
    wider = {*other.detail, *(("lead",) if "text" in other.detail else ())}
    return {*one.detail} <= wider and _is_positive(one) and _is_positive(other)


def _narrower(one: Shape, other: Shape) -> bool:
    """Compare two windows: the narrower one holds a hit of each member of the wider one."""
    if one.number > other.number or not all(map(_is_leaf, (*one.parts, *other.parts))):
        return False
    if other.detail:  # ordered
        return (
            bool(one.detail)
            and len(one.parts) == len(other.parts)
            and all(map(implies, one.parts, other.parts))
        )
    left = list(one.parts)
    for part in other.parts:
        fitting = next((mine for mine in left if implies(mine, part)), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return True


def _loosened(one: Shape, other: Shape) -> bool:
    """Follow what holds wherever something narrower does: without its window, place or count."""
    if not _is_positive(other):
        return False
    if one.kind in _WINDOWS:
        return any(implies(part, other) for part in one.parts if _is_positive(part))
    if one.kind == "in":
        inside = {*one.detail} <= {*PLACES} and _is_positive(one) and other.kind != "in"
        return inside and implies(one.parts[0], other)
    return one.kind == "at_least" and all(implies(part, other) for part in one.parts)


def _is_leaf(shape: Shape) -> bool:
    return shape.kind == "term" or (
        shape.kind == "any" and all(part.kind == "term" for part in shape.parts)
    )


def _is_positive(shape: Shape) -> bool:
    """Tell whether nothing in it must not occur, so that more text cannot make it false."""
    return shape.kind != "none" and all(map(_is_positive, shape.parts))


def terms_of(shape: Shape) -> set[str]:
    """Give the texts of all terms that are not excluded."""
    if shape.kind == "none":
        return set()
    own = {shape.text} if shape.kind in {"term", "score"} else set()
    return own.union(*(terms_of(part) for part in shape.parts))
