"""Fetch one address: conditionally, politely, within limits, and from public addresses only."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

import aiohttp
from aiohttp.http import HttpProcessingError

from watcher.clock import Clock, utc_now
from watcher.fetch import address
from watcher.fetch.answer import Answer
from watcher.fetch.coding import ACCEPT_ENCODING, BadCoding, Body, TooLarge, Truncated
from watcher.fetch.failure import Failed, of_error, of_status
from watcher.fetch.guard import networks, refusal
from watcher.fetch.names import Lookup, Names, system_lookup
from watcher.fetch.politeness import AskedForQuiet, Politeness
from watcher.fetch.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from watcher.fetch.robots import MAX_REDIRECTS as MAX_ROBOTS_REDIRECTS
from watcher.fetch.robots import Robots
from watcher.model import Fetched, FetchFailed, NotModified, Validators

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType
    from yarl import URL

    from watcher.fetch.politeness import Everywhere
    from watcher.fetch.settings import FetchSettings

Outcome: TypeAlias = Fetched | NotModified | FetchFailed
Kind: TypeAlias = Literal["feed", "page"]

_ACCEPT: Final[dict[Kind, str]] = {
    "feed": "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, */*;q=0.5",
}
# No article's page is larger, and what waits to be read is held in memory.
_MAX_BYTES: Final[dict[Kind, int]] = {"feed": 2**40, "page": 3 * 2**20}
_PERMANENT: Final = frozenset({301, 308})
_REDIRECTS: Final = _PERMANENT | {302, 303, 307}
_WITH_BODY: Final = frozenset({200, 203})
_NOTHING_KNOWN: Final = Validators()
# Real sites send Content-Security-Policy lines beyond aiohttp's 8 KB.
_MAX_HEADER_BYTES: Final = 32 * 2**10
_MAX_HEADERS: Final = 200

# socket_factory is told the address only; this is how a refusal finds its way back to its fetch,
# also through the race between IPv6 and IPv4, whose tasks inherit the context.
_refusals: ContextVar[list[str] | None] = ContextVar("_refusals", default=None)


@dataclass(slots=True)
class _Trip:
    """One fetch on its way through redirects."""

    asked: URL
    headers: dict[str, str]
    left_s: float
    max_bytes: int
    max_redirects: int
    obeys_robots: bool = False
    is_cut: bool = False
    """The start of a body that is too large is taken for all of it."""
    url: URL = field(init=False)
    seen: list[URL] = field(init=False)
    moved_to: str = ""
    is_permanent: bool = True

    def __post_init__(self) -> None:
        self.url = self.asked
        self.seen = [self.asked]

    def go_on(self, answer: Answer) -> None:
        """Follow a redirect, or raise Failed with the reason why not."""
        try:
            target = address.follow(self.url, answer.headers.get("Location", ""))
        except ValueError as error:
            raise Failed("redirect", f"{address.shown(self.url)} leads nowhere: {error}") from error
        if target in self.seen:
            way = " -> ".join(address.shown(url) for url in [*self.seen, target])
            raise Failed("redirect", f"the redirects go in a circle: {way}")
        if len(self.seen) > self.max_redirects:
            most = self.max_redirects
            raise Failed("redirect", f"more than {most} redirects (fetch.max_redirects)")
        self.url = target
        self.seen.append(target)
        self.is_permanent = self.is_permanent and answer.status in _PERMANENT
        # An address with a login is never replaced: what is shown of the new one lacks it.
        if self.is_permanent and self.asked.user is None:
            self.moved_to = str(target)


class Fetcher:
    """Owns the connections; use it as an async context manager, one for the whole program."""

    def __init__(
        self,
        settings: FetchSettings,
        clock: Clock = utc_now,
        lookup: Lookup = system_lookup,
        everywhere: Everywhere | None = None,
    ) -> None:
        """Take the limits; ValueError where allow_networks names no network.

        `everywhere` has turns at hosts that other machines take, too.
        """
        self._settings = settings
        self._clock = clock
        self._allowed = networks(settings.allow_networks)
        self._names = Names(lookup)
        self._robots = Robots(self._robots_file, settings.user_agent)
        self._politeness = Politeness(
            settings.connections_per_host,
            settings.pause_s,
            connections_per_address=settings.connections_per_address,
            pause_per_address_s=settings.pause_per_address_s,
            everywhere=everywhere,
        )
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # lanes and turns limit us
                socket_factory=self._open_socket,
                resolver=self._names,
                use_dns_cache=False,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "User-Agent": self._settings.user_agent,
                "Accept-Encoding": ACCEPT_ENCODING,
            },
            auto_decompress=False,
            trust_env=False,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            max_headers=_MAX_HEADERS,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            await self._names.close()
            self._session = None

    async def fetch(
        self,
        url: str,
        validators: Validators = _NOTHING_KNOWN,
        accept: Kind = "feed",
        ignore_robots: str = "",
    ) -> Outcome:
        """Ask for `url`, bringing `validators` along; whatever a server does comes back as a value.

        While a host wants to be left alone (429 or 503 with Retry-After) every fetch from it fails
        at once with why="politeness" and the seconds left, so that nobody waits and its turn comes
        back through the schedule.

        Pages are asked for as robots.txt allows, feeds are not: they are there for programs.
        `ignore_robots` is the reason, in somebody's words, why it does not hold here.
        """
        headers = {"Accept": _ACCEPT[accept]}
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        try:
            trip = _Trip(
                _read(url),
                headers,
                self._settings.total_timeout_s,
                min(self._settings.max_bytes, _MAX_BYTES[accept]),
                self._settings.max_redirects,
                obeys_robots=accept == "page" and not ignore_robots,
            )
            answer = await self._follow(trip)
            return _conclude(url, trip, answer, validators)
        except Failed as failed:
            return failed.outcome(url)

    async def ping(self, url: str, said: str) -> str:
        """Send a heartbeat; give why it was not taken, without its address, or nothing.

        With something `said` it is one of failure, by the usage of Healthchecks: below `/fail`.
        """
        asked = _read(url)
        if said:
            asked = asked / "fail"
        total_s = self._settings.total_timeout_s
        assert self._session is not None, "use `async with Fetcher(...)`"
        refused: list[str] = []
        token = _refusals.set(refused)
        try:
            async with self._session.post(
                asked,
                data=said.encode(),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=total_s),
            ) as response:
                return "" if response.status < 300 else f"HTTP {response.status}"
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            if refused:
                return refused[0]
            return of_error(error, asked.host or "", self._settings).detail
        finally:
            _refusals.reset(token)

    async def _robots_file(self, url: URL) -> Answer:
        """Fetch a robots.txt, or its start where it is too large."""
        headers, total_s = {"Accept": "text/plain, */*;q=0.5"}, self._settings.total_timeout_s
        trip = _Trip(url, headers, total_s, MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS, is_cut=True)
        return await self._follow(trip)

    async def _follow(self, trip: _Trip) -> Answer:
        """Ask, and go on asking where redirects lead."""
        answer = await self._ask(trip)
        while answer.status in _REDIRECTS:
            trip.go_on(answer)
            answer = await self._ask(trip)
        return answer

    async def _ask(self, trip: _Trip) -> Answer:
        """Make one request when it is its turn."""
        host = trip.url.host or ""
        pause_s = await self._robots.permit(trip.url) if trip.obeys_robots else 0.0
        try:
            server = self._names.known(host) or await self._address(host)
            async with self._politeness.turn(host, server, pause_s) as turn:
                started = asyncio.get_running_loop().time()
                answer = await self._request(trip)
                trip.left_s -= asyncio.get_running_loop().time() - started
                turn.quiet_s = answer.quiet_s or 0.0
        except AskedForQuiet as quiet:
            raise Failed("politeness", str(quiet), retry_after_s=quiet.seconds) from quiet
        return answer

    async def _address(self, host: str) -> str:
        """Give the address that stands for the host's server."""
        try:
            async with asyncio.timeout(self._settings.connect_timeout_s):
                return await self._names.first(host)
        except TimeoutError as error:
            limit = f"{self._settings.connect_timeout_s:g} s (fetch.connect_timeout)"
            raise Failed("timeout", f"no address for {host} within {limit}") from error
        except (OSError, UnicodeError) as error:
            raise Failed("dns", f"no address is known for the name {host}") from error

    async def _request(self, trip: _Trip) -> Answer:
        """Send one request and read its answer; Failed for all that can go wrong on the way."""
        refused: list[str] = []
        token = _refusals.set(refused)
        try:
            return await self._exchange(trip)
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            if refused and isinstance(error, aiohttp.ClientConnectorError):
                raise Failed("address", "; ".join(dict.fromkeys(refused))) from error
            raise of_error(error, trip.url.host or "", self._settings) from error
        finally:
            _refusals.reset(token)

    async def _exchange(self, trip: _Trip) -> Answer:
        assert self._session is not None, "use `async with Fetcher(...)`"
        limits = aiohttp.ClientTimeout(
            total=max(trip.left_s, 0.001),
            connect=self._settings.connect_timeout_s,
            sock_read=self._settings.read_timeout_s,
        )
        async with self._session.get(
            trip.url, headers=trip.headers, allow_redirects=False, timeout=limits
        ) as response:
            at = self._clock()
            if response.status not in _WITH_BODY:
                return Answer(trip.url, response.status, response.headers, at)
            body, remarks = await self._read_body(response, trip)
            return Answer(trip.url, response.status, response.headers, at, body, remarks)

    async def _read_body(
        self, response: aiohttp.ClientResponse, trip: _Trip
    ) -> tuple[bytes, tuple[str, ...]]:
        most = trip.max_bytes
        announced = response.content_length
        if announced is not None and announced > most and not trip.is_cut:
            raise Failed("too-large", f"the server announces {_mb(announced)}; {_limit(most)}")
        declared = ", ".join(response.headers.getall("Content-Encoding", []))
        try:
            body = Body(declared, most)  # raises BadCoding
            async for piece in response.content.iter_any():
                body.feed(piece)
            return body.finish(), tuple(body.remarks)
        except TooLarge as error:
            if trip.is_cut:
                return body.so_far, tuple(body.remarks)
            body.drop()  # the error's traceback would keep it
            what = f"the server sent {_mb(most)} decompressed and did not stop; {_limit(most)}"
            raise Failed("too-large", what) from error
        except Truncated as error:
            what = f"the {declared or 'gzip'} body stops in the middle"
            raise Failed("truncated", what) from error
        except BadCoding as error:
            raise Failed("encoding", f"the body cannot be unpacked: {error}") from error

    def _open_socket(self, addr_info: AddrInfoType) -> socket.socket:
        """Make the socket for one connect, if its final address may be connected to."""
        family, kind, proto, _, sockaddr = addr_info
        reason = refusal(str(sockaddr[0]), self._allowed)
        if reason is not None:
            heard = _refusals.get()
            if heard is not None:
                heard.append(reason)
            raise PermissionError(errno.EACCES, reason)
        return socket.socket(family, kind, proto)


def _read(url: str) -> URL:
    try:
        return address.read(url)
    except ValueError as error:
        raise Failed("protocol", str(error)) from error


def _conclude(url: str, trip: _Trip, answer: Answer, before: Validators) -> Outcome:
    """Turn the last answer into the outcome."""
    if answer.status == 304:
        if not (before.etag or before.last_modified):
            raise Failed("protocol", "the server answers 304 though nothing was known", status=304)
        after = answer.validators(before)
        return NotModified(url, "304", after, trip.moved_to, answer.fresh_for_s)
    if answer.status not in _WITH_BODY:
        raise of_status(answer.status, answer.quiet_s)
    after = answer.validators(before)
    if after.body_hash == before.body_hash:
        return NotModified(url, "same bytes", after, trip.moved_to, answer.fresh_for_s)
    return Fetched(
        url=url,
        final_url=address.shown(trip.url),
        body=answer.body,
        content_type=answer.headers.get("Content-Type", ""),
        validators=after,
        moved_to=trip.moved_to,
        fresh_for_s=answer.fresh_for_s,
        remarks=answer.remarks if answer.body else (*answer.remarks, "the body is empty"),
        date=answer.headers.get("Date", "")[:_LONGEST_DATE],
    )


_LONGEST_DATE = 100


def _mb(count: int) -> str:
    return f"{count / 2**20:.3g} MB"


def _limit(most: int) -> str:
    return f"the limit is {_mb(most)} (fetch.max_body)"
