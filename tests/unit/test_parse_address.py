from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.parse.address import absolute_url, canonical_url

ARTICLE = "https://www.example.com/news/1"
ARABIC = "https://example.com/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"

SAME = {
    "utm parameters": (f"{ARTICLE}?utm_source=rss&utm_medium=feed", ARTICLE),
    "click ids": (f"{ARTICLE}?fbclid=abc&gclid=x&msclkid=y", ARTICLE),
    "tracking among real ones": (f"{ARTICLE}?id=7&utm_source=rss&page=2", f"{ARTICLE}?id=7&page=2"),
    "tracking name in capitals": (f"{ARTICLE}?UTM_Source=x", ARTICLE),
    "escaped tracking name": (f"{ARTICLE}?utm%5Fsource=x", ARTICLE),
    "channel as a value": (f"{ARTICLE}?ref=rss&from=twitter", ARTICLE),
    "same key with content": (f"{ARTICLE}?ref=8812", f"{ARTICLE}?ref=8812"),
    "fragment": (f"{ARTICLE}#comments", ARTICLE),
    "route in the fragment": ("https://example.com/#!/news/1", "https://example.com/#!/news/1"),
    "default port": ("https://www.example.com:443/news/1", ARTICLE),
    "default port of http": ("http://example.com:80/a", "http://example.com/a"),
    "other port": ("https://example.com:8443/a", "https://example.com:8443/a"),
    "case of scheme and host": ("HTTPS://WWW.Example.COM/news/1", ARTICLE),
    "case of the path stays": ("https://example.com/News", "https://example.com/News"),
    "credentials": ("https://user:pass@example.com/a", "https://example.com/a"),
    "backslash before credentials": (
        "http://good.example\\@bad.example",
        "http://good.example/@bad.example",
    ),
    "dot after the host": ("https://example.com./a", "https://example.com/a"),
    "no path": ("https://example.com", "https://example.com/"),
    "empty query": ("https://example.com/a?", "https://example.com/a"),
    "dot segments": ("https://example.com/a/../b/./c", "https://example.com/b/c"),
    "mobile host": ("https://m.example.com/a", "https://example.com/a"),
    "mobile host spelled out": ("https://mobile.example.com/a", "https://example.com/a"),
    "mobile label inside": ("https://ar.m.example.org/a", "https://ar.example.org/a"),
    "mobile label of a registry": ("https://m.gov.iq/a", "https://m.gov.iq/a"),
    "a host that is only called m": ("https://m.me/a", "https://m.me/a"),
    "amp host": ("https://amp.example.com/a", "https://example.com/a"),
    "amp at the end": ("https://example.com/news/1/amp", "https://example.com/news/1"),
    "amp folder at the end": ("https://example.com/news/1/amp/", "https://example.com/news/1/"),
    "amp in front": ("https://example.com/amp/news/1", "https://example.com/news/1"),
    "amp parameter": ("https://example.com/a?amp=1", "https://example.com/a"),
    "bare amp parameter": ("https://example.com/a?amp", "https://example.com/a"),
    "amp output": ("https://example.com/a?outputType=amp", "https://example.com/a"),
    "amp ending": ("https://example.com/a.amp.html", "https://example.com/a.html"),
    "mobile parameter": ("https://example.com/a.html?m=1", "https://example.com/a.html"),
    "a word that begins with amp": ("https://example.com/ampere", "https://example.com/ampere"),
    "a section called amp": ("https://example.com/amp/", "https://example.com/amp/"),
    "amp cache": ("https://www-example-com.cdn.ampproject.org/c/s/www.example.com/news/1", ARTICLE),
    "amp viewer": ("https://www.google.com/amp/s/www.example.com/news/1/amp", ARTICLE),
    "search alert": (f"https://www.google.com/url?rct=j&url={ARTICLE}&ct=ga", ARTICLE),
    "raw Arabic": ("https://example.com/أخبار", ARABIC),
    "small hex digits": ("https://example.com/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1", ARABIC),
    "needless escapes": ("https://example.com/%61%2Db", "https://example.com/a-b"),
    "escaped slash stays": ("https://example.com/a%2fb", "https://example.com/a%2Fb"),
    "old charset stays": ("https://example.com/%c7%e1", "https://example.com/%C7%E1"),
    "lonely percent": ("https://example.com/100%", "https://example.com/100%25"),
    "space inside": ("https://example.com/a b", "https://example.com/a%20b"),
    "space and marks around": (" \n\u200fhttps://example.com/a\u200e ", "https://example.com/a"),
    "newline inside": ("https://example.com/a\n\tb", "https://example.com/ab"),
    "session in the path": (
        "https://example.com/a;jsessionid=1A2B?id=3",
        "https://example.com/a?id=3",
    ),
    "Arabic host": ("http://مثال.إختبار/", "http://xn--mgbh0fb.xn--kgbechtv/"),
    "address literal": ("http://[::1]:8080/feed", "http://[::1]:8080/feed"),
    "no scheme": ("www.example.com/news/1", ARTICLE),
}


@pytest.mark.parametrize(("url", "expected"), SAME.values(), ids=SAME.keys())
def test_every_spelling_gives_one_address(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "javascript:alert(1)",
        "JAVASCRIPT://x",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:a@example.com",
        "ftp://example.com/a",
        "/relative",
        "https://",
        "http://[::1",
        "tel:123",
        "http://example.com:99999/",
        "http://a..b/",
        "http://exa mple.com/",
        "https://%",
        "urn:uuid:1",
        "http://" + "ا" * 80 + ".com/",
    ],
)
def test_what_is_no_web_address_gives_nothing(url: str) -> None:
    assert canonical_url(url) == ""


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("/a", "https://example.com/feed", "https://example.com/a"),
        ("a?x=1", "https://example.com/news/feed", "https://example.com/news/a?x=1"),
        ("//cdn.example.com/a", "http://example.com/", "http://cdn.example.com/a"),
        ("//cdn.example.com/a", "", "https://cdn.example.com/a"),
        ("www.other.example/a", "http://example.com/", "http://www.other.example/a"),
        ("https://m.example.com/a", "https://www.example.com/feed", "https://www.example.com/a"),
        ("https://m.example.com/a", "https://example.com/feed", "https://example.com/a"),
        ("javascript:alert(1)", "https://example.com/", ""),
    ],
)
def test_relative_links_stand_on_the_base(url: str, base: str, expected: str) -> None:
    assert canonical_url(url, base) == expected


def test_absolute_keeps_everything_else() -> None:
    link = "https://m.example.com/a/amp?utm_source=rss#top"
    assert absolute_url(link) == link


hosts = st.sampled_from(
    ["example.com", "m.example.com", "www.amp.example.com", "m.m.example.org", "قناة.com"]
)
pieces = st.sampled_from(
    [
        "/amp",
        "/",
        "amp/",
        "..",
        "%",
        "%2",
        "%d8",
        "%41",
        "أ",
        " ",
        "?",
        "&",
        "=",
        "utm_x=1",
        "#!",
        "/.",
        ".amp",
        ".html",
        "a",
        "\\",
        ";jsessionid=1",
        "@",
        ":",
        "+",
        "'",
        "m=1",
        "�",
        "//",
    ]
)
addresses = st.builds(
    lambda h, p: f"https://{h}/" + "".join(p), hosts, st.lists(pieces, max_size=12)
)
wrapped = st.builds(
    lambda w, a: w + a,
    st.sampled_from(
        [
            "https://www.google.com/url?url=",
            "https://x.cdn.ampproject.org/c/s/",
            "https://www.google.com/amp/s/",
        ]
    ),
    addresses,
)


@given(st.one_of(st.text(), addresses, wrapped))
@example("https://www.google.com/url?url=https://www.google.com/url?url=https://www.google.com/url")
def test_canonical_is_idempotent_and_never_raises(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    if once:
        assert once.isascii()
        assert urlsplit(once).scheme in {"http", "https"}
