"""Files and folders: what this user may read and write, and what others must not."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from watcher.config import database_file, default_folder
from watcher.doctor.finding import bad, good, warn
from watcher.doctor.unit import installed_units

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.doctor.finding import Finding, Given


async def folders(given: Given) -> list[Finding]:
    """Look at every place that the daemon reads or writes."""
    config = given.config
    read = [config.file, config.sources_file, config.rules]
    if config.templates:
        read.append(config.templates)
    file, written = database_file(config.database.reveal()), [default_folder()]
    if file:
        written.append(file.parent)
    if config.metrics.file:
        written.append(config.metrics.file.parent)
    found = [*filter(None, map(_readable, read)), *filter(None, map(_writable, written))]
    who = f"user {os.geteuid()}"
    return found or [good("folders", f"{who} reads {len(read)} places and writes {len(written)}")]


def _readable(path: Path) -> Finding | None:
    try:
        mode = path.stat().st_mode
    except OSError as failure:
        return bad("folders", f"{path}: {failure.strerror}", "Make it, or correct the setting.")
    wanted = os.R_OK | (os.X_OK if stat.S_ISDIR(mode) else 0)
    if not os.access(path, wanted):
        advice = "Give the daemon's user the right: chmod -R u=rwX,go=rX."
        return bad("folders", f"user {os.geteuid()} may not read {path}", advice)
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        what = f"every user of this machine may write {path}"
        return bad("folders", what, f"chmod o-w {path}")
    if os.geteuid() == 0 and installed_units() and not mode & stat.S_IROTH:
        what = f"root may read {path}, but hardly the service's own user"
        return warn("folders", what, f"chmod -R u=rwX,go=rX {path}; keep secrets in credentials.")
    return None


def _writable(path: Path) -> Finding | None:
    if not path.exists():
        parent = path.parent
        if parent.exists() and os.access(parent, os.W_OK | os.X_OK):
            return None  # made when it is needed
        return warn("folders", f"there is no folder {path}", "The service's unit makes its own.")
    if not os.access(path, os.W_OK | os.X_OK):
        what = f"user {os.geteuid()} may not write {path}"
        return bad("folders", what, "Give it to the daemon's user: chown, or StateDirectory=.")
    return None
