"""The rules folder -> documents, for the room that knows the rule language."""

from __future__ import annotations

import os
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from watcher.config.cache import digest
from watcher.config.compose import compose
from watcher.config.fields import shape
from watcher.config.text import decode, read_bytes, whole, yaml_files
from watcher.document import Mapping, problem

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.errors import Problem


def rule_files(folder: Path) -> list[Path]:
    """Give the *.yaml and *.yml files of a folder and the folders in it, in a stable order.

    Hidden files are left out. A folder that is a file stands for itself; one that cannot be listed
    or is not there has none.
    """
    try:
        return list(yaml_files(folder))
    except OSError:
        return []


class RuleText(NamedTuple):
    """A rule file as it is on disk. Many thousand rules are tens of megabytes, so it is packed."""

    name: str
    """What problems call the file."""
    size: int
    """Bytes."""
    hash: str
    packed: bytes

    @property
    def body(self) -> bytes:
        """Unpack the bytes of the file."""
        return zlib.decompress(self.packed)


def read_rule_texts(folder: Path) -> tuple[list[RuleText], list[Problem], str]:
    """Read the bytes of every rule file, and a hash of all names and texts."""
    files, texts, parts = rule_files(folder), list[RuleText](), list[bytes]()
    problems = [] if files else [_nothing(folder)]
    for path in files:
        body, unread = read_bytes(path, str(path))
        problems.extend(unread)
        if body is not None:
            text = RuleText(str(path), len(body), digest(body), zlib.compress(body, level=1))
            parts += (os.fsencode(path.relative_to(folder)), text.hash.encode())
            texts.append(text)
    return texts, problems, digest(*parts)


def read_rule_documents(folder: Path) -> tuple[list[Mapping], list[Problem], str]:
    """Read every rule file, with every problem of form, and a hash of all names and texts.

    Files without a mapping at the top are problems and not among the documents.
    """
    texts, problems, revision = read_rule_texts(folder)
    documents = []
    for text in texts:
        document, mistakes = rule_document(text)
        problems.extend(mistakes)
        if document is not None:
            documents.append(document)
    return documents, problems, revision


def rule_document(file: RuleText) -> tuple[Mapping | None, list[Problem]]:
    """Build the document of one rule file; None, with a problem, where there is none.

    An emptied file may be a save that went wrong: its rules must not vanish in silence.
    """
    document, problems = _document(file.name, file.body)
    if document is None:
        problems = [replace(problem, level="error") for problem in problems]
    return document, problems


def _document(name: str, body: bytes) -> tuple[Mapping | None, list[Problem]]:
    text, problems = decode(body, name)
    if text is None:
        return None, problems
    node, problems = compose(name, text)
    if node is None or isinstance(node, Mapping):
        return node, problems
    what = f"expected 'rules:' or 'lists:' at the top of the file, got {shape(node)}"
    return None, [*problems, problem(node, what)]


def _nothing(folder: Path) -> Problem:
    if not folder.exists():
        return whole(str(folder), "there is no such rules folder. Make it, or mend `rules`.")
    return whole(str(folder), "no rule file (*.yaml) is in this folder: nothing can match")
