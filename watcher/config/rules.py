"""The rules folder -> documents, for the room that knows the rule language."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING

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


def read_rule_documents(folder: Path) -> tuple[list[Mapping], list[Problem], str]:
    """Read every rule file, with every problem of form, and a hash of all names and texts.

    Files without a mapping at the top are problems and not among the documents.
    """
    files, documents = rule_files(folder), list[Mapping]()
    problems = [] if files else [_nothing(folder)]
    digest = hashlib.sha256()
    for path in files:
        name = str(path)
        body, unread = read_bytes(path, name)
        problems.extend(unread)
        if body is None:
            continue
        for part in (os.fsencode(path.relative_to(folder)), body):
            digest.update(len(part).to_bytes(8, "big") + part)
        document, mistakes = _document(name, body)
        if document is None:
            # An emptied file may be a save that went wrong: its rules must not vanish in silence.
            mistakes = [replace(problem, level="error") for problem in mistakes]
        else:
            documents.append(document)
        problems.extend(mistakes)
    return documents, problems, digest.hexdigest()


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
