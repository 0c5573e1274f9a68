"""A YAML document as values that remember where they stand. Pure: reading files is config's job.

Scalars stay text: `no` is never read as false nor `12:30` as 750, because nothing is converted
before somebody who knows what is wanted asks for it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, dataclass_transform

from watcher.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a class a dataclass that the type checker keeps frozen, and nothing at run time.

    Rule files give millions of these, and one that is frozen takes six times as long to build.
    Pickled, one is a call of its class, which leaves nothing behind when it is read back.
    """
    made = dataclass(slots=True, unsafe_hash=True)(cls)
    if made.__reduce__ is object.__reduce__:
        made.__reduce__ = _as_call  # type: ignore[method-assign]  # as if written there
    return made


def _as_call(self: Any) -> tuple[type, tuple[Any, ...]]:
    return type(self), tuple([getattr(self, name) for name in self.__match_args__])


@value
class Mark:
    """A place in a file; line and col count from 1."""

    file: str
    line: int
    col: int


@dataclass(slots=True, eq=False, repr=False)
class Way:
    """A path that is written out only when somebody reads it; equal to the text it stands for."""

    above: str | Way
    step: str | int

    def __str__(self) -> str:
        above = str(self.above)
        if isinstance(self.step, int):
            return f"{above}[{self.step}]"
        key = shorten(self.step)
        return f"{above}.{key}" if above else key

    def __repr__(self) -> str:
        return repr(str(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (str, Way)) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


@value
class Scalar:
    """A single value as written, without its quotes. `quoted` tells `"no"` from `no`."""

    mark: Mark
    path: str | Way
    text: str
    quoted: bool = False
    raw: str = ""
    """As it stands in the file, where that is more than the text, quotes around it or not."""


@value
class Sequence:
    """A list of nodes."""

    mark: Mark
    path: str | Way
    items: tuple[Node, ...]

    def __iter__(self) -> Iterator[Node]:
        """Walk the items in the order of the file."""
        return iter(self.items)


@value
class Mapping:
    """Keys to nodes, in the order of the file; `keys` remembers where each key stands."""

    mark: Mark
    path: str | Way
    values: dict[str, Node]
    keys: dict[str, Mark] = field(default_factory=dict)

    def get(self, key: str) -> Node | None:
        """Give the node under `key`, or None."""
        return self.values.get(key)


Node: TypeAlias = Scalar | Sequence | Mapping


def problem(node: Node, what: str, *, warning: bool = False) -> Problem:
    """Say what is wrong with `node`, at its place."""
    return at(node.mark, node.path, what, warning=warning)


def at(mark: Mark, path: str | Way, what: str, *, warning: bool = False) -> Problem:
    """Say what is wrong at a place that is no node, such as a key."""
    level = "warning" if warning else "error"
    return Problem(mark.file, mark.line, mark.col, str(path), what, level)  # type: ignore[arg-type]  # mypy widens the literal


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


def shorten(text: str, most: int = 60) -> str:
    """Cut a value that a message quotes, keep it on one line and make what is invisible seen."""
    if len(text) <= most and text.isprintable() and "  " not in text:
        return text.strip()
    line = "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}"
        for character in " ".join(text[: 4 * most].split())
    )
    return line if len(line) <= most else f"{line[:most]}…"
