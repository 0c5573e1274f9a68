"""Short runs of the daemon that can be killed at any point, each in a process of its own.

One process imports the program once and forks for each run, so that a run costs a fraction of a
second. What is forked is the real thing (`open_watcher`, `once`) but for three parts: pages are
read in a thread instead of a worker, rate limits cost no time, and the clock is put ahead so that
what was postponed is due.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from datetime import datetime

ROOT = Path(__file__).resolve().parents[2]


class Launcher:
    """The process that forks; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.launcher"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "CACHE_DIRECTORY": str(self._folder), "PYTHONPATH": str(ROOT)},
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def run(self, config: Path, *, die_at: str = "", later_s: float = 0.0) -> Run:
        """Make one pass, and say how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {"config": str(config), "die_at": die_at, "later_s": later_s}
        print(json.dumps(job), file=self._process.stdin, flush=True)
        said = json.loads(self._process.stdout.readline())
        return Run(said["code"], Counter(said["points"]))


class Run:
    """How one pass ended, and how often it reached each point (nothing where it was killed)."""

    def __init__(self, code: int, points: Counter[str]) -> None:
        self.is_killed = code == -9
        self.points = points
        assert code in {0, -9}, f"the run ended with {code}"


def _serve() -> None:
    points = _counting()
    _warm_up()
    for line in sys.stdin:
        job = json.loads(line)
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(told)
            _child(job, tell, points)
        os.close(tell)
        _, status = os.waitpid(child, 0)
        with os.fdopen(told, "rb") as pipe:
            counts = json.loads(pipe.read() or b"{}")
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "points": counts}), flush=True)


def _warm_up() -> None:
    """Do once what every run would: import, and build the lexicon of Arabic words."""
    import gc
    import tempfile

    import watcher.app.build
    import watcher.notify.desk  # noqa: F401
    from watcher.config import Cache, default_folder
    from watcher.match import match
    from watcher.model import Article
    from watcher.pages import warm_up
    from watcher.rulebook import Rulebook

    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "one.yaml").write_text("rules:\n  - {id: a, title: أ, match: قطار}\n")
        book = Rulebook.open(Path(folder), [], Cache(default_folder() / "rules"))
    match(
        book.current.rules, Article("https://a.example/1", "وصول القطار", "وصل القطار صباحا."), "أ"
    )
    gc.freeze()  # or each collection in a child would copy it all


def _counting() -> Counter[str]:
    """Count how often points are reached; before anything imports the function."""
    from watcher import points

    counted: Counter[str] = Counter()
    really = points.reached

    def reached(point: str) -> None:
        counted[point] += 1
        really(point)

    points.reached = reached
    return counted


def _child(job: dict[str, Any], tell: int, counted: Counter[str]) -> None:
    os.setsid()
    code = 1
    try:
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - as long as the process
        log = Path(job["config"]).with_suffix(".log").open("a")
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        from watcher import points

        points.die_at(job["die_at"])
        _once(Path(job["config"]), job["later_s"])
        os.write(tell, json.dumps(counted).encode())
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _once(config_file: Path, later_s: float) -> None:
    import asyncio
    from dataclasses import replace
    from datetime import timedelta
    from functools import partial

    from apprise.plugins.custom_json import NotifyJSON

    from watcher import clock, log
    from watcher.app import build, periodic
    from watcher.config import load_config
    from watcher.notify import Notifier

    NotifyJSON.body_maxlen = 200  # so that messages have parts
    later = timedelta(seconds=later_s)

    def now() -> datetime:
        return clock.utc_now() + later

    async def no_wait(_seconds: float) -> None:
        pass

    build.utc_now = now  # type: ignore[attr-defined]
    periodic.utc_now = now  # type: ignore[attr-defined]
    build.Workers = _Workers  # type: ignore[assignment,attr-defined]
    build.Notifier = partial(Notifier, sleep=no_wait)  # type: ignore[assignment,attr-defined]
    config = load_config(config_file)
    log.set_up(config.log)
    spare = {target.name for target in config.targets} & {"spare"}
    targets = tuple(
        replace(one, fallback="spare") if spare and one.name == "gone" else one
        for one in config.targets
    )

    async def once() -> None:
        async with build.open_watcher(replace(config, targets=targets)) as watcher:
            watcher.pipeline.now = now
            await watcher.once()

    asyncio.run(once())


class _Workers:
    """Works in a thread."""

    def __init__(self, *_: object) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def room(self, _size: int) -> Any:
        from contextlib import nullcontext

        return nullcontext()

    async def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        import asyncio

        return await asyncio.to_thread(function, *args, **kwargs)


if __name__ == "__main__":
    _serve()
