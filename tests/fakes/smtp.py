"""A real mail server on loopback that answers by script and keeps what it took."""

from __future__ import annotations

import asyncio
import email
import email.policy
import smtplib
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from email.message import EmailMessage
    from types import TracebackType

HANG_UP = "hang up"
HANG = "hang"


class MailServer:
    """Use as a context manager.

    `rcpt[address]` and `data` hold the replies to come, one a conversation, `HANG_UP` for closing
    the connection; when they run out everything is taken. `fault` is what is wrong with all of it:
    `HANG`, `HANG_UP`, or a reply to every recipient. `stop` and `start` take the server away.
    """

    def __init__(self, *, password: str = "", tls: ssl.SSLContext | None = None) -> None:
        self.taken: list[EmailMessage] = []
        self.envelopes: list[list[str]] = []
        self.rcpt: dict[str, list[str]] = {}
        self.data: list[str] = []
        self.fault = ""
        self.on_taken: Callable[[EmailMessage], None] = lambda _mail: None
        self.password = password
        self.tls = tls
        self.port = free_port()
        self._controller: Controller | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Listen."""
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ident="scripted mail server",
            auth_require_tls=False,
            tls_context=self.tls,
            authenticator=self._authenticate if self.password else None,
        )
        self._controller.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def settle(self) -> None:
        """Wait until what was sent here so far is read: the server reads in one thread, in order."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as last:
            for _ in range(3):
                last.noop()

    def url(self, to: str = "desk@example.org", *, login: str = "") -> str:
        """Give an address that delivers here."""
        return (
            f"mailto://{login}127.0.0.1:{self.port}?from=watcher@example.org&to={to}&mode=insecure"
        )

    def _authenticate(self, server: Any, session: Any, envelope: Any, how: str, auth: Any) -> Any:
        given = auth.password.decode()
        refusal = f"535 5.7.8 no such password: {given}"
        return AuthResult(success=given == self.password, handled=False, message=refusal)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        if self.fault == HANG:
            await asyncio.sleep(3600)
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.fault[:1].isdigit():
            return self.fault
        replies = self.rcpt.get(address)
        if replies:
            return replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self.data.pop(0) if self.data else "250 OK"
        if self.fault == HANG_UP:
            reply = HANG_UP
        if reply == HANG_UP:
            server.transport.close()
        elif reply.startswith("250"):
            parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.taken.append(parsed)
            self.on_taken(parsed)
            self.envelopes.append(list(envelope.rcpt_tos))
        return reply


def free_port() -> int:
    """Find a port nobody uses: aiosmtpd cannot find one itself."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
