"""The real daemon with one mistake in it: `python -m tests.fakes.planted poll run -c watcher.yaml`.

Patience that is minutes in production is seconds here.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

PATIENCE_S = 3.0


def plant(mistake: str) -> None:
    """Put a mistake into the program."""
    from watcher import workers
    from watcher.app import duty, lanes, life, seeing

    lanes.patience_of_polls = lambda *_: PATIENCE_S
    lanes.patience_of_reads = lambda *_: PATIENCE_S
    lanes.DELIVERY_PATIENCE_S = PATIENCE_S
    setattr(duty.Duty.__new__, "__defaults__", (PATIENCE_S, False))
    setattr(life, "ANSWER_S", 0.5)
    setattr(workers, "_START_GRACE_S", 1.0)
    for name in ("BEHIND_TICK_S", "FILE_TICK_S", "OPEN_TICK_S"):
        setattr(seeing, name, 1.0)
    setattr(seeing, "PAUSES_S", (0.0, 0.2))
    MISTAKES[mistake]()


async def for_ever(*_: object, **__: object) -> Any:
    """Wait for what never comes, as a future does that nobody resolves."""
    await asyncio.Event().wait()


def _poll() -> None:
    from watcher.pipeline import Pipeline

    setattr(Pipeline, "poll", for_ever)


def _read() -> None:
    from watcher.pipeline import Pipeline

    setattr(Pipeline, "read", for_ever)


def _delivery() -> None:
    from watcher.delivery import Delivery

    setattr(Delivery, "due", for_ever)


def _duty() -> None:
    from watcher.app.periodic import Periodic

    setattr(Periodic, "refresh_rules", for_ever)


def _loop() -> None:
    from watcher.app.seeing import Seeing

    really = Seeing.open

    async def hang(seeing: Seeing) -> None:
        await really(seeing)
        asyncio.get_running_loop().call_later(3, time.sleep, 600)

    setattr(Seeing, "open", hang)


def _ticks() -> None:
    from watcher.app.seeing import Seeing

    really = Seeing.open

    async def stop(seeing: Seeing) -> None:
        await really(seeing)
        asyncio.get_running_loop().call_later(3, seeing.life.ticks.stop)

    setattr(Seeing, "open", stop)


def _nothing() -> None:
    pass


MISTAKES = {
    "poll": _poll,
    "read": _read,
    "delivery": _delivery,
    "duty": _duty,
    "loop": _loop,
    "ticks": _ticks,
    "nothing": _nothing,
}

if __name__ == "__main__":
    from watcher.cli import main

    plant(sys.argv.pop(1))
    main()
