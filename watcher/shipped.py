"""Where the files are that come with the program: rules, sample articles, migrations."""

from __future__ import annotations

import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """Give the folder `name` of the checkout, or of the installation (under `share/watcher`)."""
    if (_CHECKOUT / "pyproject.toml").is_file():
        return _CHECKOUT / name
    return Path(sys.prefix) / "share" / "watcher" / name
