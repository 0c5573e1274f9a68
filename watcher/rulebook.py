"""The rules in force: read from a folder, exchanged as a whole when its files change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.config import read_rule_documents, rule_files
from watcher.document import at
from watcher.errors import Invalid, Problem
from watcher.match import Rules, compile_rules, read_file, read_rules

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from watcher.match.written import RuleFile

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


def read_folder(folder: Path, targets: Collection[str] | None = None) -> RulesRead:
    """Read every rule file of a folder; with `targets`, names in `notify` must be among them."""
    documents, problems, revision = read_rule_documents(folder)
    rules, mistakes = read_rules(documents)
    unknown = [] if targets is None else _unknown_targets(rules, targets)
    if not rules.rules and all(one.level != "error" for one in (*problems, *mistakes)):
        what = "there is no rule in these files: nothing can match"
        mistakes = [*mistakes, Problem(str(folder), 0, 0, "", what)]
    everything = tuple(sorted([*problems, *mistakes, *unknown]))
    return RulesRead(rules, everything, revision, _as_written(folder))


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
    _seen: Signature = ()
    _judged: Signature = field(default=())

    @classmethod
    def open(cls, folder: Path, targets: Collection[str]) -> Rulebook:
        """Read the folder; raise Invalid with every problem if it cannot be used."""
        signature = _signature(folder)
        read = read_folder(folder, targets)
        if not read.is_usable:
            raise Invalid(read.problems)
        return cls(folder, frozenset(targets), read, _seen=signature, _judged=signature)

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
        read = read_folder(self.folder, self.targets)
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
