"""The rules in force: read from a folder, exchanged as a whole when its files change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.config import rule_files
from watcher.errors import Invalid, Problem
from watcher.rulefolder import RulesRead, read_folder

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from watcher.config import Cache

Signature = tuple[tuple[str, int, int, int], ...]


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

    @property
    def is_changing(self) -> bool:
        """Whether the last look saw a change that is not judged yet."""
        return self._seen != self._judged

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
        read = read_folder(self.folder, self.targets, self.cache, self.current.files)
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
