"""Gives entries to journald by its native protocol: fields by themselves, not lines to be parsed.

See systemd.io/JOURNAL_NATIVE_PROTOCOL. Says nothing where no journald listens.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SOCKET: Final = Path("/run/systemd/journal/socket")
_MOST_OF_NAME: Final = 64
_ODD: Final = re.compile("[^A-Z0-9_]")


def is_there() -> bool:
    """Tell whether journald listens here."""
    return SOCKET.is_socket()


def send(fields: Mapping[str, str]) -> bool:
    """Hand an entry over; False where it was not taken: no journald, too long, too many at once.

    Never blocks: it is called from the event loop.
    """
    body = b"".join(
        _field(_ODD.sub("_", name)[:_MOST_OF_NAME], text) for name, text in fields.items()
    )
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.setblocking(False)  # noqa: FBT003 - the library's own name for it
            out.sendto(body, str(SOCKET))
    except OSError:
        return False
    return True


def _field(name: str, text: str) -> bytes:
    """Write a field; one of several lines is told by its length, so that it can forge no other."""
    value = text.encode(errors="backslashreplace")
    if b"\n" not in value:
        return b"%s=%s\n" % (name.encode(), value)
    return b"%s\n%s%s\n" % (name.encode(), len(value).to_bytes(8, "little"), value)
