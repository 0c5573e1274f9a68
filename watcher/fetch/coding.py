"""Content-Encoding undone piece by piece, under a cap. Pure: bytes in, bytes out.

aiohttp could do it, but takes a gzip stream that stops in the middle for a whole one, and gives up
on the common lie of a plain body that is declared as gzip.
"""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING, Any, Final, Protocol

import brotli  # type: ignore[import-untyped]  # it has no stubs

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPT_ENCODING: Final = "gzip, deflate, br, zstd"
_MAX_CODINGS: Final = 3
_MAX_MEMBERS: Final = 1_000
_PLAIN_STARTS: Final = (b"<", b"{", b"[", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


class TooLarge(Exception):
    """The body grows beyond the cap."""


class BadCoding(Exception):
    """The body is not what Content-Encoding says."""


class Truncated(Exception):
    """The compressed body stops before its end."""


class _Decoder(Protocol):
    @property
    def is_complete(self) -> bool: ...

    def feed(self, data: bytes, limit: int) -> bytes: ...


class _Members:
    """Streams that may follow one another in one body: gzip members, zstd frames (RFC 8878 3.1)."""

    def __init__(self, magic: bytes, make: Callable[[], Any]) -> None:
        self._magic = magic
        self._make = make
        self._stream: Any = make()
        self._members = 1
        self._is_over = False
        self.is_complete = False

    def feed(self, data: bytes, limit: int) -> bytes:
        """Decode `data`; at most `limit` + 1 bytes come out, and then the rest is lost."""
        out = bytearray()
        while data and not self._is_over and len(out) <= limit:
            if self._stream.eof:
                self._next_member(data)
                continue
            out += self._stream.decompress(data, limit + 1 - len(out))
            self.is_complete = self._stream.eof
            data = self._stream.unused_data if self._stream.eof else b""
        return bytes(out)

    def _next_member(self, data: bytes) -> None:
        # Padding and banners after the last member are common, and nobody misses them.
        if not self._magic or data[:1] != self._magic[:1]:
            self._is_over = True
            return
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise BadCoding(f"more than {_MAX_MEMBERS} compressed streams in one body")
        self._stream = self._make()
        self.is_complete = False


class _Deflate:
    """zlib streams (RFC 9110 8.4.1.2), and the headless ones that some servers send instead."""

    def __init__(self) -> None:
        self._stream: _Members | None = None

    @property
    def is_complete(self) -> bool:
        return self._stream is not None and self._stream.is_complete

    def feed(self, data: bytes, limit: int) -> bytes:
        if self._stream is None and data:
            wbits = zlib.MAX_WBITS if data[0] & 0xF == zlib.DEFLATED else -zlib.MAX_WBITS
            self._stream = _Members(b"", lambda: zlib.decompressobj(wbits))
        return self._stream.feed(data, limit) if self._stream else b""


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def is_complete(self) -> bool:
        return bool(self._stream.is_finished())

    def feed(self, data: bytes, limit: int) -> bytes:
        if self._stream.is_finished():
            return b""
        return bytes(self._stream.process(data, output_buffer_limit=limit + 1))


_DECODERS: Final[dict[str, Callable[[], _Decoder]]] = {
    "gzip": lambda: _Members(_GZIP, lambda: zlib.decompressobj(16 + zlib.MAX_WBITS)),
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": lambda: _Members(_ZSTD, zstd.ZstdDecompressor),
}
_ERRORS: Final = (zlib.error, brotli.error, zstd.ZstdError)


class Body:
    """Collects a body: feed it what arrives, then `finish` it.

    `declared` is the Content-Encoding header. What is plain though declared as compressed is taken
    as it is, and what is gzip though declared as nothing is unpacked; `remarks` then says so.
    Raises TooLarge, BadCoding and, at the end only, Truncated.
    """

    def __init__(self, declared: str, max_bytes: int) -> None:
        self.remarks: list[str] = []
        self.wire_bytes = 0
        self._declared = declared
        self._max_bytes = max_bytes
        self._decoders = self._chain(declared)
        self._held = b""
        self._out = bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next piece from the wire."""
        self.wire_bytes += len(data)
        if self.wire_bytes > self._max_bytes:
            raise TooLarge
        if not self._decoders and not self._out:
            self._sniff(data)
        try:
            piece = self._decode(data)
        except _ERRORS as error:
            piece = self._as_plain(data, error)
        if not self._out and not piece and self._decoders:
            self._held += data  # may turn out to be plain
        self._out += piece
        if len(self._out) > self._max_bytes:
            raise TooLarge

    @property
    def so_far(self) -> bytes:
        """What has come, up to the cap."""
        return bytes(self._out[: self._max_bytes])

    def drop(self) -> None:
        """Let go of everything, whoever still holds this body."""
        self._out, self._held, self._decoders = bytearray(), b"", []

    def finish(self) -> bytes:
        """Give the whole body."""
        if self.wire_bytes and not all(decoder.is_complete for decoder in self._decoders):
            raise Truncated
        return bytes(self._out)

    def _chain(self, declared: str) -> list[_Decoder]:
        names = [name.strip().lower().removeprefix("x-") for name in declared.split(",")]
        codings = [name for name in names if name not in {"", "identity", "none"}]
        unknown = [name for name in codings if name not in _DECODERS]
        if len(codings) > _MAX_CODINGS:
            raise BadCoding(f"{len(codings)} encodings on top of each other")
        if unknown:
            self.remarks.append(f"unknown Content-Encoding {declared[:40]!r}; taken as it is")
            return []
        return [_DECODERS[name]() for name in reversed(codings)]

    def _sniff(self, data: bytes) -> None:
        """Find gzip that nothing declares, by its magic number and the only method there is."""
        if data.startswith(_GZIP + b"\x08") and not self._declared:
            self.remarks.append("gzip without Content-Encoding; unpacked")
            self._decoders = [_DECODERS["gzip"]()]

    def _decode(self, data: bytes) -> bytes:
        for decoder in self._decoders:
            data = decoder.feed(data, self._max_bytes)
        return data

    def _as_plain(self, data: bytes, error: Exception) -> bytes:
        whole = self._held + data
        if self._out or not whole.lstrip().startswith(_PLAIN_STARTS):
            raise BadCoding(f"Content-Encoding {self._declared[:40]!r}: {error}") from error
        self.remarks.append(f"declared as {self._declared[:40]!r} but not compressed")
        self._decoders = []
        return whole
