"""YAML text -> nodes that remember where they stand. Owns PyYAML. Converts nothing.

Works on the parser's events, not on its nodes: nothing recurses, so that no nesting can exhaust
the stack, and an alias costs nothing before its size is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, TypeAlias

import yaml

from watcher.config.syntax import explain
from watcher.config.text import decode, read_bytes, unprintable, whole
from watcher.document import Mapping, Mark, Scalar, Sequence, Way, at, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike
    from typing import Any

    from watcher.document import Node
    from watcher.errors import Problem

MAX_DEPTH = 100
"""Levels of lists and mappings; readers of nodes recurse, and no rule is that deep."""
MAX_ALIASED = 100_000
"""Nodes that aliases may stand for in one file: a bomb is refused, real reuse is not."""

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
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
    builder = _Builder(name, text)
    try:
        builder.take_all(iter(_Loader(text).get_event, None))
    except yaml.YAMLError as error:
        return None, [*builder.problems, explain(error, name, text)]
    if builder.root is None and not builder.problems:
        builder.problems.append(whole(name, "the file is empty", warning=True))
    return builder.root, builder.problems


# --- nodes whose end was not reached ----------------------------------------------------------


@dataclass(slots=True)
class _OpenList:
    """A list whose end was not reached yet."""

    wants_key: ClassVar[Literal[False]] = False

    mark: Mark
    path: str | Way
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1

    def next_path(self) -> str | Way:
        """Name the place of the node that comes next."""
        return Way(self.path, len(self.items))

    def add(self, node: Node, size: int = 1) -> None:
        """Take the node that comes next."""
        self.size += size
        self.items.append(node)

    def leave_out(self) -> None:
        """Go on without the node that comes next."""

    def closed(self) -> Sequence:
        """Give what was read, all of it."""
        return Sequence(self.mark, self.path, tuple(self.items))


class _Document(_OpenList):
    """The document, as if it were a list of its outermost node."""

    __slots__ = ()

    def next_path(self) -> str | Way:
        """Name the place of the outermost node, which has no name."""
        return self.path


@dataclass(slots=True)
class _OpenMapping:
    """A mapping whose end was not reached yet."""

    mark: Mark
    path: str | Way
    anchor: str | None
    values: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)
    wants_key: bool = True
    key: str = ""
    key_mark: Mark | None = None
    """None where nobody could write the key: what stands under it is left out."""
    size: int = 1
    height: int = 1

    def next_path(self) -> str | Way:
        """Name the place of the node that comes next."""
        return self.path if self.wants_key else Way(self.path, self.key)

    def take_key(self, key: str, mark: Mark | None) -> None:
        """Remember under what the node stands that comes next."""
        self.wants_key, self.key, self.key_mark = False, key, mark

    def add(self, node: Node, size: int = 1) -> None:
        """Put the node that comes next under its key."""
        self.size += size
        self.wants_key, key = True, self.key
        if self.key_mark is not None and key not in self.values and key != "<<":
            self.values[key] = node
            self.keys[key] = self.key_mark

    def leave_out(self) -> None:
        """Go on without a value; its key stays known, so that nobody calls it missing too."""
        self.wants_key = True
        if self.key_mark is not None:
            self.keys.setdefault(self.key, self.key_mark)

    def closed(self) -> Mapping:
        """Give what was read, all of it."""
        return Mapping(self.mark, self.path, self.values, self.keys)


_Open: TypeAlias = _OpenList | _OpenMapping


# --- events -> nodes --------------------------------------------------------------------------


class _Anchored(NamedTuple):
    node: Node
    size: int
    height: int


@dataclass(slots=True)
class _Builder:
    """The nodes of one document while its events arrive."""

    name: str
    text: str
    problems: list[Problem] = field(default_factory=list)
    _document: _Document = field(init=False)
    _stack: list[_Open] = field(init=False)
    _anchors: dict[str, _Anchored | None] = field(default_factory=dict)
    """None while the anchored node is still open: an alias to it would contain itself."""
    _aliased: int = 0
    _documents: int = 0
    _is_over: bool = False

    def __post_init__(self) -> None:
        self._document = _Document(Mark(self.name, 1, 1), "", None)
        self._stack = [self._document]

    @property
    def root(self) -> Node | None:
        """Give the outermost node, None where there is none."""
        return self._document.items[0] if self._document.items else None

    def take_all(self, events: Iterator[yaml.Event | None]) -> None:
        """Work in the events, as long as the rest of the file is worth reading."""
        take: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._list,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._start,
        }
        for event in events:
            if type(event) in take:
                take[type(event)](event)
                if self._is_over:
                    return

    def _start(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            what = "a second document starts here, and a file may hold one. Remove the '---'."
            self.problems.append(at(self._mark(event), "", what))
            self._is_over = True

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        mark, inside = self._mark(event), self._stack[-1]
        if event.tag is not None:
            self._refuse_tag(event.tag, mark, inside.next_path())
        if inside.wants_key:
            self._key(event, mark, inside)
            return
        raw = self._raw(event)
        quoted = bool(event.style) or event.tag == _TEXT
        node = Scalar(mark, inside.next_path(), event.value, quoted, raw)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(node, 1, 0)
        inside.add(node)

    def _key(self, event: yaml.ScalarEvent, mark: Mark, inside: _OpenMapping) -> None:
        key = event.value
        inside.take_key(key, mark)
        if key in inside.keys:
            first = inside.keys[key].line
            what = f"the key '{shorten(key)}' is given twice, first in line {first}. Remove one."
            self.problems.append(at(mark, inside.path, what))
        elif key == "<<" and not event.style and event.tag != _TEXT:
            what = "merge keys ('<<') are not read. Write the keys out."
            self.problems.append(at(mark, inside.path, what))

    def _list(self, event: yaml.SequenceStartEvent) -> None:
        self._open(event, _OpenList)

    def _mapping(self, event: yaml.MappingStartEvent) -> None:
        self._open(event, _OpenMapping)

    def _open(
        self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent, kind: type[_Open]
    ) -> None:
        mark, inside = self._mark(event), self._stack[-1]
        path = inside.next_path()
        if len(self._stack) > MAX_DEPTH:
            what = f"lists and mappings nest more than {MAX_DEPTH} deep here"
            self.problems.append(at(mark, "", what))
            self._is_over = True
            return
        if inside.wants_key:
            what = "a key must be a text, not a list or mapping. Put '{…}' or '[…]' in quotes."
            self.problems.append(at(mark, path, what))
        if event.tag is not None:
            self._refuse_tag(event.tag, mark, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(kind(mark, path, event.anchor))

    def _close(self, _event: yaml.SequenceEndEvent | yaml.MappingEndEvent) -> None:
        done = self._stack.pop()
        node = done.closed()
        if done.anchor is not None:
            self._anchors[done.anchor] = _Anchored(node, done.size, done.height)
        inside = self._stack[-1]
        if inside.wants_key:
            inside.take_key("", None)  # reported already
            return
        inside.height = max(inside.height, done.height + 1)
        inside.add(node, done.size)

    def _alias(self, event: yaml.AliasEvent) -> None:
        mark, inside = self._mark(event), self._stack[-1]
        path = inside.next_path()
        anchored, what = self._aliased_node(event.anchor)
        if inside.wants_key:
            what = "a key must be a text, not an alias"
            inside.take_key("", None)
        elif anchored is not None:
            inside.height = max(inside.height, anchored.height + 1)
            inside.add(anchored.node, anchored.size)
        else:
            inside.leave_out()
        if what:
            self._add_once(at(mark, path, what))

    def _aliased_node(self, anchor: str | None) -> tuple[_Anchored | None, str]:
        if anchor is None or anchor not in self._anchors:
            text = f"there is no anchor '&{anchor}' above. Put '*{anchor}' in quotes if it is text."
            return None, text
        anchored = self._anchors[anchor]
        if anchored is None:
            return None, f"'*{anchor}' stands inside the very thing it stands for"
        if len(self._stack) - 1 + anchored.height > MAX_DEPTH:
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

    def _raw(self, event: yaml.ScalarEvent) -> str:
        """Give what stands in the file where it is folded or escaped."""
        start, end = event.start_mark, event.end_mark
        marks = 2 if event.style else 0
        if not start or not end or end.index - start.index == len(event.value) + marks:
            return ""
        return self.text[start.index : end.index]

    def _mark(self, event: yaml.Event) -> Mark:
        start = event.start_mark
        return Mark(self.name, start.line + 1, start.column + 1) if start else Mark(self.name, 1, 1)
