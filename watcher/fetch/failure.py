"""Why a fetch gave nothing, as a slug and a sentence that a person can act on. Pure."""

from __future__ import annotations

import os
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import aiohttp

from watcher.model import FetchFailed

if TYPE_CHECKING:
    from watcher.fetch.settings import FetchSettings

_LONGEST: Final = 300


class Failed(Exception):
    """One fetch came to nothing; `outcome` is what the caller of the fetcher is given."""

    def __init__(
        self,
        why: str,
        detail: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.why = why
        self.detail = printable(detail)
        self.status = status
        self.retry_after_s = retry_after_s
        super().__init__(self.detail)

    def outcome(self, url: str) -> FetchFailed:
        """Give the value for `url`, the address that was asked for."""
        return FetchFailed(
            url=url,
            why=self.why,
            detail=self.detail,
            status=self.status,
            retry_after_s=self.retry_after_s,
            is_gone=self.status == HTTPStatus.GONE,
        )


def printable(text: str) -> str:
    """Make what a server said fit for a log line: one line, no controls, no surrogates, short."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else " " for c in clean)[:_LONGEST]


def of_status(status: int, retry_after_s: float | None) -> Failed:
    """Explain an answer that carries no body for us."""
    try:
        named = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        named = str(status)
    wait = f"; it asks to wait {retry_after_s:.0f} s" if retry_after_s is not None else ""
    detail = f"{_reading_of(status)}: {named}{wait}"
    return Failed("status", detail, status=status, retry_after_s=retry_after_s)


def _reading_of(status: int) -> str:
    known = {
        401: "the server wants a login",
        403: "the server refuses us",
        404: "nothing is at this address",
        410: "the address is gone for good",
        429: "the server finds we ask too often",
    }
    if status in known:
        return known[status]
    if status >= 500:
        return "the server is in trouble"
    return "the server answers without a page"


def of_error(error: Exception, host: str, settings: FetchSettings) -> Failed:
    """Explain what aiohttp raised while `host` was asked."""
    if isinstance(error, TimeoutError):
        return _of_timeout(error, host, settings)
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ClientSSLError, ssl.SSLError)):
        return _of_connection(error, host)
    if isinstance(error, aiohttp.ClientPayloadError):
        return Failed("truncated", "the connection ended before the body did")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Failed("protocol", f"{host} closed the connection without an answer")
    if isinstance(error, OSError):
        return Failed("protocol", f"the connection to {host} broke: {_reason(error)}")
    if isinstance(error, aiohttp.InvalidURL):
        return Failed("protocol", f"not an address: {error}")
    said = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    return Failed("protocol", f"{host} does not speak proper HTTP: {said}")


def _of_connection(error: OSError, host: str) -> Failed:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Failed("dns", f"no address is known for the name {host}")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
        said = getattr(cause, "verify_message", "") or str(cause)
        return Failed("tls", f"the certificate of {host} is not trusted: {said}")
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return Failed("tls", f"no TLS with {host}: {_reason(error)}")
    return Failed("refused", f"no connection to {host}: {_reason(error)}")


def _of_timeout(error: TimeoutError, host: str, settings: FetchSettings) -> Failed:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        limit = settings.connect_timeout_s
        return Failed(
            "timeout", f"no connection to {host} within {limit:g} s (fetch.connect_timeout)"
        )
    if isinstance(error, aiohttp.SocketTimeoutError):
        limit = settings.read_timeout_s
        return Failed("timeout", f"{host} was silent for {limit:g} s (fetch.read_timeout)")
    limit = settings.total_timeout_s
    return Failed("timeout", f"{host} was not done within {limit:g} s (fetch.total_timeout)")


def _reason(error: OSError) -> str:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    # asyncio puts "Connect call failed (address)" where the system's words should be.
    if cause.errno is None or isinstance(cause, ssl.SSLError):
        return str(cause)
    return os.strerror(cause.errno)
