"""Floors under measured quality: they may rise and never fall, and hold for one corpus only."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_FLOORS = Path(__file__).parent / "floors.json"


def fingerprint(files: Iterable[Path]) -> dict[str, Any]:
    """Give the number of files and the SHA-256 of their names and contents."""
    digest, count = hashlib.sha256(), 0
    for path in sorted(files):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
        count += 1
    return {"files": count, "sha256": digest.hexdigest()}


def floors(name: str, files: Iterable[Path]) -> dict[str, float]:
    """Read the floors of one measurement; raise when `files` are not what they were taken on."""
    pinned = json.loads(_FLOORS.read_text(encoding="utf-8"))[name]
    found = fingerprint(files)
    if found != pinned["corpus"]:
        msg = f"the corpus of '{name}' has changed: measure again and pin {found} in floors.json"
        raise AssertionError(msg)
    result: dict[str, float] = pinned["floors"]
    return result


def below(measured: dict[str, float], wanted: dict[str, float]) -> dict[str, tuple[float, float]]:
    """List what misses its floor: name -> (measured, floor)."""
    return {
        name: (round(measured[name], 4), floor)
        for name, floor in wanted.items()
        if measured[name] < floor
    }
