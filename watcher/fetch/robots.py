"""What a host's robots.txt lets us read (RFC 9309). Owns protego; asks through what it is given.

Only pages are judged by it: a feed is published for programs to poll.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from protego import Protego
from yarl import URL

from watcher.fetch.failure import Failed, of_status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from watcher.fetch.answer import Answer

KEPT_S: Final = 86_400.0
"""A day, as long as RFC 9309 2.4 allows."""
AGAIN_S: Final = 300.0
"""After how long a robots.txt that could not be reached is asked for again."""
LONGEST_DELAY_S: Final = 30.0
"""No Crawl-delay is obeyed beyond this: a page read tomorrow alerts nobody."""
_MOST_BYTES: Final = 500 * 1024  # RFC 9309 2.5: at least this much is read
_MOST_HOSTS: Final = 2_000
_PLACE: Final = URL("/robots.txt")


@dataclass(slots=True)
class _Policy:
    """What one host said; `rules` is None where nothing could be learned."""

    rules: Protego | None = None
    until: float = 0.0
    trouble: Failed | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """Remembers what hosts allow; asks each of them once, however many pages wait."""

    def __init__(
        self,
        ask: Callable[[URL], Awaitable[Answer]],
        user_agent: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ask` fetches one address through redirects, or raises Failed."""
        self._ask = ask
        self._us = product_token(user_agent)
        self._clock = clock
        self._hosts: OrderedDict[URL, _Policy] = OrderedDict()

    async def check(self, url: URL) -> float:
        """Give the seconds that the host wants between requests; raise Failed where it says no.

        A host whose robots.txt cannot be reached says no for a while (RFC 9309 2.3.1.4), unless an
        older one is known; one that has none (4xx) allows everything (2.3.1.3).
        """
        policy = self._policy(url.origin())
        async with policy.asking:
            if self._clock() >= policy.until:
                await self._renew(url.origin(), policy)
        if policy.rules is None:
            assert policy.trouble is not None
            raise policy.trouble
        if not policy.rules.can_fetch(str(url), self._us):
            raise Failed("robots", _REFUSED.format(host=url.host, path=url.raw_path))
        return min(policy.rules.crawl_delay(self._us) or 0.0, LONGEST_DELAY_S)

    async def _renew(self, origin: URL, policy: _Policy) -> None:
        try:
            answer = await self._ask(origin.join(_PLACE))
            if answer.status >= 500 or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise of_status(answer.status, answer.quiet_s)
        except Failed as failed:
            if failed.why == "politeness":
                raise
            policy.until, policy.trouble = self._clock() + AGAIN_S, _unreachable(failed)
            return
        text = answer.body[:_MOST_BYTES].decode(errors="replace") if answer.status < 300 else ""
        policy.rules, policy.until = Protego.parse(text.lstrip("\ufeff")), self._clock() + KEPT_S

    def _policy(self, origin: URL) -> _Policy:
        policy = self._hosts.setdefault(origin, _Policy())
        self._hosts.move_to_end(origin)
        if len(self._hosts) > _MOST_HOSTS:
            self._hosts.popitem(last=False)
        return policy


_REFUSED: Final = (
    "robots.txt of {host} asks programs not to read {path}. With the publisher's permission, write"
    " it into the sources file: ignore_robots: <who gave it, and when>"
)


def product_token(user_agent: str) -> str:
    """Give the name that robots.txt knows us by: what stands before the version."""
    return user_agent.split("/", maxsplit=1)[0].split(" ", maxsplit=1)[0]


def _unreachable(failed: Failed) -> Failed:
    """Say that the page is not asked for; as the trouble may pass, it keeps its name."""
    detail = f"robots.txt, which must be asked first: {failed.detail}"
    return Failed(
        failed.why, detail, status=failed.status, retry_after_s=failed.retry_after_s or AGAIN_S
    )
