"""Sitemaps of every form: news, plain, index, text, gzip, and hostile ones."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Fetched, Parsed
from watcher.parse import parse
from watcher.parse.sitemap import LEAST_ENTRIES, MOST_BYTES, MOST_CHILDREN, MOST_ENTRIES

NOW = datetime(2024, 5, 4, 12, 0, tzinfo=UTC)
BASE = "https://www.nahr.example/sitemap.xml"
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS_NS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
IMAGE_NS = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def read(body: bytes | str, content_type: str = "application/xml") -> Parsed:
    data = body.encode() if isinstance(body, str) else body
    return parse(Fetched(BASE, BASE, data, content_type), now=NOW, kind="sitemap")


def urlset(*urls: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    listed = "".join(f"<url>{url}</url>" for url in urls)
    return f"{head}<urlset {XMLNS} {NEWS_NS} {IMAGE_NS}>{listed}</urlset>"


def index(*maps: str) -> str:
    listed = "".join(f"<sitemap>{one}</sitemap>" for one in maps)
    return f'<?xml version="1.0"?><sitemapindex {XMLNS}>{listed}</sitemapindex>'


def loc(path: str, lastmod: str = "") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<loc>https://www.nahr.example{path}</loc>{changed}"


NEWS = (
    loc("/news/1")
    + "<image:image><image:loc>https://www.nahr.example/1.jpg</image:loc>"
    + "<image:title>صورة</image:title></image:image>"
    + "<news:news><news:publication><news:name>النهر</news:name><news:language>ar</news:language>"
    + "</news:publication><news:publication_date>2024-05-04T10:30:00+03:00</news:publication_date>"
    + "<news:title>افتتاح جسر &amp; طريق</news:title><news:keywords>جسور، بغداد, نقل</news:keywords>"
    + "</news:news>"
)


def test_a_map_of_news_gives_title_time_language_and_keywords() -> None:
    parsed = read(urlset(NEWS))
    [entry] = parsed.entries

    assert (entry.url, entry.title) == ("https://www.nahr.example/news/1", "افتتاح جسر & طريق")
    assert entry.published == datetime(2024, 5, 4, 7, 30, tzinfo=UTC)
    assert (entry.language, entry.tags) == ("ar", ("جسور", "بغداد", "نقل"))
    assert not entry.is_whole
    assert (parsed.language, parsed.remarks) == ("ar", ())


def test_lastmod_orders_and_is_no_date_of_publication() -> None:
    parsed = read(urlset(loc("/old", "2024-05-01"), loc("/new", "2024-05-04T11:00:00Z")))

    assert [entry.url.rpartition("/")[2] for entry in parsed.entries] == ["new", "old"]
    assert [entry.published for entry in parsed.entries] == [None, None]


def test_fifty_thousand_old_addresses_do_not_flood() -> None:
    day = datetime(2024, 5, 3, tzinfo=UTC)
    urls = [loc(f"/a/{n}", f"{day - timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}") for n in range(50_000)]
    parsed = read(urlset(*reversed(urls)))

    assert parsed.entries[0].url == "https://www.nahr.example/a/0"
    assert LEAST_ENTRIES <= len(parsed.entries) <= 7 * 24


def test_a_quiet_site_still_lists_its_newest() -> None:
    urls = [loc(f"/a/{n}", f"2023-01-{n:02}") for n in range(1, 29)]

    assert len(read(urlset(*urls)).entries) == 28


def test_a_map_without_dates_gives_both_ends_and_says_so() -> None:
    parsed = read(urlset(*(loc(f"/a/{n}") for n in range(5000))))

    assert len(parsed.entries) == MOST_ENTRIES
    assert {entry.url.rpartition("/")[2] for entry in parsed.entries} >= {"0", "4999"}
    assert "no dates in the map" in parsed.remarks[0]


def test_the_home_page_is_no_entry() -> None:
    assert [e.url for e in read(urlset(loc("/"), loc("/news/1"))).entries] == [
        "https://www.nahr.example/news/1"
    ]


def test_an_index_names_the_maps_of_news() -> None:
    parsed = read(index(loc("/posts-1.xml"), loc("/news-sitemap.xml"), loc("/image-news.xml")))

    assert parsed.entries == ()
    assert parsed.more == ("https://www.nahr.example/news-sitemap.xml",)


@pytest.mark.parametrize(
    ("maps", "newest"),
    [
        pytest.param(
            [loc(f"/p{n}.xml", f"2024-0{n}-01") for n in range(1, 6)], "/p5.xml", id="by date"
        ),
        pytest.param([loc(f"/post-{n}.xml") for n in range(1, 31)], "/post-30.xml", id="by number"),
        pytest.param(
            [loc(f"/s?y=2024&amp;m={m}") for m in range(1, 6)], "/s?y=2024&m=5", id="by month"
        ),
        pytest.param(
            [loc("/tags.xml", "2024-05-04"), loc("/posts.xml", "2024-05-01")],
            "/posts.xml",
            id="tags last",
        ),
    ],
)
def test_an_index_without_news_names_its_newest_maps(maps: list[str], newest: str) -> None:
    more = read(index(*maps)).more

    assert more[0] == f"https://www.nahr.example{newest}"
    assert len(more) <= MOST_CHILDREN


def test_a_gzip_body_is_unpacked_within_bounds() -> None:
    assert len(read(gzip.compress(urlset(NEWS).encode()), "application/gzip").entries) == 1
    bomb = gzip.compress(b"<urlset>" + bytes(MOST_BYTES + 1000))
    assert "too large" in " ".join(read(bomb).remarks)
    damaged = gzip.compress(urlset(NEWS).encode())[:-30]
    assert isinstance(read(damaged), Parsed)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        pytest.param("https://nahr.example/a\nhttps://nahr.example/b\n", 2, id="text of addresses"),
        pytest.param(
            '<rss version="2.0"><channel><item><title>خبر</title><link>https://nahr.example/a'
            "</link></item></channel></rss>",
            1,
            id="RSS",
        ),
        pytest.param(
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>خبر</title>'
            '<link href="https://nahr.example/a"/></entry></feed>',
            1,
            id="Atom",
        ),
        pytest.param(
            urlset(NEWS).replace("0.9", "9").replace(XMLNS, ""), 1, id="namespaces missing"
        ),
        pytest.param(urlset(NEWS)[:-20], 1, id="cut off"),
        pytest.param(urlset(NEWS, loc("/b?x=1&y=2")), 2, id="bare ampersand"),
    ],
)
def test_other_forms_are_read(body: str, count: int) -> None:
    assert len(read(body).entries) == count


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<html><body><p>404</p></body></html>", id="a page"),
        pytest.param("", id="nothing"),
        pytest.param(index(), id="an index of nothing"),
        pytest.param("مرحبا", id="words"),
    ],
)
def test_what_is_no_sitemap_says_so(body: str) -> None:
    parsed = read(body)

    assert (parsed.entries, parsed.is_feed) == ((), False)
    assert parsed.remarks


def test_entities_are_not_expanded() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE u [<!ENTITY l0 "ha"><!ENTITY f SYSTEM "file:///etc/hostname">{lol}]>'
    parsed = read(urlset("<loc>https://www.nahr.example/&f;&l9;x</loc>", head=head))

    assert all("haha" not in entry.url for entry in parsed.entries)


def test_nesting_without_end_ends() -> None:
    assert isinstance(read(f"<urlset>{'<url>' * 100_000}"), Parsed)


_BODIES = st.lists(
    st.sampled_from([*urlset(NEWS).replace("<", "\0<").split("\0"), "&#0;", "<![CDATA[", "\ud800"])
).map("".join)


@given(st.one_of(st.binary(max_size=300), _BODIES.map(lambda s: s.encode("utf-8", "replace"))))
def test_any_bytes_will_do(body: bytes) -> None:
    assert isinstance(read(body), Parsed)
    assert isinstance(read(gzip.compress(b"<urlset>" + body)), Parsed)
