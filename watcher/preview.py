"""What a site offers to be watched: feeds, sitemaps, its pages of links, a Telegram channel.

Polls as the daemon does, and records nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from watcher.model import (
    Fetched,
    FetchFailed,
    NotAnArticle,
    Polled,
    Source,
    SourceState,
    Validators,
)
from watcher.opml import proposed_id
from watcher.pages import read_feed_text, read_page
from watcher.paging import Paging, failure_of
from watcher.parse import absolute_url, canonical_url, channel_address, decode, parse
from watcher.pipeline import ACCEPT, permission_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from watcher.fetch import Fetcher
    from watcher.model import Article, Entry, Parsed, SourceKind

FEED_PLACES: Final = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml")
SITEMAP_PLACES: Final = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml")
MOST_TRIED: Final = 8
"""Feeds that a page names itself; some name one for each section."""
_LINK: Final = re.compile(r"<(?:link|a)\b[^<>]{0,1000}>", re.IGNORECASE)
_HREF: Final = re.compile(r"""\bhref\s*=\s*["']?([^"'\s<>]+)""", re.IGNORECASE)
_FEED_TYPE: Final = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)", re.IGNORECASE)
_FEED_PATH: Final = re.compile(r"(?:^|[/._-])(?:rss|feeds?|atom)(?:[/._?-]|$)", re.IGNORECASE)
_SITEMAP: Final = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_SITEMAP_ROOT: Final = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_NO_NEWS: Final = re.compile(r"comment|/author/|/tag/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to watch a site, with what polling it once gave."""

    kind: SourceKind
    url: str
    parsed: Parsed

    @property
    def rank(self) -> tuple[int, bool, int]:
        """How well it suits: text and dates are worth more than many addresses."""
        entries = self.parsed.entries
        titled = sum(bool(entry.title) for entry in entries)
        dated = sum(entry.published is not None for entry in entries)
        worth = {"telegram": 4, "feed": 3, "sitemap": 2 if dated else 0, "listing": 1}[self.kind]
        return worth, not _NO_NEWS.search(self.url), min(titled, dated)


@dataclass(frozen=True, slots=True)
class Preview:
    """All offers, the best first, the source to write for it, and its first article as read."""

    offers: tuple[Offer, ...]
    source: Source | None = None
    article: Article | NotAnArticle | None = None
    failure: str = ""
    """Why the address itself could not be read; offers may stand all the same."""


async def poll_once(fetcher: Fetcher, source: Source, now: datetime) -> Polled:
    """Poll a source as the daemon would at first contact, and record nothing."""

    async def read(url: str, validators: Validators) -> Polled:
        outcome = await fetcher.fetch(
            url, validators, ACCEPT[source.kind], ignore_robots=permission_of(source)
        )
        if not isinstance(outcome, Fetched):
            return Polled(outcome)
        return Polled(outcome, parse(outcome, now=now, kind=source.kind, links=source.links))

    async def knows(_: Sequence[Entry]) -> bool:
        return False

    state = SourceState(source.id, source.url, now)
    polled, _ = await Paging(state, source.kind, now, read, knows).poll()
    return polled


async def preview(
    fetcher: Fetcher, url: str, now: datetime, tell: Callable[[str], None] = lambda _: None
) -> Preview:
    """Look at what an address and its site offer; `tell` hears what is being looked at."""
    looking = _Looking(fetcher, now, tell)
    failure = await looking.look(url)
    offers = sorted(looking.offers.values(), key=lambda offer: offer.rank, reverse=True)
    if not offers:
        return Preview((), failure=failure or "nothing that lists articles was found there")
    best = offers[0]
    tell(best.parsed.entries[0].link)
    article = await _first_article(fetcher, best.parsed.entries[0], now)
    return Preview(tuple(offers), _source(best, url), article, failure)


# --- where to look ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Looking:
    """One look at a site, and what it has found so far."""

    fetcher: Fetcher
    now: datetime
    tell: Callable[[str], None]
    offers: dict[str, Offer] = field(default_factory=dict)
    """By kind and canonical address."""

    async def look(self, url: str) -> str:
        """Look at the address, what its page names, and the usual places; say what failed."""
        if channel := channel_address(url):
            return await self.try_("telegram", channel)
        self.tell(url)
        page = await self.fetcher.fetch(url, accept="page", ignore_robots="a person asked for it")
        if not isinstance(page, Fetched):
            if isinstance(page, FetchFailed) and page.status is not None:
                await self._usual_places(url)  # home pages are refused more often than feeds
            return page.detail if isinstance(page, FetchFailed) else "the server sent nothing"
        text = decode(page.body, page.content_type).text
        if _SITEMAP_ROOT.search(text[:5000]):
            return await self.try_("sitemap", url)
        if parse(page, now=self.now).is_feed:
            return await self.try_("feed", url)
        for feed in [*dict.fromkeys(_feeds(text, page.final_url))][:MOST_TRIED]:
            await self.try_("feed", feed)
        await self.try_("listing", url)
        await self._usual_places(page.final_url)
        return ""

    async def _usual_places(self, url: str) -> None:
        """Look where sites usually keep their feeds and sitemaps, for what they do not name."""
        for place in FEED_PLACES:
            if not self._has("feed"):
                await self.try_("feed", urljoin(url, place))
        robots = urljoin(url, "/robots.txt")
        self.tell(robots)
        told = await self.fetcher.fetch(robots)
        if isinstance(told, Fetched):
            names = _SITEMAP.findall(decode(told.body[:100_000], told.content_type).text)
            for address in (absolute_url(name, robots) for name in names[:4]):
                await self.try_("sitemap", address)
        for place in SITEMAP_PLACES:
            if not self._has("sitemap"):
                await self.try_("sitemap", urljoin(url, place))

    async def try_(self, kind: SourceKind, url: str) -> str:
        """Poll an address; what lists entries is an offer. Give why it does not."""
        key = f"{kind} {canonical_url(url)}"
        if not url or key in self.offers:
            return ""
        self.tell(url)
        polled = await poll_once(self.fetcher, Source("preview", "", url, kind), self.now)
        if polled.parsed is None or not polled.parsed.entries or failure_of(polled):
            return failure_of(polled) or "it lists nothing"
        self.offers[key] = Offer(kind, url, polled.parsed)
        return ""

    def _has(self, kind: SourceKind) -> bool:
        return any(offer.kind == kind for offer in self.offers.values())


def _feeds(text: str, base: str) -> Iterator[str]:
    """Give the feeds that a page links to: by type first, then by what the address says."""
    links = [found.group() for found in _LINK.finditer(text)]
    typed = [link for link in links if _FEED_TYPE.search(link)]
    yield from _addresses(typed, base)
    for address in _addresses([link for link in links if link not in typed], base):
        parts = urlsplit(address)
        if parts.netloc == urlsplit(base).netloc and _FEED_PATH.search(parts.path):
            yield address


def _addresses(links: Iterable[str], base: str) -> Iterator[str]:
    for link in links:
        if (href := _HREF.search(link)) and (address := absolute_url(href[1], base)):
            yield address.replace("&amp;", "&")


# --- what is shown of the best ----------------------------------------------------------------


async def _first_article(fetcher: Fetcher, entry: Entry, now: datetime) -> Article | NotAnArticle:
    if entry.is_whole:
        return read_feed_text(entry, now=now)
    page = await fetcher.fetch(entry.link or entry.url, accept="page")
    if isinstance(page, Fetched):
        return read_page(page, entry=entry, now=now)
    why = page.detail if isinstance(page, FetchFailed) else "the server sent no page"
    return NotAnArticle(entry.url, why, entry.title)


def _source(best: Offer, url: str) -> Source:
    title = " ".join(best.parsed.title.split())[:100]
    language = best.parsed.language.lower().partition("-")[0]
    id_ = proposed_id("", best.url)
    has_code = language.isascii() and language.isalpha() and len(language) in {2, 3}
    site = "" if best.kind == "telegram" else absolute_url("/", url)
    return Source(
        id=id_,
        name=title or id_,
        url=best.url,
        kind=best.kind,
        site=site,
        language=language if has_code else "ar",
    )
