"""What robots.txt lets us read (RFC 9309), one request for each site and day.

Owns protego, which is right about paths. About names of programs it is not (a group for "watch"
would hold for "watcher", one for "watcher/2" would not), so those are settled before it reads.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from protego import Protego

from watcher.fetch.failure import Failed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from yarl import URL

    from watcher.fetch.answer import Answer

MAX_BYTES: Final = 500 * 2**10
"""What is read of one file (RFC 9309 2.5); the rest counts as not written."""
MAX_REDIRECTS: Final = 5
LONGEST_DELAY_S: Final = 30.0
"""A Crawl-delay beyond it is a way of saying no that robots.txt has better words for."""
_FRESHEST_S: Final = 3_600.0
_OLDEST_S: Final = 86_400.0
_ASKED_AGAIN_S: Final = 300.0
"""How long a file that cannot be read is left alone."""
_KEPT_BYTES: Final = 2**20
"""Of all files together: rules take some forty times the room of their text."""
_SMALL: Final = 16 * 2**10
_TOKEN: Final = re.compile(r"[A-Za-z_-]+")
_AGENT_LINE: Final = re.compile(
    r"^([ \t]*user[- ]?agent[ \t]*:[ \t]*)([^\s#]*)", re.IGNORECASE | re.MULTILINE
)


def product(user_agent: str) -> str:
    """Give the name that groups of robots.txt are matched by (RFC 9309 2.2.1)."""
    found = _TOKEN.match(user_agent)
    return found[0].lower() if found else "*"


@dataclass(frozen=True, slots=True)
class Rules:
    """One file as it concerns us; `body` is UTF-8, whatever it is. Pure."""

    size: int
    _read: Protego

    @classmethod
    def of(cls, body: bytes, name: str) -> Rules:
        """Read a file for the program `name`, a product token in small letters."""

        def settle(line: re.Match[str]) -> str:
            token = _TOKEN.match(line[2])
            named = "*" if line[2] == "*" else token[0].lower() if token else ""
            return line[1] + (named if named == "*" else "us" if named == name else "others")

        text = body[:MAX_BYTES].decode("utf-8-sig", "replace").replace("\r", "\n")
        return cls(len(body), Protego.parse(_AGENT_LINE.sub(settle, text)))

    def allow(self, url: str) -> bool:
        """Tell whether we may read `url`."""
        return bool(self._read.can_fetch(url, "us"))

    @property
    def delay_s(self) -> float:
        """Seconds from one request to the next that the site asks for, within reason."""
        return min(self._read.crawl_delay("us") or 0.0, LONGEST_DELAY_S)


_NO_RULES: Final = Rules.of(b"", "*")


@dataclass(slots=True)
class _Site:
    """What is known of one site."""

    rules: Rules | None = None
    failed: Failed | None = None
    until: float = 0.0
    users: int = 0
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """Remembers the files of all sites. `ask` fetches one address, raising Failed."""

    def __init__(
        self,
        ask: Callable[[URL], Awaitable[Answer]],
        user_agent: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._name = product(user_agent)
        self._clock = clock
        self._sites: dict[URL, _Site] = {}

    async def permit(self, url: URL) -> float:
        """Give the pause that the site wants between requests; Failed where `url` is not for us.

        A file that cannot be had (RFC 9309 2.3.1.4) forbids everything until it can, unless an
        earlier copy is at hand; the failure is then the file's own, which may pass.
        """
        rules = await self._rules(url)
        if not rules.allow(str(url)):
            raise Failed(
                "robots",
                f"robots.txt of {url.host} does not let {self._name} read this page. If the site "
                "permits it all the same, note the permission as ignore_robots of the source.",
            )
        return rules.delay_s

    async def _rules(self, url: URL) -> Rules:
        site = self._site(url.origin())
        site.users += 1
        try:
            async with site.asking:
                if self._clock() >= site.until:
                    await self._refresh(site, url.origin() / "robots.txt")
        finally:
            site.users -= 1
        if site.rules is None:
            assert site.failed is not None, "a site that was asked has rules or a failure"
            raise site.failed
        return site.rules

    async def _refresh(self, site: _Site, file: URL) -> None:
        try:
            answer = await self._ask(file)
            site.rules = await self._read(answer)
        except Failed as failed:
            if failed.why == "redirect":  # leads nowhere, so there is none
                site.rules, site.until = _NO_RULES, self._clock() + _FRESHEST_S
                return
            site.failed = _blamed_on(file, failed)
            site.until = self._clock() + min(failed.retry_after_s or _ASKED_AGAIN_S, _ASKED_AGAIN_S)
            return
        promised = answer.fresh_for_s
        kept_s = _OLDEST_S if promised is None else min(max(promised, _FRESHEST_S), _OLDEST_S)
        site.until = self._clock() + kept_s

    async def _read(self, answer: Answer) -> Rules:
        if answer.status >= 500 or answer.status == 429:
            raise Failed("status", f"the server answers {answer.status}", status=answer.status)
        if answer.status not in {200, 203}:
            return _NO_RULES
        if len(answer.body) <= _SMALL:
            return Rules.of(answer.body, self._name)
        return await asyncio.to_thread(Rules.of, answer.body, self._name)

    def _site(self, origin: URL) -> _Site:
        site = self._sites.pop(origin, None) or _Site()
        self._sites[origin] = site  # the one used last stands last
        self._forget()
        return site

    def _forget(self) -> None:
        room = _KEPT_BYTES - sum(_weight(site) for site in self._sites.values())
        for origin, site in list(self._sites.items())[:-1]:
            if room >= 0:
                return
            if not site.users:
                room += _weight(site)
                del self._sites[origin]


def _weight(site: _Site) -> int:
    return max(site.rules.size if site.rules else 0, 1024)


def _blamed_on(file: URL, failed: Failed) -> Failed:
    if failed.why == "address":  # the page would not fare better
        return failed
    return Failed(
        failed.why,
        f"pages are left alone until {file} can be read: {failed.detail}",
        status=failed.status,
        retry_after_s=failed.retry_after_s,
    )
