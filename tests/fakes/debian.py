"""A system that was just set up, as debootstrap makes it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_WANTED = "systemd,systemd-sysv,dbus,python3,python3-venv"


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a Debian with nothing but what the guide asks for; takes minutes."""
    if shutil.which("debootstrap") is None:
        pytest.skip("debootstrap is not installed")
    folder = tmp_path_factory.mktemp("debian") / "root"
    where = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    )
    site, suite = where.stdout.splitlines()[0].split()  # as this machine gets its packages
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={_WANTED}", suite, str(folder), site],
        check=True,
        capture_output=True,
    )
    return folder
