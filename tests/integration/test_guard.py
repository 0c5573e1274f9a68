"""No way of writing a private address gets through a real fetcher, and no name is asked for twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from tests.fakes.site import Reply, Site, page
from watcher.fetch import Fetcher, FetchSettings
from watcher.fetch.names import system_lookup
from watcher.model import Fetched, FetchFailed

_SETTINGS = FetchSettings(pause_s=0, connect_timeout_s=2)
_PUBLIC = "203.0.114.7"  # no test may reach it: see conftest

HOSTS = (
    # IPv4 as it is written
    "127.0.0.1",
    "127.127.127.127",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    # short, decimal, octal, hexadecimal and mixed
    "127.1",
    "127.0.1",
    "0",
    "10.1",
    "192.168.257",
    "2130706433",
    "2852039166",
    "3232235777",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "0251.0376.0251.0376",
    "0300.0250.0.1",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "0x7F.0x0.0x0.0x1",
    "0xa9fea9fe",
    "0xA9.0xFE.0xA9.0xFE",
    "0xa.0.1",
    "169.0xfe.0251.254",
    "127.0.0.1.",
    "00000127.0.0.1",
    "4294967295",
    "4294967296",
    "127.0.0.0x1",
    # IPv6
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fe80::1%251]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    # digits, dots and letters of other scripts
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "١٢٧.٠.٠.١",
    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "ｌｏｃａｌｈｏｓｔ",
    "[::①]",
    # percent signs
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "%6c%6f%63%61%6c%68%6f%73%74",
    # a login in front
    "news.example@127.0.0.1",
    "news.example:80@127.0.0.1",
    "news.example%40127.0.0.1",
    "a@b@127.0.0.1",
    "127.0.0.1#@news.example",
    "127.0.0.1\\@news.example",
    # names
    "localhost",
    "LOCALHOST",
    "localhost.",
    "inner.example",
    "v6.example",
    "mapped.example",
    "metadata.example",
    "xn--mgba3gch31f.example",
    "مثال.example",
    "scoped.example",
)
"""`.example` names are answered by the resolver of the test."""

_ANSWERS = {
    "inner.example": ["10.1.2.3"],
    "v6.example": ["fd00::1"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "xn--mgba3gch31f.example": ["192.168.0.1"],
    "xn--mgbh0fb.example": ["192.168.0.1"],
    "scoped.example": ["fe80::1%1"],
    "news.example": ["127.0.0.1"],
}


class Resolver:
    """Answers by table, and what stands in no table as the machine would; counts."""

    def __init__(self, answers: dict[str, list[str]] | None = None) -> None:
        self.answers = _ANSWERS if answers is None else answers
        self.asked: Counter[str] = Counter()

    async def __call__(self, host: str) -> list[str]:
        self.asked[host] += 1
        if host in self.answers:
            return list(self.answers[host])
        return await system_lookup(host)


async def _refused(url: str, resolver: Resolver, *, allowed: tuple[str, ...] = ()) -> FetchFailed:
    settings = replace(_SETTINGS, allow_networks=allowed)
    async with Fetcher(settings, lookup=resolver) as fetcher:
        outcome = await fetcher.fetch(url)
    assert isinstance(outcome, FetchFailed), (url, outcome)
    return outcome


@pytest.mark.parametrize("host", HOSTS)
async def test_no_notation_leads_inside(site: Site, host: str):
    """Refused by the guard, or already for being no address or no name of anything."""
    resolver = Resolver()
    outcome = await _refused(f"http://{host}:{site.port}/feed", resolver)
    assert outcome.why in {"address", "protocol", "dns"}, outcome
    assert max(resolver.asked.values(), default=0) <= 1
    assert not site.requests


def test_there_are_enough_of_them():
    assert len(set(HOSTS)) >= 60


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_leads_inside(site: Site, status: int):
    """The server that redirects may be asked; nothing that it points to is."""

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = int((await reader.readuntil(b"\r\n\r\n")).split()[1][1:])
        to = f"http://{HOSTS[number]}:{site.port}/inside"
        head = f"HTTP/1.1 {status} Go\r\nLocation: {to}\r\nContent-Length: 0\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode())
        writer.close()

    resolver = Resolver()
    settings = replace(_SETTINGS, allow_networks=("127.0.0.9",))
    server = await asyncio.start_server(redirect, "127.0.0.9", 0)
    start = f"http://127.0.0.9:{server.sockets[0].getsockname()[1]}"
    async with server, Fetcher(settings, lookup=resolver) as fetcher:
        urls = [f"{start}/{number}" for number in range(len(HOSTS))]
        outcomes = [await fetcher.fetch(url) for url in urls]
    whys = Counter(o.why for o in outcomes if isinstance(o, FetchFailed))
    assert whys.total() == len(HOSTS)
    assert set(whys) <= {"address", "protocol", "dns", "redirect"}, whys
    assert whys["address"] > 40
    assert not site.requests
    assert max(resolver.asked.values()) == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(["10.0.0.1", "127.0.0.1"], id="all inside"),
        pytest.param(["127.0.0.1", "::1", "fe80::1"], id="of both families"),
    ],
)
async def test_every_address_of_an_answer_is_judged(site: Site, answer: list[str]):
    resolver = Resolver({"mixed.example": answer})
    outcome = await _refused(f"http://mixed.example:{site.port}/", resolver)
    assert outcome.why == "address"
    assert all(address in outcome.detail for address in answer)
    assert resolver.asked == {"mixed.example": 1}


@pytest.mark.parametrize("inner", ["10.0.0.1", "127.0.0.2"])
async def test_a_public_address_beside_a_private_one_is_all_that_is_used(site: Site, inner: str):
    """An answer with both (one that follows a CNAME inside): the private one is passed over."""
    site.on("/feed", page(b"<rss/>"))
    resolver = Resolver({"mixed.example": [inner, "127.0.0.1"]})
    settings = replace(_SETTINGS, allow_networks=("127.0.0.1",))
    async with Fetcher(settings, lookup=resolver) as fetcher:
        outcome = await fetcher.fetch(f"http://mixed.example:{site.port}/feed")
    assert isinstance(outcome, Fetched)
    assert resolver.asked == {"mixed.example": 1}


async def test_a_name_that_changes_its_mind_gains_nothing(site: Site):
    """Rebinding: public when looked at, private a moment later. There is no second look."""
    turns = iter([["127.0.0.1"], ["127.0.0.2"], ["10.0.0.1"]])
    asked = 0

    async def lookup(_: str) -> list[str]:
        nonlocal asked
        asked += 1
        return next(turns)

    site.on("/feed", Reply(200, b"<rss/>", (("Connection", "close"),)))
    settings = replace(_SETTINGS, allow_networks=("127.0.0.1",))
    async with Fetcher(settings, lookup=lookup) as fetcher:
        for _ in range(5):
            assert isinstance(await fetcher.fetch(site.url("/feed", "turn.example")), Fetched)
    assert asked == 1


async def test_a_name_that_turned_private_is_refused(site: Site):
    """Each new answer is judged again where the connection is made."""
    answers = {"turn.example": ["127.0.0.1"]}
    resolver = Resolver(answers)
    site.on("/feed", Reply(200, b"<rss/>", (("Connection", "close"),)))
    settings = replace(_SETTINGS, allow_networks=("127.0.0.1",))
    async with Fetcher(settings, lookup=resolver) as fetcher:
        assert isinstance(await fetcher.fetch(site.url("/feed", "turn.example")), Fetched)
        answers["turn.example"] = ["127.0.0.2"]
        await fetcher._names.close()  # as when a minute has passed
        outcome = await fetcher.fetch(site.url("/feed", "turn.example"))
    assert isinstance(outcome, FetchFailed)
    assert outcome.why == "address"
    assert len(site.requests) == 1


async def test_many_who_wait_for_one_name_share_the_answer(site: Site):
    site.on("/feed", page(b"<rss/>"))
    resolver = Resolver({"a.example": ["127.0.0.1"]})
    settings = replace(_SETTINGS, allow_networks=("127.0.0.1",))
    async with Fetcher(settings, lookup=resolver) as fetcher:
        url = site.url("/feed", "a.example")
        outcomes = await asyncio.gather(*(fetcher.fetch(url) for _ in range(20)))
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert resolver.asked == {"a.example": 1}


async def test_one_who_stops_waiting_for_a_name_takes_it_from_nobody(site: Site):
    site.on("/feed", page(b"<rss/>"))
    answered = asyncio.Event()

    async def lookup(_: str) -> list[str]:
        await answered.wait()
        return ["127.0.0.1"]

    settings = replace(_SETTINGS, allow_networks=("127.0.0.1",))
    async with Fetcher(settings, lookup=lookup) as fetcher:
        url = site.url("/feed", "a.example")
        one, other = (asyncio.create_task(fetcher.fetch(url)) for _ in range(2))
        await asyncio.sleep(0)
        one.cancel()
        answered.set()
        assert isinstance(await other, Fetched)


async def test_a_name_that_failed_is_asked_for_again(site: Site):
    site.on("/feed", page(b"<rss/>"))
    turns: list[list[str]] = [[], ["127.0.0.1"]]

    async def lookup(_: str) -> list[str]:
        if not (answer := turns.pop(0)):
            raise OSError("try again")
        return answer

    settings = replace(_SETTINGS, allow_networks=("127.0.0.1",))
    async with Fetcher(settings, lookup=lookup) as fetcher:
        first = await fetcher.fetch(site.url("/feed", "a.example"))
        second = await fetcher.fetch(site.url("/feed", "a.example"))
    assert isinstance(first, FetchFailed)
    assert first.why == "dns"
    assert isinstance(second, Fetched)


async def test_a_name_server_that_hangs_is_a_timeout():
    async def lookup(_: str) -> list[str]:
        await asyncio.Event().wait()
        raise AssertionError

    async with Fetcher(replace(_SETTINGS, connect_timeout_s=0.05), lookup=lookup) as fetcher:
        outcome = await fetcher.fetch("http://a.example/")
    assert isinstance(outcome, FetchFailed)
    assert "connect_timeout" in outcome.detail


async def test_names_on_one_server_share_its_connections(site: Site):
    inside = most = 0

    def answer(_: object) -> Reply:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        site.pause(0.05)
        inside -= 1
        return Reply(200, b"<rss/>")

    site.on("/feed", answer)
    names = [f"n{number}.example" for number in range(12)]
    resolver = Resolver({name: ["127.0.0.1"] for name in names})
    settings = replace(_SETTINGS, connections_per_address=4, allow_networks=("127.0.0.1",))
    async with Fetcher(settings, lookup=resolver) as fetcher:
        await asyncio.gather(*(fetcher.fetch(site.url("/feed", name)) for name in names))
    assert most == 4


async def test_names_on_one_server_share_its_pause(site: Site):
    site.on("/feed", page(b"<rss/>"))
    names = [f"n{number}.example" for number in range(9)]
    resolver = Resolver({name: ["127.0.0.1"] for name in names})
    settings = replace(_SETTINGS, pause_s=0.4, allow_networks=("127.0.0.1",))
    async with Fetcher(settings, lookup=resolver) as fetcher:
        await asyncio.gather(*(fetcher.fetch(site.url("/feed", name)) for name in names))
    times = [request.at_s for request in site.requests]
    assert times[-1] - times[0] > 0.3  # eight pauses of 0.4 s x 2 / 16
