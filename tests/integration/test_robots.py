"""robots.txt (RFC 9309) as a real fetcher honors it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.site import Reply, Site, endless, moved, page, too_many
from watcher.fetch import Fetcher, FetchSettings
from watcher.model import Fetched, FetchFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from watcher.fetch.robots import Robots

_SETTINGS = FetchSettings(
    pause_s=0, allow_networks=("127.0.0.0/8",), read_timeout_s=0.5, total_timeout_s=2
)
_NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"


@asynccontextmanager
async def _fetcher(**changes: Any) -> AsyncIterator[Fetcher]:
    async with Fetcher(replace(_SETTINGS, **changes)) as fetcher:
        yield fetcher


async def _page(url: str, **changes: Any) -> object:
    async with _fetcher(**changes) as fetcher:
        return await fetcher.fetch(url, accept="page")


@pytest.fixture
def closed(site: Site) -> Site:
    """A site that lets no program read its page."""
    site.on("/robots.txt", Reply(200, _NOTHING_ALLOWED))
    site.on("/1", page("<p>خبر</p>"))
    return site


async def test_a_page_that_is_not_for_us_is_not_asked_for(closed: Site):
    outcome = await _page(closed.url("/1"))
    assert isinstance(outcome, FetchFailed)
    assert outcome.why == "robots"
    assert "ignore_robots" in outcome.detail
    assert not closed.asked("/1")


async def test_feeds_are_asked_for_all_the_same(closed: Site):
    async with _fetcher() as fetcher:
        assert isinstance(await fetcher.fetch(closed.url("/1")), Fetched)
    assert not closed.asked("/robots.txt")


async def test_a_permission_opens_the_page(closed: Site):
    async with _fetcher() as fetcher:
        outcome = await fetcher.fetch(closed.url("/1"), accept="page", ignore_robots="by mail")
    assert isinstance(outcome, Fetched)


@pytest.mark.parametrize(
    ("agent", "is_open"),
    [
        pytest.param("deskbot/2.1 (+https://desk.example)", False, id="the product is meant"),
        pytest.param("DeskBot", False, id="in any case"),
        pytest.param("watcher/1", True, id="another"),
        pytest.param("desk/1", True, id="one whose name ours begins with"),
    ],
)
async def test_groups_are_matched_by_the_product(site: Site, agent: str, is_open: bool):
    site.on("/robots.txt", Reply(200, b"User-agent: DeskBot/1.0\nDisallow: /\n"))
    site.on("/1", page("<p>خبر</p>"))
    outcome = await _page(site.url("/1"), user_agent=agent)
    assert isinstance(outcome, Fetched) is is_open


async def test_a_redirect_into_what_is_closed_ends_there(site: Site):
    site.on("/robots.txt", Reply(200, b"User-agent: *\nDisallow: /inner/\n"))
    site.on("/1", moved("/inner/1", 302))
    outcome = await _page(site.url("/1"))
    assert isinstance(outcome, FetchFailed)
    assert outcome.why == "robots"
    assert not site.asked("/inner/1")


async def test_one_request_serves_all_pages_that_wait(site: Site):
    def late(_: object) -> Reply:
        site.pause(0.1)
        return Reply(200, b"")

    site.on("/robots.txt", late)
    for number in range(20):
        site.on(f"/{number}", page(f"<p>{number}</p>"))
    async with _fetcher() as fetcher:
        outcomes = await asyncio.gather(
            *(fetcher.fetch(site.url(f"/{n}"), accept="page") for n in range(20))
        )
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert len(site.asked("/robots.txt")) == 1


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        pytest.param([Reply(404)], None, id="none"),
        pytest.param([Reply(403)], None, id="refused"),
        pytest.param([Reply(500)], "status", id="in trouble"),
        pytest.param([too_many("20", 503)], "status", id="asks for quiet"),
        pytest.param([Reply(raw=lambda: (b"nonsense\r\n\r\n",))], "protocol", id="no HTTP"),
        pytest.param([Reply(raw=lambda: (b"", 30.0))], "timeout", id="silence"),
        pytest.param([moved("/robots.txt")], None, id="redirects in a circle"),
        pytest.param([moved("/r1")], "robots", id="five redirects away"),
        pytest.param([Reply(200, b"\x00\xff\xfe garbage")], None, id="garbage"),
        pytest.param([Reply(200, _NOTHING_ALLOWED.replace(b"\n", b"\r"))], "robots", id="old Mac"),
        pytest.param([Reply(200, b"\xef\xbb\xbf" + _NOTHING_ALLOWED)], "robots", id="byte mark"),
        pytest.param([endless(_NOTHING_ALLOWED)], "robots", id="without end"),
        pytest.param(
            [Reply(200, b"#" * 600 * 1024 + b"\n" + _NOTHING_ALLOWED)], None, id="beyond 500 KiB"
        ),
    ],
)
async def test_what_comes_instead_of_rules(site: Site, answers: list[Reply], why: str | None):
    site.on("/robots.txt", *answers)
    for number in range(1, 5):
        site.on(f"/r{number}", moved(f"/r{number + 1}"))
    site.on("/r5", Reply(200, _NOTHING_ALLOWED))
    site.on("/1", page("<p>خبر</p>"))
    outcome = await _page(site.url("/1"))
    if why is None:
        assert isinstance(outcome, Fetched), outcome
    else:
        assert isinstance(outcome, FetchFailed), outcome
        assert outcome.why == why, outcome
        assert not site.asked("/1")


async def test_a_crawl_delay_is_kept_between_pages(site: Site):
    site.on("/robots.txt", Reply(200, b"User-agent: *\nCrawl-delay: 0.2\n"))
    site.on("/1", page("<p>1</p>"))
    async with _fetcher() as fetcher:
        await asyncio.gather(*(fetcher.fetch(site.url("/1"), accept="page") for _ in range(3)))
    times = [request.at_s for request in site.asked("/1")]
    assert times[-1] - times[0] > 0.35


async def test_many_large_files_are_not_all_kept(site: Site):
    rules = b"User-agent: *\n" + b"Disallow: /a/b/c/d\n" * 20_000
    site.on("/robots.txt", Reply(200, rules))
    site.on("/1", page("<p>1</p>"))
    async with _fetcher() as fetcher:
        for number in range(1, 8):
            await fetcher.fetch(site.url("/1", f"127.0.0.{number}"), accept="page")
        await fetcher.fetch(site.url("/1", "127.0.0.7"), accept="page")
        robots: Robots = fetcher._robots
        assert sum(s.rules.size for s in robots._sites.values() if s.rules) <= 2**20 + len(rules)
