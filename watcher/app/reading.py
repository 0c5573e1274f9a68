"""Pages read once: as given, as fetched now, or as kept; and what a source lists."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from watcher.clock import utc_now
from watcher.config import load_config
from watcher.document import suggest
from watcher.errors import Invalid, Problem
from watcher.fetch import Fetcher, FetchSettings
from watcher.model import Fetched, FetchFailed, NotAnArticle
from watcher.pages import read_by_hand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from watcher.model import Article, Polled, Source
    from watcher.preview import Preview
    from watcher.reread import Reread

CHECKS_AT_ONCE = 16


async def read_address(url: str, *, allow: tuple[str, ...] = ()) -> Article | NotAnArticle:
    """Fetch one page and read it, as the daemon would."""
    async with Fetcher(replace(FetchSettings(), allow_networks=allow)) as fetcher:
        # robots.txt speaks to programs that follow links; this page a person asked for.
        page = await fetcher.fetch(url, accept="page", ignore_robots="a person asked for it")
    if isinstance(page, Fetched):
        return read_by_hand(page, now=utc_now())
    why = page.detail if isinstance(page, FetchFailed) else "the server sent no page"
    return NotAnArticle(url, why)


async def preview_address(
    url: str, *, allow: tuple[str, ...] = (), tell: Callable[[str], None]
) -> Preview:
    """Look at what a site offers to be watched; `tell` hears what is being looked at."""
    from watcher.preview import preview

    async with Fetcher(replace(FetchSettings(), allow_networks=allow)) as fetcher:
        return await preview(fetcher, url, utc_now(), tell)


async def check_each_source(
    config_file: Path, ids: Sequence[str], done: Callable[[int], None]
) -> list[tuple[Source, Polled]]:
    """Poll these sources, or all that are enabled, and record nothing; `done` hears of each."""
    from watcher.preview import poll_once

    config = load_config(config_file)
    known = {source.id: source for source in config.sources}
    if unknown := [id_ for id_ in ids if id_ not in known]:
        what = f"there is no source '{unknown[0]}'. {suggest(unknown[0], known)}"
        raise Invalid([Problem(str(config_file), 0, 0, "sources", what)])
    wanted = [known[id_] for id_ in ids] or [one for one in config.sources if one.enabled]
    turns = asyncio.Semaphore(CHECKS_AT_ONCE)
    async with Fetcher(config.fetch) as fetcher:

        async def check(source: Source) -> tuple[Source, Polled]:
            async with turns:
                polled = await poll_once(fetcher, source, utc_now())
            done(len(wanted))
            return source, polled

        return await asyncio.gather(*map(check, wanted))


async def reread_evidence(
    config_file: Path,
    since: datetime | None,
    source: str | None,
    done: Callable[[int], None],
    *,
    applies: bool,
) -> AsyncIterator[tuple[Reread, bool]]:
    """Read kept evidence again; give what comes out otherwise, each with whether it was recorded.

    `done` hears of each piece how many there are.
    """
    from watcher.app.build import open_watcher
    from watcher.reread import apply, reread

    begin = since or datetime(1970, 1, 1, tzinfo=UTC)
    async with open_watcher(load_config(config_file)) as watcher:
        total = await watcher.record.archive.count_evidence(begin, source)
        changed = reread(watcher.pipeline, begin, source, lambda: done(total))
        async for told in changed:
            yield told, applies and await apply(watcher.pipeline, told, utc_now())


def read_bytes(
    body: bytes, *, url: str = "", form: Literal["auto", "html", "text"] = "auto"
) -> Article | NotAnArticle:
    """Read a page, or the text of one as it was scraped; `auto` looks for markup."""
    if form == "auto":
        form = "html" if _MARKUP.search(body[:100_000]) else "text"
    page = Fetched(url=url, final_url=url, body=body)
    return read_by_hand(page, form="page" if form == "html" else "text", now=utc_now())


_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|div|p|article|table|h1|meta)\b", re.IGNORECASE)
