"""YAML text -> nodes that remember where they stand. Owns PyYAML. Converts nothing.

Works on the parser's events, not on its nodes: reading ends where lists and mappings nest too deep,
so that no nesting can exhaust the stack, and an alias costs nothing before its size is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from watcher.config.syntax import explain
from watcher.config.text import decode, read_bytes, unprintable, whole
from watcher.document import Mapping, Mark, Scalar, Sequence, Way, at, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from yaml.events import Event

    from watcher.document import Node
    from watcher.errors import Problem

MAX_DEPTH = 100
"""Levels of lists and mappings; readers of nodes recurse, and no rule is that deep."""
MAX_ALIASED = 100_000
"""Nodes that aliases may stand for in one file: a bomb is refused, real reuse is not."""

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_SECOND = "a second document starts here, and a file may hold one. Remove the '---'."
_TEXT = "tag:yaml.org,2002:str"
_PLAIN_TAGS = {"!", _TEXT, "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}


def load_document(
    path: str | PathLike[str], text: str | None = None
) -> tuple[Node | None, list[Problem]]:
    """Read one YAML document, with every problem of its form.

    The file is called in the problems what the caller calls it. With `text` nothing is read from
    disk. None stands for a document that is empty or too broken to give anything; what could be
    understood of a file with mistakes is given along with them.
    """
    name = str(path)
    if text is None:
        body, problems = read_bytes(Path(path), name)
        if body is None:
            return None, problems
        text, problems = decode(body, name)
        if text is None:
            return None, problems
    return compose(name, text.removeprefix("\ufeff"))


def compose(name: str, text: str) -> tuple[Node | None, list[Problem]]:
    """Build the nodes of a text; see `load_document`."""
    problems = unprintable(text, name)
    if problems:
        return None, problems
    try:
        root = _Composer(name, text, iter(_Loader(text).get_event, None), problems).document()
    except yaml.YAMLError as error:
        return None, [*problems, explain(error, name, text)]
    except _TooDeepError:
        return None, problems
    if root is None and not problems:
        problems.append(whole(name, "the file is empty", warning=True))
    return root, problems


class _TooDeepError(Exception):
    """Lists and mappings nest deeper than anybody writes them."""


class _Anchored(NamedTuple):
    node: Node
    size: int
    height: int


@dataclass(slots=True)
class _Composer:
    """Takes the events of a file, one by one, and builds the nodes that they describe."""

    name: str
    text: str
    events: Iterator[Event]
    problems: list[Problem]
    _anchors: dict[str, _Anchored | None] = field(default_factory=dict)
    """None while the anchored node is still open: an alias to it would contain itself."""
    _aliased: int = 0
    _size: int = 0
    """Nodes that were read, those that aliases stand for included."""
    _depth: int = 0
    _deepest: int = 0
    """The greatest depth that was reached since the innermost anchor that is open."""

    def document(self) -> Node | None:
        """Build the one document that a file may hold."""
        root, documents = None, 0
        for event in self.events:
            if isinstance(event, NodeEvent):
                root = self._node(event, "")
            elif isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.problems.append(at(self._mark(event), "", _SECOND))
                    break
        return root

    def _node(self, event: Event, path: str | Way) -> Node | None:
        """Build the node that begins here; None for an alias that stands for nothing."""
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, AliasEvent):
            return self._alias(event, path)
        assert isinstance(event, CollectionStartEvent), "no other event begins a node"
        return self._collection(event, path)

    def _scalar(self, event: ScalarEvent, path: str | Way) -> Scalar:
        mark, tag = self._mark(event), event.tag
        if tag is not None:
            self._refuse_tag(tag, mark, path)
        quoted = bool(event.style) or tag == _TEXT
        node = Scalar(mark, path, event.value, quoted, self._raw(event))
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(node, 1, 0)
        self._size += 1
        return node

    def _collection(
        self, event: CollectionStartEvent, path: str | Way, *, is_key: bool = False
    ) -> Node:
        mark = self._mark(event)
        if self._depth >= MAX_DEPTH:
            what = f"lists and mappings nest more than {MAX_DEPTH} deep here"
            self.problems.append(at(mark, "", what))
            raise _TooDeepError
        if is_key:
            what = "a key must be a text, not a list or mapping. Put '{…}' or '[…]' in quotes."
            self.problems.append(at(mark, path, what))
        if event.tag is not None:
            self._refuse_tag(event.tag, mark, path)
        if event.anchor is None:
            return self._content(event, mark, path)
        size, deepest = self._size, self._deepest
        self._anchors[event.anchor], self._deepest = None, self._depth
        node = self._content(event, mark, path)
        anchored = _Anchored(node, self._size - size, self._deepest - self._depth)
        self._anchors[event.anchor] = anchored
        self._deepest = max(self._deepest, deepest)
        return node

    def _content(self, event: CollectionStartEvent, mark: Mark, path: str | Way) -> Node:
        self._depth += 1
        self._deepest = max(self._deepest, self._depth)
        is_list = isinstance(event, SequenceStartEvent)
        node = self._list(mark, path) if is_list else self._mapping(mark, path)
        self._depth -= 1
        self._size += 1
        return node

    def _list(self, mark: Mark, path: str | Way) -> Sequence:
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            node = self._node(event, Way(path, len(items)))
            if node is not None:
                items.append(node)
        return Sequence(mark, path, tuple(items))

    def _mapping(self, mark: Mark, path: str | Way) -> Mapping:
        values: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                self._pass_over_key(event, path)
                self._node(next(self.events), Way(path, ""))
                continue
            key, place = intern(event.value), self._mark(event)
            if key in keys or key == "<<" or event.tag is not None:
                self._check_key(event, place, path, keys)
            node = self._node(next(self.events), Way(path, key))
            if node is None:  # the key stays known, so that nobody calls it missing too
                keys.setdefault(key, place)
            elif key not in values and key != "<<":
                values[key], keys[key] = node, place
        return Mapping(mark, path, values, keys)

    def _check_key(
        self, event: ScalarEvent, mark: Mark, path: str | Way, keys: dict[str, Mark]
    ) -> None:
        key = event.value
        if event.tag is not None:
            self._refuse_tag(event.tag, mark, path)
        if key in keys:
            first = keys[key].line
            what = f"the key '{shorten(key)}' is given twice, first in line {first}. Remove one."
            self.problems.append(at(mark, path, what))
        elif key == "<<" and not event.style and event.tag != _TEXT:
            what = "merge keys ('<<') are not read. Write the keys out."
            self.problems.append(at(mark, path, what))

    def _pass_over_key(self, event: Event, path: str | Way) -> None:
        """Read what stands where a key should; it belongs to nothing."""
        size, deepest = self._size, self._deepest
        if isinstance(event, CollectionStartEvent):
            self._collection(event, path, is_key=True)
        elif isinstance(event, AliasEvent):
            self._aliased_node(event.anchor)
            self._add_once(at(self._mark(event), path, "a key must be a text, not an alias"))
        self._size, self._deepest = size, deepest

    def _alias(self, event: AliasEvent, path: str | Way) -> Node | None:
        anchored, what = self._aliased_node(event.anchor)
        if anchored is None:
            self._add_once(at(self._mark(event), path, what))
            return None
        self._size += anchored.size
        self._deepest = max(self._deepest, self._depth + anchored.height)
        return anchored.node

    def _aliased_node(self, anchor: str | None) -> tuple[_Anchored | None, str]:
        if anchor is None or anchor not in self._anchors:
            text = f"there is no anchor '&{anchor}' above. Put '*{anchor}' in quotes if it is text."
            return None, text
        anchored = self._anchors[anchor]
        if anchored is None:
            return None, f"'*{anchor}' stands inside the very thing it stands for"
        if self._depth + anchored.height > MAX_DEPTH:
            return None, f"lists and mappings nest more than {MAX_DEPTH} deep here"
        if self._aliased + anchored.size > MAX_ALIASED:
            return None, f"aliases stand for more than {MAX_ALIASED:,} values in this file"
        self._aliased += anchored.size
        return anchored, ""

    def _add_once(self, new: Problem) -> None:
        """Keep a bomb of aliases from being reported at every fuse."""
        if all(new.what != old.what for old in self.problems):
            self.problems.append(new)

    def _refuse_tag(self, tag: str, mark: Mark, path: str | Way) -> None:
        if tag not in _PLAIN_TAGS:
            short = tag.replace("tag:yaml.org,2002:", "!!")
            what = f"tags such as '{short}' are not read. Remove it, or put the text in quotes."
            self.problems.append(at(mark, path, what))

    def _raw(self, event: ScalarEvent) -> str:
        """Give what stands in the file where it is folded or escaped."""
        start, end = event.start_mark, event.end_mark
        quotes = 2 if event.style else 0
        if not start or not end or end.index - start.index == len(event.value) + quotes:
            return ""
        return self.text[start.index : end.index]

    def _mark(self, event: Event) -> Mark:
        start = event.start_mark
        assert start is not None, "the parser knows where everything begins"
        return Mark(self.name, start.line + 1, start.column + 1)
