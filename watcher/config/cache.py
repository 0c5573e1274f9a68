"""What was worked out of files, kept on disk under a hash of the files and of this program.

A cache of our own making: what is damaged, made by another version or owned by somebody else is
not there, and what cannot be written is not kept. Values are unpickled, so the folder must belong
to the user that runs the program and to nobody else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import pickle
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_DIGEST_BYTES = 32
_PRIVATE = 0o700
_PACKAGE = Path(__file__).parents[1]
_MADE_BY = ("arabic", "match", "config", "model")
_LIBRARIES = ("simplemma", "marisa-trie", "google-re2", "pyyaml")


def default_folder() -> Path:
    """Give where caches belong: systemd's CacheDirectory, else the user's own."""
    given = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "watcher"


def digest(*parts: bytes) -> str:
    """Hash several texts, so that no two lists of texts share a hash."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()


class Cache:
    """Values by key, one file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._used: set[str] = set()

    def get(self, key: str) -> Any:
        """Give what was kept, or None."""
        path = self._path(key)
        try:
            if not _is_ours(self.folder) or not _is_ours(path):
                return None
            body = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(body[_DIGEST_BYTES:]).digest() != body[:_DIGEST_BYTES]:
            return None
        try:
            return pickle.loads(body[_DIGEST_BYTES:])  # noqa: S301 - see the module's docstring
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it can be made anew
            return None

    def can_keep(self) -> bool:
        """Tell whether values can be put here and will be believed."""
        try:
            self.folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            return _is_ours(self.folder) and os.access(self.folder, os.W_OK | os.X_OK)
        except OSError:
            return False

    def has(self, key: str) -> bool:
        """Tell whether a value was kept; it may be damaged all the same."""
        return self._path(key).exists()

    def put(self, key: str, value: object) -> None:
        """Keep a value; in one step, so that no reader ever sees half of it."""
        file = io.BytesIO()
        _Pickler(file, protocol=5).dump(value)
        body = file.getvalue()
        path = self._path(key)
        draft = path.with_suffix(f".{os.getpid()}")
        try:
            self.folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            draft.touch(mode=0o600)
            draft.write_bytes(hashlib.sha256(body).digest() + body)
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink()

    def drop_unused(self) -> None:
        """Remove what nobody asked for, kept or named since this was called last.

        And drafts of processes that were killed while they wrote.
        """
        for path in self.folder.glob("*.*"):
            is_left = path.suffix == ".kept" and path.name not in self._used
            if is_left or _is_orphan(path):
                with suppress(OSError):
                    path.unlink()
        self._used.clear()

    def is_in_use(self, key: str) -> None:
        """Name what must not be dropped though nobody had to ask for it."""
        self._path(key)

    def _path(self, key: str) -> Path:
        path = self.folder / f"{digest(key.encode(), _program())}.kept"
        self._used.add(path.name)
        return path


def _is_orphan(path: Path) -> bool:
    """Tell whether a draft's process is gone; a number that was given anew only delays it."""
    pid = path.suffix.removeprefix(".")
    return pid.isdecimal() and not Path("/proc", pid).exists() and Path("/proc/self").exists()


class _Pickler(pickle.Pickler):
    """Writes dataclasses as calls of their class, which is read back several times faster."""

    def reducer_override(self, value: Any) -> Any:
        values = _values_of(type(value))  # type: ignore[arg-type]  # classes are hashable
        return NotImplemented if values is None else (type(value), values(value))


@cache
def _values_of(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """Give what takes the fields out of a dataclass; None for classes that know better."""
    if not dataclasses.is_dataclass(kind) or kind.__reduce__ is not object.__reduce__:
        return None
    names = [field.name for field in dataclasses.fields(kind)]
    return attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)


def _is_ours(path: Path) -> bool:
    """Tell whether nobody but this user can have written there."""
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


@cache
def _program() -> bytes:
    """Hash what could make other values of the same files: this program, its libraries, Python."""
    sources = sorted(path for room in _MADE_BY for path in (_PACKAGE / room).glob("*.*"))
    sources += sorted(_PACKAGE.glob("*.py"))
    libraries = " ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    bodies = (path.read_bytes() for path in sources)
    return digest(sys.version.encode(), libraries.encode(), *bodies).encode()
