"""Gets one entry's article: from its page, or from what its feed says where that has to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from watcher.model import Article, Fetched, FetchFailed, NotAnArticle
from watcher.pages import Read, read_feed_text, read_page, read_whole, stand_in
from watcher.workers import WorkFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from watcher.clock import Clock
    from watcher.fetch import Fetcher
    from watcher.model import Pending, Source
    from watcher.workers import Workers

Found: TypeAlias = Read | NotAnArticle | FetchFailed
Missed: TypeAlias = NotAnArticle | FetchFailed

PASSING: Final = frozenset({408, 425, 429})
"""Client errors that may be over in a while: timeout, too early, too many requests."""
READ_AGAIN: Final = timedelta(seconds=30)
"""How long an entry that could not be read waits at first; doubles with each attempt."""
LONGEST_WAIT: Final = timedelta(hours=1)
OUTAGE: Final = timedelta(hours=24)
"""How long a page that a host or the network withholds is waited for."""


class Obtained(NamedTuple):
    """What came of one entry."""

    found: Found
    missed: Missed | None = None
    """Why the page was not read, where the feed's own text stands for it."""
    page: Fetched | None = None
    """The page as received."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Fetches pages, and has them read by the workers."""

    fetcher: Fetcher
    workers: Workers
    sources: Mapping[str, Source]
    attempts: int
    now: Clock

    async def obtain(
        self, pending: Pending, furniture: frozenset[str], matters: Callable[[Article], object]
    ) -> Obtained:
        """Give the page's article, or the feed's own text where that is whole or all there is.

        `furniture` is what the source is known to repeat. While a page may still be had, the feed's
        text stands for it only where it `matters`.
        """
        if not self._wants_page(pending):
            return Obtained(await self._feed_text(pending, furniture))
        found, page = await self._page(pending, furniture)
        if isinstance(found, Read) or self.is_tried_again(pending, found):
            return Obtained(found, page=page)
        # A headline whose page cannot be read may still be the news somebody waits for.
        instead = await self._feed_text(pending, furniture)
        if not isinstance(instead, Read):
            return Obtained(found, page=page)
        if self._may_pass(pending, found) and not matters(instead.article):
            return Obtained(found, page=page)  # it may say more when it can be read again
        told = instead._replace(article=stand_in(instead.article, found))
        return Obtained(told, found, page)

    def is_tried_again(self, pending: Pending, missed: Missed) -> bool:
        """Tell whether the page is asked for again before the feed's own text is looked at."""
        if isinstance(missed, NotAnArticle) or is_final(missed):
            return False
        return pending.attempts + 1 < self.attempts

    def wait(self, pending: Pending, failed: FetchFailed) -> timedelta | None:
        """Say after how long an entry is tried again; None for never."""
        if not (self._may_pass(pending, failed) or self.is_tried_again(pending, failed)):
            return None
        grown = min(READ_AGAIN * (1 << min(pending.attempts, 16)), LONGEST_WAIT)
        return max(grown, timedelta(seconds=failed.retry_after_s or 0))

    def _may_pass(self, pending: Pending, missed: Missed) -> bool:
        """Tell an outage, which is waited out for a day, from an answer that will stay the same."""
        if isinstance(missed, NotAnArticle) or is_final(missed) or missed.why == "work":
            return False
        return self.now() - (pending.seen or self.now()) < OUTAGE

    def _wants_page(self, pending: Pending) -> bool:
        source = self.sources.get(pending.source)
        pages = source.pages if source else "auto"
        return pages == "always" or (pages == "auto" and not pending.entry.is_whole)

    async def _page(
        self, pending: Pending, furniture: frozenset[str]
    ) -> tuple[Found, Fetched | None]:
        entry, source = pending.entry, self.sources.get(pending.source)
        permission = source.ignore_robots if source else ""
        page = await self.fetcher.fetch(
            entry.link or entry.url, accept="page", ignore_robots=permission
        )
        if not isinstance(page, Fetched):
            failed = page if isinstance(page, FetchFailed) else None
            return failed or NotAnArticle(entry.url, "no page"), None
        try:
            async with self.workers.room(len(page.body)):
                found = await self._whole(
                    partial(read_page, page, entry=entry, furniture=furniture, now=self.now()),
                    pending,
                )
        except WorkFailed as failure:
            found = FetchFailed(entry.url, "work", f"the page could not be read: {failure}")
        return found, page

    async def _feed_text(self, pending: Pending, furniture: frozenset[str]) -> Found:
        entry = pending.entry
        try:
            return await self._whole(
                partial(read_feed_text, entry, furniture=furniture, now=self.now()), pending
            )
        except WorkFailed as failure:
            return FetchFailed(entry.url, "work", f"the feed's text could not be read: {failure}")

    async def _whole(self, read: Callable[[], Article | NotAnArticle], pending: Pending) -> Found:
        return await self.workers.run(
            read_whole, read, source=pending.source, url=pending.entry.url
        )


def is_final(failed: FetchFailed) -> bool:
    """Tell what will be the same next time, a client error or robots.txt, from what may pass."""
    is_refusal = 400 <= (failed.status or 0) < 500 and failed.status not in PASSING
    return is_refusal or failed.why == "robots"
