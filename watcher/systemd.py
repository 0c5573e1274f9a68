"""Tells systemd how the daemon is, over the socket of sd_notify(3). Says nothing elsewhere."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Systemd:
    """The service manager that started this process, or none.

    Every message gives True when it was taken, False outside systemd or when it could not be sent:
    a daemon does not stop because nobody listens, and a missing watchdog message is systemd's
    business to notice.
    """

    address: str = ""
    watchdog_s: float | None = None
    """systemd kills the service after this long without `watchdog()`; tell it at half of that."""

    def ready(self, status: str = "") -> bool:
        """Say that starting, or reloading, is over."""
        return self._send("READY=1", *_status(status))

    def reloading(self) -> bool:
        """Say that the configuration is being read again; `ready` must follow."""
        now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        return self._send("RELOADING=1", f"MONOTONIC_USEC={now_us}")

    def stopping(self, status: str = "") -> bool:
        """Say that the end has begun."""
        return self._send("STOPPING=1", *_status(status))

    def watchdog(self) -> bool:
        """Say that the daemon is alive."""
        return self._send("WATCHDOG=1")

    def status(self, text: str) -> bool:
        """Show a line in `systemctl status`."""
        return self._send(*_status(text))

    def _send(self, *lines: str) -> bool:
        if not self.address:
            return False
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.settimeout(1)  # called from the event loop, which a full queue must not stop
                out.sendto("\n".join(lines).encode(errors="replace"), name)
        except OSError:
            return False
        return True


def systemd(environ: Mapping[str, str] = os.environ, pid: int | None = None) -> Systemd:
    """Find the service manager by NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        address = ""
    return Systemd(address, _watchdog_s(environ, os.getpid() if pid is None else pid))


def _watchdog_s(environ: Mapping[str, str], pid: int) -> float | None:
    """Read the watchdog's patience, unless it is meant for another process."""
    usec, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not (usec.isascii() and usec.isdigit()) or int(usec) == 0:
        return None
    return int(usec) / 1_000_000 if whose in {"", str(pid)} else None


def _status(text: str) -> tuple[str, ...]:
    """Give the STATUS line; what stands on a second line would be read as another message."""
    return (f"STATUS={' '.join(text.split())}",) if text else ()
