"""Writes what `watcher init` gives a newcomer: a commented configuration, rules and sources."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.errors import WatcherError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

STARTER = ("watcher.yaml", "sources.yaml", "rules/first-steps.yaml")


def write_starter(directory: str | Path) -> list[Path]:
    """Write the starter set into a directory, which is made if it is missing.

    Gives the files written. Nothing is written and WatcherError raised where one of them, or
    anything else in the way, is there already.
    """
    folder = Path(directory)
    taken = [folder / name for name in STARTER if (folder / name).exists()]
    if taken:
        listed = ", ".join(map(str, taken))
        raise WatcherError(f"{listed}: there already. Choose another directory, or move it away.")
    try:
        return list(_written(folder, resources.files("watcher") / "starter"))
    except OSError as error:
        why = error.strerror or str(error)
        raise WatcherError(f"{error.filename or folder}: cannot be written: {why}") from error


def _written(folder: Path, starter: Traversable) -> Iterator[Path]:
    for name in STARTER:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:  # "x": a file made meanwhile is kept
            file.write((starter / name).read_text(encoding="utf-8"))
        yield path
