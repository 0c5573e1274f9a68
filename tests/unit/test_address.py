"""Addresses as strangers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from watcher.fetch import address


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        pytest.param(
            " https://news.example/خبر\n",
            "https://news.example/%D8%AE%D8%A8%D8%B1",
            id="raw Arabic and blanks around",
        ),
        pytest.param("http://خبر.example/", "http://xn--ngblk.example/", id="an Arabic host"),
        pytest.param("HTTP://News.Example/A", "http://news.example/A", id="capitals"),
        pytest.param("http://a.example/x#part", "http://a.example/x", id="a fragment"),
        pytest.param("http://a.example:80/x", "http://a.example/x", id="the usual port"),
        pytest.param("http://a.example/?q=a%26b&c=", "http://a.example/?q=a%26b&c=", id="query"),
        pytest.param("http://a.example/%c7", "http://a.example/%C7", id="another charset"),
        pytest.param("http://a.example/\udcc7", "http://a.example/%C7", id="a lone byte"),
    ],
)
def test_reads(written, asked):
    assert str(address.read(written)) == asked


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("news.example/a", id="no scheme"),
        pytest.param("mailto:desk@news.example", id="another scheme"),
        pytest.param("http://", id="no host"),
        pytest.param("http:// /", id="a blank for a host"),
        pytest.param("http://a>b/", id="marks in the host"),
        pytest.param("http://[::1", id="half a bracket"),
        pytest.param("http://[)d]Q&@", id="brackets around nothing"),
        pytest.param("http://a.example:99999/", id="no port"),
    ],
)
def test_refuses(written):
    with pytest.raises(ValueError):
        address.read(written)


_PIECES = st.sampled_from(
    ["[", "]", "@", ":", "%", "%2", "/", "?", "#", " ", "\uff0e", "\u0664", "a"]
)


@given(
    st.text() | st.lists(_PIECES).map("".join),
    st.sampled_from(["", "http://", "https://a.example/", "//", "?", "http://a@b:c"]),
)
def test_any_text_is_an_address_or_a_reason(text, start):
    try:
        url = address.read(start + text)
    except ValueError:
        return
    else:
        assert url.scheme in {"http", "https"}
        assert str(url).isascii()
        assert str(address.read(str(url))) == str(url)


_logins = st.sampled_from(["", "me:secret@", "me@", ":secret@"])
_origins = st.sampled_from(["http://{}a.example/", "https://{}a.example/", "http://{}b.example/"])


@given(_origins, _logins, _origins | st.sampled_from(["/next", "next", "//{}a.example/"]), _logins)
def test_a_login_never_reaches_another_origin(origin, login, target, stranger):
    current = URL(origin.format(login) + "old")
    reached = address.follow(current, target.format(stranger))
    if reached.origin() == current.origin():
        assert (reached.user, reached.password) == (current.user, current.password)
    else:
        assert (reached.user, reached.password) == (None, None)


@given(st.text())
def test_no_location_leads_out_of_the_web(location):
    try:
        reached = address.follow(URL("http://a.example/old"), location)
    except ValueError:
        return
    else:
        assert reached.scheme in {"http", "https"}


def test_what_is_shown_has_no_login():
    assert address.shown(URL("http://me:secret@a.example/x")) == "http://a.example/x"
