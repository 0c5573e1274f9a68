"""One mapping of a document while it is read: typed values out, problems collected. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from watcher.config.values import BadValueError, phrase
from watcher.document import Mapping, Scalar, Sequence, at, problem, shorten, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from watcher.document import Node
    from watcher.errors import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping and the list that what is wrong with it goes to."""

    mapping: Mapping
    problems: list[Problem]

    def read(self, key: str, convert: Callable[[str], T], default: T) -> T:
        """Give the value under `key`, or the default where it is missing or wrong."""
        node = self.mapping.get(key)
        return default if node is None else self.convert(node, convert, default)

    def need(self, key: str, convert: Callable[[str], T], default: T) -> T:
        """Do the same for a key that must be there."""
        if not difflib.get_close_matches(key, self.mapping.keys):  # else it is misspelled, and told
            self.report(self.mapping, f"'{key}' is missing")
        return self.read(key, convert, default)

    def convert(self, node: Node, convert: Callable[[str], T], default: T) -> T:
        """Give the value of a node, or the default and a problem."""
        if not isinstance(node, Scalar):
            self.report(node, f"expected a single value, got {shape(node)}")
        elif is_nothing(node):
            self.report(node, "no value is given. Write one or remove the line.")
        else:
            try:
                return convert(node.text.strip())
            except BadValueError as wrong:
                self.report(node, str(wrong))
        return default

    def texts(self, key: str, convert: Callable[[str], str] = phrase) -> tuple[str, ...]:
        """Give the texts of a list; a single one needs no list. Wrong ones are left out."""
        node = self.mapping.get(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        return tuple(text for item in items if (text := self.convert(item, convert, "")))

    def items(self, key: str, wanted: str) -> Iterator[Node]:
        """Walk the list under `key`; `wanted` says what should be there when it is no list."""
        node = self.mapping.get(key)
        if isinstance(node, Sequence):
            yield from node.items
        elif node is not None and not is_nothing(node):
            self.report(node, f"expected {wanted}, got {shape(node)}")

    def is_empty(self, key: str) -> bool:
        """Tell whether nothing, or a list of nothing, is under `key`."""
        node = self.mapping.get(key)
        return node is None or is_nothing(node) or (isinstance(node, Sequence) and not node.items)

    def section(self, key: str, known: Collection[str]) -> Fields:
        """Give the mapping under `key`; one that is missing or commented out has no keys."""
        node = self.mapping.get(key)
        if node is None or is_nothing(node):
            mark = node.mark if node is not None else self.mapping.mark
            return Fields(Mapping(mark, key, {}), self.problems)
        return fields(node, known, self.problems)

    def report(self, node: Node, what: str, *, warning: bool = False) -> None:
        """Add a problem at the place of a node."""
        self.problems.append(problem(node, what, warning=warning))

    def report_key(self, key: str, what: str, *, warning: bool = False) -> None:
        """Add a problem at the value under `key`, or at the mapping where there is none."""
        self.report(self.mapping.get(key) or self.mapping, what, warning=warning)


def fields(node: Node, known: Collection[str], problems: list[Problem]) -> Fields:
    """Open a mapping for reading: report unknown keys, and a node that is no mapping."""
    if not isinstance(node, Mapping):
        keys = ", ".join(f"'{key}: …'" for key in list(known)[:2])
        problems.append(problem(node, f"expected keys such as {keys}, got {shape(node)}"))
        return Fields(Mapping(node.mark, node.path, {}), problems)
    for key, mark in node.keys.items():
        if key not in known:
            problems.append(at(mark, node.path, f"{_unknown(key)}. {suggest(key, known)}"))
    return Fields(node, problems)


def shape(node: Node) -> str:
    """Name what stands there, for a message: never an address, which may hold a password."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if is_nothing(node):
        return "nothing"
    return "an address" if _may_be_secret(node.text) else f"'{shorten(node.text)}'"


def is_nothing(node: Node) -> bool:
    """Tell whether no value was written, in any of YAML's ways of writing none."""
    return (
        isinstance(node, Scalar)
        and not node.quoted
        and node.text.strip() in {"", "~", "null", "Null", "NULL"}
    )


def _unknown(key: str) -> str:
    return (
        "an address stands where a key is expected"
        if _may_be_secret(key)
        else f"unknown key '{shorten(key)}'"
    )


def _may_be_secret(text: str) -> bool:
    return "://" in text or "@" in text
