"""Tells systemd how the daemon is, over the socket of sd_notify(3). Says nothing elsewhere.

Every message gives True when it was taken, False outside systemd or when it could not be sent: a
daemon does not stop because nobody listens, and a missing sign of life is systemd's to notice.
"""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def ready(status: str = "", *, environ: Mapping[str, str] = os.environ) -> bool:
    """Say that starting, or reloading, is over."""
    return _send(environ, "READY=1", *_status(status))


def reloading(*, environ: Mapping[str, str] = os.environ) -> bool:
    """Say that the configuration is being read again; `ready` must follow."""
    now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    return _send(environ, "RELOADING=1", f"MONOTONIC_USEC={now_us}")


def stopping(status: str = "", *, environ: Mapping[str, str] = os.environ) -> bool:
    """Say that the end has begun."""
    return _send(environ, "STOPPING=1", *_status(status))


def alive(*, environ: Mapping[str, str] = os.environ) -> bool:
    """Feed the watchdog."""
    return _send(environ, "WATCHDOG=1")


def status(text: str, *, environ: Mapping[str, str] = os.environ) -> bool:
    """Show a line in `systemctl status`."""
    return _send(environ, *_status(text))


def watchdog_interval_s(
    *, environ: Mapping[str, str] = os.environ, pid: int | None = None
) -> float | None:
    """Give the watchdog's patience, or None where none waits for this process.

    systemd ends the service after this long without `alive`; send it at half of that.
    """
    usec, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not (usec.isascii() and usec.isdigit()) or int(usec) == 0:
        return None
    is_meant = whose in {"", str(os.getpid() if pid is None else pid)}
    return int(usec) / 1_000_000 if is_meant else None


def _status(text: str) -> tuple[str, ...]:
    """Give the STATUS line; what stands on a second line would be read as another message."""
    return (f"STATUS={' '.join(text.split())}",) if text else ()


def _send(environ: Mapping[str, str], *lines: str) -> bool:
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    name = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.settimeout(0)  # called from the event loop, which a full queue must not stop
            out.sendto("\n".join(lines).encode(errors="replace"), name)
    except OSError:
        return False
    return True
