"""What robots.txt says, by RFC 9309, and for how long it is believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from watcher.fetch.answer import Answer
from watcher.fetch.failure import Failed
from watcher.fetch.robots import LONGEST_DELAY_S, Robots, Rules, product

if TYPE_CHECKING:
    from collections.abc import Mapping

SITE = "https://news.example"
PAGE = URL(f"{SITE}/1")
CLOSED = b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("watcher/0.1 (news monitoring)", "watcher"),
        ("Desk-Bot", "desk-bot"),
        ("desk_bot 3", "desk_bot"),
        ("(nothing)", "*"),
    ],
)
def test_the_product_is_what_stands_first(agent: str, name: str):
    assert product(agent) == name


@pytest.mark.parametrize(
    ("written", "path", "is_open"),
    [
        pytest.param("", "/1", True, id="nothing"),
        pytest.param("User-agent: *\nDisallow:", "/1", True, id="an empty rule"),
        pytest.param("User-agent: *\nDisallow: /", "/1", False, id="all"),
        pytest.param("User-agent: *\nDisallow: /", "/robots.txt", True, id="but not the file"),
        pytest.param("Disallow: /", "/1", True, id="a rule of no group"),
        pytest.param("User-agent: *\nDisallow: /a", "/abc", False, id="a prefix"),
        pytest.param("User-agent: *\nDisallow: /A", "/abc", True, id="paths have case"),
        pytest.param("USER-AGENT: *\nDISALLOW: /a", "/abc", False, id="words have none"),
        pytest.param("User-agent: *\nDisallow: /\nAllow: /a", "/a/1", True, id="the longest"),
        pytest.param("User-agent: *\nAllow: /a\nDisallow: /", "/a/1", True, id="in any order"),
        pytest.param("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True, id="a tie allows"),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False, id="wildcards"),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", True, id="to the end"),
        pytest.param("User-agent: *\nDisallow: /*/b", "/a/b/c", False, id="in the middle"),
        pytest.param("User-agent: *\nDisallow: /?id=", "/?id=7", False, id="queries"),
        pytest.param("User-agent: *\nDisallow: /خبر", "/%D8%AE%D8%A8%D8%B1/1", False, id="Arabic"),
        pytest.param("User-agent: *\nDisallow: /%d8%ae", "/خبر", False, id="percent signs"),
        pytest.param("User-agent: *\nDisallow: /a # why", "/a", False, id="comments"),
        pytest.param(
            "User-agent: *\nDisallow: /\n\nUser-agent: watcher\nDisallow: /a",
            "/1",
            True,
            id="our own group goes before all",
        ),
        pytest.param(
            "User-agent: watcher\nDisallow: /a\nUser-agent: x\nDisallow: /\n"
            "User-agent: Watcher\nDisallow: /b",
            "/b",
            False,
            id="groups of one name are one",
        ),
        pytest.param(
            "User-agent: x\nUser-agent: watcher\nDisallow: /", "/1", False, id="several names"
        ),
        pytest.param("User-agent: watch\nDisallow: /", "/1", True, id="part of our name"),
        pytest.param("User-agent: watcher2\nDisallow: /x", "/x", False, id="a version without /"),
        pytest.param("User-agent: watcher/9\nDisallow: /", "/1", False, id="a version"),
        pytest.param(
            "User-agent: watcher-image\nDisallow: /", "/1", True, id="a longer name than ours"
        ),
        pytest.param(
            "User-agent: x\nSitemap: /s.xml\nUser-agent: watcher\nDisallow: /",
            "/1",
            False,
            id="a sitemap ends no group",
        ),
    ],
)
def test_rules_are_read_by_the_standard(written: str, path: str, is_open: bool):
    assert Rules.of(written.encode(), "watcher").allow(SITE + path) is is_open


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2.5", 2.5), ("86400", LONGEST_DELAY_S), ("soon", 0), ("-1", 0), ("inf", 0), ("nan", 0)],
)
def test_a_delay_is_honored_within_reason(written: str, seconds: float):
    body = f"User-agent: *\nCrawl-delay: {written}\n".encode()
    assert Rules.of(body, "watcher").delay_s == seconds


@given(st.binary(max_size=400), st.sampled_from(["/", "/a?b#c", "/%", "//x"]))
def test_no_bytes_make_it_raise(body: bytes, path: str):
    assert Rules.of(b"User-agent: *\nDisallow: " + body, "watcher").allow(SITE + path) in {
        True,
        False,
    }


def test_wildcards_cost_no_more_than_the_address_is_long():
    rules = Rules.of(b"User-agent: *\nDisallow: /" + b"*a" * 10_000 + b"b$\n", "watcher")
    assert rules.allow(f"{SITE}/{'a' * 20_000}")


class Server:
    """Answers by script and counts."""

    def __init__(self, *answers: int | bytes, headers: Mapping[str, str] | None = None) -> None:
        self.answers = list(answers)
        self.headers = headers or {}
        self.asked = 0
        self.now = 0.0

    async def __call__(self, url: URL) -> Answer:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == 0:
            raise Failed("refused", "no connection")
        body, status = (answer, 200) if isinstance(answer, bytes) else (b"", answer)
        at = datetime(2024, 5, 4, tzinfo=UTC)
        return Answer(url, status, CIMultiDict(self.headers), at, body)

    def robots(self) -> Robots:
        return Robots(self, "watcher/1", lambda: self.now)


async def is_open(robots: Robots) -> bool:
    try:
        await robots.permit(PAGE)
    except Failed:
        return False
    return True


@pytest.mark.parametrize(
    ("promised", "kept_s"),
    [("", 86_400), ("max-age=60", 3_600), ("max-age=7200", 7_200), ("max-age=9999999", 86_400)],
)
async def test_a_file_is_believed_for_a_day_at_most(promised: str, kept_s: float):
    server = Server(b"", CLOSED, headers={"Cache-Control": promised})
    robots = server.robots()
    assert await is_open(robots)
    server.now = kept_s - 1
    assert await is_open(robots)
    server.now = kept_s
    assert not await is_open(robots)
    assert server.asked == 2


@pytest.mark.parametrize("trouble", [0, 500, 503, 429])
async def test_what_cannot_be_read_closes_the_site_for_a_while(trouble: int):
    server = Server(trouble, b"")
    robots = server.robots()
    with pytest.raises(Failed, match=r"https://news\.example/robots\.txt"):
        await robots.permit(PAGE)
    server.now = 299
    assert not await is_open(robots)
    assert server.asked == 1
    server.now = 300
    assert await is_open(robots)


async def test_an_earlier_copy_holds_while_the_file_cannot_be_read():
    server = Server(b"User-agent: *\nDisallow: /2\n", 500, 500, CLOSED)
    robots = server.robots()
    assert await is_open(robots)
    server.now = 100_000
    assert await is_open(robots)
    with pytest.raises(Failed, match="does not let watcher"):
        await robots.permit(URL(f"{SITE}/2"))
    server.now = 200_000
    assert await is_open(robots)
    server.now = 300_000
    assert not await is_open(robots)


async def test_each_scheme_and_port_has_its_own():
    server = Server(CLOSED)
    robots = server.robots()
    for origin in ("https://a.example", "http://a.example", "https://a.example:8443"):
        with pytest.raises(Failed):
            await robots.permit(URL(f"{origin}/1"))
    assert server.asked == 3
