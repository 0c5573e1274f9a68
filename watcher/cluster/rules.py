"""The rules in force everywhere: who leads puts its own in force, and all others go by them."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import zlib
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watcher.cluster.server import Server

_PUT = """
INSERT INTO cluster_rules (revision, files) VALUES (%(revision)s, %(files)s)
ON CONFLICT (revision) DO UPDATE SET since = clock_timestamp()
"""
_FILES = "SELECT files FROM cluster_rules WHERE revision = %(revision)s"


async def put_in_force(server: Server, revision: str, files: Mapping[str, bytes]) -> None:
    """Have all machines go by these files, by their paths within the folder of rules."""
    written = json.dumps({name: b64encode(body).decode() for name, body in files.items()})
    await server.rows(_PUT, revision=revision, files=zlib.compress(written.encode(), level=1))


async def folder_of(server: Server, revision: str, cache: Path) -> Path | None:
    """Give a folder with the files of a revision; None where the record has them no more."""
    folder = cache / f"rules-{revision}"
    if await asyncio.to_thread(folder.is_dir):
        return folder
    found = await server.rows(_FILES, revision=revision)
    if not found:
        return None
    await asyncio.to_thread(_unpack, found[0]["files"], folder)
    return folder


def _unpack(packed: bytes, folder: Path) -> None:
    files: dict[str, str] = json.loads(zlib.decompress(packed))
    cache = folder.parent
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as made:
        for name, body in files.items():
            path = _within(Path(made), name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b64decode(body))
        shutil.copytree(made, folder, dirs_exist_ok=True)
    for old in cache.glob("rules-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def _within(folder: Path, name: str) -> Path:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"a rule file of the cluster has the odd name {name!r}")
    return folder / path
