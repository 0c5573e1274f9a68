"""The real daemon in a process of its own, started from files as an operator would."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).resolve().parents[2]
NOTHING: Final[dict[str, str]] = {}

CONFIG = """\
database: {database}
rules: rules
sources: sources.yaml
fetch:
  allow_networks: [127.0.0.0/8]
  pause: 0.01s
polling: {{min_interval: 0.3s, max_interval: 0.5s}}
targets:
{targets}
"""


def until(holds: Callable[[], object], seconds: float = 30.0, *, of: Daemon | None = None) -> None:
    """Look until `holds()` is true; fail after `seconds`, with the log of the daemon."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {holds}\n{of and of.log}"
        time.sleep(0.05)


class Daemon:
    """`watcher run` on a folder; use as a context manager, which kills what is left of it."""

    def __init__(
        self,
        folder: Path,
        *,
        targets: dict[str, str],
        sources: dict[str, str],
        database: str = "sqlite:///watcher.db",
        command: tuple[str, ...] = (sys.executable, "-m", "watcher"),
        environ: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.command = command
        self._environ = environ or {}
        self.rules = folder / "rules"
        self.rules.mkdir(exist_ok=True)
        listed = "".join(f"  - {{name: {name}, url: '{url}'}}\n" for name, url in targets.items())
        self.config = folder / "watcher.yaml"
        self.config.write_text(CONFIG.format(database=database, targets=listed))
        lines = "".join(
            f"  - {{id: {name}, name: {name}, url: '{url}'}}\n" for name, url in sources.items()
        )
        (folder / "sources.yaml").write_text(f"sources:\n{lines}")
        self._log = folder / "daemon.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.kill()

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def start(
        self, *, ready: bool = True, planted: str = "", environ: Mapping[str, str] = NOTHING
    ) -> None:
        """Start, and wait until it watches unless `ready` is false.

        `planted` is a mistake of tests/fakes/planted.py that it is to have.
        """
        command: tuple[str, ...] = self.command
        if planted:
            command = (sys.executable, "-m", "tests.fakes.planted", planted)
        before = self.log.count("status=started")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "run", "-c", str(self.config)],
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={
                    **os.environ,
                    "PYTHONUNBUFFERED": "1",
                    "PYTHONPATH": str(ROOT),
                    **self._environ,
                    **environ,
                },
            )
        if ready:
            until(lambda: self.log.count("status=started") > before, of=self)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def add(self, *lines: str) -> None:
        """Add lines to the configuration."""
        self.config.write_text("\n".join((self.config.read_text(), *lines, "")))

    def terminate(self, number: int = signal.SIGTERM) -> float:
        """Ask it to end; give the seconds it took and check that it ended well."""
        assert self._process is not None
        started = time.monotonic()
        self._process.send_signal(number)
        assert self._process.wait(timeout=20) == 0, self.log
        self._process = None
        return time.monotonic() - started

    def ended(self, seconds: float = 60.0) -> int:
        """Wait until it ends by itself; give its status."""
        assert self._process is not None
        status = self._process.wait(timeout=seconds)
        self._process = None
        return status

    def kill(self) -> None:
        """End it as a power cut would: no signal handler, no cleanup, workers too."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same configuration."""
        return subprocess.run(
            [sys.executable, "-m", "watcher", *words, "-c", str(self.config)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
