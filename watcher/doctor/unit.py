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

NAME: Final = "watcher.service"
FOLDERS: Final = (
    Path("/etc/systemd/system"),
    Path("/usr/local/lib/systemd/system"),
    Path("/usr/lib/systemd/system"),
)
"""In the order in which systemd looks."""


async def unit(given: Given) -> list[Finding]:  # noqa: ARG001 - as every check
    """Compare the installed unit with ours, and have systemd judge it."""
    installed = installed_unit()
    if installed is None:
        return [unknown("unit", f"no {NAME} is installed: it is not run by systemd here")]
    ours = shipped("deploy") / NAME
    found = [_compared(installed, ours)]
    analyze = shutil.which("systemd-analyze")
    if analyze and (said := await _run(analyze, "verify", "--man=no", str(installed))):
        found.append(bad("unit", f"systemd-analyze verify: {said}", f"Mend {installed}."))
    return found


def installed_unit() -> Path | None:
    """Give the unit that systemd runs; None where there is none."""
    return next((at / NAME for at in FOLDERS if (at / NAME).is_file()), None)


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
