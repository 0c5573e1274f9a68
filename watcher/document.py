"""A YAML document as values that remember where they stand. Pure: reading files is config's job.

Scalars stay text: `no` is never read as false nor `12:30` as 750, because nothing is converted
before somebody who knows what is wanted asks for it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from watcher.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and col count from 1."""

    file: str
    line: int
    col: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as written, without its quotes. `quoted` tells `"no"` from `no`."""

    mark: Mark
    path: str
    text: str
    quoted: bool = False
    raw: str = ""
    """As it stands in the file, where that is more than the text, quotes around it or not."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    mark: Mark
    path: str
    items: tuple[Node, ...]

    def __iter__(self) -> Iterator[Node]:
        """Walk the items in the order of the file."""
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys to nodes, in the order of the file; `keys` remembers where each key stands."""

    mark: Mark
    path: str
    values: dict[str, Node]
    keys: dict[str, Mark] = field(default_factory=dict)

    def get(self, key: str) -> Node | None:
        """Give the node under `key`, or None."""
        return self.values.get(key)


Node: TypeAlias = Scalar | Sequence | Mapping


def problem(node: Node, what: str, *, warning: bool = False) -> Problem:
    """Say what is wrong with `node`, at its place."""
    return at(node.mark, node.path, what, warning=warning)


def at(mark: Mark, path: str, what: str, *, warning: bool = False) -> Problem:
    """Say what is wrong at a place that is no node, such as a key."""
    level = "warning" if warning else "error"
    return Problem(mark.file, mark.line, mark.col, path, what, level)  # type: ignore[arg-type]  # mypy widens the literal


def unknown_keys(mapping: Mapping, known: Iterable[str]) -> list[Problem]:
    """Report every key outside `known`, with the nearest known one as a proposal."""
    allowed = list(known)
    strange = [key for key in mapping.values if key not in allowed]
    return [
        at(
            mapping.keys.get(key, mapping.mark),
            mapping.path,
            f"unknown key '{key}'. {suggest(key, allowed)}",
        )
        for key in strange
    ]


def suggest(word: str, known: Iterable[str]) -> str:
    """Propose the known word that was probably meant, or list them all.

    >>> suggest("mach", ["match", "title"])
    "Did you mean 'match'?"
    """
    allowed = sorted(known)
    close = difflib.get_close_matches(word, allowed, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known here: {', '.join(allowed)}."
