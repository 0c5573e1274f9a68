from __future__ import annotations

import io
import time
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Fetched, Parsed
from watcher.parse import parse
from watcher.parse.nesting import without_deep_nesting

NOW = datetime(2022, 3, 12, 12, 0, tzinfo=UTC)
URL = "https://www.wadi.example/feed"
GOLDEN = sorted(Path(__file__).parents[1].glob("golden/*/feed.*"))


def read(body: bytes | str, content_type: str = "", url: str = URL) -> Parsed:
    encoded = body.encode() if isinstance(body, str) else body
    return parse(Fetched(url, url, encoded, content_type), now=NOW)


def rss(items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


@pytest.mark.parametrize("path", ["/etc/hostname", "file:///etc/hostname", __file__, "."])
def test_a_body_that_looks_like_a_path_is_never_opened(path: str) -> None:
    """feedparser opens whatever looks like a file or an address, even as bytes."""
    parsed = read(path)
    assert not parsed.is_feed
    assert parsed.remarks[0].startswith("no feed but a text")


@pytest.mark.parametrize("file", GOLDEN, ids=[file.parent.name for file in GOLDEN])
def test_no_entry_is_lost_against_plain_feedparser(file: Path) -> None:
    body = file.read_bytes()
    try:
        plain = feedparser.parse(io.BytesIO(body)).entries
    except UnicodeEncodeError:  # its lenient parser fails on references to surrogates
        plain = []
    filled = [entry for entry in plain if entry.get("link") or entry.get("summary")]
    assert len(read(body).entries) >= len(filled)


def test_an_entry_keeps_its_fingerprint_from_poll_to_poll() -> None:
    first, second = "<item><title>تنبيه أول</title></item>", "<item><title>تنبيه ثان</title></item>"
    before = read(rss(first)).entries[0].url
    after = read(rss(second + first)).entries[1].url
    assert before == after


def test_a_guid_is_a_better_fingerprint_than_the_text() -> None:
    urls = {
        read(rss(f'<item><title>{t}</title><guid isPermaLink="false">7</guid></item>'))
        .entries[0]
        .url
        for t in ("قبل التصحيح", "بعد التصحيح")
    }
    assert len(urls) == 1


def test_entries_of_a_feed_without_any_usable_address_are_reported() -> None:
    parsed = read(rss("<item><title>خبر</title></item>"), url="")
    assert parsed.entries == ()
    assert any("without any address" in remark for remark in parsed.remarks)


def test_the_feed_before_a_redirect_is_no_base_for_links() -> None:
    body = rss("<item><title>خبر</title><link>news/1</link></item>").encode()
    fetched = Fetched("https://old.example/feed", "https://new.example/ar/feed", body)
    assert parse(fetched, now=NOW).entries[0].url == "https://new.example/ar/news/1"


def test_remarks_of_the_fetch_are_passed_on() -> None:
    fetched = Fetched(URL, URL, b"", remarks=("the answer has no content type",))
    assert parse(fetched, now=NOW).remarks == ("an empty body instead of a feed",)
    fetched = Fetched(URL, URL, rss("").encode(), remarks=("the answer has no content type",))
    assert parse(fetched, now=NOW).remarks == ("no entries", "the answer has no content type")


@pytest.mark.parametrize(
    ("fields", "ttl_s"),
    [
        ("<ttl>15</ttl>", 900.0),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999</ttl>", 31_536_000.0),
        ("<ttl>٣٠</ttl>", None),
    ],
)
def test_only_a_sensible_ttl_counts(fields: str, ttl_s: float | None) -> None:
    assert read(rss(fields)).ttl_s == ttl_s


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"items": ' + "[" * 100_000,
        '{"items": [{"id": ' + "9" * 5000 + "}]}",
        '{"items": [null, 1, "x", [], {"url": 5, "title": null, "authors": {"name": []}}]}',
        rss("<item><title>&#xD800;&#99999999999;&#x110000;&#xFFFFFFFFFF;</title></item>"),
        rss("<item><link>http://[::1</link><guid>http://[</guid></item>"),
        rss('<item><link a="b"/><title a="b"/><pubDate a="b"/><author a="b"/></item>'),
        rss("<item><pubDate>Tue, 99 Mar 99999 10:00:00 +9999</pubDate></item>"),
        rss("<item><title><![CDATA[خبر"),
        "<rss><channel><item>" * 50,
        "<rss" + " a='1'" * 2000 + "/>",
        (
            "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"
            "<rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>"
        ),
    ],
    ids=lambda body: body[:30],
)
def test_hostile_bodies_give_remarks_and_no_error(body: str) -> None:
    parsed = read(body)
    assert parsed.remarks
    hostname = Path("/etc/hostname")
    if hostname.exists():
        assert not any(entry.title == hostname.read_text().strip() for entry in parsed.entries)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>" + "&lt;!--" * 100_000 + "</title></item>"),
        rss(
            "<item><title>خبر</title><link>https://wadi.example"
            + "/amp" * 100_000
            + "</link></item>"
        ),
        "<rss>" + "<![CDATA[" * 100_000,
        "<!--" * 100_000,
        "<html>" + "<link type=" * 50_000,
        rss("<item><description>" + "&lt;p&gt;The post " * 20_000 + "</description></item>"),
        rss("<item><title>خبر</title><pubDate>" + "1 " * 100_000 + "</pubDate></item>"),
    ],
    ids=["comments", "amp folders", "open CDATA", "open comments", "links", "footers", "numbers"],
)
def test_repetition_costs_no_more_than_its_length(body: str) -> None:
    assert read(body).remarks


fragments = st.sampled_from(
    [
        "<rss version='2.0'>",
        "<channel>",
        "<item>",
        "</item>",
        "<title>",
        "</title>",
        "<link>",
        "</link>",
        "<![CDATA[",
        "]]>",
        "&",
        "&amp;",
        "&#0;",
        "&nbsp;",
        "خبر",
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>",
        "<content type='xhtml'>",
        "<div>",
        "</div>",
        "<b",
        ">",
        "</feed>",
        "</rss>",
        "<!--",
        "-->",
        "https://wadi.example/1",
        "<?xml version='1.0' encoding='windows-1256'?>",
        '{"items":[',
        '{"id":1}',
        "]}",
        "<!DOCTYPE html>",
        "<html>",
        "<pubDate>",
        "أمس",
        "</pubDate>",
        "<guid>",
        "\x00",
        "\ufffe",
        "xml:base='x:'",
    ]
)


@given(
    st.one_of(
        st.binary(), st.lists(fragments, max_size=25).map(lambda parts: "".join(parts).encode())
    )
)
def test_any_bytes_give_entries_with_addresses_or_remarks(body: bytes) -> None:
    parsed = read(body)
    assert all(entry.url.startswith("http") and entry.link for entry in parsed.entries)
    assert parsed.entries or parsed.remarks
    assert not any(
        "\x00" in text for entry in parsed.entries for text in (entry.title, entry.body_html)
    )


_DEEP = 20_000
DEEP_TITLES = {
    "elements": f"{'<b>' * _DEEP}جسر جديد{'</b>' * _DEEP}",
    "several elements": f"{'<b><i><u>' * _DEEP}جسر جديد{'</u></i></b>' * _DEEP}",
    "elements left open": f"{'<b>' * _DEEP}جسر جديد",
    "elements closed too often": f"جسر جديد{'</b>' * _DEEP}",
    "character data": f"<![CDATA[{'<b>' * _DEEP}جسر جديد{'</b>' * _DEEP}]]>",
    "escaped": f"{'&lt;b&gt;' * _DEEP}جسر جديد{'&lt;/b&gt;' * _DEEP}",
}


@pytest.mark.parametrize("title", DEEP_TITLES.values(), ids=DEEP_TITLES)
def test_nesting_without_end_costs_neither_time_nor_the_entry(title: str) -> None:
    """Title, text and the entries behind it stay."""
    bad = (
        f"<item><link>/1</link><title>{title}</title><description>افتتح اليوم.</description></item>"
    )
    good = "<item><link>/2</link><title>نفق</title><description>أغلق أمس.</description></item>"
    start = time.process_time()
    parsed = read(rss(bad + good))
    assert time.process_time() - start < 6
    assert [(entry.title, entry.body_html) for entry in parsed.entries] == [
        ("جسر جديد", "افتتح اليوم."),
        ("نفق", "أغلق أمس."),
    ]


@given(st.lists(st.sampled_from(["<b>", "</b>", "<item>", "</item>", "<i/>", "نص"]), max_size=80))
def test_shallow_markup_stays_as_it_is(pieces: list[str]) -> None:
    """Balanced or not."""
    text = "".join(pieces)
    assert without_deep_nesting(text) == text


def test_many_items_that_are_never_closed_are_not_nesting() -> None:
    text = "<item><title>نفق</title>" * 500
    assert without_deep_nesting(text) == text


def _with_dtd(dtd: str, title: str, head: str = "") -> Parsed:
    item = f"<item><title>{title}</title><link>http://a.example/1</link>{head}</item>"
    document = f'<rss version="2.0"><channel><title>{title}</title>{item}</channel></rss>'
    body = f'<?xml version="1.0"?>{dtd and f"<!DOCTYPE rss [{dtd}]>"}{document}'.encode()
    return parse(Fetched("", "http://a.example/rss", body), now=NOW)


@pytest.mark.parametrize(
    "dtd",
    [
        pytest.param('<!ENTITY a "xxxx"><!ENTITY b "&a;&a;">', id="that name each other"),
        pytest.param(f'<!ENTITY b "{"x" * 5000}">', id="that are long"),
        pytest.param("<!ENTITY a 'xxxx'><!ENTITY b '&#38;a;'>", id="in single quotes"),
    ],
)
def test_entities_that_could_grow_are_not_believed(dtd):
    parsed = _with_dtd(dtd, "خبر &b; آخر")

    assert [entry.url for entry in parsed.entries] == ["http://a.example/1"]
    assert "xxxx" not in parsed.title + parsed.entries[0].title


def test_a_short_entity_of_its_own_is_read():
    assert _with_dtd('<!ENTITY paper "النهر">', "أخبار &paper;").title == "أخبار النهر"


def test_a_tag_of_endless_attributes_costs_its_own_text_only():
    endless = "<a " + " ".join(f"a{n}=''" for n in range(200_000)) + ">x</a>"
    parsed = _with_dtd("", "خبر", endless)

    assert [entry.title for entry in parsed.entries] == ["خبر"]
