"""What an article must hold to be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

Leaf = TypeVar("Leaf")


@dataclass(frozen=True, slots=True)
class Each(Generic[Leaf]):
    """All of these are wanted; without parts, nothing is."""

    parts: tuple[Wanted[Leaf], ...] = ()


@dataclass(frozen=True, slots=True)
class Either(Generic[Leaf]):
    """One of these is wanted; without parts, nothing will do."""

    parts: tuple[Wanted[Leaf], ...] = ()


Wanted: TypeAlias = frozenset[Leaf] | Each[Leaf] | Either[Leaf]
"""What an article must hold: a set is one of its members, such as numbers of words."""
