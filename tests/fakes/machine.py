"""A machine of its own, with systemd as its first process, that boots in a second and leaves nothing.

Its disk is another tree (this machine's own, or one that debootstrap made) with a layer of memory on
top; systemd-nspawn boots it. It shares the network, so that a site and a mail server on loopback are
there for it, too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

TOOLS = ("systemd-nspawn", "nsenter", "unshare")
_EMPTY = (
    "opt",
    "etc/systemd/system",
    "usr/local/bin",
    "usr/local/lib",
    "var/lib/private",
    "var/lib/systemd",
    "var/lib/postgresql",
    "var/cache",
    "var/log",
)
"""What of the tree below would give away that it is none that was just set up."""
_START = """\
set -e
mount -t tmpfs -o size=3g,mode=0755 tmpfs "$1"
mkdir -p "$1/upper" "$1/work" "$1/root"
for folder in {empty}; do
  mkdir -p "$1/upper/$folder"
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.overlay.opaque", b"y")' "$1/upper/$folder"
done
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
shift 2
exec systemd-nspawn --quiet --boot --register=no --keep-unit --resolv-conf=off --timezone=off \
  --link-journal=no --console=pipe "$@"
"""
_VOLATILE = ("etc/.updated", "run", "tmp", "var/.updated", "var/tmp", "var/log", "var/lib/systemd")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class NoMachine(Exception):
    """Why none comes up here."""


class Machine:
    """Use as a context manager, as root and where `TOOLS` are. `shown` maps folders of this machine to where it sees them."""

    def __init__(self, folder: Path, *, base: Path, shown: Mapping[Path, str]) -> None:
        self._folder = folder
        self._base = base
        self._shown = shown
        self._console = folder.with_suffix(".console")
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._first = ""

    def __enter__(self) -> Self:
        self._folder.mkdir()
        words = [f"--bind-ro={here}:{there}" for here, there in self._shown.items()]
        with self._console.open("wb") as console:
            self._nspawn = subprocess.Popen(
                [
                    "unshare",
                    "--mount",
                    "--propagation=private",
                    "sh",
                    "-c",
                    _START.format(empty=" ".join(_EMPTY)),
                    "sh",
                    str(self._folder),
                    str(self._base),
                    f"--directory={self._folder / 'root'}",
                    f"--machine=watcher-{os.getpid()}",
                    *words,
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        try:
            self._wait_until_booted()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._nspawn is not None
        self._nspawn.terminate()  # nspawn asks systemd to power off
        try:
            self._nspawn.wait(timeout=30)
        except subprocess.TimeoutExpired:
            if self._first:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(self._first), signal.SIGKILL)
            self._nspawn.kill()
            self._nspawn.wait()
        self._folder.rmdir()

    def run(self, *words: str, given: str = "", within_s: float = 300, fails: bool = False) -> str:
        """Run a command as root and give what it said; it must end well unless `fails` is true."""
        done = subprocess.run(
            [
                "nsenter",
                "--target",
                self._first,
                "--all",
                "--root",
                "--wd",
                "env",
                "-i",
                f"PATH={_PATH}",
                "LANG=C.UTF-8",
                "HOME=/root",
                "PIP_CONFIG_FILE=/dev/null",
                *words,
            ],
            input=given,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, f"{words} ended with {done.returncode}:\n{said}"
        return said

    def write(self, path: str, text: str, mode: str = "0644") -> None:
        """Write a file."""
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, given=text)

    def changed(self) -> set[str]:
        """Give every path that differs from the tree below, but for what systemd itself leaves."""
        assert self._nspawn is not None
        found = subprocess.run(
            [
                "nsenter",
                "--target",
                str(self._nspawn.pid),
                "--mount",
                "find",
                str(self._folder / "upper"),
                "-mindepth",
                "1",
                "-printf",
                "%P\n",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return {
            path
            for path in found.stdout.splitlines()
            if not any(path == one or path.startswith(f"{one}/") for one in _VOLATILE)
        }

    def _wait_until_booted(self) -> None:
        assert self._nspawn is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._nspawn.poll() is None:
            children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children")
            with contextlib.suppress(OSError, AssertionError, IndexError):
                self._first = children.read_text().split()[0]
                if self.run("systemctl", "is-system-running", "--wait").strip() == "running":
                    return
            time.sleep(0.1)
        said = self._console.read_text(errors="replace")[-2000:]
        raise NoMachine(f"systemd did not come up in a container:\n{said}")
