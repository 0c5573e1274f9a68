"""The rules in force: read from a folder, exchanged as a whole when its files change."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.config import read_rule_documents, read_rule_texts, rule_document, rule_files
from watcher.config.cache import digest
from watcher.document import at
from watcher.errors import Invalid, Problem
from watcher.match import Rules, compile_rules, read_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from watcher.config import Cache, RuleText
    from watcher.match.written import RuleFile

WORTH_KEEPING = 200_000
"""Bytes of rule files; fewer are compiled sooner than looked for in a cache."""

Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class RulesRead:
    """One reading of a folder: usable when no problem is an error."""

    rules: Rules
    problems: tuple[Problem, ...]
    revision: str
    """Hash of the text of all files."""
    text: str
    """All files as they were written, each under its name."""

    @property
    def is_usable(self) -> bool:
        """True when nothing but warnings was found."""
        return all(problem.level != "error" for problem in self.problems)


def read_folder(
    folder: Path, targets: Collection[str] | None = None, cache: Cache | None = None
) -> RulesRead:
    """Read every rule file of a folder; with `targets`, names in `notify` must be among them.

    With a `cache`, files that did not change are not read as YAML again, and nothing is compiled
    where none did.
    """
    texts, problems, revision = read_rule_texts(folder)
    with _without_collector():
        rules, mistakes = _compiled(folder, texts, revision, cache)
    unknown = [] if targets is None else _unknown_targets(rules, targets)
    if not rules.rules and all(one.level != "error" for one in (*problems, *mistakes)):
        what = "there is no rule in these files: nothing can match"
        mistakes = [*mistakes, Problem(str(folder), 0, 0, "", what)]
    everything = tuple(sorted({*problems, *mistakes, *unknown}))
    return RulesRead(rules, everything, revision, _as_written(folder))


def _compiled(
    folder: Path, texts: Sequence[RuleText], revision: str, cache: Cache | None
) -> tuple[Rules, list[Problem]]:
    if cache is None or sum(len(text.body) for text in texts) < WORTH_KEEPING:
        cache = None
    key = f"{folder}:{revision}"
    kept: tuple[Rules, list[Problem]] | None = cache.get(key) if cache else None
    if kept is not None:
        return kept
    problems: list[Problem] = []
    files: list[RuleFile] = []
    for text in texts:
        file, mistakes = _read(text, cache)
        problems.extend(mistakes)
        if file is not None:
            files.append(file)
    rules, mistakes = compile_rules(files)
    problems.extend(mistakes)
    if cache:
        cache.put(key, (rules, problems))
        cache.drop_unused()
    return rules, problems


def _read(text: RuleText, cache: Cache | None) -> tuple[RuleFile | None, list[Problem]]:
    """Read one file, or take up what was read of it before."""
    key = f"{text.name}:{digest(text.body)}"
    kept: tuple[RuleFile | None, list[Problem]] | None = cache.get(key) if cache else None
    if kept is not None:
        return kept
    document, problems = rule_document(text)
    file: RuleFile | None = None
    if document is not None:
        file, mistakes = read_file(document)
        problems = [*problems, *mistakes]
    if cache:
        cache.put(key, (file, problems))
    return file, problems


@contextmanager
def _without_collector() -> Iterator[None]:
    """Put off the garbage collector: it would walk all rules again and again, for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_written(folder: Path) -> tuple[RuleFile, ...]:
    """Read the rules of a folder as they were written; raise Invalid with every problem."""
    documents, problems, _ = read_rule_documents(folder)
    files = []
    for document in documents:
        file, mistakes = read_file(document)
        files.append(file)
        problems.extend(mistakes)
    problems.extend(compile_rules(files)[1])
    if any(problem.level == "error" for problem in problems):
        raise Invalid(sorted(set(problems)))
    return tuple(files)


def _as_written(folder: Path) -> str:
    files = (path for path in rule_files(folder) if path.is_file())
    pages = (f"# {path.name}\n{path.read_text(errors='replace')}" for path in files)
    return "\n".join(pages)


def _unknown_targets(rules: Rules, targets: Collection[str]) -> list[Problem]:
    known = ", ".join(sorted(targets)) or "none"
    return [
        at(mark, "notify", f"there is no target '{name}' in the configuration. Known: {known}.")
        for name, mark in rules.targets().items()
        if name not in targets
    ]


@dataclass(slots=True)
class Rulebook:
    """A folder of rules and what of it is in force."""

    folder: Path
    targets: frozenset[str]
    current: RulesRead
    refused: tuple[Problem, ...] = ()
    """Why the newest state of the files is not in force; empty when it is."""
    cache: Cache | None = None
    _seen: Signature = ()
    _judged: Signature = field(default=())

    @classmethod
    def open(cls, folder: Path, targets: Collection[str], cache: Cache | None = None) -> Rulebook:
        """Read the folder; raise Invalid with every problem if it cannot be used."""
        signature = _signature(folder)
        read = read_folder(folder, targets, cache)
        if not read.is_usable:
            raise Invalid(read.problems)
        known = frozenset(targets)
        return cls(folder, known, read, cache=cache, _seen=signature, _judged=signature)

    def refresh(self) -> bool:
        """Look at the folder; give True when a change was judged.

        It is then in `current`, or in `refused` with the reasons: all or nothing, one mistake keeps
        every old rule in force. A change is judged once two looks in a row see the same files, so
        that a half-written save is not taken for a mistake.
        """
        signature = _signature(self.folder)
        if signature != self._seen:
            self._seen = signature
            return False
        if signature == self._judged:
            return False
        self._judged = signature
        read = read_folder(self.folder, self.targets, self.cache)
        if read.is_usable:
            self.current, self.refused = read, ()
        else:
            self.refused = tuple(problem for problem in read.problems if problem.level == "error")
        return True


def _signature(folder: Path) -> Signature:
    found = []
    for path in rule_files(folder):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue  # removed between listing and looking; the next look sees it gone
        found.append((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)
