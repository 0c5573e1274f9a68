"""The systemd unit: installed, the one that ships, and right."""

from __future__ import annotations

import asyncio
import difflib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from watcher.doctor.finding import bad, good, unknown, warn
from watcher.shipped import shipped

if TYPE_CHECKING:
    from watcher.doctor.finding import Finding, Given

NAMES: Final = ("watcher.service", "watcher@.service")
"""For a machine by itself, and for one role of several machines."""
FOLDERS: Final = (
    Path("/etc/systemd/system"),
    Path("/usr/local/lib/systemd/system"),
    Path("/usr/lib/systemd/system"),
)
"""In the order in which systemd looks."""


async def unit(given: Given) -> list[Finding]:  # noqa: ARG001 - as every check
    """Compare the installed units with ours, and have systemd judge them."""
    installed = installed_units()
    if not installed:
        return [unknown("unit", f"no {NAMES[0]} is installed: it is not run by systemd here")]
    found = []
    for file in installed:
        found.append(_compared(file, shipped("deploy") / file.name))
        if said := await _complaint(file):
            found.append(bad("unit", f"systemd-analyze verify: {said}", f"Mend {file}."))
    return found


def installed_units() -> list[Path]:
    """Give the units that systemd runs."""
    places = ([at / name for at in FOLDERS if (at / name).is_file()] for name in NAMES)
    return [files[0] for files in places if files]


async def _complaint(file: Path) -> str:
    """Say what systemd has against a unit; nothing where it cannot be asked."""
    analyze = shutil.which("systemd-analyze")
    if not analyze or "@" in file.name:  # a template can be judged by its instances only
        return ""
    return await _run(analyze, "verify", "--man=no", str(file))


def _compared(installed: Path, ours: Path) -> Finding:
    if not ours.is_file():
        return unknown("unit", f"whether {installed} is the one that ships: there is no {ours}")
    differences = difflib.ndiff(_settings(ours), _settings(installed))
    changes = [line for line in differences if line.startswith(("+ ", "- "))]
    if not changes:
        return good("unit", f"{installed} is the one that ships")
    shown = "; ".join(changes[:5]) + (" …" if len(changes) > 5 else "")
    advice = (
        f"Copy {ours} there and put what is your own into a drop-in (`systemctl edit watcher`)."
    )
    return warn("unit", f"{installed} differs from the one that ships: {shown}", advice)


def _settings(file: Path) -> list[str]:
    """Give the lines that mean something."""
    text = file.read_text(encoding="utf-8", errors="replace")
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("#", ";"))]


async def _run(*command: str) -> str:
    """Give what a command complains of; empty when it is content."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        said, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    text = " ".join(said.decode(errors="replace").split())
    return "" if process.returncode == 0 and not text else text[:500] or "it failed"
