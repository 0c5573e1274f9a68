"""Reaches a server without asking it for anything: its address, TCP, TLS, a greeting."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from watcher.fetch.guard import networks, refusal
from watcher.notify.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from watcher.notify.reach import Door

CONNECT_S: Final = 8.0
OWN_NETWORKS: Final = (
    "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
    "fc00::/7",
)  # fmt: skip
"""Where mail servers of one's own stand. A target is the operator's choice, not a stranger's."""
_MOST_LINES: Final = 100


class Unreachable(Exception):
    """A server cannot be reached; the message says at which step, and why."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A server that was reached."""

    address: str
    steps: tuple[str, ...]
    """What was done: TCP, TLS, EHLO."""
    expires: datetime | None = None
    """When its certificate ends; None without TLS, or where it is not looked at."""


async def addresses_of(host: str, port: int = 0) -> list[str]:
    """Look a name up; OSError where it has no address."""
    found = await in_thread(
        lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    )
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


async def reach(door: Door, allowed: Sequence[object] = ()) -> Reached:
    """Connect, and greet a mail server; raise Unreachable with the step that failed."""
    try:
        async with asyncio.timeout(CONNECT_S):
            return await _reach(door, allowed)
    except TimeoutError:
        raise Unreachable(f"{door.host}:{door.port}: no answer within {CONNECT_S:.0f} s") from None


async def _reach(door: Door, allowed: Sequence[object]) -> Reached:
    try:
        found = await addresses_of(door.host, door.port)
    except OSError as failure:
        raise Unreachable(f"{door.host}: no address is known ({failure.strerror})") from failure
    permitted = networks([*OWN_NETWORKS, *map(str, allowed)])
    # One by one, as a client would: a host whose IPv6 is broken is reached all the same.
    why = ""
    for address in found:
        if why := refusal(address, permitted) or "":
            continue
        try:
            return await _greet(door, address)
        except ssl.SSLCertVerificationError as failure:
            raise Unreachable(
                f"{door.host}: its certificate: {failure.verify_message}"
            ) from failure
        except ssl.SSLError as failure:
            raise Unreachable(f"{door.host}:{door.port}: TLS: {failure.reason}") from failure
        except OSError as failure:
            why = f"{door.host}:{door.port} ({address}): {failure.strerror or failure}"
    raise Unreachable(why)


async def _greet(door: Door, address: str) -> Reached:
    steps = ["TCP"]
    tls = _tls(verify=door.verify)
    at_once = tls if door.security == "ssl" else None
    async with _connected(door, address, at_once) as (reader, writer):
        if at_once:
            steps.append("TLS")
        if door.is_mail:
            await _answer(reader, "220")
            await _say(reader, writer, "EHLO doctor.invalid", "250")
            steps.append("EHLO")
            if door.security == "starttls":
                await _say(reader, writer, "STARTTLS", "220")
                await writer.start_tls(tls, server_hostname=door.host)
                steps.append("TLS")
            writer.write(b"QUIT\r\n")
        session = writer.get_extra_info("ssl_object")
        ends = session.getpeercert().get("notAfter") if session and door.verify else None
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
    return Reached(address, tuple(steps), until)


@contextlib.asynccontextmanager
async def _connected(
    door: Door, address: str, tls: ssl.SSLContext | None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(
        address, door.port, ssl=tls, server_hostname=door.host if tls else None
    )
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(1):
                await writer.wait_closed()


async def _say(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: str, wanted: str
) -> None:
    writer.write(f"{line}\r\n".encode())
    await writer.drain()
    await _answer(reader, wanted)


async def _answer(reader: asyncio.StreamReader, wanted: str) -> None:
    """Read an answer of SMTP, to its last line."""
    for _ in range(_MOST_LINES):
        try:
            line = (await reader.readline()).decode(errors="replace").strip()
        except ValueError:  # longer than any line of SMTP
            line = ""
        if not line.startswith(wanted):
            said = line[:100] or "nothing"
            raise Unreachable(f"the mail server says {said!r} where {wanted} was expected")
        if line[3:4] != "-":
            return
    raise Unreachable("the mail server does not stop talking")


def _tls(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
