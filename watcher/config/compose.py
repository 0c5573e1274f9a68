"""YAML text -> nodes that remember where they stand. Owns PyYAML. Converts nothing.

Works on the parser's events, not on its nodes: nothing recurses, so that no nesting can exhaust
the stack, and an alias costs nothing before its size is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from watcher.config.syntax import explain
from watcher.config.text import decode, read_bytes, unprintable, whole
from watcher.config.values import shorten
from watcher.document import Mapping, Mark, Scalar, Sequence, at

if TYPE_CHECKING:
    from os import PathLike

    from watcher.document import Node
    from watcher.errors import Problem

MAX_DEPTH = 100
"""Levels of lists and mappings; readers of nodes recurse, and no rule is that deep."""
MAX_ALIASED = 100_000
"""Nodes that aliases may stand for in one file: a bomb is refused, real reuse is not."""

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}


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
        for event in yaml.parse(text, Loader=_Loader):
            if not builder.take(event):
                break
    except yaml.YAMLError as error:
        return None, [*builder.problems, explain(error, name, text)]
    if builder.root is None and not builder.problems:
        builder.problems.append(whole(name, "the file is empty", warning=True))
    return builder.root, builder.problems


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not reached yet."""

    mark: Mark
    path: str
    is_mapping: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    values: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)
    key: str | None = None
    key_mark: Mark | None = None
    size: int = 1
    height: int = 1

    def next_path(self) -> str:
        """Name the place of the node that comes next."""
        if not self.is_mapping:
            return f"{self.path}[{len(self.items)}]"
        if self.key is None:
            return self.path
        key = shorten(self.key)
        return f"{self.path}.{key}" if self.path else key


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    size: int
    height: int


@dataclass(slots=True)
class _Builder:
    """The nodes of one document while its events arrive."""

    name: str
    text: str
    problems: list[Problem] = field(default_factory=list)
    root: Node | None = None
    _stack: list[_Open] = field(default_factory=list)
    _anchors: dict[str, _Anchored | None] = field(default_factory=dict)
    """None while the anchored node is still open: an alias to it would contain itself."""
    _aliased: int = 0
    _documents: int = 0

    def take(self, event: yaml.Event) -> bool:
        """Work in the next event; False when the rest of the file is not worth reading."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            return self._open(event)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            return self._start(event)
        return True

    def _start(self, event: yaml.DocumentStartEvent) -> bool:
        self._documents += 1
        if self._documents == 1:
            return True
        what = "a second document starts here, and a file may hold one. Remove the '---'."
        self.problems.append(at(self._mark(event), "", what))
        return False

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        mark, path = self._mark(event), self._path()
        self._refuse_tag(event.tag, mark, path)
        quoted = event.style is not None and event.style != ""
        explicit = event.tag == "tag:yaml.org,2002:str"
        node = Scalar(mark, path, event.value, quoted or explicit, self._raw(event, quoted=quoted))
        if self._wants_key():
            self._take_key(node)
            return
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(node, 1, 0)
        self._add(node, 1, 0)

    def _open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> bool:
        mark, path = self._mark(event), self._path()
        if len(self._stack) >= MAX_DEPTH:
            what = f"lists and mappings nest more than {MAX_DEPTH} deep here"
            self.problems.append(at(mark, "", what))
            self.root = None
            return False
        if self._wants_key():
            what = "a key must be a text, not a list or mapping. Put '{…}' or '[…]' in quotes."
            self.problems.append(at(mark, path, what))
        self._refuse_tag(event.tag, mark, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(_Open(mark, path, is_mapping, event.anchor))
        return True

    def _close(self) -> None:
        done = self._stack.pop()
        node: Node = (
            Mapping(done.mark, done.path, done.values, done.keys)
            if done.is_mapping
            else Sequence(done.mark, done.path, tuple(done.items))
        )
        if done.anchor is not None:
            self._anchors[done.anchor] = _Anchored(node, done.size, done.height)
        if self._wants_key():  # a problem already: the pair is read under a key nobody can write
            self._stack[-1].key = ""
            return
        self._add(node, done.size, done.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        mark, path = self._mark(event), self._path()
        anchored, what = self._aliased_node(event.anchor)
        if self._wants_key():
            what = "a key must be a text, not an alias"
            self._stack[-1].key = ""
        elif anchored is not None:
            self._add(anchored.node, anchored.size, anchored.height)
        else:
            self._leave_out()
        if what:
            self._add_once(at(mark, path, what))

    def _aliased_node(self, anchor: str | None) -> tuple[_Anchored | None, str]:
        if anchor is None or anchor not in self._anchors:
            text = f"there is no anchor '&{anchor}' above. Put '*{anchor}' in quotes if it is text."
            return None, text
        anchored = self._anchors[anchor]
        if anchored is None:
            return None, f"'*{anchor}' stands inside the very thing it stands for"
        if len(self._stack) + anchored.height > MAX_DEPTH:
            return None, f"lists and mappings nest more than {MAX_DEPTH} deep here"
        if self._aliased + anchored.size > MAX_ALIASED:
            return None, f"aliases stand for more than {MAX_ALIASED:,} values in this file"
        self._aliased += anchored.size
        return anchored, ""

    def _add_once(self, new: Problem) -> None:
        """Keep a bomb of aliases from being reported at every fuse."""
        if all(new.what != old.what for old in self.problems):
            self.problems.append(new)

    def _wants_key(self) -> bool:
        return bool(self._stack) and self._stack[-1].is_mapping and self._stack[-1].key is None

    def _take_key(self, node: Scalar) -> None:
        frame = self._stack[-1]
        frame.key, frame.key_mark = node.text, node.mark
        first = frame.keys.get(node.text)
        if first is not None:
            key = shorten(node.text)
            what = f"the key '{key}' is given twice, first in line {first.line}. Remove one."
            self.problems.append(at(node.mark, frame.path, what))
        elif node.text == "<<" and not node.quoted:
            what = "merge keys ('<<') are not read. Write the keys out."
            self.problems.append(at(node.mark, frame.path, what))

    def _add(self, node: Node, size: int, height: int) -> None:
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if not frame.is_mapping:
            frame.items.append(node)
            return
        key, frame.key = frame.key or "", None
        if key not in frame.values and key != "<<" and frame.key_mark is not None:
            frame.values[key] = node
            frame.keys[key] = frame.key_mark
        frame.key_mark = None

    def _leave_out(self) -> None:
        """Go on without a value; its key stays known, so that nobody calls it missing too."""
        if self._stack and self._stack[-1].is_mapping:
            frame = self._stack[-1]
            if frame.key is not None and frame.key_mark is not None:
                frame.keys.setdefault(frame.key, frame.key_mark)
            frame.key = frame.key_mark = None

    def _refuse_tag(self, tag: str | None, mark: Mark, path: str) -> None:
        if tag not in _PLAIN_TAGS:
            short = str(tag).replace("tag:yaml.org,2002:", "!!")
            what = f"tags such as '{short}' are not read. Remove it, or put the text in quotes."
            self.problems.append(at(mark, path, what))

    def _raw(self, event: yaml.ScalarEvent, *, quoted: bool) -> str:
        """Give what stands in the file where it is folded or escaped."""
        start, end = event.start_mark, event.end_mark
        if not start or not end or end.index - start.index == len(event.value) + 2 * quoted:
            return ""
        return self.text[start.index : end.index]

    def _path(self) -> str:
        return self._stack[-1].next_path() if self._stack else ""

    def _mark(self, event: yaml.Event) -> Mark:
        start = event.start_mark
        return Mark(self.name, start.line + 1, start.column + 1) if start else Mark(self.name, 1, 1)
