"""Wheels without a network: of what is installed here, and of versions that were never released."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LEFT_OUT = {"INSTALLER", "REQUESTED", "direct_url.json", "RECORD"}


def build_wheel(checkout: Path, folder: Path) -> Path:
    """Build the program's own wheel from a copy, so that the checkout stays as it is."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "checkout")
        unneeded = shutil.ignore_patterns(".*", "build", "tests", "*.egg-info", "__pycache__")
        shutil.copytree(checkout, copy, symlinks=True, ignore=unneeded)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--quiet",
                "--no-deps",
                "--no-index",
                "--no-build-isolation",
                "--wheel-dir",
                str(folder),
                str(copy),
            ],
            check=True,
            timeout=120,
        )
    (built,) = folder.glob("watcher-*.whl")
    return built


def pack_dependencies(name: str, folder: Path) -> None:
    """Pack all that `name` needs, as it is installed here, into wheels again."""
    todo, seen = [*_needed(name, ())], {name}
    while todo:
        wanted = todo.pop()
        if wanted.name not in seen:
            seen.add(wanted.name)
            pack(wanted.name, folder)
        todo += [one for one in _needed(wanted.name, wanted.extras) if one.name not in seen]


def _needed(name: str, extras: Iterable[str]) -> list[Requirement]:
    asked = [Requirement(text) for text in distribution(name).requires or ()]
    return [
        one
        for one in asked
        if one.marker is None
        or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]


def pack(dependency: str, folder: Path) -> None:
    """Pack one distribution as it is installed here."""
    installed = distribution(dependency)
    facts = installed.read_text("WHEEL") or ""
    tags = [tag.split("-") for tag in re.findall(r"^Tag: (.+)$", facts, re.MULTILINE)]
    tag = "-".join(".".join(sorted(set(part))) for part in zip(*tags, strict=True))
    name = re.sub(r"[-_.]+", "_", installed.name)
    info = f"{name}-{installed.version}.dist-info"
    files = [
        file
        for file in installed.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in _LEFT_OUT
    ]
    with zipfile.ZipFile(folder / f"{name}-{installed.version}-{tag}.whl", "w") as wheel:
        for file in files:
            inside = Path(info, *file.parts[1:]) if ".dist-info" in file.parts[0] else Path(file)
            wheel.write(str(file.locate()), str(inside))
        wheel.writestr(f"{info}/RECORD", "")


def other_version(
    wheel: Path, version: str, changed: Mapping[str, str] | None = None, *, alone: bool = False
) -> Path:
    """Write the wheel again beside itself as another version, with the text of some files changed.

    `alone`: as if it needed nothing. Files that the wheel does not have are added.
    """
    name, old = wheel.name.split("-")[:2]
    new = wheel.with_name(wheel.name.replace(f"{name}-{old}", f"{name}-{version}", 1))
    changed = dict(changed or {})
    with zipfile.ZipFile(wheel) as read, zipfile.ZipFile(new, "w") as written:
        for entry in read.infolist():
            body = read.read(entry)
            if entry.filename.endswith(".dist-info/METADATA"):
                body = body.replace(f"Version: {old}".encode(), f"Version: {version}".encode(), 1)
                if alone:
                    body = re.sub(rb"^Requires-Dist: .*\n", b"", body, flags=re.MULTILINE)
            if entry.filename in changed:
                body = changed.pop(entry.filename).encode()
            if not entry.filename.endswith(".dist-info/RECORD"):
                where = entry.filename.replace(f"{name}-{old}.", f"{name}-{version}.", 1)
                written.writestr(where, body)
        for path, text in changed.items():
            written.writestr(path, text)
        written.writestr(f"{name}-{version}.dist-info/RECORD", "")
    return new
