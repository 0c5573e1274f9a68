"""The daemon as it is, but for a clock that a test puts forward and back, and less patience.

`python -m tests.fakes.hurried run -c watcher.yaml`; the file $CLOCK holds the seconds by which the
clock on the wall is off.
"""

from __future__ import annotations

import faulthandler
import os
import signal
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from watcher import clock, standstill

OFF = Path(os.environ["CLOCK"])


def wall() -> datetime:
    try:
        off = float(OFF.read_text() or 0)
    except OSError:
        off = 0.0
    return datetime.now(UTC) + timedelta(seconds=off)


clock.utc_now = wall  # before anybody else imports it


def main() -> None:
    faulthandler.register(signal.SIGUSR1)
    from watcher import cli
    from watcher.app import build, faults
    from watcher.fetch import names
    from watcher.record import engine

    vars(build)["SteadyClock"] = partial(clock.SteadyClock, settled_s=1.0)
    engine.BUSY_TIMEOUT_S = 1
    names._KEPT_S = 1.0  # type: ignore[misc]
    standstill.SAID_AGAIN_S = 1.0  # type: ignore[misc]
    standstill.LONGEST_PAUSE_S = 2.0  # type: ignore[misc]
    faults.TELL_AFTER_S = 1.0  # type: ignore[misc]
    faults.BACKLOG_LOOK_S = 0.5  # type: ignore[misc]
    cli.main()


if __name__ == "__main__":
    main()
