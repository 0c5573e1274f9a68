"""What robots.txt asks for is kept, for pages and as RFC 9309 says."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.site import Reply, Site, endless, moved, page, slow_head, too_many
from watcher.fetch import Fetcher, FetchSettings
from watcher.fetch.robots import AGAIN_S, KEPT_S, LONGEST_DELAY_S, Robots
from watcher.fetch.settings import FetchSettings as Settings
from watcher.model import Fetched, FetchFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BODY = b"<html><body><p>text</p></body></html>"


@asynccontextmanager
async def _fetcher(**changes: Any) -> AsyncIterator[Fetcher]:
    settings = {"pause_s": 0, "allow_networks": ("127.0.0.0/8",), **changes}
    async with Fetcher(FetchSettings(**settings)) as fetcher:
        yield fetcher


async def _read(site: Site, path: str, **changes: Any):
    async with _fetcher(**changes) as fetcher:
        return await fetcher.fetch(site.url(path), accept="page", obey_robots=True)


@pytest.fixture
def paper(site: Site) -> Site:
    for path in (
        "/news/1",
        "/private/1",
        "/private/open/1",
        "/a.pdf",
        "/?s=1",
        "/%D8%AE%D8%A8%D8%B1",
    ):
        site.on(path, page(BODY))
    return site


@pytest.mark.parametrize(
    ("robots", "path", "may"),
    [
        pytest.param("User-agent: *\nDisallow: /private/", "/private/1", False, id="disallowed"),
        pytest.param("User-agent: *\nDisallow: /private/", "/news/1", True, id="not named"),
        pytest.param("User-agent: *\nDisallow:", "/news/1", True, id="nothing disallowed"),
        pytest.param(
            "User-agent: *\nDisallow: /private/\nAllow: /private/open/",
            "/private/open/1",
            True,
            id="the longest match wins",
        ),
        pytest.param(
            "User-agent: *\nAllow: /private/\nDisallow: /private/",
            "/private/1",
            True,
            id="a tie allows",
        ),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False, id="wildcards"),
        pytest.param("User-agent: *\nDisallow: /*?s=", "/?s=1", False, id="a query"),
        pytest.param(
            "User-agent: *\nDisallow: /خبر",
            "/%D8%AE%D8%A8%D8%B1",
            False,
            id="Arabic is percent-encoded",
        ),
        pytest.param(
            "User-agent: watcher\nDisallow: /news\n\nUser-agent: *\nAllow: /",
            "/news/1",
            False,
            id="our group",
        ),
        pytest.param(
            "User-agent: *\nDisallow: /\n\nUser-agent: Watcher\nAllow: /",
            "/news/1",
            True,
            id="our group in other letters, and no other",
        ),
        pytest.param(
            "User-agent: a\nUser-agent: watcher\nDisallow: /news",
            "/news/1",
            False,
            id="a group of several",
        ),
        pytest.param(
            "\ufeffUser-agent: *\nDisallow: /", "/news/1", False, id="with a byte order mark"
        ),
        pytest.param("User-agent: *\rDisallow: /news", "/news/1", False, id="lines that end in CR"),
        pytest.param("<html>not found</html>", "/news/1", True, id="a page instead"),
        pytest.param("", "/news/1", True, id="empty"),
    ],
)
async def test_keeps_to_what_it_says(paper: Site, robots: str, path: str, may: bool):
    paper.on("/robots.txt", page(robots, "text/plain"))
    outcome = await _read(paper, path)

    if may:
        assert isinstance(outcome, Fetched)
    else:
        assert isinstance(outcome, FetchFailed)
        assert outcome.why == "robots"
        assert "ignore_robots" in outcome.detail
        assert paper.asked(path) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_who_has_none_allows_everything(paper: Site, status: int):
    paper.on("/robots.txt", Reply(status))

    assert isinstance(await _read(paper, "/news/1"), Fetched)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(Reply(500), "status", id="in trouble"),
        pytest.param(Reply(503), "status", id="overloaded"),
        pytest.param(slow_head(30), "timeout", id="silent"),
        pytest.param(endless(), "too-large", id="endless"),
        pytest.param(moved("/robots.txt"), "redirect", id="in a circle"),
    ],
)
async def test_who_cannot_be_asked_is_left_alone_for_a_while(paper: Site, answer: Any, why: str):
    """It may pass: the failure is that of the network, with when to ask again."""
    paper.on("/robots.txt", answer)
    outcome = await _read(paper, "/news/1", read_timeout_s=0.3, max_bytes=100_000)

    assert isinstance(outcome, FetchFailed)
    assert outcome.why == why
    assert "robots.txt" in outcome.detail
    assert outcome.retry_after_s == AGAIN_S
    assert paper.asked("/news/1") == []


async def test_a_host_that_wants_quiet_is_not_asked_for_its_pages_either(paper: Site):
    paper.on("/robots.txt", too_many("60"), page("", "text/plain"))
    async with _fetcher() as fetcher:
        first = await fetcher.fetch(paper.url("/news/1"), accept="page", obey_robots=True)
        second = await fetcher.fetch(paper.url("/news/1"), accept="page", obey_robots=True)

    assert isinstance(first, FetchFailed)
    assert isinstance(second, FetchFailed)
    assert {first.status, second.status} == {429}
    assert paper.asked("/news/1") == []


async def test_it_is_asked_once_however_many_pages_wait(paper: Site):
    paper.on(
        "/robots.txt", Reply(200, pieces=lambda: (b"User-agent: *\n", 0.2, b"Disallow: /private"))
    )
    async with _fetcher() as fetcher:
        fetches = [
            fetcher.fetch(paper.url(path), accept="page", obey_robots=True)
            for path in ("/news/1", "/private/1", "/a.pdf") * 3
        ]
        outcomes = await asyncio.gather(*fetches)

    assert len(paper.asked("/robots.txt")) == 1
    assert [isinstance(one, Fetched) for one in outcomes] == [True, False, True] * 3


async def test_redirects_are_followed_and_judged(paper: Site):
    """Also where a page redirects to one that must not be read."""
    paper.on("/robots.txt", moved("/rules.txt"))
    paper.on("/rules.txt", page("User-agent: *\nDisallow: /private/", "text/plain"))
    paper.on("/short", moved("/private/1", 302))
    outcome = await _read(paper, "/short")

    assert isinstance(outcome, FetchFailed)
    assert outcome.why == "robots"
    assert paper.asked("/private/1") == []


async def test_feeds_are_published_for_programs(paper: Site):
    paper.on("/robots.txt", page("User-agent: *\nDisallow: /", "text/plain"))
    async with _fetcher() as fetcher:
        assert isinstance(await fetcher.fetch(paper.url("/news/1")), Fetched)
    assert paper.asked("/robots.txt") == []


async def test_a_crawl_delay_keeps_requests_apart(paper: Site):
    paper.on("/robots.txt", page("User-agent: *\nCrawl-delay: 0.3", "text/plain"))
    async with _fetcher() as fetcher:
        for path in ("/news/1", "/a.pdf"):
            await fetcher.fetch(paper.url(path), accept="page", obey_robots=True)
    (first,), (second,) = paper.asked("/news/1"), paper.asked("/a.pdf")

    assert second.at_s - first.at_s >= 0.28


class Asked:
    """A host in the memory: robots.txt as the test says, and how often it was asked for."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.times = 0

    async def __call__(self, url):
        from watcher.clock import utc_now
        from watcher.fetch.answer import Answer

        self.times += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, int):
            return Answer(url, answer, {}, utc_now())
        return Answer(url, 200, {}, utc_now(), answer.encode())


async def test_it_is_known_for_a_day_and_an_old_one_serves_while_the_host_is_down():
    from yarl import URL

    from watcher.fetch.failure import Failed

    now = [0.0]
    host = Asked("User-agent: *\nDisallow: /private\nCrawl-delay: 900", 500, "")
    robots = Robots(host, Settings().user_agent, clock=lambda: now[0])
    site = URL("https://a.example")

    assert await robots.check(site / "news") == LONGEST_DELAY_S
    now[0] = KEPT_S - 1
    with pytest.raises(Failed):
        await robots.check(site / "private")
    assert host.times == 1

    now[0] = KEPT_S + 1
    with pytest.raises(Failed):  # the host is down: what it said last is kept to
        await robots.check(site / "private")
    await robots.check(site / "news")
    assert host.times == 2

    now[0] += AGAIN_S
    assert await robots.check(site / "private") == 0.0
    assert host.times == 3
