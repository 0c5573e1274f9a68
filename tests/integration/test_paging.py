"""Lists that take several requests, from a real server into a real record."""

from __future__ import annotations

import gzip
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.fakes import site as answers
from tests.fakes.channel import channel_page, post
from tests.fakes.daemon import Daemon
from tests.fakes.site import Reply, Request, Site
from watcher.app.build import open_watcher
from watcher.clock import utc_now
from watcher.config import load_config
from watcher.paging import MOST_PAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from watcher.app.watching import Watcher
    from watcher.model import SourceState

XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@asynccontextmanager
async def watching(folder: Path, url: str, kind: str) -> AsyncIterator[Watcher]:
    """Open a daemon with one source, without letting it run."""
    daemon = Daemon(folder, targets={"desk": "json://127.0.0.1:9/"}, sources={})
    (folder / "sources.yaml").write_text(f"sources:\n  - {{id: a, url: '{url}', kind: {kind}}}\n")
    (daemon.rules / "one.yaml").write_text("rules:\n  - {id: trains, match: قطار}\n")
    async with open_watcher(load_config(daemon.config)) as watcher:
        yield watcher


async def poll(watcher: Watcher) -> SourceState:
    await watcher.pipeline.poll(await watcher.record.state("a"))
    return await watcher.record.state("a")


async def listed(watcher: Watcher) -> set[str]:
    """Take up what waits to be read; give the ends of the addresses."""
    found = []
    while some := await watcher.record.pending(utc_now(), 500):
        found += some
    return {pending.entry.url.rpartition("/")[2] for pending in found}


# --- sitemaps -----------------------------------------------------------------------------------


def urlset(site: Site, *names: str) -> bytes:
    urls = "".join(f"<url><loc>{site.url(f'/news/{name}')}</loc></url>" for name in names)
    return f'<?xml version="1.0"?><urlset {XMLNS}>{urls}</urlset>'.encode()


def index(site: Site, *paths: str) -> bytes:
    maps = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in paths)
    return f'<?xml version="1.0"?><sitemapindex {XMLNS}>{maps}</sitemapindex>'.encode()


async def test_an_index_is_read_with_its_maps_and_asks_only_for_what_is_new(
    tmp_path: Path, site: Site
) -> None:
    """Child maps change though their index does not: each is asked for with its own validators."""
    packed = gzip.compress(urlset(site, "1", "2"))
    site.on("/index.xml", answers.page(index(site, "/a.xml.gz", "/b.xml"), etag='"i"'))
    site.on("/a.xml.gz", answers.page(packed, "application/gzip", etag='"a"'))
    site.on(
        "/b.xml",
        answers.page(urlset(site, "3"), etag='"b1"'),
        answers.page(urlset(site, "3"), etag='"b1"'),
        answers.page(urlset(site, "4", "3"), etag='"b2"'),
    )
    async with watching(tmp_path, site.url("/index.xml"), "sitemap") as watcher:
        await poll(watcher)
        first = await listed(watcher)
        quiet = await poll(watcher)
        nothing = await listed(watcher)
        await poll(watcher)
        third = await listed(watcher)

    assert (first, nothing, third) == ({"1", "2", "3"}, set(), {"4"})
    assert (quiet.failures, quiet.remark) == (0, "")
    assert [r.headers.get("if-none-match") for r in site.asked("/index.xml")] == [
        None,
        '"i"',
        '"i"',
    ]
    assert [r.headers.get("if-none-match") for r in site.asked("/a.xml.gz")] == [None, '"a"', '"a"']


async def test_a_map_that_fails_costs_only_itself_and_is_tried_again(
    tmp_path: Path, site: Site
) -> None:
    site.on("/index.xml", answers.page(index(site, "/a.xml", "/b.xml"), etag='"i"'))
    site.on("/a.xml", answers.page(urlset(site, "1"), etag='"a"'))
    site.on("/b.xml", Reply(500), answers.page(urlset(site, "2")))
    async with watching(tmp_path, site.url("/index.xml"), "sitemap") as watcher:
        state = await poll(watcher)
        first = await listed(watcher)
        await poll(watcher)
        second = await listed(watcher)

    assert (first, second) == ({"1"}, {"2"})
    assert state.failures == 0
    assert "/b.xml is missing and tried again" in state.remark


async def test_an_index_without_any_map_has_failed(tmp_path: Path, site: Site) -> None:
    site.on("/index.xml", answers.page(index(site, "/a.xml", "/b.xml")))
    async with watching(tmp_path, site.url("/index.xml"), "sitemap") as watcher:
        state = await poll(watcher)
        site.on("/a.xml", answers.page(urlset(site, "1")))
        await poll(watcher)
        found = await listed(watcher)

    assert (state.failures, state.seen_before) == (1, False)
    assert found == {"1"}


async def test_indexes_that_name_each_other_end(tmp_path: Path, site: Site) -> None:
    site.on("/a.xml", answers.page(index(site, "/b.xml", "/a.xml")))
    site.on("/b.xml", answers.page(index(site, "/a.xml", "/c.xml")))
    site.on("/c.xml", answers.page(index(site, "/a.xml", "/b.xml")))
    async with watching(tmp_path, site.url("/a.xml"), "sitemap") as watcher:
        await poll(watcher)

    assert len(site.requests) <= MOST_PAGES + 1


# --- Telegram -----------------------------------------------------------------------------------

PER_PAGE = 5


class Channel:
    """A channel of `count` posts, five to a page; pages before the numbers in `broken` fail."""

    def __init__(self, site: Site, count: int) -> None:
        self.count = count
        self.broken: set[int] = set()
        site.on("/s/nahr_news", self._answer(None))
        for number in range(1, 200):
            site.on(f"/s/nahr_news?before={number}", self._answer(number))

    def _answer(self, before: int | None):
        def answer(_: Request) -> Reply:
            if before in self.broken:
                return Reply(503)
            last = (before - 1) if before else self.count
            numbers = range(max(1, last - PER_PAGE + 1), last + 1)
            at = f"{utc_now():%Y-%m-%dT%H:%M:%S+00:00}"
            posts = (post(n, f"خبر رقم {n} من القناة", at=at) for n in numbers)
            older = numbers.start if numbers.start > 1 else 0
            return Reply(200, channel_page(*posts, older=older).encode())

        return answer


def numbers(first: int, last: int) -> set[str]:
    return {str(n) for n in range(first, last + 1)}


async def test_a_channel_is_read_back_to_the_last_known_post(tmp_path: Path, site: Site) -> None:
    channel = Channel(site, 50)
    async with watching(tmp_path, site.url("/s/nahr_news"), "telegram") as watcher:
        await poll(watcher)
        first = await listed(watcher)
        asked_first = len(site.requests)
        channel.count = 63
        state = await poll(watcher)
        second = await listed(watcher)

    assert (first, asked_first) == (numbers(46, 50), 1)
    assert second == numbers(51, 63)
    assert (state.more, state.failures) == ({}, 0)


async def test_older_posts_that_cannot_be_fetched_are_not_forgotten(
    tmp_path: Path, site: Site
) -> None:
    channel = Channel(site, 50)
    async with watching(tmp_path, site.url("/s/nahr_news"), "telegram") as watcher:
        await poll(watcher)
        await listed(watcher)
        channel.count, channel.broken = 63, {59}
        broken = await poll(watcher)
        before = await listed(watcher)
        channel.count, channel.broken = 65, set()
        mended = await poll(watcher)
        after = await listed(watcher)

    assert before == numbers(59, 63)
    assert "missing and tried again" in broken.remark
    assert (broken.failures, list(broken.more)) == (0, [site.url("/s/nahr_news?before=59")])
    assert after == numbers(51, 58) | {"64", "65"}
    assert mended.more == {}


async def test_a_long_absence_is_made_up_for_over_several_polls(tmp_path: Path, site: Site) -> None:
    channel = Channel(site, 50)
    async with watching(tmp_path, site.url("/s/nahr_news"), "telegram") as watcher:
        await poll(watcher)
        await listed(watcher)
        channel.count = 150
        half = await poll(watcher)
        found = await listed(watcher)
        whole = await poll(watcher)
        found |= await listed(watcher)

    assert (len(half.more), whole.more) == (1, {})
    assert found == numbers(51, 150)


async def test_a_post_is_read_matched_and_recorded_without_its_page(
    tmp_path: Path, site: Site
) -> None:
    at = f"{utc_now():%Y-%m-%dT%H:%M:%S+00:00}"
    page = channel_page(post(7, "عاجل: القطار يصل إلى البصرة<br/>بعد رحلة استمرت ساعات.", at=at))
    site.on("/s/nahr_news", Reply(200, page.encode()))
    async with watching(tmp_path, site.url("/s/nahr_news"), "telegram") as watcher:
        await poll(watcher)
        for pending in await watcher.record.pending(utc_now(), 10):
            await watcher.pipeline.read(pending)
        status = await watcher.record.status(utc_now())

    assert (status.articles, status.matched, len(status.alerts)) == (1, 1, 1)
    assert status.alerts[0].url == "https://t.me/nahr_news/7"
    assert [request.path for request in site.requests] == ["/s/nahr_news"]


async def test_a_listing_is_polled_as_the_page_it_is(tmp_path: Path, site: Site) -> None:
    links = "".join(
        f'<li><a href="/iraq/{n}">افتتاح الجسر رقم {n} في بغداد اليوم</a></li>'
        for n in range(48210, 48214)
    )
    site.on("/iraq/", answers.page(f"<html><ul>{links}</ul></html>", etag='"1"'))
    async with watching(tmp_path, site.url("/iraq/"), "listing") as watcher:
        await poll(watcher)
        first = await listed(watcher)
        state = await poll(watcher)

    assert first == {"48210", "48211", "48212", "48213"}
    assert state.failures == 0
    assert site.asked("/iraq/")[0].headers["accept"].startswith("text/html")
