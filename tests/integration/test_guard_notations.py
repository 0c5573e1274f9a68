"""However a private address is written, hidden or led to, nothing is fetched from it."""

from __future__ import annotations

import socket
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.fakes.site import Site, moved, page
from watcher.fetch import Fetcher, FetchSettings
from watcher.model import Fetched, FetchFailed, NotModified

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {
    "private.example": ["10.1.2.3"],
    "loopback.example": ["127.0.0.1"],
    "loopback6.example": ["::1"],
    "metadata.example": ["169.254.169.254"],
    "mapped.example": ["::ffff:192.168.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "all-private.example": ["192.168.1.1", "fd00::1", "10.0.0.1"],
    "zone.example": ["fe80::1"],
    "zero.example": ["0.0.0.0"],
    "localhost": ["127.0.0.1", "::1"],
    "localhost.localdomain": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "router.local": ["192.168.1.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "kubernetes.default.svc": ["10.96.0.1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "xn--fiqs8s.example": ["10.0.0.7"],
}
"""What the test's name server says; every other name is unknown."""

WRITTEN = (
    # plain, with and without port, path, login, fragment
    "127.0.0.1", "127.0.0.1:80", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.0.1", "0.0.0.0",
    "169.254.169.254/latest/meta-data/", "100.64.0.1", "255.255.255.255", "224.0.0.1",
    "user:secret@127.0.0.1/", "news.example@127.0.0.1", "127.0.0.1#@news.example",
    "127.0.0.1?@news.example", "news.example:80@127.0.0.1",
    # numbers of other make
    "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "0x7f.0.0.1", "127.1", "127.0.1",
    "0", "0x0", "3232235521", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "10.1", "0xa.1",
    "127.0.0.01", "00000177.0.0.1", "127.0.0.1.", "169.254.43518",
    # IPv6 and what hides in it
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[fe80::1]", "[fe80::1%25eth0]", "[fe80::1%25lo]",
    "[fd00:ec2::254]", "[fd12:3456::1]", "[fec0::1]", "[ff02::1]", "[100::1]",
    "[::1]:80", "[::1%25lo]",
    # letters that stand for digits and dots
    "\u0661\u0662\u0667.\u0660.\u0660.\u0661", "\uff11\uff12\uff17\uff0e\uff10\uff0e\uff10\uff0e\uff11",
    "127\u30020\u30020\u30021", "127\uff0e0.0.1", "\u2460\u2461\u2466.0.0.1", "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1", "\u06f1\u06f2\u06f7.0.0.1", "\u216f\u2170.0.0.1",
    # names
    "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost",
    "private.example", "loopback.example", "loopback6.example", "metadata.example",
    "mapped.example", "nat64.example", "all-private.example", "zone.example", "zero.example",
    "router.local", "metadata.google.internal", "kubernetes.default.svc", "127.0.0.1.nip.io",
    "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54", "loc\u00adalhost", "xn--fiqs8s.example",
)  # fmt: skip
"""Ways to write a host that is not public, each behind http://."""

REDIRECTS = [(status, host) for host in WRITTEN[::4] for status in (301, 302, 303, 307, 308)]


class Names(AbstractResolver):
    """A name server that counts what it is asked for."""

    def __init__(self, names: dict[str, list[str]]) -> None:
        self.names = names
        self.asked: Counter[str] = Counter()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the addresses of a name that is known."""
        del family
        self.asked[host] += 1
        if host.rstrip(".").lower() not in self.names:
            raise OSError(None, "no such name")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in self.names[host.rstrip(".").lower()]
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def names() -> Names:
    return Names(NAMES)


@pytest.fixture
def public() -> Iterator[Site]:
    """A site on an address that is allowed, as a public one would be."""
    with Site(address="127.0.0.2") as site:
        yield site


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A door on every address of this machine that must not be knocked at."""
    with socket.create_server(("", 0)) as door:
        door.settimeout(0)
        yield door


async def _fetch(url: str, names: Names, *allowed: str):
    settings = FetchSettings(pause_s=0, total_timeout_s=5, allow_networks=allowed)
    async with Fetcher(settings, resolver=names) as fetcher:
        return await fetcher.fetch(url)


def _was_knocked_at(door: socket.socket) -> bool:
    try:
        door.accept()
    except BlockingIOError:
        return False
    return True


def test_there_are_enough_ways_to_write_it() -> None:
    assert len(set(WRITTEN)) == len(WRITTEN) >= 60


@pytest.mark.parametrize("host", WRITTEN)
async def test_no_notation_opens_the_door(host: str, names: Names, listening: socket.socket):
    """Where no port is written, that of a door which stands open on this machine is."""
    port = listening.getsockname()[1]
    bare = not any(mark in host for mark in "/#?@") and not host.endswith((":80", "]:80"))
    outcome = await _fetch(f"http://{host}:{port}/" if bare else f"http://{host}", names)

    assert isinstance(outcome, FetchFailed)
    assert outcome.why in {"address", "protocol", "dns"}, outcome
    assert "secret" not in outcome.detail
    assert not _was_knocked_at(listening)
    assert all(times == 1 for times in names.asked.values()), "resolved twice"


@pytest.mark.parametrize(("status", "host"), REDIRECTS)
async def test_no_redirect_leads_there(status: int, host: str, names: Names, public: Site):
    """The site itself may be asked; where it leads may not."""
    public.on("/feed", moved(f"http://{host}", status))
    outcome = await _fetch(public.url("/feed"), names, "127.0.0.2/32")

    assert isinstance(outcome, FetchFailed)
    assert outcome.why in {"address", "protocol", "dns", "redirect"}, outcome
    assert all(times == 1 for times in names.asked.values()), "resolved twice"


async def test_of_several_addresses_only_a_public_one_is_taken(names: Names, public: Site):
    """A name with a private and a public address is asked at the public one."""
    names.names = {"both.example": ["10.0.0.1", "127.0.0.2", "192.168.0.1"]}
    public.on("/feed", page(b"<rss/>"))
    outcome = await _fetch(f"http://both.example:{public.port}/feed", names, "127.0.0.2/32")

    assert isinstance(outcome, Fetched)
    assert names.asked == {"both.example": 1}


async def test_a_name_that_changes_its_mind_is_judged_by_what_is_connected_to(
    names: Names, public: Site
):
    """Public when looked up first, private a moment later: each connection is judged by itself."""
    names.names = {"turns.example": ["127.0.0.2"]}
    public.on("/feed", page(b"<rss/>", headers=(("Connection", "close"),)))
    url = f"http://turns.example:{public.port}/feed"
    settings = FetchSettings(pause_s=0, allow_networks=("127.0.0.2/32",))
    async with Fetcher(settings, resolver=names) as fetcher:
        first = await fetcher.fetch(url)
        assert isinstance(first, Fetched)
        names.names = {"turns.example": ["127.0.0.1"]}
        second = await fetcher.fetch(url, first.validators)
    assert isinstance(second, NotModified)  # from where the first came
    assert names.asked == {"turns.example": 1}

    later = await _fetch(url, names, "127.0.0.2/32")
    assert isinstance(later, FetchFailed)
    assert later.why == "address"
