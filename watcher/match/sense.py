"""What can be said about a compiled condition without any article. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.match.nodes import Every, Inside, Leaf, Nor, Several, Some, Weighed
from watcher.match.view import CREDIT, TEXT, TITLE
from watcher.match.windows import Close, Together
from watcher.match.written import ABOUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.match.nodes import Node
    from watcher.match.windows import Exclusion
    from watcher.model import Where

_ALL = frozenset({TITLE, TEXT, CREDIT})
_SEEN_FROM: dict[Where, frozenset[str]] = {
    "title": frozenset({"title", *ABOUT}),
    "lead": frozenset({"title", "lead", "text", *ABOUT}),
    "text": frozenset({"title", "lead", "text", *ABOUT}),
}


def members_of(node: Node) -> tuple[Node, ...]:
    """Give the nodes directly below."""
    if isinstance(node, Inside):
        return (node.member,)
    if isinstance(node, Weighed):
        return tuple(leaf for leaf, _ in node.weights)
    if isinstance(node, (Some, Every, Nor, Several, Close, Together)):
        return node.members
    return ()


def is_positive(node: Node) -> bool:
    """Tell whether every proof of it has a hit, so that an article without one cannot match."""
    if isinstance(node, Nor):
        return False
    if isinstance(node, Inside):
        return is_positive(node.member)
    if isinstance(node, (Every, Close, Together)):
        return any(is_positive(member) for member in node.members)
    if isinstance(node, (Some, Several)):
        return all(is_positive(member) for member in node.members)
    return True


def excludes(nodes: Iterable[Node]) -> Exclusion:
    """Tell how a `none` stands among or below the nodes of a window.

    "flat" if every proof needs it, "deep" if some do. What nested windows exclude is their own.
    """
    found: Exclusion = ""
    for node in nodes:
        below: Exclusion = ""
        if isinstance(node, Nor):
            below = "deep" if excludes(node.members) else "flat"
        elif isinstance(node, (Every, Inside)):
            below = excludes(members_of(node))
        elif isinstance(node, (Some, Several)):
            below = "deep" if excludes(node.members) else ""
        found = "deep" if "deep" in (found, below) else found or below
    return found


def positive_atoms(nodes: Iterable[Node]) -> set[str]:
    """Give every atom that can be evidence for the nodes."""
    atoms: set[str] = set()
    for node in nodes:
        if isinstance(node, Leaf):
            atoms.update(node.atoms)
        elif not isinstance(node, Nor):
            atoms |= positive_atoms(members_of(node))
    return atoms


def streams(node: Node) -> frozenset[int]:
    """Give where a proof of it could stand that must be in the title or in the text as a whole."""
    if isinstance(node, Inside):
        title = {TITLE} if "title" in node.fields else set()
        text = {TEXT, CREDIT} if node.fields & {"lead", "text"} else set()
        return streams(node.member) & (title | text)
    if isinstance(node, (Every, Close, Together)):
        return _ALL.intersection(*(streams(member) for member in node.members))
    if isinstance(node, (Some, Several)):
        return frozenset().union(*(streams(member) for member in node.members))
    return _ALL


def provable(node: Node, where: Where) -> bool:
    """Tell whether a full proof could stand in that place."""
    if isinstance(node, Inside):
        return bool(node.fields & _SEEN_FROM[where]) and provable(node.member, where)
    if isinstance(node, Every):
        return all(provable(member, where) for member in node.members)
    if isinstance(node, Some):
        return any(provable(member, where) for member in node.members)
    if isinstance(node, Several):
        return sum(provable(member, where) for member in node.members) >= node.count
    if isinstance(node, (Close, Together)) and where == "title":
        return TITLE in streams(node)
    return True
