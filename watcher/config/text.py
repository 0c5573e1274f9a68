"""Bytes of a file -> text, or the reason in words why it is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import name as unicode_name

from watcher.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
"""A hundred thousand rules with their tests stay below; a video in the rules folder does not."""

# What YAML 1.2 (5.1) calls printable, without U+FEFF, which libyaml refuses inside a document.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_WIDE = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_bytes(path: Path, name: str) -> tuple[bytes | None, list[Problem]]:
    """Read a file that a person wrote, or say why it cannot be read.

    `name` is what the problem calls the file.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            return None, [whole(name, "this is no regular file. Move it away.")]
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        return None, [whole(name, _why_unreadable(path, error))]
    except ValueError:
        return None, [whole(name, "this is no file name: it holds a NUL character")]
    if len(body) > MAX_BYTES:
        size = f"{MAX_BYTES // 1024 // 1024} MB"
        return None, [whole(name, f"the file is larger than {size}. Split it or move it away.")]
    return body, []


def _why_unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no such file in {path.absolute().parent}"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, a file was expected"
    if isinstance(error, PermissionError):
        return "this user may not read the file. Change its owner or mode."
    return f"the file cannot be read: {error.strerror or error}"


def decode(body: bytes, name: str) -> tuple[str | None, list[Problem]]:
    """Decode UTF-8 strictly, with or without a byte order mark."""
    for mark, encoding in _WIDE.items():
        if body.startswith(mark):
            return None, [whole(name, f"the file is {encoding}. Save it as UTF-8.")]
    try:
        return body.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8", "replace")
        byte = body[error.start]
        what = (
            f"the byte 0x{byte:02x} is not UTF-8. Save the file as UTF-8; "
            "Arabic from older Windows programs is often windows-1256."
        )
        return None, [_place(name, before, what)]


def unprintable(text: str, name: str) -> list[Problem]:
    """Report the first character that no YAML file may hold."""
    found = _UNPRINTABLE.search(text)
    if found is None:
        return []
    character = found.group()
    label = unicode_name(character, "a control character")
    what = f"the invisible character U+{ord(character):04X} ({label}) stands here. Delete it."
    return [_place(name, text[: found.start()], what)]


def whole(name: str, what: str, *, warning: bool = False) -> Problem:
    """Say what is wrong with a file as a whole."""
    return Problem(name, 0, 0, "", what, "warning" if warning else "error")


def _place(name: str, before: str, what: str) -> Problem:
    lines = re.split("\r\n|\r|\n", before.removeprefix("\ufeff"))
    return Problem(name, len(lines), len(lines[-1]) + 1, "", what)


def yaml_files(folder: Path) -> Iterable[Path]:
    """Walk the *.yaml and *.yml files of a folder and its folders, in a stable order.

    Hidden files and folders are left out: editors keep their locks and drafts there.
    """
    if folder.is_file():
        return [folder]
    found = (path for pattern in ("*.yaml", "*.yml") for path in folder.rglob(pattern))
    return sorted(path for path in found if not _is_hidden(path.relative_to(folder)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
